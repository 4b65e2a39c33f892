#include "protocols/postgres/plain_calls.hpp"

#include <algorithm>

namespace understudy::postgres {
namespace {

/// Reads the arguments of a call from the text behind its bracket.
class ArgumentReader {
 public:
  ArgumentReader(const sql::Statement& statement, const Parameters& parameters, std::size_t at)
      : statement_(statement), parameters_(parameters), rest_(statement.pattern().substr(at)) {
    slot_ = static_cast<std::size_t>(
        std::ranges::count(statement.pattern().substr(0, at), sql::slot_mark));
  }

  PlainCall read() {
    PlainCall arguments;
    do {
      arguments.push_back(argument());
    } while (arguments.back() && accept(','));
    if (arguments.back() && !accept(')')) arguments.back().reset();
    return arguments;
  }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }
  bool accept(char c) {
    skip_blanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<std::string> argument() {
    auto value = accept(sql::slot_mark) ? slot() : accept('\'') ? quoted() : number();
    skip_blanks();
    if (rest_.starts_with("::")) {
      rest_.remove_prefix(2);
      skip_blanks();
      rest_.remove_prefix(
          std::min(rest_.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), rest_.size()));
    }
    return value;
  }

  std::optional<std::string> slot() {
    const std::size_t number = slot_++;
    if (number >= statement_.slots().size()) return std::nullopt;
    const auto& slot = statement_.slots()[number];
    if (slot.parameter == sql::Statement::Slot::literal)
      return std::string(statement_.literal_text(slot));
    const auto index = static_cast<std::size_t>(slot.parameter);
    if (index >= parameters_.size() || !parameters_[index]) return std::nullopt;
    return std::string(*parameters_[index]);
  }

  /// As it stands in a list of columns, where literals stay in the pattern.
  std::optional<std::string> quoted() {
    std::string text;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '\'' && !rest_.substr(i + 1).starts_with('\'')) {
        rest_.remove_prefix(i + 1);
        return text;
      }
      i += rest_[i] == '\'' ? 1 : 0;
      text += rest_[i];
    }
    return std::nullopt;
  }

  std::optional<std::string> number() {
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789."), rest_.size());
    if (end == 0) return std::nullopt;
    const std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return text;
  }

  const sql::Statement& statement_;
  const Parameters& parameters_;
  std::string_view rest_;
  std::size_t slot_ = 0;
};

}  // namespace

std::vector<PlainCall> plain_calls(const sql::Statement& statement, const Parameters& parameters,
                                   std::string_view name) {
  std::vector<PlainCall> calls;
  const std::string_view pattern = statement.pattern();
  for (std::size_t at = pattern.find(name); at != std::string_view::npos;
       at = pattern.find(name, at + 1)) {
    if (!pattern.substr(at + name.size()).starts_with('(')) continue;
    if (std::ranges::count(pattern.substr(0, at), '\'') % 2 != 0) continue;  // within a string
    calls.push_back(ArgumentReader(statement, parameters, at + name.size() + 1).read());
  }
  return calls;
}

}  // namespace understudy::postgres
