// Values of tsvector, which nothing here calculates with: that the server makes one of a text is
// known, and what it is nobody asks but the server. A column of that type is never known.
#include <algorithm>

#include "protocols/postgres/emulator/typed.hpp"
#include "protocols/postgres/emulator/value_functions.hpp"

namespace understudy::postgres::emulation {

using sql::contents::is_text;
using sql::contents::TableColumn;

namespace of_search {
namespace {

/// What stands for them in a statement; no statement can name it.
const std::string parts_of_vector("parts\0of vector", 15);

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

/// A text that is made a vector, or a weight.
enum class Part : char { text = 't', weight = 'w' };

struct Parts {
  std::string kinds;
  std::vector<tree::Expression> values;
  void add(Part part, const tree::Expression& value) {
    kinds += static_cast<char>(part);
    values.push_back(value);
  }
};

/// Adds that of which it is made; false where it is not one that is sure to be made.
bool add_parts(const tree::Expression& expression, Parts& parts) {
  if (const auto* made = call_of(expression, "to_tsvector", 1))
    return parts.add(Part::text, made->arguments.front()), true;
  if (const auto* weighed = call_of(expression, "setweight", 2)) {
    parts.add(Part::weight, weighed->arguments[1]);
    return add_parts(weighed->arguments[0], parts);
  }
  const auto* joined = expression.as<tree::Operation>();
  return joined != nullptr && joined->op == tree::Operator::concatenate &&
         joined->quantifier == tree::Operation::Quantifier::none &&
         std::ranges::all_of(joined->operands,
                             [&](const tree::Expression& each) { return add_parts(each, parts); });
}

bool has_long_word(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    length = c == ' ' || c == '\n' ? 0 : length + 1;
    if (length > longest_word) return true;
  }
  return false;
}

bool is_weight(std::string_view text) {
  return text.size() == 1 && text.front() >= 'A' && text.front() <= 'D';
}

/// NULL; unsure where the server may refuse one of the values, whose kinds come first, or tell of
/// it.
Given_value searchable(Values values) {
  const std::string kinds = text_in(values[0]);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const std::string& text = text_in(values[i + 1]);
    const bool fits = kinds[i] == static_cast<char>(Part::weight)
                          ? is_weight(text)
                          : text.size() <= longest_text && !has_long_word(text);
    if (!fits) return std::nullopt;
  }
  return Datum();
}

constexpr ValueFunction functions[] = {{"pg_searchable", -1, searchable, true}};

}  // namespace
}  // namespace of_search

std::span<const ValueFunction> text_search_functions() {
  return of_search::functions;
}

/// For a column of tsvector what stands for the value, as a call whose value is NULL; nothing of
/// anything else.
std::optional<tree::Expression> Translator::vector_for(const tree::Expression& expression,
                                                       const TableColumn& column) {
  const tree::Type& type = column.declared;
  of_search::Parts parts;
  const bool vectors = type.name.name == "tsvector" && type.dimensions == 0 && !column.not_null &&
                       !column.given_by_server;
  if (!vectors || !of_search::add_parts(expression, parts)) return std::nullopt;
  tree::Call call;
  call.name = {parts.kinds, of_search::parts_of_vector};
  call.arguments = std::move(parts.values);
  return tree::Expression(tree::Expression::Node(std::move(call)), expression.offset,
                          expression.height);
}

/// The value of vector_for().
std::optional<Typed> Translator::vector(const tree::Call& call, const Scope& scope) {
  if (call.name.name != of_search::parts_of_vector) return std::nullopt;
  std::vector<std::string> texts = {quoted(call.name.schema)};
  for (const tree::Expression& each : call.arguments) {
    const Typed value = expression(each, scope);
    // What has no type is a text here; JSON has vectors of its own.
    if (value.untyped == Untyped::no && !is_text(value.type.kind))
      throw Unsure{"a tsvector of this value"};
    texts.push_back(as_text(value).sql);
  }
  return typed("pg_searchable(" + joined(texts, ", ") + ")", {TypeKind::text});
}

}  // namespace understudy::postgres::emulation
