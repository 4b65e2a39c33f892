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

constexpr std::array<std::string_view, 6> predicate_names = {"any",  "regex", "one_of",
                                                             "uuid", "time",  "range"};

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

struct Condition::Node {
  enum class Kind : std::uint8_t {
    equals,
    any,
    regex,
    one_of,
    range,
    list,
    map
  } kind = Kind::equals;
  Document value;  // equals, one_of
  std::unique_ptr<RE2> regex;
  std::optional<double> low, high;
  std::vector<Node> items;         // list, map
  std::vector<std::string> names;  // map, beside items

  static Node build(const Document& node, const std::string& path,
                    std::vector<std::string>& problems);
  static Node build_predicate(const Document& node, const std::string& path,
                              std::vector<std::string>& problems);
  void set_regex(const std::string& pattern, const std::string& path,
                 std::vector<std::string>& problems);
  void set_range(const Document& range, const std::string& path,
                 std::vector<std::string>& problems);
  [[nodiscard]] bool matches(const Document& asked) const;
  [[nodiscard]] bool matches_list(const Document& asked) const;
  [[nodiscard]] bool matches_map(const Document& asked) const;
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
    for (const auto& [key, value] : node.items()) {
      built.names.push_back(key);
      built.items.push_back(build(value, path + "/" + key, problems));
    }
  } else {
    built.value = node;
  }
  return built;
}

bool Condition::Node::matches_list(const Document& asked) const {
  if (!asked.is_array() || asked.size() != items.size()) return false;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (!items[i].matches(asked[i])) return false;
  return true;
}

bool Condition::Node::matches_map(const Document& asked) const {
  if (!asked.is_object() || asked.size() != items.size()) return false;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (!asked.contains(names[i]) || !items[i].matches(asked[names[i]])) return false;
  return true;
}

bool Condition::Node::matches(const Document& asked) const {
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
    case Kind::list:
      return matches_list(asked);
    case Kind::map:
      return matches_map(asked);
    case Kind::equals:
      return asked == value;
  }
  return false;
}

Condition::Condition(const Document& condition, std::vector<std::string>& problems)
    : root_(std::make_unique<Node>(Node::build(condition, "", problems))) {}
Condition::~Condition() = default;
Condition::Condition(Condition&&) noexcept = default;
Condition& Condition::operator=(Condition&&) noexcept = default;

bool Condition::matches(const Document& request) const {
  return root_->matches(request);
}

}  // namespace understudy::match
