#include "protocols/postgres/emulator/translator.hpp"

#include "protocols/sql/tree/visitor.hpp"

namespace understudy::postgres::emulation {

const TableState& Translator::table(const tree::Name& name) {
  const std::string key = key_in(name, path_, book_);
  const auto found = book_.tables.find(key);
  if (found == book_.tables.end()) throw Unsure{"what is known of table " + key};
  return found->second;
}

ScopeRelation Translator::relation_of(const TableState& state, const std::string& alias,
                                      const std::string& prefix) {
  const Definition& definition = *state.definition;
  ScopeRelation relation{alias, {}, false};
  for (std::size_t i = 0; i < definition.columns.size(); ++i) {
    const auto& column = definition.columns[i];
    std::optional<std::string> key;
    for (const sql::contents::UniqueKey& each : definition.keys)
      if (each.primary && each.columns.size() == 1)
        key = prefix + definition.sql_column(each.columns.front());
    relation.columns.push_back({column.name, prefix + definition.sql_column(i), column.type, false,
                                TableColumnName{definition.key, i, column.attribute}, key});
  }
  return relation;
}

std::string Translator::bind(Bound bound) {
  bounds_.push_back(std::move(bound));
  return "?" + std::to_string(bounds_.size());
}

void Translator::read_column(const ScopeColumn& column) {
  if (column.type.kind == TypeKind::opaque) throw Unsure{"the type of column " + column.name};
  // Of what a part gives all is known.
  if (column.origin && !column.of_part) columns_.insert(*column.origin);
}

Plan Translator::plan(const tree::Statement& statement) {
  Plan plan;
  if (const auto* query = statement.as<tree::Query>())
    this->query(*query, plan);
  else if (const auto* insert = statement.as<tree::Insert>())
    this->insert(*insert, plan);
  else if (const auto* update = statement.as<tree::Update>())
    this->update(*update, plan);
  else if (const auto* remove = statement.as<tree::Delete>())
    this->remove(*remove, plan);
  else if (const auto* truncate = statement.as<tree::Truncate>())
    this->truncate(*truncate, plan);
  else if (const auto* merge = statement.as<tree::Merge>())
    this->merge(*merge, plan);
  else if (const auto* utility = statement.as<tree::Utility>(); utility && utility->verb == "refresh")
    refresh(*utility, plan);
  else
    throw Unsure{"this kind of statement"};
  plan.text.bounds = std::move(bounds_);
  view_columns_.reset();
  view_condition_.clear();
  plan.reads = std::move(reads_);
  plan.columns = std::move(columns_);
  plan.guards.assign(guards_.begin(), guards_.end());
  plan.part_guards.assign(part_guards_.begin(), part_guards_.end());
  return plan;
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

std::optional<Figured> figured(const tree::Expression& expression);

std::optional<Figured> figured_of_query(const tree::SubQuery& query) {
  if (query.kind == tree::SubQuery::Kind::exists) return Figured{"exists", 2};
  if (query.kind == tree::SubQuery::Kind::array) return Figured{"array", 2};
  const auto* select = query.query->as<tree::Select>();
  if (select == nullptr || select->outputs.size() != 1) return std::nullopt;
  const tree::Output& output = select->outputs.front();
  if (!output.alias.empty()) return Figured{output.alias, 2};
  return figured(output.expression);
}

std::optional<Figured> figured_of_case(const tree::Case& choice) {
  if (choice.otherwise) {
    const auto inner = figured(*choice.otherwise);
    if (!inner || inner->strength > 1) return inner;
  }
  return Figured{"case", 1};
}

std::optional<Figured> figured(const tree::Expression& expression) {
  if (const auto* column = expression.as<tree::Column>()) return Figured{column->name(), 2};
  if (const auto* call = expression.as<tree::Call>()) {
    static const std::set<std::string_view> clocks = {"current_timestamp", "localtimestamp",
                                                      "current_date"};
    const bool named = call->parentheses || clocks.contains(call->name.name);
    return named ? std::optional(Figured{call->name.name, 2}) : std::nullopt;
  }
  if (const auto* query = expression.as<tree::SubQuery>()) return figured_of_query(*query);
  if (const auto* choice = expression.as<tree::Case>()) return figured_of_case(*choice);
  if (const auto* cast = expression.as<tree::Cast>()) {
    auto inner = figured(*cast->operand);
    if (!inner || inner->strength > 1) return inner;
    const auto name = internal_name(cast->type);
    return name ? std::optional(Figured{*name, 1}) : std::nullopt;
  }
  if (const auto* collate = expression.as<tree::Collate>()) return figured(*collate->operand);
  if (const auto* literal = expression.as<tree::Literal>())
    if (literal->kind == tree::Literal::Kind::boolean) return std::nullopt;  // since version 15
  const bool plain =
      expression.as<tree::Literal>() != nullptr || expression.as<tree::Operation>() != nullptr ||
      expression.as<tree::Is>() != nullptr || expression.as<tree::In>() != nullptr ||
      expression.as<tree::Between>() != nullptr || expression.as<tree::Like>() != nullptr ||
      expression.as<tree::Parameter>() != nullptr;
  return plain ? std::optional(Figured{}) : std::nullopt;
}

class AggregateFinder : public tree::Visitor {
 public:
  using Visitor::visit;
  void visit(const tree::Query&) override {}
  void visit(const tree::Expression& expression) override {
    const auto* call = expression.as<tree::Call>();
    if (call != nullptr && !call->over) {
      static const std::set<std::string_view> names = {"count", "sum",     "min",      "max",
                                                       "avg",   "bool_or", "bool_and", "every"};
      found = found || names.contains(call->name.name);
    }
    descend(expression);
  }
  bool found = false;
};

}  // namespace

std::optional<std::string> name_of_output(const tree::Expression& expression) {
  const auto found = figured(expression);
  if (!found) return std::nullopt;
  return found->strength == 0 ? "?column?" : found->name;
}

bool aggregates(const tree::Expression& expression) {
  AggregateFinder finder;
  finder.visit(expression);
  return finder.found;
}

}  // namespace understudy::postgres::emulation
