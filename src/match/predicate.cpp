#include "match/predicate.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "understudy/document_text.hpp"

namespace understudy::match {
namespace {

constexpr std::array<std::string_view, 8> predicate_names = {"any",  "regex", "one_of",   "uuid",
                                                             "time", "range", "includes", "absent"};

constexpr const char* uuid_pattern =
    "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
// Dates and times as ISO 8601 and SQL write them, and epoch seconds, milliseconds, microseconds.
constexpr const char* time_pattern =
    "\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?( ?(Z|[+-]\\d{2}(:?\\d{2})?))?)?"
    "|\\d{10}|\\d{13}|\\d{16}";

std::string text_of(const Document& value) {
  return value.is_string() || value.is_binary() ? octets_of(value) : json_text(value);
}

std::optional<double> number_of(const Document& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const bool whole = !text.empty() && end == text.c_str() + text.size();
  return whole && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

}  // namespace

/// One place of a request in its two descriptions; null where it is not there.
struct Condition::Asked {
  const Document* described = nullptr;
  const Document* whole = nullptr;

  [[nodiscard]] Asked member(const std::string& name) const {
    const auto in = [&](const Document* map) -> const Document* {
      if (map == nullptr || !map->is_object()) return nullptr;
      const auto found = map->find(name);
      return found == map->end() ? nullptr : &*found;
    };
    return {in(described), in(whole)};
  }
  [[nodiscard]] Asked item(std::size_t index) const {
    const auto in = [&](const Document* list) -> const Document* {
      return list == nullptr || !list->is_array() || index >= list->size() ? nullptr
                                                                           : &(*list)[index];
    };
    return {in(described), in(whole)};
  }
  /// Whether either of them is so.
  template <class Test>
  [[nodiscard]] bool either(Test&& test) const {
    return (described != nullptr && test(*described)) || (whole != nullptr && test(*whole));
  }
};

struct Condition::Node {
  enum class Kind : std::uint8_t {
    equals,
    any,
    regex,
    one_of,
    range,
    list,
    map,
    includes,
    absent
  } kind = Kind::equals;
  Document value;  // equals, one_of
  std::unique_ptr<RE2> regex;
  std::optional<double> low, high;
  std::vector<Node> items;         // list, map, includes
  std::vector<std::string> names;  // map, includes, beside items

  static Node build(const Document& node, const std::string& path,
                    std::vector<std::string>& problems);
  static Node build_predicate(const Document& node, const std::string& path,
                              std::vector<std::string>& problems);
  void set_regex(const std::string& pattern, const std::string& path,
                 std::vector<std::string>& problems);
  void set_range(const Document& range, const std::string& path,
                 std::vector<std::string>& problems);
  void set_members(const Document& members, const std::string& path,
                   std::vector<std::string>& problems);
  [[nodiscard]] bool matches(const Asked& asked) const;
  [[nodiscard]] bool matches_leaf(const Document& asked) const;
  [[nodiscard]] bool matches_list(const Asked& asked) const;
  [[nodiscard]] bool matches_members(const Asked& asked) const;
  [[nodiscard]] bool has_size_of(const Document& asked) const;
};

bool Condition::is_predicate(const Document& node) {
  return node.is_object() && node.size() == 1 &&
         std::ranges::find(predicate_names, node.begin().key()) != predicate_names.end();
}

void Condition::Node::set_regex(const std::string& pattern, const std::string& path,
                                std::vector<std::string>& problems) {
  kind = Kind::regex;
  RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  regex = std::make_unique<RE2>(pattern, options);
  if (!regex->ok()) problems.push_back(fmt::format("{}: bad regex: {}", path, regex->error()));
}

void Condition::Node::set_range(const Document& range, const std::string& path,
                                std::vector<std::string>& problems) {
  kind = Kind::range;
  if (!range.is_array() || range.size() != 2) {
    problems.push_back(
        fmt::format("{}: a range is a list of two numbers, null for no bound", path));
    return;
  }
  low = number_of(range[0]);
  high = number_of(range[1]);
}

Condition::Node Condition::Node::build_predicate(const Document& node, const std::string& path,
                                                 std::vector<std::string>& problems) {
  Node built;
  const std::string name = node.begin().key();
  const Document& option = node.begin().value();
  if (name == "any") {
    built.kind = Kind::any;
  } else if (name == "uuid") {
    built.set_regex(uuid_pattern, path, problems);
  } else if (name == "time") {
    built.set_regex(time_pattern, path, problems);
  } else if (name == "range") {
    built.set_range(option, path, problems);
  } else if (name == "includes") {
    built.kind = Kind::includes;
    built.set_members(option, path, problems);
    if (!option.is_object()) problems.push_back(fmt::format("{}: includes is a map", path));
  } else if (name == "absent") {
    built.kind = Kind::absent;
  } else if (name == "regex") {
    if (option.is_string())
      built.set_regex(option.get<std::string>(), path, problems);
    else
      problems.push_back(fmt::format("{}: a regex is a text", path));
  } else {
    built.kind = Kind::one_of;
    built.value = option;
    if (!option.is_array()) problems.push_back(fmt::format("{}: one_of is a list of values", path));
  }
  return built;
}

Condition::Node Condition::Node::build(const Document& node, const std::string& path,
                                       std::vector<std::string>& problems) {
  if (is_predicate(node)) return build_predicate(node, path, problems);
  Node built;
  if (node.is_array()) {
    built.kind = Kind::list;
    for (std::size_t i = 0; i < node.size(); ++i)
      built.items.push_back(build(node[i], fmt::format("{}/{}", path, i), problems));
  } else if (node.is_object()) {
    built.kind = Kind::map;
    built.set_members(node, path, problems);
  } else {
    built.value = node;
  }
  return built;
}

void Condition::Node::set_members(const Document& members, const std::string& path,
                                  std::vector<std::string>& problems) {
  if (!members.is_object()) return;
  for (const auto& [key, member] : members.items()) {
    names.push_back(key);
    items.push_back(build(member, path + "/" + key, problems));
  }
}

bool Condition::Node::has_size_of(const Document& asked) const {
  const auto present =
      std::ranges::count_if(items, [](const Node& item) { return item.kind != Kind::absent; });
  return asked.is_structured() && asked.size() == static_cast<std::size_t>(present);
}

bool Condition::Node::matches_list(const Asked& asked) const {
  if (!asked.either([this](const Document& one) { return one.is_array() && has_size_of(one); }))
    return false;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (!items[i].matches(asked.item(i))) return false;
  return true;
}

bool Condition::Node::matches_members(const Asked& asked) const {
  const bool is_map = asked.either([this](const Document& one) {
    return one.is_object() && (kind == Kind::includes || has_size_of(one));
  });
  if (!is_map) return false;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (!items[i].matches(asked.member(names[i]))) return false;
  return true;
}

bool Condition::Node::matches(const Asked& asked) const {
  switch (kind) {
    case Kind::absent:
      return asked.described == nullptr && asked.whole == nullptr;
    case Kind::list:
      return matches_list(asked);
    case Kind::map:
    case Kind::includes:
      return matches_members(asked);
    default:
      return asked.either([this](const Document& one) { return matches_leaf(one); });
  }
}

bool Condition::Node::matches_leaf(const Document& asked) const {
  switch (kind) {
    case Kind::any:
      return true;
    case Kind::regex:
      return !asked.is_null() && RE2::FullMatch(text_of(asked), *regex);
    case Kind::one_of:
      return std::ranges::find(value, asked) != value.end();
    case Kind::range: {
      const auto number = number_of(asked);
      return number && (!low || *number >= *low) && (!high || *number <= *high);
    }
    default:
      return asked == value;
  }
}

Condition::Condition(const Document& condition, std::vector<std::string>& problems)
    : root_(std::make_unique<Node>(Node::build(condition, "", problems))) {}
Condition::~Condition() = default;
Condition::Condition(Condition&&) noexcept = default;
Condition& Condition::operator=(Condition&&) noexcept = default;

bool Condition::matches(const Document& described, const Document& whole) const {
  return root_->matches({&described, whole.is_null() ? nullptr : &whole});
}

}  // namespace understudy::match
