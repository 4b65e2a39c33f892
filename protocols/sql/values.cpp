#include "protocols/sql/values.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "protocols/sql/lists.hpp"
#include "protocols/sql/statement.hpp"
#include "protocols/sql/value_length.hpp"
#include "protocols/sql/words.hpp"
#include "understudy/request.hpp"

namespace understudy::sql {
namespace {

/// The words of a pattern one by one, quoted identifiers left out, and the slots between them.
class Walk {
 public:
  explicit Walk(std::string_view pattern) : pattern_(pattern) {}

  std::vector<ValueRole> run() {
    while (at_ < pattern_.size()) step();
    return std::move(roles_);
  }

 private:
  void step() {
    const char octet = pattern_[at_];
    if (octet == pattern_escape) {
      at_ += 2;
    } else if (octet == slot_mark) {
      roles_.push_back(making_ ? ValueRole::made : ValueRole::sought);
      ++at_;
    } else if (octet == '"' || octet == '`') {
      const std::size_t end = pattern_.find(octet, at_ + 1);
      at_ = end == std::string_view::npos ? pattern_.size() : end + 1;
    } else if (is_word_octet(octet)) {
      take_word();
    } else {
      ++at_;
    }
  }

  void take_word() {
    word_.clear();
    for (; at_ < pattern_.size() && is_word_octet(pattern_[at_]); ++at_)
      word_ += to_lower(pattern_[at_]);
    if (word_ == "select" || word_ == "with" || word_ == "from" || word_ == "join") spoilt_ = true;
    if (word_ == "insert" || word_ == "replace") inserts_ = true;
    if (word_ == "values" && inserts_) making_ = true;
    if (word_ == "set") making_ = true;
    if (word_ == "where") making_ = false;
    making_ = making_ && !spoilt_;
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  std::string word_;
  std::vector<ValueRole> roles_;
  bool inserts_ = false;
  bool making_ = false;
  bool spoilt_ = false;  // further tables: what is set or inserted may depend on what is there
};

/// The length prefix of a value and the value itself (see append_identity). Nothing at the end.
struct Encoded {
  std::string_view prefix, text;
  bool null = false;
};
std::optional<Encoded> take_value(std::string_view& rest) {
  std::string_view behind = rest;
  std::size_t length = 0;
  if (!take_length(behind, length)) return std::nullopt;
  const Encoded value{rest.substr(0, rest.size() - behind.size()),
                      behind.substr(0, length == 0 ? 0 : length - 1), length == 0};
  rest = behind.substr(value.text.size());
  return value;
}

/// Whether `pattern` holds this word, given in lower case.
bool has_word(std::string_view pattern, std::string_view word) {
  for (std::size_t at = 0; at + word.size() <= pattern.size(); ++at) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_word_octet(pattern[at - 1]);
    const bool ends = end == pattern.size() || !is_word_octet(pattern[end]);
    if (begins && ends && equals_folded(pattern.substr(at, word.size()), word)) return true;
  }
  return false;
}

/// A definition is kept as it was written: what a program makes anew (a default, a date in a
/// comment) stands within its text. One that copies rows looks for what is there.
std::optional<ValueRole> role_in_definition(std::string_view pattern) {
  constexpr std::array<std::string_view, 3> verbs = {"create", "alter", "comment"};
  const auto begins = [&](std::string_view verb) {
    return pattern.size() > verb.size() && pattern[verb.size()] == ' ' &&
           equals_folded(pattern.substr(0, verb.size()), verb);
  };
  if (std::ranges::none_of(verbs, begins)) return std::nullopt;
  return has_word(pattern, "select") ? ValueRole::sought : ValueRole::made;
}

void append_value(std::string_view text, std::string& canonical) {
  append_length(text.size() + 1, canonical);
  canonical += text;
}

}  // namespace

std::vector<ValueRole> roles_of(std::string_view pattern) {
  return Walk(pattern).run();
}

std::string map_values(std::string_view canonical, const ValueMap& map) {
  const std::string_view pattern = pattern_of(canonical);
  std::string mapped(canonical.substr(0, std::min(pattern.size() + 1, canonical.size())));
  std::string_view rest = canonical.substr(mapped.size());
  bool changed = false;
  if (const auto role = role_in_definition(pattern))
    if (const auto other = map(pattern, *role)) {
      mapped.replace(0, pattern.size(), *other);
      changed = true;
    }
  for (const ValueRole role : roles_of(pattern)) {
    const auto value = take_value(rest);
    if (!value) break;
    const auto other = value->null ? std::nullopt : map(value->text, role);
    changed |= other.has_value();
    if (other)
      append_value(*other, mapped);
    else
      mapped.append(value->prefix).append(value->text);
  }
  if (!changed) return std::string(canonical);
  sort_lists(mapped);
  return mapped.append(rest);  // the data of a COPY, say
}

}  // namespace understudy::sql
