// Any text as a statement, in both dialects: nothing crashes, every octet is in a token, and a
// pattern put back into a text gives the same pattern again, so it still tells its tokens apart.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocols/sql/lexer.hpp"
#include "protocols/sql/statement.hpp"

namespace {

using namespace understudy;
using namespace understudy::sql;

void demand(bool holds) {
  if (!holds) std::abort();
}

void check_tokens(std::string_view sql, Mode mode) {
  Lexer lexer(sql, mode);
  std::size_t covered = 0;
  while (lexer.next().kind != TokenKind::end) {
    const Token& token = lexer.token();
    demand(!token.text.empty() && lexer.begin_of(token) >= covered);
    covered = lexer.begin_of(token) + token.text.size();
    demand(covered == lexer.offset() && covered <= sql.size());
  }
}

/// `pattern` with parameters in place of its slots.
std::string text_of(std::string_view pattern, Mode mode) {
  std::string text;
  int parameters = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == slot_mark)
      text += mode.dialect == Dialect::mysql ? "?" : "$" + std::to_string(++parameters);
    else if (pattern[i] == pattern_escape)
      text += static_cast<char>(pattern[++i] - '0');
    else
      text += pattern[i];
  }
  return text;
}

/// A statement that takes no parameters keeps `$1` beside its slot.
bool writes_parameters(std::string_view pattern) {
  for (std::size_t i = 1; i < pattern.size(); ++i)
    if (pattern[i] == slot_mark && pattern[i - 1] >= '0' && pattern[i - 1] <= '9') return true;
  return false;
}

void check_identity(std::string_view sql, Mode mode) {
  Statement statement;
  statement.assign(sql, mode);
  demand(pattern_of(statement.pattern()).size() == statement.pattern().size());
  std::string canonical;
  std::string qualifier;
  append_identity(statement, {}, canonical, qualifier);
  demand(qualifier.size() == 4 * statement.slots().size());
  demand(describe(canonical).is_object());
  const std::string text = text_of(statement.pattern(), mode);
  // Minus signs that stood before a comment, in an output item, would begin one at the text's end.
  if (writes_parameters(statement.pattern()) || text.find("--") != std::string::npos) return;
  Statement again;
  again.assign(text, mode);
  demand(again.pattern() == statement.pattern());
}

void check_rest(std::string_view sql, Mode mode) {
  for (const std::string_view statement : split(sql, mode)) {
    demand(!statement.empty() && statement.data() >= sql.data());
    demand(statement.data() + statement.size() <= sql.data() + sql.size());
  }
  (void)verb_of(sql, mode);
  const Dependencies found = dependencies_of(sql, mode);
  demand(found.effect == Effect::write ? !found.writes.empty() : found.writes.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::uint8_t flags = data[0];
  const Mode mode{(flags & 1) != 0 ? Dialect::mysql : Dialect::postgres, (flags & 2) != 0,
                  (flags & 4) != 0};
  const std::string sql(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_tokens(sql, mode);
  check_identity(sql, mode);
  check_rest(sql, mode);
  return 0;
}
