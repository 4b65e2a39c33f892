#include "protocols/sql/statement_secrets.hpp"

#include <algorithm>
#include <array>

#include "protocols/sql/lexer.hpp"
#include "protocols/sql/literal.hpp"

namespace understudy::sql {
namespace {

constexpr std::string_view mask = "***";
/// Statements within literals of statements are followed so far; a deeper literal is a secret.
constexpr int deepest_script = 8;

/// What can hold a secret has one of these words in it, in any case: most statements are told by
/// looking for them and are not taken apart.
constexpr std::array<std::string_view, 8> telling_words = {
    "password", "identified", "connection", "dblink", "crypt", "pgp_sym", "encode", "decode"};

/// Of two octets; letters in either case have one number.
constexpr std::size_t pair_of(char first, char second) {
  return (static_cast<std::size_t>(first) & 31U) * 32U + (static_cast<std::size_t>(second) & 31U);
}
constexpr std::array<bool, 1024> make_beginnings() {
  std::array<bool, 1024> begins{};
  for (const std::string_view word : telling_words) begins[pair_of(word[0], word[1])] = true;
  return begins;
}
/// Statements may be very long: two octets tell whether one of the words may begin with them.
constexpr std::array<bool, 1024> beginnings = make_beginnings();

/// CREATE USER and the like, also where the rest is mistyped.
bool may_be_of_account(std::string_view sql) {
  sql.remove_prefix(std::min(sql.find_first_not_of(" \t\r\n("), sql.size()));
  constexpr std::array<std::string_view, 3> verbs = {"create ", "alter ", "grant "};
  return std::ranges::any_of(verbs, [&](std::string_view verb) {
    return equals_folded(sql.substr(0, verb.size()), verb);
  });
}

bool may_hold_secrets(std::string_view sql) {
  if (may_be_of_account(sql)) return true;
  for (std::size_t i = 0; i + 1 < sql.size(); ++i) {
    if (!beginnings[pair_of(sql[i], sql[i + 1])]) continue;
    const std::string_view rest = sql.substr(i);
    const auto begins = [&](std::string_view word) {
      return rest.size() >= word.size() && equals_folded(rest.substr(0, word.size()), word);
    };
    if (std::ranges::any_of(telling_words, begins)) return true;
  }
  return false;
}

bool is_word(const Token& token, std::string_view word) {
  return token.kind == TokenKind::word && equals_folded(token.text, word);
}

bool is_any(const Token& token, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return is_word(token, word); });
}

bool is_assignment(const Token& token) {
  return token.kind == TokenKind::operator_ && (token.text == "=" || token.text == ":=");
}

/// A literal of text, also one that does not end.
bool is_literal(const Token& token) {
  const bool open = token.kind == TokenKind::broken && !token.text.empty() &&
                    (token.text.front() == '\'' || token.text.front() == '"');
  return token.kind == TokenKind::string || token.kind == TokenKind::bits || open;
}

/// `_utf8mb4'x'`, `N'x'`: the literal behind it is what counts.
bool is_introducer(const Token& token) {
  return token.kind == TokenKind::word &&
         (token.text.front() == '_' || equals_folded(token.text, "n"));
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
  Scan(Dialect dialect, bool in_script)
      : mysql_(dialect == Dialect::mysql), in_script_(in_script), is_script_(in_script) {}

  /// Of a literal or a parameter: what it is. Of any other token: what is to be remembered of it.
  Literal next(const Token& token) {
    if (mysql_ && is_introducer(token)) return Literal::plain;
    ++tokens_;
    if (token.is(';')) {
      restart();
      return Literal::plain;
    }
    if (is_literal(token) || token.kind == TokenKind::parameter) return literal();
    follows_secret_ = false;
    note(token);
    return Literal::plain;
  }

  /// A literal here would be a secret.
  [[nodiscard]] bool expects_secret() const noexcept { return secret_follows_; }
  /// The statement is put together of literals: the next one is a secret.
  void expect_secret() noexcept { pieced_ = true; }

 private:
  void restart() {
    const bool mysql = mysql_, in_script = in_script_;
    *this = Scan(mysql ? Dialect::mysql : Dialect::postgres, in_script);
  }

  Literal literal() {
    if (connection_follows_) {
      connection_follows_ = false;
      return Literal::connection;
    }
    if (!calls_.empty()) {
      const Call& call = calls_.back();
      if (call.takes == Takes::connection) {
        if (depth_ == call.depth) return Literal::connection;
      } else if (call.argument == (call.takes == Takes::first_argument ? 0 : 1)) {
        return Literal::secret;
      }
    }
    const bool secret = secret_follows_ || pieced_ || (mysql_ && follows_secret_);
    secret_follows_ = pieced_ = false;
    follows_secret_ = secret;
    if (secret) return Literal::secret;
    return is_script_ ? Literal::script : Literal::plain;
  }

  void note(const Token& token) {
    if (in_script_ && begins_statement(token)) {
      restart();
      if (!is_word(token, "set")) return;
      tokens_ = 1;
    }
    closed_ = token.is(')') && depth_ == 1;
    if (token.kind == TokenKind::punctuation || token.kind == TokenKind::operator_)
      return note_punctuation(token);
    const bool option = in_options_ && depth_ > 0;
    const bool is_password = is_word(token, "password") || token.text == "\"password\"";
    secret_follows_ = (is_account_ || option || sets_password_) && is_password;
    if (mysql_ && (is_account_ || grants_) && is_word(token, "by")) secret_follows_ = true;
    if (identified_ && is_any(token, {"by", "as", "using", "replace", "password"}))
      secret_follows_ = true;
    if (mysql_ && replicates_ && token.kind == TokenKind::word && token.text.size() >= 8 &&
        equals_folded(token.text.substr(token.text.size() - 8), "password"))
      secret_follows_ = true;
    identified_ = identified_ || (!is_query_ && is_word(token, "identified"));
    if (is_word(token, "connection")) connection_follows_ = tokens_ > 2;
    if (is_word(token, "options")) in_options_ = true;
    note_head(token);
    last_word_ = token.kind == TokenKind::word ? token.text : std::string_view();
  }

  [[nodiscard]] bool begins_statement(const Token& token) const {
    if (mysql_ && (is_word(token, "do") || (closed_ && is_word(token, "set")))) return true;
    return is_any(token, {"begin", "then", "else", "loop", "atomic"});
  }

  /// The first words tell what the statement is about.
  void note_head(const Token& token) {
    if (tokens_ == 1) {
      changes_ = is_any(token, {"create", "alter"});
      sets_password_ = is_word(token, "set");
      grants_ = is_word(token, "grant");
      replicates_ = is_any(token, {"change", "start"});
      is_query_ = is_any(token, {"select", "insert", "update", "delete", "replace", "with", "show",
                                 "explain", "values", "load"});
      is_script_ = in_script_ || is_word(token, "do") ||
                   (mysql_ && is_any(token, {"set", "prepare", "execute"}));
    }
    note_routine(token);
    if (tokens_ == 2 || (tokens_ == 4 && is_word(token, "user")))
      is_account_ = is_account_ || (changes_ && is_any(token, {"role", "user", "group"}));
    if (tokens_ == 2) sets_password_ = sets_password_ && is_word(token, "password");
  }

  /// CREATE OR REPLACE FUNCTION. MySQL has the body where PostgreSQL has a literal, and who defines
  /// it may come first.
  void note_routine(const Token& token) {
    if (!changes_ || depth_ > 0) return;
    if (mysql_ && tokens_ <= 12 && is_any(token, {"function", "procedure", "trigger", "event"}))
      in_script_ = is_script_ = true;
    if (tokens_ <= 4 && is_any(token, {"function", "procedure"})) is_script_ = true;
  }

  void note_punctuation(const Token& token) {
    if (token.is('(')) {
      ++depth_;
      begin_call();
    } else if (token.is(')')) {
      if (!calls_.empty() && depth_ == calls_.back().depth) calls_.pop_back();
      depth_ = std::max(0, depth_ - 1);
      if (depth_ == 0) in_options_ = false;
    } else if (token.is(',')) {
      if (!calls_.empty() && depth_ == calls_.back().depth) ++calls_.back().argument;
      if (depth_ == 0) identified_ = false;
      secret_follows_ = false;
    } else if (!is_assignment(token)) {
      secret_follows_ = false;
    }
    if (sets_password_ && is_assignment(token)) secret_follows_ = true;
    last_word_ = {};
  }

  enum class Takes : std::uint8_t { nothing, connection, first_argument, second_argument };

  /// What a function is given that is called like the last word.
  [[nodiscard]] Takes taken() const {
    const auto called = [this](std::string_view name) { return equals_folded(last_word_, name); };
    if (called("password") || called("old_password"))
      return mysql_ || changes_ || sets_password_ ? Takes::first_argument : Takes::nothing;
    if (mysql_) {
      if (called("encrypt")) return Takes::first_argument;
      for (const char* name :
           {"aes_encrypt", "aes_decrypt", "des_encrypt", "des_decrypt", "encode", "decode"})
        if (called(name)) return Takes::second_argument;
      return Takes::nothing;
    }
    if (last_word_.size() >= 6 && equals_folded(last_word_.substr(0, 6), "dblink"))
      return Takes::connection;
    if (called("crypt")) return Takes::first_argument;
    for (const char* name :
         {"pgp_sym_encrypt", "pgp_sym_decrypt", "pgp_sym_encrypt_bytea", "pgp_sym_decrypt_bytea"})
      if (called(name)) return Takes::second_argument;
    return Takes::nothing;
  }

  void begin_call() {
    if (const Takes takes = taken(); takes != Takes::nothing) calls_.push_back({takes, depth_, 0});
  }

  struct Call {
    Takes takes = Takes::nothing;
    int depth = 0;  ///< of its parentheses
    int argument = 0;
  };

  bool mysql_;
  int tokens_ = 0;
  int depth_ = 0;
  std::string_view last_word_;
  bool changes_ = false;        // CREATE or ALTER
  bool is_account_ = false;     // of a role, a user, a user mapping
  bool grants_ = false;         // GRANT
  bool sets_password_ = false;  // SET PASSWORD
  bool replicates_ = false;     // CHANGE MASTER, START SLAVE
  bool is_query_ = false;       // of rows, not of accounts
  bool in_script_ = false;      // of what a script holds
  bool is_script_ = false;      // DO, CREATE FUNCTION: its literals are scripts
  bool in_options_ = false;     // OPTIONS (…)
  bool identified_ = false;     // IDENTIFIED … BY
  bool closed_ = false;         // behind the last of several parentheses
  bool secret_follows_ = false;
  bool follows_secret_ = false;  // literals side by side are one
  bool pieced_ = false;
  bool connection_follows_ = false;
  std::vector<Call> calls_;  // that take a secret
};

std::string as_literal(std::string_view content, Mode mode) {
  const bool escapes = mode.dialect == Dialect::mysql && mode.backslash_escapes;
  std::string literal = "'";
  for (const char c : content) {
    if (c == '\'' || (escapes && c == '\\')) literal += c;
    literal += c;
  }
  return literal + "'";
}

/// What a literal stands for; one that does not end as far as it goes.
std::string content_of(const Token& token, Mode mode) {
  std::string content;
  const bool known = token.kind == TokenKind::bits ? append_bits_value(token, mode, content)
                                                   : append_string_value(token, mode, content);
  if (known) return content;
  return std::string(token.kind == TokenKind::broken ? token.text.substr(1) : token.text);
}

class Cleaner {
 public:
  Cleaner(Mode mode, const Secrets& secrets, SecretForm form, StatementSecrets& found)
      : mode_(mode), secrets_(secrets), form_(form), found_(found) {}

  struct Cleaned {
    std::optional<std::string> text;
    bool expects_secret = false;  ///< it ends where one has to follow, or in one
  };

  Cleaned clean(std::string_view sql, bool in_script) {
    Cleaned cleaned;
    std::size_t copied = 0;
    std::string text;
    Scan scan(mode_.dialect, in_script);
    Lexer lexer(sql, mode_);
    for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
      if (token.kind == TokenKind::comment_open || token.kind == TokenKind::comment_close ||
          token.kind == TokenKind::hint)
        continue;
      const Scan::Literal is = scan.next(token);
      if (is == Scan::Literal::plain) continue;
      if (token.kind == TokenKind::parameter) {
        if (is == Scan::Literal::secret && !in_script)
          found_.parameters.push_back(static_cast<std::size_t>(token.parameter));
        continue;
      }
      if (token.kind == TokenKind::broken) cleaned.expects_secret = is == Scan::Literal::secret;
      const auto replaced = replacement(token, is, scan);
      if (!replaced) continue;
      const std::size_t begin = lexer.begin_of(token);
      text.append(sql, copied, begin - copied) += *replaced;
      copied = begin + token.text.size();
    }
    cleaned.expects_secret = cleaned.expects_secret || scan.expects_secret();
    if (copied > 0) cleaned.text = text.append(sql, copied);
    return cleaned;
  }

 private:
  /// The literal that stands in the place of `token`; nothing where it stays.
  std::optional<std::string> replacement(const Token& token, Scan::Literal is, Scan& scan) {
    const std::string content = content_of(token, mode_);
    std::string replaced = content;
    if (is == Scan::Literal::secret) {
      if (!content.empty())
        replaced = form_ == SecretForm::masked ? std::string(mask) : secrets_.placeholder(content);
    } else if (is == Scan::Literal::connection) {
      replaced = without_password(content, secrets_);
    } else if (may_hold_secrets(content)) {
      if (depth_ == deepest_script) return as_literal(secrets_.placeholder(content), mode_);
      ++depth_;
      Cleaned inner = clean(content, true);
      --depth_;
      if (inner.expects_secret) scan.expect_secret();
      if (inner.text) replaced = *std::move(inner.text);
    }
    std::string literal = as_literal(replaced, mode_);
    if (token.kind == TokenKind::broken) literal.pop_back();
    if (is == Scan::Literal::secret) found_.literals.push_back({std::string(token.text), literal});
    return replaced == content ? std::nullopt : std::optional(std::move(literal));
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
  if (secrets.shows() || !may_hold_secrets(sql)) return found;
  found.cleaned = Cleaner(mode, secrets, form, found).clean(sql, false).text;
  return found;
}

std::optional<std::string> without_secrets(std::string_view sql, Mode mode,
                                           const Secrets& secrets) {
  return secrets_in(sql, mode, secrets).cleaned;
}

bool holds_masked_secret(std::string_view sql, Mode mode) {
  if (sql.find(mask) == std::string_view::npos) return false;
  const StatementSecrets found = secrets_in(sql, mode, Secrets());
  return std::ranges::any_of(found.literals, [](const ReplacedLiteral& literal) {
    return literal.spelled.size() == mask.size() + 2 && literal.spelled.find(mask) == 1;
  });
}

}  // namespace understudy::sql
