// nextval(), setval() and pg_get_serial_sequence() as all that a query shows.
#include <algorithm>
#include <limits>

#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {
namespace {

using sql::contents::Default;

/// A name as regclass reads it: folded where it has no quotes. Nothing for other forms.
std::optional<tree::Name> read_name(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    std::string part;
    if (text.starts_with('"')) {
      const std::size_t end = text.find('"', 1);
      if (end == std::string_view::npos || end == 1) return std::nullopt;
      part = text.substr(1, end - 1);
      text.remove_prefix(end + 1);
    } else {
      const std::size_t end = std::min(text.find('.'), text.size());
      for (const char c : text.substr(0, end)) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(c >= '0' && c <= '9' && !part.empty())) return std::nullopt;
        part += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
      if (part.empty()) return std::nullopt;
      text.remove_prefix(end);
    }
    parts.push_back(std::move(part));
    if (text.empty()) break;
    if (!text.starts_with('.') || parts.size() == 2) return std::nullopt;
    text.remove_prefix(1);
  }
  return parts.size() == 1 ? tree::Name{"", parts[0]} : tree::Name{parts[0], parts[1]};
}

const std::string* literal_in(const tree::Expression& expression) {
  const tree::Expression* inner = &expression;
  if (const auto* cast = inner->as<tree::Cast>()) {
    if (cast->type.name.name != "regclass" && cast->type.name.name != "text") return nullptr;
    inner = &*cast->operand;
  }
  const auto* literal = inner->as<tree::Literal>();
  return literal != nullptr && literal->kind == tree::Literal::Kind::string ? &literal->text
                                                                            : nullptr;
}

bool is_built_in(const tree::Call& call, std::string_view name) {
  return call.name.name == name && (call.name.schema.empty() || call.name.schema == "pg_catalog") &&
         !call.star && !call.distinct && !call.filter && !call.over && call.order.empty() &&
         !call.variadic && call.argument_names.empty();
}

std::string quoted_name(const std::string& name) {
  const bool plain =
      !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      });
  return plain ? name : "\"" + name + "\"";
}

std::int64_t most_of(TypeKind kind) {
  return limits_of(kind == TypeKind::int2 || kind == TypeKind::int4 ? kind : TypeKind::int8).high;
}

}  // namespace

/// `schema.name` of the sequence that belongs to a column; nothing where that is not known.
std::optional<std::string> Translator::serial_sequence(const tree::Call& call) const {
  if (call.arguments.size() != 2) return std::nullopt;
  const std::string *const table = literal_in(call.arguments[0]), *const column =
                                                                      literal_in(call.arguments[1]);
  const auto name = table != nullptr ? read_name(*table) : std::nullopt;
  if (!name || column == nullptr) return std::nullopt;
  const auto found = book_.tables.find(key_of(*name));
  if (found == book_.tables.end()) return std::nullopt;
  const auto place = found->second.definition->column(*column);
  if (!place) return std::nullopt;
  const Default& preset = found->second.definition->columns[*place].default_;
  if (preset.kind != Default::Kind::number || preset.named.empty()) return std::nullopt;
  const std::size_t dot = preset.named.find('.');
  if (dot == std::string::npos) return "public." + quoted_name(preset.named);
  return quoted_name(preset.named.substr(0, dot)) + "." + quoted_name(preset.named.substr(dot + 1));
}

Plan::SequenceUse Translator::sequence_named(const tree::Expression& expression) const {
  const auto* call = expression.as<tree::Call>();
  std::optional<std::string> text;
  if (call != nullptr && is_built_in(*call, "pg_get_serial_sequence")) {
    text = serial_sequence(*call);
  } else if (const std::string* literal = literal_in(expression)) {
    text = *literal;
  }
  const auto name = text ? read_name(*text) : std::nullopt;
  if (!name) throw Unsure{"which sequence is meant"};
  const std::string key = key_of(*name);
  if (const auto found = book_.sequences.find(key); found != book_.sequences.end())
    return {{found->second.id, 0},
            found->second.increment,
            std::numeric_limits<std::int64_t>::max(),
            false};
  for (const auto& [table, state] : book_.tables)
    for (std::size_t i = 0; i < state.definition->columns.size(); ++i) {
      const auto& column = state.definition->columns[i];
      if (column.default_.kind == Default::Kind::number && column.default_.named == key &&
          column.default_.sequence.empty())
        return {{state.definition->id, i}, 1, most_of(column.type.kind), false};
    }
  throw Unsure{"what is known of sequence " + key};
}

bool Translator::sequence_call(const tree::Query& query, Plan& plan) {
  const auto* select = query.as<tree::Select>();
  const auto* call = select != nullptr && select->outputs.size() == 1
                         ? select->outputs.front().expression.as<tree::Call>()
                         : nullptr;
  if (call == nullptr || outermost_ != nullptr) return false;
  const bool next = is_built_in(*call, "nextval"), sets = is_built_in(*call, "setval");
  const bool names = is_built_in(*call, "pg_get_serial_sequence");
  if (!next && !sets && !names) return false;
  const bool bare = query.with.tables.empty() && query.order.empty() && !query.limit &&
                    !query.offset && query.locking.empty() && !select->distinct &&
                    select->distinct_on.empty() && select->into.empty() && select->group.empty() &&
                    !select->having && select->windows.empty();
  if (!bare || ((next || names) && (!select->from.empty() || select->where)))
    throw Unsure{"numbers of a sequence in this query"};
  const std::string& alias = select->outputs.front().alias;
  const std::string shown = alias.empty() ? call->name.name : alias;
  if (names) {
    const auto name = serial_sequence(*call);
    if (!name) throw Unsure{"which sequence is meant"};
    Bound bound;
    bound.type = {TypeKind::text};
    bound.constant = *name;
    plan.text.sql = "SELECT " + bind(std::move(bound));
    plan.shown.push_back({shown, {TypeKind::text}, std::nullopt, {}, false});
    return true;
  }
  if (call->arguments.empty() || (next && call->arguments.size() != 1) ||
      (sets && (call->arguments.size() < 2 || call->arguments.size() > 3)))
    throw Unsure{"the function " + call->name.name};
  plan.action = Plan::Action::number;
  plan.sequence = sequence_named(call->arguments.front());
  plan.shown.push_back({shown, {TypeKind::int8}, std::nullopt, {}, false});
  if (next) return true;
  plan.sequence->sets = true;
  tree::Query source = query;
  auto& outputs = std::get<tree::Select>(source.body).outputs;
  outputs = {{call->arguments[1], "number"}};
  if (call->arguments.size() == 3) outputs.push_back({call->arguments[2], "called"});
  Scope scope{outermost_, {}};
  const Whole made = whole(source, scope, true);
  const Typed number = coerced(made.parts.outputs.front(), {TypeKind::int8});
  std::vector<std::string> list = {number.sql};
  if (!sql::contents::is_whole(number.type.kind)) throw Unsure{"the number of a sequence"};
  if (made.parts.outputs.size() == 2) {
    const Typed called = coerced(made.parts.outputs[1], boolean_type);
    if (called.type.kind != TypeKind::boolean) throw Unsure{"the number of a sequence"};
    list.push_back(called.sql);
  } else {
    list.push_back("1");
  }
  Plan& values = plan.sources.emplace_back();
  values.shown.resize(2);
  values.text.sql = select_of(made, std::move(list));
  values.text.bounds = std::exchange(bounds_, {});
  return true;
}

}  // namespace understudy::postgres::emulation
