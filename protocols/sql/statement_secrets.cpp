#include "protocols/sql/statement_secrets.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "protocols/sql/connection_text.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/literal.hpp"
#include "protocols/sql/secret_scan.hpp"

namespace understudy::sql {
namespace {

using Literal = SecretScan::Literal;

constexpr std::string_view mask = "***";
/// Statements within literals of statements are followed so far; a deeper literal is a secret.
constexpr int deepest_script = 8;

std::string as_literal(std::string_view content, Mode mode) {
  const bool escapes = mode.dialect == Dialect::mysql && mode.backslash_escapes;
  std::string literal = "'";
  for (const char c : content) {
    if (c == '\'' || (escapes && c == '\\')) literal += c;
    literal += c;
  }
  return literal + "'";
}

/// Behind the quote, or the `$tag$`, that begins a literal which does not end.
std::string_view open_content(std::string_view text) {
  const std::size_t quote = text.find_first_of("'\"$");
  if (quote > 2) return text;  // E' and U&' are the longest
  const std::size_t end = text[quote] == '$' ? text.find('$', quote + 1) : quote;
  return end == std::string_view::npos ? text : text.substr(end + 1);
}

/// What a token stands for that is a literal, or in the place of one.
std::string content_of(const Token& token, Mode mode) {
  std::string content;
  if (token.kind == TokenKind::bits && append_bits_value(token, mode, content)) return content;
  if (token.kind == TokenKind::string && append_string_value(token, mode, content)) return content;
  return std::string(token.kind == TokenKind::broken ? open_content(token.text) : token.text);
}

class Cleaner {
 public:
  Cleaner(Mode mode, const Secrets& secrets, SecretForm form, StatementSecrets& found)
      : mode_(mode), secrets_(secrets), form_(form), found_(found) {}

  struct Cleaned {
    std::optional<std::string> text;
    bool expects_secret = false;  ///< it ends where one has to follow, or in one
  };

  Cleaned statements(std::string_view sql, bool in_script) {
    Cleaned cleaned;
    std::size_t copied = 0;
    std::string text;
    SecretScan scan(sql, mode_, in_script, secrets_);
    Lexer lexer(sql, mode_);
    for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
      const Literal is = scan.next(token);
      if (is == Literal::plain) {
        if (secrets_.has_patterns()) search(token, lexer.begin_of(token), sql, text, copied);
        continue;
      }
      if (token.kind == TokenKind::parameter) {
        if (is != Literal::script && !in_script)
          found_.parameters.push_back({token.parameter, is == Literal::connection});
        continue;
      }
      if (token.kind == TokenKind::broken) cleaned.expects_secret = is == Literal::secret;
      const auto replaced = replacement(token, is, scan);
      if (!replaced) continue;
      replace(token, lexer.begin_of(token), *replaced, sql, text, copied);
    }
    cleaned.expects_secret = cleaned.expects_secret || scan.expects_secret();
    if (copied > 0) cleaned.text = text.append(sql, copied);
    return cleaned;
  }

  std::string secret(std::string_view content) {
    if (content.empty()) return {};
    if (!Secrets::is_placeholder(content)) found_.values.emplace_back(content);
    return form_ == SecretForm::masked ? std::string(mask) : secrets_.placeholder(content);
  }

  /// A connection's text, which may be a statement to be executed there.
  std::string connection(std::string_view content) {
    std::string cleaned = connection_without_password(content, secrets_, found_.values);
    return script(cleaned).text.value_or(std::move(cleaned));
  }

 private:
  Cleaned script(std::string_view content) {
    if (!may_hold_secrets(content)) return {};
    if (depth_ == deepest_script) return {secret(content), false};
    ++depth_;
    Cleaned cleaned = statements(content, true);
    --depth_;
    return cleaned;
  }

  static void replace(const Token& token, std::size_t begin, std::string_view by,
                      std::string_view sql, std::string& text, std::size_t& copied) {
    text.append(sql, copied, begin - copied);
    if (text.ends_with('\'')) text += ' ';  // else the two would be one
    text += by;
    copied = begin + token.text.size();
  }

  /// What no place of SQL tells to be a secret may match a pattern of the user.
  void search(const Token& token, std::size_t begin, std::string_view sql, std::string& text,
              std::size_t& copied) {
    if (token.kind == TokenKind::parameter) {
      if (depth_ == 0) found_.parameters.push_back({.index = token.parameter, .searched = true});
      return;
    }
    const bool number = token.kind == TokenKind::number;
    if (token.kind != TokenKind::string && !number) return;
    const auto cleaned = secrets_.without_patterns(content_of(token, mode_));
    if (!cleaned) return;
    const std::string literal = as_literal(*cleaned, mode_);
    found_.literals.push_back({std::string(token.text), literal});
    found_.values.push_back(content_of(token, mode_));
    replace(token, begin, literal, sql, text, copied);
  }

  std::string replaced(const std::string& content, Literal is, SecretScan& scan) {
    if (is == Literal::secret) return secret(content);
    if (is == Literal::connection) {
      scan.note_connection(content);
      return connection(content);
    }
    Cleaned cleaned = script(content);
    if (cleaned.expects_secret) scan.expect_secret();
    return std::move(cleaned.text).value_or(content);
  }

  /// The literal that stands in the place of `token`; nothing where it stays.
  std::optional<std::string> replacement(const Token& token, Literal is, SecretScan& scan) {
    const std::string content = content_of(token, mode_);
    const std::string cleaned = replaced(content, is, scan);
    std::string literal = as_literal(cleaned, mode_);
    if (token.kind == TokenKind::broken) literal.pop_back();
    if (is == Literal::secret) found_.literals.push_back({std::string(token.text), literal});
    return cleaned == content ? std::nullopt : std::optional(std::move(literal));
  }

  Mode mode_;
  const Secrets& secrets_;
  SecretForm form_;
  StatementSecrets& found_;
  int depth_ = 0;
};

}  // namespace

StatementSecrets secrets_in(std::string_view sql, Mode mode, const Secrets& secrets,
                            SecretForm form) {
  StatementSecrets found;
  if (secrets.shows() || !(secrets.has_patterns() || may_hold_secrets(sql))) return found;
  found.cleaned = Cleaner(mode, secrets, form, found).statements(sql, false).text;
  return found;
}

std::optional<std::string> without_secrets(std::string_view sql, Mode mode,
                                           const Secrets& secrets) {
  return secrets_in(sql, mode, secrets).cleaned;
}

std::string without_secret(const SecretParameter& parameter, std::string_view value, Mode mode,
                           const Secrets& secrets, std::vector<std::string>& found,
                           SecretForm form) {
  if (secrets.shows()) return std::string(value);
  StatementSecrets in_value;
  if (parameter.searched) return secrets.without_patterns(value).value_or(std::string(value));
  Cleaner cleaner(mode, secrets, form, in_value);
  std::string cleaned = parameter.connection ? cleaner.connection(value) : cleaner.secret(value);
  std::ranges::move(in_value.values, std::back_inserter(found));
  return cleaned;
}

bool holds_masked_secret(std::string_view sql, Mode mode) {
  if (sql.find(mask) == std::string_view::npos) return false;
  const StatementSecrets found = secrets_in(sql, mode, Secrets());
  return std::ranges::any_of(found.literals, [](const ReplacedLiteral& literal) {
    return literal.spelled.size() == mask.size() + 2 && literal.spelled.find(mask) == 1;
  });
}

}  // namespace understudy::sql
