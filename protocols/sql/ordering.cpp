#include <algorithm>
#include <array>

#include "protocols/sql/statement.hpp"
#include "protocols/sql/values.hpp"
#include "protocols/sql/words.hpp"
#include "understudy/protocol.hpp"

namespace understudy::sql {
namespace {

/// The words, quoted identifiers and operators of a pattern, all in small letters.
std::vector<std::string> tokens_of(std::string_view pattern) {
  constexpr std::string_view operators = "<>=!@#&|~?-+*/%^";
  std::vector<std::string> tokens;
  for (std::size_t at = 0; at < pattern.size();) {
    const char first = pattern[at];
    std::size_t end = at + 1;
    if (first == '"' || first == '`') {
      end = std::min(pattern.find(first, end), pattern.size());
      tokens.emplace_back(pattern.substr(at + 1, end - at - 1));
      at = end + 1;
      continue;
    }
    const auto extend = [&](auto belongs) {
      while (end < pattern.size() && belongs(pattern[end])) ++end;
    };
    if (is_word_octet(first))
      extend(is_word_octet);
    else if (operators.find(first) != std::string_view::npos)
      extend([&](char octet) { return operators.find(octet) != std::string_view::npos; });
    if (first != ' ') tokens.emplace_back(pattern.substr(at, end - at));
    at = end;
  }
  for (std::string& token : tokens) std::ranges::transform(token, token.begin(), to_lower);
  return tokens;
}

bool is_name(const std::string& token) {
  return !token.empty() && is_word_octet(token[0]) && (token[0] < '0' || token[0] > '9');
}

bool is_plain_number(std::string_view token) {
  return !token.empty() && token[0] >= '0' && token[0] <= '9';
}

bool is_slot(const std::string& token) {
  return token.size() == 1 && token[0] == slot_mark;
}

class Orderings {
 public:
  explicit Orderings(std::string_view pattern) : tokens_(tokens_of(pattern)) {}

  std::vector<std::string> run() {
    if (defines_alone()) return {};
    for (at_ = 0; at_ < tokens_.size(); ++at_) {
      const std::string& token = tokens_[at_];
      if (token == "by" && at_ > 0 && tokens_[at_ - 1] == "order") take_terms();
      if ((token == "min" || token == "max" || token == "greatest" || token == "least") &&
          token_at(at_ + 1) == "(")
        add_operand(at_ + 2, ")");
      if (token == "between") add_left();
      if (token == "<" || token == ">" || token == "<=" || token == ">=") add_both();
    }
    return std::move(names_);
  }

 private:
  /// A new table has no rows that its conditions could compare.
  [[nodiscard]] bool defines_alone() const {
    return token_at(0) == "create" && token_at(1) == "table" &&
           std::ranges::count(tokens_, "select") == 0 && std::ranges::count(tokens_, "table") == 1;
  }

  [[nodiscard]] std::string_view token_at(std::size_t at) const {
    return at < tokens_.size() ? std::string_view(tokens_[at]) : std::string_view();
  }

  void add(std::string_view name) {
    if (std::ranges::find(names_, name) == names_.end()) names_.emplace_back(name);
  }

  /// `name` or `table.name` from `from` on, before `end`; an expression orders by anything.
  void add_operand(std::size_t from, std::string_view end) {
    while (token_at(from + 1) == ".") from += 2;
    const bool plain = from < tokens_.size() && is_name(tokens_[from]);
    add(plain && token_at(from + 1) == end ? token_at(from) : Protocol::by_anything);
  }

  void take_terms() {
    static constexpr std::array<std::string_view, 6> behind = {"asc",   "desc", "nulls",
                                                               "first", "last", "collate"};
    static constexpr std::array<std::string_view, 8> ends = {"limit", "offset", "fetch", "for",
                                                             "union", ")",      ";",     "lock"};
    const auto is_end = [](std::string_view token) {
      return token.empty() || std::ranges::find(ends, token) != ends.end();
    };
    for (std::size_t at = at_ + 1; !is_end(token_at(at)); ++at) {
      while (token_at(at + 1) == ".") at += 2;
      const std::string_view next = token_at(at + 1);
      const bool plain = is_name(tokens_[at]) && (next == "," || is_end(next) ||
                                                  std::ranges::find(behind, next) != behind.end());
      add(plain ? token_at(at) : Protocol::by_anything);
      if (!plain) return;
      while (!is_end(token_at(at)) && token_at(at) != ",") ++at;
      if (token_at(at) != ",") return;
    }
  }

  void add_left() {
    if (at_ == 0) return add(Protocol::by_anything);
    const std::string& left = tokens_[at_ - 1];
    const std::string_view before = at_ > 1 ? token_at(at_ - 2) : std::string_view();
    if (left == ")") return add_call();
    if (is_slot(left)) {
      if (!begins_operand(before)) add(Protocol::by_anything);
      return;
    }
    add(is_name(left) && before != ":" ? std::string_view(left) : Protocol::by_anything);
  }

  static bool begins_operand(std::string_view before) {
    static constexpr std::array<std::string_view, 8> words = {"where", "and", "or",   "not",
                                                              "on",    "(",   "when", "having"};
    return std::ranges::find(words, before) != words.end();
  }

  /// `count(*) >`, `date(created) <`
  void add_call() {
    static constexpr std::array<std::string_view, 6> numeric = {"count", "sum",    "avg",
                                                                "abs",   "length", "char_length"};
    std::size_t open = at_ - 1;
    for (int depth = 1; depth > 0 && open > 0;) {
      --open;
      depth += tokens_[open] == ")" ? 1 : tokens_[open] == "(" ? -1 : 0;
    }
    const std::string_view function = open > 0 ? token_at(open - 1) : std::string_view();
    if (std::ranges::find(numeric, function) == numeric.end()) add_operand(open + 1, ")");
  }

  /// What DDL writes out: `CHECK (level >= 0)`
  [[nodiscard]] bool is_number_alone(std::size_t at) const {
    static constexpr std::array<std::string_view, 5> ends = {"", ")", ",", "and", "or"};
    return is_plain_number(token_at(at)) && std::ranges::find(ends, token_at(at + 1)) != ends.end();
  }

  void add_both() {
    add_left();
    std::size_t right = at_ + 1;
    const bool moment = token_at(right + 1) == "(" && token_at(right + 2) == ")";  // now()
    if (moment || is_slot(std::string(token_at(right))) || is_number_alone(right)) return;
    while (token_at(right + 1) == ".") right += 2;
    const bool plain =
        right < tokens_.size() && is_name(tokens_[right]) && token_at(right + 1) != "(";
    add(plain ? token_at(right) : Protocol::by_anything);
  }

  std::vector<std::string> tokens_;
  std::size_t at_ = 0;
  std::vector<std::string> names_;
};

}  // namespace

std::vector<std::string> ordered_by(std::string_view pattern) {
  return Orderings(pattern).run();
}

}  // namespace understudy::sql
