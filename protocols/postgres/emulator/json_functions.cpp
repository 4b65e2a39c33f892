// Functions of json and jsonb.
#include <algorithm>

#include "protocols/postgres/emulator/decimal.hpp"
#include "protocols/postgres/emulator/json_node.hpp"
#include "protocols/postgres/emulator/value_functions.hpp"
#include "understudy/document.hpp"

namespace understudy::postgres::emulation {
namespace of_json {
namespace {

using sql::contents::is_null;
using Kind = JsonNode::Kind;

/// The element at that place; from the end where it is below 0.
const JsonNode* at(const JsonNode& node, std::int64_t index) {
  const auto size = static_cast<std::int64_t>(node.elements.size());
  if (node.kind != Kind::array) return nullptr;
  if (index < 0) index += size;
  return index < 0 || index >= size ? nullptr : &node.elements[static_cast<std::size_t>(index)];
}

/// A text that is nothing but a whole number.
std::optional<std::int64_t> index_of(std::string_view text) {
  const auto number = read_decimal(text);
  const bool plain = number && text.find('.') == std::string_view::npos && text.size() < 9 &&
                     !text.starts_with('+');
  return plain ? std::optional(static_cast<std::int64_t>(number->value)) : std::nullopt;
}

const JsonNode* inside(const JsonNode& node, const Datum& key) {
  if (const auto* index = std::get_if<std::int64_t>(&key)) return at(node, *index);
  return node.kind == Kind::object ? node.member(text_in(key)) : nullptr;
}

const JsonNode* inside(const JsonNode* node, const Elements& path) {
  for (const auto& step : path) {
    if (node == nullptr || !step) return nullptr;
    if (node->kind == Kind::array) {
      const auto index = index_of(*step);
      node = index ? at(*node, *index) : nullptr;
    } else {
      node = node->kind == Kind::object ? node->member(*step) : nullptr;
    }
  }
  return node;
}

/// As jsonb and json show it. The text of jsonb is in its own form already.
Datum spelled(const JsonNode* node) {
  return node == nullptr ? Datum() : Datum(std::string(node->spelled));
}
Datum as_text(const JsonNode* node) {
  if (node == nullptr || node->kind == Kind::null) return {};
  return node->kind == Kind::string ? Datum(node->text) : Datum(std::string(node->spelled));
}

template <Datum (*show)(const JsonNode*)>
Given_value get(Values values) {
  const auto node = read_json(text_in(values[0]));
  return node ? std::optional(show(inside(*node, values[1]))) : std::nullopt;
}
template <Datum (*show)(const JsonNode*)>
Given_value get_path(Values values) {
  const auto node = read_json(text_in(values[0]));
  const auto path = elements_of(text_in(values[1]));
  return node && path ? std::optional(show(inside(&*node, *path))) : std::nullopt;
}

bool same(const JsonNode& a, const JsonNode& b);

bool same_members(const JsonNode& a, const JsonNode& b) {
  const auto held = [](const JsonNode& node, const JsonNode& other) {
    return std::ranges::all_of(node.members, [&](const auto& each) {
      const JsonNode* const theirs = other.member(each.first);
      return theirs != nullptr && same(*node.member(each.first), *theirs);
    });
  };
  return held(a, b) && held(b, a);
}

bool same(const JsonNode& a, const JsonNode& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::null:
      return true;
    case Kind::number: {
      const auto x = read_decimal(a.text), y = read_decimal(b.text);
      return x && y ? compared(*x, *y) == 0 : a.text == b.text;
    }
    case Kind::array:
      return std::ranges::equal(a.elements, b.elements, same);
    case Kind::object:
      return same_members(a, b);
    default:
      return a.text == b.text;
  }
}

bool contains(const JsonNode& a, const JsonNode& b, bool top = false) {
  if (a.kind == Kind::object && b.kind == Kind::object)
    return std::ranges::all_of(b.members, [&](const auto& each) {
      const JsonNode* const own = a.member(each.first);
      return own != nullptr && contains(*own, *b.member(each.first));
    });
  if (a.kind == Kind::array && b.kind == Kind::array)
    return std::ranges::all_of(b.elements, [&](const JsonNode& each) {
      return std::ranges::any_of(a.elements,
                                 [&](const JsonNode& own) { return contains(own, each); });
    });
  const bool scalar = b.kind != Kind::array && b.kind != Kind::object;
  if (top && a.kind == Kind::array && scalar)
    return std::ranges::any_of(a.elements, [&](const JsonNode& own) { return same(own, b); });
  return scalar && same(a, b);
}

template <class Make>
Given_value of_two(Values values, const Make& make) {
  const auto a = read_json(text_in(values[0])), b = read_json(text_in(values[1]));
  return a && b ? make(*a, *b) : Given_value();
}

Given_value contains_json(Values values) {
  return of_two(values, [](const JsonNode& a, const JsonNode& b) -> Given_value {
    return truth_of(contains(a, b, true));
  });
}
Given_value is_same(Values values) {
  return of_two(values, [](const JsonNode& a, const JsonNode& b) -> Given_value {
    return truth_of(same(a, b));
  });
}

bool has_key(const JsonNode& node, const std::string& key) {
  if (node.kind == Kind::object) return node.member(key) != nullptr;
  if (node.kind == Kind::string) return node.text == key;
  return std::ranges::any_of(node.elements, [&](const JsonNode& each) {
    return each.kind == Kind::string && each.text == key;
  });
}
Given_value exists(Values values) {
  const auto node = read_json(text_in(values[0]));
  return node ? std::optional(truth_of(has_key(*node, text_in(values[1])))) : std::nullopt;
}
template <bool all>
Given_value exist(Values values) {
  const auto node = read_json(text_in(values[0]));
  const auto keys = elements_of(text_in(values[1]));
  if (!node || !keys) return std::nullopt;
  bool some = false, every = true;
  for (const auto& each : *keys) {
    if (!each) continue;
    const bool has = has_key(*node, *each);
    some = some || has;
    every = every && has;
  }
  return truth_of(all ? every : some);
}

// ---- changed ----

void put(JsonNode& object, const std::string& name, const JsonNode& node) {
  std::erase_if(object.members, [&](const auto& each) { return each.first == name; });
  object.members.emplace_back(name, node);
}

Given_value concatenated(Values values) {
  return of_two(values, [](const JsonNode& a, const JsonNode& b) -> Given_value {
    JsonNode result = a;
    if (a.kind == Kind::object && b.kind == Kind::object) {
      for (const auto& [name, member] : b.members) put(result, name, member);
      return Datum(print_jsonb(result));
    }
    if (a.kind == Kind::object || b.kind == Kind::object) {
      const bool arrays = a.kind == Kind::array || b.kind == Kind::array;
      if (!arrays) return std::nullopt;
    }
    JsonNode array{Kind::array};
    for (const JsonNode* each : {&a, &b})
      if (each->kind == Kind::array)
        array.elements.insert(array.elements.end(), each->elements.begin(), each->elements.end());
      else
        array.elements.push_back(*each);
    return Datum(print_jsonb(array));
  });
}

Given_value without(Values values) {
  auto node = read_json(text_in(values[0]));
  if (!node || (node->kind != Kind::object && node->kind != Kind::array)) return std::nullopt;
  if (const auto* index = std::get_if<std::int64_t>(&values[1])) {
    if (node->kind != Kind::array) return std::nullopt;
    if (const JsonNode* found = at(*node, *index))
      node->elements.erase(node->elements.begin() + (found - node->elements.data()));
    return Datum(print_jsonb(*node));
  }
  const std::string& key = text_in(values[1]);
  std::erase_if(node->members, [&](const auto& each) { return each.first == key; });
  std::erase_if(node->elements, [&](const JsonNode& each) {
    return each.kind == Kind::string && each.text == key;
  });
  return Datum(print_jsonb(*node));
}

/// False where the server may refuse it.
bool set_at(JsonNode& node, std::span<const std::optional<std::string>> path, const JsonNode& value,
            bool creates) {
  if (!path.front()) return false;
  const bool last = path.size() == 1;
  if (node.kind == Kind::object) {
    const JsonNode* const found = node.member(*path.front());
    if (found == nullptr) {
      if (last && creates) put(node, *path.front(), value);
      return true;
    }
    JsonNode changed = last ? value : *found;
    if (!last && !set_at(changed, path.subspan(1), value, creates)) return false;
    put(node, *path.front(), changed);
    return true;
  }
  if (node.kind != Kind::array) return true;
  const auto index = index_of(*path.front());
  if (!index) return false;
  const auto size = static_cast<std::int64_t>(node.elements.size());
  const std::int64_t place = *index < 0 ? *index + size : *index;
  if (place >= 0 && place < size) {
    JsonNode& found = node.elements[static_cast<std::size_t>(place)];
    if (!last) return set_at(found, path.subspan(1), value, creates);
    found = value;
    return true;
  }
  if (!last || !creates) return true;
  node.elements.insert(place < 0 ? node.elements.begin() : node.elements.end(), value);
  return true;
}

Given_value set(Values values) {
  auto node = read_json(text_in(values[0]));
  const auto path = elements_of(text_in(values[1]));
  const auto value = read_json(text_in(values[2]));
  const bool creates = values.size() < 4 || number_in(values[3]) != 0;
  if (!node || !path || !value || (node->kind != Kind::object && node->kind != Kind::array))
    return std::nullopt;
  if (path->empty()) return values[0];
  if (!set_at(*node, *path, *value, creates)) return std::nullopt;
  return Datum(print_jsonb(*node));
}

void strip(JsonNode& node) {
  std::erase_if(node.members, [](const auto& each) { return each.second.kind == Kind::null; });
  for (auto& [name, member] : node.members) strip(member);
  for (JsonNode& each : node.elements) strip(each);
}
Given_value stripped(Values values) {
  auto node = read_json(text_in(values[0]));
  if (!node) return std::nullopt;
  strip(*node);
  return Datum(print_jsonb(*node));
}

// ---- made ----

/// `values`: of each its kind (n: as it is, q: quoted) and its text. In the form of jsonb or json.
template <bool binary>
Given_value build_object(Values values) {
  std::string text = "{";
  for (std::size_t i = 0; i + 3 < values.size(); i += 4) {
    if (is_null(values[i + 1])) return std::nullopt;
    if (i > 0) text += ", ";
    append_json_string(text_in(values[i + 1]), text);
    text += binary ? ": " : " : ";
    if (is_null(values[i + 3]))
      text += "null";
    else if (text_in(values[i + 2]) == "q")
      append_json_string(text_in(values[i + 3]), text);
    else
      text += text_in(values[i + 3]);
  }
  text += '}';
  if (!binary) return Datum(text);
  const auto node = read_json(text);
  return node ? std::optional(Datum(print_jsonb(*node))) : std::nullopt;
}

template <bool binary>
Given_value build_array(Values values) {
  std::string text = "[";
  for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
    if (i > 0) text += ", ";
    if (is_null(values[i + 1]))
      text += "null";
    else if (text_in(values[i]) == "q")
      append_json_string(text_in(values[i + 1]), text);
    else
      text += text_in(values[i + 1]);
  }
  text += ']';
  if (!binary) return Datum(text);
  const auto node = read_json(text);
  return node ? std::optional(Datum(print_jsonb(*node))) : std::nullopt;
}

/// Of text that is to be a JSON string.
Given_value quoted(Values values) {
  std::string text;
  append_json_string(text_in(values[0]), text);
  return Datum(text);
}

/// As JSON spells a moment: with T between date and time.
Given_value json_moment(Values values) {
  std::string text = text_in(values[0]);
  const std::size_t space = text.find(' ');
  if (space != std::string::npos) text[space] = 'T';
  // A zone has its minutes.
  const std::size_t sign =
      text.find_first_of("+-", space == std::string::npos ? text.size() : space);
  if (sign != std::string::npos && text.size() == sign + 3) text += ":00";
  return Datum(text);
}

// ---- asked ----

Given_value kind_of(Values values) {
  const auto node = read_json(text_in(values[0]));
  if (!node) return std::nullopt;
  constexpr const char* names[] = {"null", "boolean", "number", "string", "array", "object"};
  return Datum(std::string(names[static_cast<std::size_t>(node->kind)]));
}
Given_value array_length(Values values) {
  const auto node = read_json(text_in(values[0]));
  if (!node || node->kind != Kind::array) return std::nullopt;
  return Datum(static_cast<std::int64_t>(node->elements.size()));
}

/// Rows of a set, as a JSON list. `kind`: e of elements, t of them as texts, k of keys, p of keys
/// with values, q of keys with them as texts.
Given_value listed(Values values) {
  const auto node = read_json(text_in(values[0]));
  const std::string& kind = text_in(values[1]);
  const bool of_array = kind == "e" || kind == "t";
  if (!node || node->kind != (of_array ? Kind::array : Kind::object)) return std::nullopt;
  std::string json = "[";
  const auto add = [&](const Datum& value) {
    json += is_null(value) ? std::string("null") : quoted_json_text(text_in(value));
  };
  for (const JsonNode& each : node->elements) {
    if (json.size() > 1) json += ',';
    add(kind == "e" ? spelled(&each) : as_text(&each));
  }
  for (const auto& [name, member] : node->members) {
    if (json.size() > 1) json += ',';
    if (kind == "k") {
      json += quoted_json_text(name);
      continue;
    }
    json += '[' + quoted_json_text(name) + ',';
    add(kind == "p" ? spelled(&member) : as_text(&member));
    json += ']';
  }
  return Datum(json + "]");
}

constexpr ValueFunction functions[] = {{"pg_json_get", 2, get<spelled>},
                                       {"pg_json_get_text", 2, get<as_text>},
                                       {"pg_json_path", 2, get_path<spelled>},
                                       {"pg_json_path_text", 2, get_path<as_text>},
                                       {"pg_json_contains", 2, contains_json},
                                       {"pg_json_same", 2, is_same},
                                       {"pg_json_exists", 2, exists},
                                       {"pg_json_exists_any", 2, exist<false>},
                                       {"pg_json_exists_all", 2, exist<true>},
                                       {"pg_json_concat", 2, concatenated},
                                       {"pg_json_without", 2, without},
                                       {"pg_json_set", 3, set},
                                       {"pg_json_set", 4, set},
                                       {"pg_json_strip", 1, stripped},
                                       {"pg_json_object", -1, build_object<false>, true},
                                       {"pg_jsonb_object", -1, build_object<true>, true},
                                       {"pg_json_array", -1, build_array<false>, true},
                                       {"pg_jsonb_array", -1, build_array<true>, true},
                                       {"pg_json_quoted", 1, quoted},
                                       {"pg_json_moment", 1, json_moment},
                                       {"pg_json_typeof", 1, kind_of},
                                       {"pg_json_array_length", 1, array_length},
                                       {"pg_json_listed", 2, listed}};

}  // namespace
}  // namespace of_json

std::string quoted_json_text(std::string_view text) {
  std::string quoted;
  append_json_string(text, quoted);
  return quoted;
}

std::span<const ValueFunction> json_functions() {
  return of_json::functions;
}

}  // namespace understudy::postgres::emulation
