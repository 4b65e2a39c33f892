#include "protocols/sql/statement_secrets.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/sql/lexer.hpp"
#include "protocols/sql/literal.hpp"

namespace understudy::sql {
namespace {

/// What can hold a secret has one of these words in it, in any case: most statements are told by
/// looking for them and are not taken apart.
constexpr std::array<std::string_view, 8> telling_words = {
    "connection", "conninfo", "crypt", "dblink", "identified", "options", "password", "pgp_"};
constexpr std::string_view telling_letters = "cdiop";  // that they begin with

bool starts_folded(std::string_view text, std::string_view word) noexcept {
  return text.size() >= word.size() && equals_folded(text.substr(0, word.size()), word);
}

bool may_hold_secrets(std::string_view sql) noexcept {
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (telling_letters.find(to_lower(sql[i])) == std::string_view::npos) continue;
    const std::string_view rest = sql.substr(i);
    if (std::ranges::any_of(telling_words, [&](auto word) { return starts_folded(rest, word); }))
      return true;
  }
  return false;
}

bool is_word(const Token& token, std::string_view word) {
  return token.kind == TokenKind::word && equals_folded(token.text, word);
}

std::size_t skip(std::string_view text, std::size_t at, std::string_view octets) noexcept {
  return std::min(text.find_first_not_of(octets, at), text.size());
}

/// Whether a statement is put together of pieces and one of them is a password: `format('ALTER ROLE
/// %I PASSWORD %L', …)`, `'CREATE USER a PASSWORD ' || …`. Which one that is can't be told.
bool puts_in_password(std::string_view sql) noexcept {
  constexpr std::string_view password = "password", blanks = " \t\r\n";
  bool changes = false, account = false;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const std::string_view rest = sql.substr(i);
    changes = changes || starts_folded(rest, "create") || starts_folded(rest, "alter");
    account = account || (changes && (starts_folded(rest, "role") || starts_folded(rest, "user")));
    if (!account || !starts_folded(rest, password)) continue;
    std::size_t at = skip(rest, password.size(), blanks);
    at = skip(rest, skip(rest, at, "'\"$"), blanks);
    if (rest.substr(at).starts_with("||") || rest.substr(at).starts_with('%')) return true;
  }
  return false;
}

/// Replaces secrets and keeps which they were.
class Replacing {
 public:
  Replacing(Mode mode, const Secrets& secrets, std::vector<std::string>& found)
      : mode_(mode), secrets_(secrets), found_(found) {}

  [[nodiscard]] Mode mode() const noexcept { return mode_; }
  [[nodiscard]] bool shows() const noexcept { return secrets_.shows(); }

  std::string secret(std::string_view text) {
    if (!text.empty() && !Secrets::is_placeholder(text)) found_.emplace_back(text);
    return secrets_.placeholder(text);
  }

  /// `host=db password=x`, `postgres://user:x@db/shop`, `{user=a,password=x}`.
  std::string connection(std::string_view text) {
    const bool address = text.find("://") != std::string_view::npos;
    // What an unquoted value ends with.
    const std::string_view ends = text.starts_with('{') ? ",}\"" : address ? "& \t\r\n" : " \t\r\n";
    std::string cleaned;
    std::size_t copied = 0;
    for (std::size_t i = 0; i < text.size();) {
      const auto [begin, end] = assigned(text, i, ends);
      if (begin == end) break;
      cleaned.append(text, copied, begin - copied).append(secret(text.substr(begin, end - begin)));
      copied = i = end;
    }
    cleaned.append(text, copied);
    return address ? address_without_password(std::move(cleaned)) : cleaned;
  }

 private:
  struct Span {
    std::size_t begin = 0, end = 0;
  };

  /// The next value behind the name of a secret and `=`; empty for none.
  static Span assigned(std::string_view text, std::size_t from, std::string_view ends) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    for (std::size_t i = text.find_first_of(letters, from); i < text.size();
         i = text.find_first_of(letters, i)) {
      const std::size_t name = i;
      i = skip(text, i, letters);
      std::size_t at = skip(text, i, " ");
      if (at >= text.size() || text[at] != '=') continue;
      at = skip(text, at + 1, " ");
      const bool quoted = at < text.size() && text[at] == '\'';
      if (quoted) ++at;
      const std::size_t end = end_of_value(text, at, quoted ? "'" : ends);
      if (end > at && is_secret_name(text.substr(name, i - name))) return {at, end};
      i = end;
    }
    return {};
  }

  static std::size_t end_of_value(std::string_view text, std::size_t at, std::string_view ends) {
    for (; at < text.size() && ends.find(text[at]) == std::string_view::npos; ++at)
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
    return at;
  }

  std::string address_without_password(std::string address) {
    const std::size_t user = address.find("://") + 3;
    const std::size_t path = std::min(address.find_first_of("/?", user), address.size());
    const std::size_t at = std::string_view(address).substr(0, path).rfind('@');
    if (at == std::string::npos || at < user) return address;
    const std::size_t colon = address.find(':', user);
    if (colon >= at) return address;
    const std::string password = address.substr(colon + 1, at - colon - 1);
    return address.replace(colon + 1, password.size(), secret(password));
  }

  Mode mode_;
  const Secrets& secrets_;
  std::vector<std::string>& found_;
};

/// A function that takes a secret, or a connection's text, in some of its arguments.
struct SecretCall {
  std::string_view name;
  int first, last;
  bool connection = false;
};
constexpr int any_argument = 1 << 10;
constexpr std::array<SecretCall, 6> calls_with_secrets = {{{"crypt", 0, 0},
                                                           {"pgp_sym_encrypt", 1, 1},
                                                           {"pgp_sym_decrypt", 1, 1},
                                                           {"pgp_sym_encrypt_bytea", 1, 1},
                                                           {"pgp_sym_decrypt_bytea", 1, 1},
                                                           {"pgp_pub_decrypt", 1, any_argument}}};
constexpr SecretCall dblink = {"dblink", 0, any_argument, true};
constexpr SecretCall password_of = {"password", 0, 0};

/// What the literals of a statement are, token by token.
class Scan {
 public:
  enum class Literal : std::uint8_t { plain, secret, connection, script };

  /// In a script, statements begin after the words of its blocks too, and its literals may be
  /// statements that it executes. In a text that puts in a password any literal may be it.
  Scan(Mode mode, bool in_script, bool puts_in_password)
      : mode_(mode),
        in_script_(in_script),
        puts_in_password_(puts_in_password),
        is_script_(in_script || puts_in_password) {}

  /// Of a literal or a parameter: what it is. Of any other token: what is to be remembered of it.
  Literal next(const Token& token) {
    ++tokens_;
    if (token.is(';')) {
      *this = Scan(mode_, in_script_, puts_in_password_);
      return Literal::plain;
    }
    if (token.kind == TokenKind::string || token.kind == TokenKind::parameter ||
        token.kind == TokenKind::broken)
      return literal(token);
    bare_ = is_bare_secret(token) || (bare_ && !token.spaced);
    if (bare_) {
      secret_follows_ = false;
      return Literal::secret;
    }
    note(token);
    return Literal::plain;
  }

  /// Of a literal that is part of a connection's text: a password may end it, which follows.
  void note_connection(std::string_view content) {
    const std::size_t last = content.find_last_not_of(" '");
    content = content.substr(0, last == std::string_view::npos ? 0 : last + 1);
    if (!content.ends_with('=')) return;
    content.remove_suffix(1);
    const std::size_t name = content.find_last_of(" \t\r\n?&'") + 1;
    rest_of_connection_ = is_secret_name(content.substr(name));
  }

 private:
  struct OpenCall {
    SecretCall call;
    int depth = 0, argument = 0;
  };

  Literal literal(const Token& token) {
    if (std::exchange(connection_follows_, false)) return Literal::connection;
    for (const OpenCall& open : open_) {
      if (open.argument < open.call.first || open.argument > open.call.last) continue;
      if (open.call.connection && !std::exchange(rest_of_connection_, false))
        return Literal::connection;
      return Literal::secret;
    }
    if (std::exchange(secret_follows_, false)) return Literal::secret;
    if (token.kind == TokenKind::broken) return Literal::plain;
    if (!is_script_) return Literal::plain;
    if (puts_in_password_ && (token.kind == TokenKind::parameter || !may_hold_secrets(token.text)))
      return Literal::secret;
    return token.kind == TokenKind::parameter ? Literal::plain : Literal::script;
  }

  /// `PASSWORD s3cret`, which the server refuses and may quote.
  [[nodiscard]] bool is_bare_secret(const Token& token) const {
    const bool value = token.kind == TokenKind::word || token.kind == TokenKind::quoted ||
                       token.kind == TokenKind::number;
    return secret_follows_ && mode_.dialect == Dialect::postgres && value &&
           !is_word(token, "null");
  }

  void note(const Token& token) {
    if (in_script_ && begins_block(token)) {
      *this = Scan(mode_, in_script_, puts_in_password_);
      return;
    }
    if (token.kind == TokenKind::punctuation || token.kind == TokenKind::operator_)
      return note_punctuation(token);
    // The third token of CREATE ROLE is its name.
    const bool account = is_account_ && tokens_ > 3 && is_word(token, "password");
    secret_follows_ = account || is_secret_option(token) || (sets_password_ && is_password(token));
    if (is_word(token, "by") && identified_) secret_follows_ = true;
    if (is_word(token, "as") && identified_) secret_follows_ = true;
    identified_ = is_word(token, "identified") || (identified_ && !is_word(token, "by"));
    if (is_word(token, "connection")) connection_follows_ = tokens_ > 2;
    if (is_word(token, "primary_conninfo")) connection_follows_ = true;
    if (is_word(token, "options")) in_options_ = true;
    note_head(token);
    last_word_ = token.kind == TokenKind::word ? token.text : std::string_view();
  }

  static bool is_password(const Token& token) {
    return is_word(token, "password") || token.text == "\"password\"";
  }

  [[nodiscard]] bool is_secret_option(const Token& token) const {
    if (!in_options_ || depth_ == 0) return false;
    std::string_view name = token.text;
    if (token.kind == TokenKind::quoted && name.size() > 2) name = name.substr(1, name.size() - 2);
    return is_secret_name(name);
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
      is_script_ = is_script_ || is_word(token, "do");
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
      if (!open_.empty() && depth_ == open_.back().depth) open_.pop_back();
      depth_ = std::max(0, depth_ - 1);
      if (depth_ == 0) in_options_ = false;
    } else if (token.is(',')) {
      if (!open_.empty() && depth_ == open_.back().depth) ++open_.back().argument;
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
    if (starts_folded(last_word_, dblink.name)) open_.push_back({dblink, depth_});
    for (const SecretCall& call : calls_with_secrets)
      if (called(call.name)) open_.push_back({call, depth_});
    if ((changes_ || sets_password_) && (called("password") || called("old_password")))
      open_.push_back({password_of, depth_});
  }

  Mode mode_;
  int tokens_ = 0;
  int depth_ = 0;
  std::string_view last_word_;
  bool changes_ = false;           // CREATE or ALTER
  bool is_account_ = false;        // of a role, a user, a user mapping
  bool sets_password_ = false;     // SET PASSWORD
  bool in_script_ = false;         // of what a script holds
  bool puts_in_password_ = false;  // a script that does
  bool is_script_ = false;         // DO, CREATE FUNCTION: its literals are scripts
  bool in_options_ = false;        // OPTIONS (…)
  bool identified_ = false;        // IDENTIFIED … BY
  bool secret_follows_ = false;
  bool bare_ = false;  // the rest of `PASSWORD s3-cret`
  bool connection_follows_ = false;
  bool rest_of_connection_ = false;  // 'password=' || …
  std::vector<OpenCall> open_;       // from the outside in
};

std::string as_literal(std::string_view content) {
  std::string literal = "'";
  for (const char c : content) literal += c == '\'' ? std::string("''") : std::string(1, c);
  return literal + "'";
}

std::optional<std::string> cleaned_statements(std::string_view sql, Replacing& replacing,
                                              bool in_script);

std::string cleaned_connection(std::string_view content, Replacing& replacing) {
  std::string cleaned = replacing.connection(content);
  return cleaned_statements(cleaned, replacing, true).value_or(std::move(cleaned));
}

/// The literal as it is to stand; its own content where nothing of it is secret.
std::string cleaned_literal(Scan::Literal is, const std::string& content, Replacing& replacing) {
  if (is == Scan::Literal::secret) return replacing.secret(content);
  if (is == Scan::Literal::connection) return cleaned_connection(content, replacing);
  return cleaned_statements(content, replacing, true).value_or(content);
}

std::optional<std::string> cleaned_statements(std::string_view sql, Replacing& replacing,
                                              bool in_script) {
  if (replacing.shows() || !may_hold_secrets(sql)) return std::nullopt;
  std::string cleaned;
  std::size_t copied = 0;
  const Mode mode = replacing.mode();
  Scan scan(mode, in_script, puts_in_password(sql));
  Lexer lexer(sql, mode);
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    const Scan::Literal is = scan.next(token);
    if (is == Scan::Literal::plain || token.kind == TokenKind::parameter) continue;
    std::string content;
    if (token.kind != TokenKind::string || !append_string_value(token, mode, content))
      content = token.text.substr(token.kind == TokenKind::broken && token.text.starts_with('\''));
    if (is == Scan::Literal::connection) scan.note_connection(content);
    const std::string replaced = cleaned_literal(is, content, replacing);
    if (replaced == content) continue;
    const std::size_t begin = lexer.begin_of(token);
    cleaned.append(sql, copied, begin - copied);
    if (cleaned.ends_with('\'')) cleaned += ' ';  // else the two would be one
    cleaned += as_literal(replaced);
    copied = begin + token.text.size();
  }
  if (copied == 0) return std::nullopt;
  return cleaned.append(sql, copied);
}

}  // namespace

std::optional<std::string> without_secrets(std::string_view sql, Mode mode,
                                           const Secrets& secrets) {
  std::vector<std::string> found;
  return without_secrets(sql, mode, secrets, found);
}

std::optional<std::string> without_secrets(std::string_view sql, Mode mode, const Secrets& secrets,
                                           std::vector<std::string>& found) {
  Replacing replacing(mode, secrets, found);
  return cleaned_statements(sql, replacing, false);
}

std::vector<SecretParameter> secret_parameters(std::string_view sql, Mode mode) {
  std::vector<SecretParameter> secret;
  if (!may_hold_secrets(sql)) return secret;
  Scan scan(mode, false, puts_in_password(sql));
  Lexer lexer(sql, mode);
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    const Scan::Literal is = scan.next(token);
    std::string content;
    if (is == Scan::Literal::connection && token.kind == TokenKind::string &&
        append_string_value(token, mode, content))
      scan.note_connection(content);
    if (token.kind == TokenKind::parameter && is != Scan::Literal::plain)
      secret.push_back({token.parameter, is == Scan::Literal::connection});
  }
  return secret;
}

std::string without_secret(const SecretParameter& parameter, std::string_view value, Mode mode,
                           const Secrets& secrets, std::vector<std::string>& found) {
  Replacing replacing(mode, secrets, found);
  if (replacing.shows()) return std::string(value);
  return parameter.connection ? cleaned_connection(value, replacing) : replacing.secret(value);
}

std::string connection_without_password(std::string_view connection, const Secrets& secrets,
                                        std::vector<std::string>& found) {
  return Replacing({Dialect::postgres, false, false}, secrets, found).connection(connection);
}

}  // namespace understudy::sql
