#include "protocols/sql/statement_secrets.hpp"

#include <algorithm>
#include <array>

#include "protocols/sql/lexer.hpp"
#include "protocols/sql/literal.hpp"

namespace understudy::sql {
namespace {

/// What can hold a secret has one of these words in it, in any case: most statements are told by
/// looking for them and are not taken apart.
constexpr std::array<std::string_view, 6> telling_words = {"password", "identified", "connection",
                                                           "dblink",   "crypt",      "pgp_sym"};

bool may_hold_secrets(std::string_view sql) {
  const auto equal = [](char a, char b) { return to_lower(a) == b; };
  return std::ranges::any_of(telling_words, [&](std::string_view word) {
    return !std::ranges::search(sql, word, equal).empty();
  });
}

bool is_word(const Token& token, std::string_view word) {
  return token.kind == TokenKind::word && equals_folded(token.text, word);
}

/// `host=db password=x`, `postgres://user:x@db/shop`: the literal with its password replaced.
std::string without_password(std::string_view connection, const Secrets& secrets) {
  std::string cleaned = secrets.without_assignments(connection).value_or(std::string(connection));
  const std::size_t scheme = cleaned.find("://");
  const std::size_t at = cleaned.find('@', scheme == std::string::npos ? 0 : scheme);
  if (scheme == std::string::npos || at == std::string::npos) return cleaned;
  const std::size_t colon = cleaned.find(':', scheme + 3);
  if (colon >= at) return cleaned;
  return cleaned.replace(colon + 1, at - colon - 1,
                         secrets.placeholder(cleaned.substr(colon + 1, at - colon - 1)));
}

/// What the literals of a statement are, token by token.
class Scan {
 public:
  enum class Literal : std::uint8_t { plain, secret, connection, script };

  /// In a script, statements begin after the words of its blocks too, and its literals may be
  /// statements that it executes.
  explicit Scan(bool in_script) : in_script_(in_script), is_script_(in_script) {}

  /// Of a literal: what it is. Of any other token: what is to be remembered of it.
  Literal next(const Token& token) {
    ++tokens_;
    if (token.is(';')) {
      *this = Scan(in_script_);
      return Literal::plain;
    }
    if (token.kind == TokenKind::string) return literal();
    note(token);
    return Literal::plain;
  }

 private:
  Literal literal() {
    if (connection_follows_) {
      connection_follows_ = false;
      return Literal::connection;
    }
    if (call_depth_ > 0 && depth_ == call_depth_) {
      if (call_ == Call::connection) return Literal::connection;
      if (argument_ == (call_ == Call::first_argument ? 0 : 1)) return Literal::secret;
    }
    const bool secret = secret_follows_;
    secret_follows_ = false;
    if (secret) return Literal::secret;
    return is_script_ ? Literal::script : Literal::plain;
  }

  void note(const Token& token) {
    if (in_script_ && begins_block(token)) {
      *this = Scan(in_script_);
      return;
    }
    if (token.kind == TokenKind::punctuation || token.kind == TokenKind::operator_)
      return note_punctuation(token);
    const bool option = in_options_ && depth_ > 0;
    const bool is_password = is_word(token, "password") || token.text == "\"password\"";
    secret_follows_ = (is_account_ || option || sets_password_) && is_password;
    if (is_word(token, "by") && identified_) secret_follows_ = true;
    if (is_word(token, "as") && identified_) secret_follows_ = true;
    identified_ = is_word(token, "identified") || (identified_ && !is_word(token, "by"));
    if (is_word(token, "connection")) connection_follows_ = tokens_ > 2;
    if (is_word(token, "options")) in_options_ = true;
    note_head(token);
    last_word_ = token.kind == TokenKind::word ? token.text : std::string_view();
  }

  static bool begins_block(const Token& token) {
    constexpr std::array<std::string_view, 5> words = {"begin", "then", "else", "loop", "atomic"};
    return std::ranges::any_of(words, [&](auto word) { return is_word(token, word); });
  }

  /// The first words tell what the statement is about.
  void note_head(const Token& token) {
    if (tokens_ == 1) {
      changes_ = is_word(token, "create") || is_word(token, "alter");
      sets_password_ = is_word(token, "set");
      is_script_ = in_script_ || is_word(token, "do");
    }
    // CREATE OR REPLACE FUNCTION
    if (changes_ && tokens_ <= 4 && (is_word(token, "function") || is_word(token, "procedure")))
      is_script_ = true;
    if (tokens_ == 2 || (tokens_ == 4 && is_word(token, "user")))
      is_account_ = is_account_ || (changes_ && (is_word(token, "role") || is_word(token, "user") ||
                                                 is_word(token, "group")));
    if (tokens_ == 2) sets_password_ = sets_password_ && is_word(token, "password");
  }

  void note_punctuation(const Token& token) {
    if (token.is('(')) {
      ++depth_;
      begin_call();
    } else if (token.is(')')) {
      if (depth_ == call_depth_) call_depth_ = 0;
      depth_ = std::max(0, depth_ - 1);
      if (depth_ == 0) in_options_ = false;
    } else if (token.is(',')) {
      if (depth_ == call_depth_) ++argument_;
      if (depth_ == 0) identified_ = false;
      secret_follows_ = false;
    } else if (token.text != "=" && token.text != ":=") {
      secret_follows_ = false;
    }
    if (sets_password_ && (token.text == "=" || token.text == ":=")) secret_follows_ = true;
    last_word_ = {};
  }

  void begin_call() {
    const auto called = [this](std::string_view name) { return equals_folded(last_word_, name); };
    Call call = Call::none;
    if (last_word_.size() >= 6 && equals_folded(last_word_.substr(0, 6), "dblink"))
      call = Call::connection;
    else if (called("crypt"))
      call = Call::first_argument;
    else if (called("pgp_sym_encrypt") || called("pgp_sym_decrypt") ||
             called("pgp_sym_encrypt_bytea") || called("pgp_sym_decrypt_bytea"))
      call = Call::second_argument;
    else if (called("password") || called("old_password"))
      call = changes_ || sets_password_ ? Call::first_argument : Call::none;
    if (call == Call::none) return;
    call_ = call;
    call_depth_ = depth_;
    argument_ = 0;
  }

  enum class Call : std::uint8_t { none, connection, first_argument, second_argument };

  int tokens_ = 0;
  int depth_ = 0;
  std::string_view last_word_;
  bool changes_ = false;        // CREATE or ALTER
  bool is_account_ = false;     // of a role, a user, a user mapping
  bool sets_password_ = false;  // SET PASSWORD
  bool in_script_ = false;      // of what a script holds
  bool is_script_ = false;      // DO, CREATE FUNCTION: its literals are scripts
  bool in_options_ = false;     // OPTIONS (…)
  bool identified_ = false;     // IDENTIFIED … BY
  bool secret_follows_ = false;
  bool connection_follows_ = false;
  Call call_ = Call::none;
  int call_depth_ = 0;  // of the parentheses of a call that takes a secret
  int argument_ = 0;
};

std::string as_literal(std::string_view content) {
  std::string literal = "'";
  for (const char c : content) literal += c == '\'' ? std::string("''") : std::string(1, c);
  return literal + "'";
}

std::optional<std::string> cleaned_statements(std::string_view sql, Mode mode,
                                              const Secrets& secrets, bool in_script) {
  if (secrets.shows() || !may_hold_secrets(sql)) return std::nullopt;
  std::string cleaned;
  std::size_t copied = 0;
  Scan scan(in_script);
  Lexer lexer(sql, mode);
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    const Scan::Literal is = scan.next(token);
    if (is == Scan::Literal::plain) continue;
    std::string content;
    if (!append_string_value(token, mode, content)) content = token.text;
    std::string replaced;
    if (is == Scan::Literal::secret)
      replaced = secrets.placeholder(content);
    else if (is == Scan::Literal::connection)
      replaced = without_password(content, secrets);
    else
      replaced = cleaned_statements(content, mode, secrets, true).value_or(content);
    if (replaced == content) continue;
    const std::size_t begin = lexer.begin_of(token);
    cleaned.append(sql, copied, begin - copied);
    cleaned += as_literal(replaced);
    copied = begin + token.text.size();
  }
  if (copied == 0) return std::nullopt;
  return cleaned.append(sql, copied);
}

}  // namespace

std::optional<std::string> without_secrets(std::string_view sql, Mode mode,
                                           const Secrets& secrets) {
  return cleaned_statements(sql, mode, secrets, false);
}

}  // namespace understudy::sql
