// Values of tsvector, which nothing here calculates with: that the server makes one of a text is
// known, and what it is nobody asks but the server. A column of that type is never known.
#include <algorithm>

#include "protocols/postgres/emulator/typed.hpp"
#include "protocols/postgres/emulator/value_functions.hpp"

namespace understudy::postgres::emulation {

using sql::contents::is_text;
using sql::contents::TableColumn;

namespace {

/// What stands for them in a statement; no statement can name it.
const std::string texts_of_vector("texts\0of vector", 15);

/// A tsvector has a limit, and of longer words the server gives a notice.
constexpr std::size_t longest_text = 200'000, longest_word = 2'000;

const tree::Call* call_of(const tree::Expression& expression, std::string_view name,
                          std::size_t arguments) {
  const auto* call = expression.as<tree::Call>();
  const bool plain = call != nullptr && call->name.name == name &&
                     (call->name.schema.empty() || call->name.schema == "pg_catalog") &&
                     call->arguments.size() == arguments && call->argument_names.empty() &&
                     !call->star && !call->distinct && !call->variadic && !call->filter &&
                     !call->over && call->order.empty();
  return plain ? call : nullptr;
}

bool is_weight(const tree::Expression& expression) {
  const auto* literal = expression.as<tree::Literal>();
  return literal != nullptr && literal->kind == tree::Literal::Kind::string &&
         literal->text.size() == 1 && literal->text.front() >= 'A' && literal->text.front() <= 'D';
}

/// Adds the texts of which it is made; false where it is not one that is sure to be made.
bool add_texts(const tree::Expression& expression, std::vector<tree::Expression>& texts) {
  if (const auto* made = call_of(expression, "to_tsvector", 1)) {
    texts.push_back(made->arguments.front());
    return true;
  }
  if (const auto* weighed = call_of(expression, "setweight", 2))
    return is_weight(weighed->arguments[1]) && add_texts(weighed->arguments[0], texts);
  const auto* joined = expression.as<tree::Operation>();
  return joined != nullptr && joined->op == tree::Operator::concatenate &&
         joined->quantifier == tree::Operation::Quantifier::none &&
         std::ranges::all_of(joined->operands, [&](const tree::Expression& each) {
           return add_texts(each, texts);
         });
}

bool has_long_word(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    length = c == ' ' || c == '\n' ? 0 : length + 1;
    if (length > longest_word) return true;
  }
  return false;
}

/// NULL; unsure where the server may refuse one of the texts, or tell of it.
Given_value searchable(Values values) {
  for (const Datum& each : values)
    if (text_in(each).size() > longest_text || has_long_word(text_in(each))) return std::nullopt;
  return Datum();
}

constexpr ValueFunction functions[] = {{"pg_searchable", -1, searchable, true}};

}  // namespace

std::span<const ValueFunction> text_search_functions() {
  return functions;
}

/// For a column of tsvector what stands for the value, as a call whose value is NULL; nothing of
/// anything else.
std::optional<tree::Expression> Translator::vector_for(const tree::Expression& expression,
                                                       const TableColumn& column) {
  const tree::Type& type = column.declared;
  tree::Call call;
  const bool vectors = type.name.name == "tsvector" && type.dimensions == 0 && !column.not_null &&
                       !column.given_by_server;
  if (!vectors || !add_texts(expression, call.arguments)) return std::nullopt;
  call.name.name = texts_of_vector;
  return tree::Expression(tree::Expression::Node(std::move(call)), expression.offset,
                          expression.height);
}

/// The value of vector_for().
std::optional<Typed> Translator::vector(const tree::Call& call, const Scope& scope) {
  if (call.name.name != texts_of_vector) return std::nullopt;
  std::vector<std::string> texts;
  for (const tree::Expression& each : call.arguments) {
    const Typed value = expression(each, scope);
    // What has no type is a text here; JSON has vectors of its own.
    if (value.untyped == Untyped::no && !is_text(value.type.kind))
      throw Unsure{"a tsvector of this value"};
    texts.push_back(as_text(value).sql);
  }
  may_raise("a tsvector");
  return typed("pg_searchable(" + joined(texts, ", ") + ")", {TypeKind::text});
}

}  // namespace understudy::postgres::emulation
