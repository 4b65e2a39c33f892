#include "protocols/postgres/emulator/translator.hpp"

#include <algorithm>
#include <iterator>

namespace understudy::postgres::emulation {

void Translator::other(const tree::Statement& statement, Plan& plan) {
  const auto* utility = statement.as<tree::Utility>();
  if (const auto* merge = statement.as<tree::Merge>())
    this->merge(*merge, plan);
  else if (utility != nullptr && utility->verb == "refresh")
    refresh(*utility, plan);
  else
    throw Unsure{"this kind of statement"};
}

// ---- names of outputs ----

namespace {

/// A name, and how much it counts beside the name of a type around it.
struct Figured {
  std::string name;
  int strength = 0;
};

/// As the server spells a type that a cast names.
std::optional<std::string> internal_name(const tree::Type& type) {
  const ColumnType known = column_type(type, {});
  if (known.kind == TypeKind::opaque) return std::nullopt;
  return std::string(find_type(oid_of(known))->name);
}

/// Of those without parentheses.
bool is_value_function(std::string_view name) {
  constexpr std::string_view all[] = {"current_date",  "current_timestamp", "localtimestamp",
                                      "current_user",  "session_user",      "current_catalog",
                                      "current_schema"};
  return std::ranges::find(all, name) != std::end(all);
}

std::optional<Figured> figured(const tree::Expression& expression, int version);

std::optional<Figured> figured_of_query(const tree::SubQuery& query, int version) {
  if (query.kind == tree::SubQuery::Kind::exists) return Figured{"exists", 2};
  if (query.kind == tree::SubQuery::Kind::array) return Figured{"array", 2};
  const auto* select = query.query->as<tree::Select>();
  if (select == nullptr || select->outputs.size() != 1) return std::nullopt;
  const tree::Output& output = select->outputs.front();
  if (!output.alias.empty()) return Figured{output.alias, 2};
  return figured(output.expression, version);
}

std::optional<Figured> figured_of_case(const tree::Case& choice, int version) {
  if (choice.otherwise) {
    const auto inner = figured(*choice.otherwise, version);
    if (!inner || inner->strength > 1) return inner;
  }
  return Figured{"case", 1};
}

std::optional<Figured> figured(const tree::Expression& expression, int version) {
  if (const auto* column = expression.as<tree::Column>()) return Figured{column->name(), 2};
  if (const auto* call = expression.as<tree::Call>())
    return call->parentheses || is_value_function(call->name.name)
               ? std::optional(Figured{call->name.name, 2})
               : std::nullopt;
  if (const auto* query = expression.as<tree::SubQuery>()) return figured_of_query(*query, version);
  if (const auto* choice = expression.as<tree::Case>()) return figured_of_case(*choice, version);
  if (const auto* cast = expression.as<tree::Cast>()) {
    auto inner = figured(*cast->operand, version);
    if (!inner || inner->strength > 1) return inner;
    const auto name = internal_name(cast->type);
    return name ? std::optional(Figured{*name, 1}) : std::nullopt;
  }
  if (const auto* collate = expression.as<tree::Collate>())
    return figured(*collate->operand, version);
  if (const auto* literal = expression.as<tree::Literal>())
    if (literal->kind == tree::Literal::Kind::boolean && version < 15)  // a cast of 't' before
      return version == 0 ? std::nullopt : std::optional(Figured{"bool", 1});
  const bool plain =
      expression.as<tree::Literal>() != nullptr || expression.as<tree::Operation>() != nullptr ||
      expression.as<tree::Is>() != nullptr || expression.as<tree::In>() != nullptr ||
      expression.as<tree::Between>() != nullptr || expression.as<tree::Like>() != nullptr ||
      expression.as<tree::Parameter>() != nullptr;
  return plain ? std::optional(Figured{}) : std::nullopt;
}

}  // namespace

std::optional<std::string> Translator::name_of_output(const tree::Expression& expression) const {
  const auto found = figured(expression, printing_.version);
  if (!found) return std::nullopt;
  return found->strength == 0 ? "?column?" : found->name;
}

}  // namespace understudy::postgres::emulation
