#include "protocols/sql/secret_scan.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "protocols/sql/connection_text.hpp"
#include "understudy/secrets.hpp"

namespace understudy::sql {

struct SecretCall {
  enum class In : std::uint8_t { postgres, mysql, definitions };  ///< SET and CREATE in both
  In in;
  std::string_view name;
  int first, last;  ///< its secret arguments, from 0
  bool connection = false;
  bool beginning = false;  ///< all functions whose names begin so
};

namespace {

constexpr int any_argument = 1 << 10;
using In = SecretCall::In;
constexpr std::array<SecretCall, 18> secret_calls = {
    {{In::postgres, "crypt", 0, 0},
     {In::postgres, "pgp_sym_encrypt", 1, 1},
     {In::postgres, "pgp_sym_decrypt", 1, 1},
     {In::postgres, "pgp_sym_encrypt_bytea", 1, 1},
     {In::postgres, "pgp_sym_decrypt_bytea", 1, 1},
     {In::postgres, "pgp_pub_decrypt", 1, any_argument},
     {In::postgres, "dblink", 0, any_argument, true, true},
     {In::definitions, "password", 0, 0},
     {In::definitions, "old_password", 0, 0},
     {In::mysql, "password", 0, 0},
     {In::mysql, "old_password", 0, 0},
     {In::mysql, "encrypt", 0, 0},
     {In::mysql, "aes_encrypt", 1, 1},
     {In::mysql, "aes_decrypt", 1, 1},
     {In::mysql, "des_encrypt", 1, 1},
     {In::mysql, "des_decrypt", 1, 1},
     {In::mysql, "encode", 1, 1},
     {In::mysql, "decode", 1, 1}}};

/// Variables of MySQL whose names may mean a secret are told by their first letter.
constexpr std::array<std::string_view, 14> telling_words = {
    "connection", "conninfo", "crypt", "dblink", "decode", "encode", "identified",
    "options",    "password", "pgp_",  "@p",     "@s",     "@t",     "@a"};

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

bool starts_folded(std::string_view text, std::string_view word) noexcept {
  return text.size() >= word.size() && equals_folded(text.substr(0, word.size()), word);
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

bool is_password(const Token& token) {
  return is_word(token, "password") || token.text == "\"password\"";
}

/// `_utf8mb4'x'`, `N'x'`: the literal behind it is what counts.
bool is_introducer(const Token& token) {
  return token.kind == TokenKind::word &&
         (token.text.front() == '_' || equals_folded(token.text, "n"));
}

/// CREATE USER and the like, also where the rest is mistyped.
bool may_be_of_account(std::string_view sql) {
  sql.remove_prefix(std::min(sql.find_first_not_of(" \t\r\n("), sql.size()));
  constexpr std::array<std::string_view, 3> verbs = {"create ", "alter ", "grant "};
  return std::ranges::any_of(verbs, [&](auto verb) { return starts_folded(sql, verb); });
}

/// Whether a statement is put together of pieces and one of them is a password: `format('ALTER ROLE
/// %I PASSWORD %L', …)`, `'CREATE USER a PASSWORD ' || …`. Which one that is can't be told.
bool puts_in_password(std::string_view sql) noexcept {
  constexpr std::string_view password = "password", blanks = " \t\r\n";
  const auto skip = [&](std::size_t at, std::string_view octets) {
    return std::min(sql.find_first_not_of(octets, at), sql.size());
  };
  bool changes = false, account = false;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const std::string_view rest = sql.substr(i);
    changes = changes || starts_folded(rest, "create") || starts_folded(rest, "alter");
    account = account || (changes && (starts_folded(rest, "role") || starts_folded(rest, "user")));
    if (!account || !starts_folded(rest, password)) continue;
    std::size_t at = skip(i + password.size(), blanks);
    at = skip(skip(at, "'\"$"), blanks);
    if (sql.substr(at).starts_with("||") || sql.substr(at).starts_with('%')) return true;
  }
  return false;
}

}  // namespace

bool may_hold_secrets(std::string_view sql) {
  if (may_be_of_account(sql)) return true;
  for (std::size_t i = 0; i + 1 < sql.size(); ++i) {
    if (!beginnings[pair_of(sql[i], sql[i + 1])]) continue;
    const std::string_view rest = sql.substr(i);
    if (std::ranges::any_of(telling_words, [&](auto word) { return starts_folded(rest, word); }))
      return true;
  }
  return false;
}

SecretScan::SecretScan(std::string_view sql, Mode mode, bool in_script, const Secrets& secrets)
    : SecretScan(mode, in_script, mode.dialect == Dialect::postgres && puts_in_password(sql),
                 &secrets) {}

SecretScan::Literal SecretScan::next(const Token& token) {
  if (token.kind == TokenKind::comment_open || token.kind == TokenKind::comment_close ||
      token.kind == TokenKind::hint || (mysql() && is_introducer(token)))
    return Literal::plain;
  ++tokens_;
  if (token.is(';')) {
    restart();
    return Literal::plain;
  }
  if (token.kind == TokenKind::parameter || is_literal(token)) return literal(token);
  follows_secret_ = bare_ = is_bare_secret(token) || (bare_ && !token.spaced);
  if (bare_) {
    secret_follows_ = false;
    return Literal::secret;
  }
  note(token);
  return Literal::plain;
}

void SecretScan::note_connection(std::string_view content) {
  rest_of_connection_ = ends_before_password(content, *secrets_);
}

/// Also one that does not end.
bool SecretScan::is_literal(const Token& token) const {
  if (token.kind == TokenKind::string || token.kind == TokenKind::bits) return true;
  if (token.kind != TokenKind::broken || token.text.empty()) return false;
  // A single octet that MySQL does not know is no rest of the text.
  return !mysql() || token.text.size() > 1 || token.text == "'" || token.text == "\"";
}

/// `PASSWORD s3cret`, which PostgreSQL refuses and may quote.
bool SecretScan::is_bare_secret(const Token& token) const {
  const bool value = token.kind == TokenKind::word || token.kind == TokenKind::quoted ||
                     token.kind == TokenKind::number;
  return secret_follows_ && !mysql() && value && !is_word(token, "null");
}

/// `CREATE ROLE r PASWORD 'x'`: of an account's statement in PostgreSQL all literals are secrets
/// but the time until which it is valid, the settings behind SET and what stands in parentheses.
bool SecretScan::is_mistyped_password(const Token& token) const {
  return is_account_ && !mysql() && token.kind == TokenKind::string && depth_ == 0 &&
         !is_setting_ && !last_word_.empty() && !equals_folded(last_word_, "until");
}

SecretScan::Literal SecretScan::literal(const Token& token) {
  const bool side_by_side = std::exchange(follows_secret_, false);
  if (std::exchange(connection_follows_, false)) return Literal::connection;
  if (secret_arguments_ > 0) return Literal::secret;
  if (connection_arguments_ > 0)
    return std::exchange(rest_of_connection_, false) ? Literal::secret : Literal::connection;
  if (secret_follows_ || pieced_ || side_by_side) {
    secret_follows_ = pieced_ = false;
    follows_secret_ = true;
    bare_ = token.kind == TokenKind::broken;
    return Literal::secret;
  }
  if (is_mistyped_password(token)) return Literal::secret;
  const bool single = token.kind == TokenKind::broken && token.text.size() == 1;
  if (!is_script_ || single) return Literal::plain;
  if (puts_in_password_ && (token.kind == TokenKind::parameter || !may_hold_secrets(token.text)))
    return Literal::secret;
  return token.kind == TokenKind::parameter ? Literal::plain : Literal::script;
}

void SecretScan::note(const Token& token) {
  if (in_script_ && begins_statement(token)) {
    restart();
    if (!is_word(token, "set")) return;
    tokens_ = 1;
  }
  closed_ = token.is(')') && depth_ == 1;
  if (token.kind == TokenKind::punctuation || token.kind == TokenKind::operator_)
    return note_punctuation(token);
  secret_follows_ = names_secret(token);
  // A mistyped CREATE USER is still told by it in MySQL.
  const bool of_account = mysql() ? !is_query_ : is_account_;
  identified_ = identified_ || (of_account && is_word(token, "identified"));
  if (is_word(token, "connection")) connection_follows_ = tokens_ > 2;
  if (is_word(token, "primary_conninfo")) connection_follows_ = true;
  is_setting_ = is_setting_ || is_word(token, "set");
  note_options(token);
  note_head(token);
  note_routine(token);
  last_word_ = token.kind == TokenKind::word ? token.text : std::string_view();
}

/// Whether a secret follows this word.
bool SecretScan::names_secret(const Token& token) const {
  // The third token of CREATE ROLE is its name.
  if (((is_account_ && tokens_ > 3) || sets_password_) && is_password(token)) return true;
  if (identified_ && is_any(token, {"by", "as", "using", "replace", "password"})) return true;
  if (options_depth_ > 0) {
    std::string_view name = token.text;
    if (token.kind == TokenKind::quoted && name.size() > 2) name = name.substr(1, name.size() - 2);
    if (secrets_->is_secret_name(name)) return true;
  }
  if (token.kind == TokenKind::variable)
    return token.text.size() > 1 && token.text[1] != '@' &&
           secrets_->is_secret_name(token.text.substr(1));
  if (!mysql() || token.kind != TokenKind::word) return false;
  if ((is_account_ || grants_) && is_word(token, "by")) return true;
  constexpr std::string_view password = "password";  // MASTER_PASSWORD
  return replicates_ && token.text.size() >= password.size() &&
         equals_folded(token.text.substr(token.text.size() - password.size()), password);
}

bool SecretScan::begins_statement(const Token& token) const {
  if (mysql() && (is_word(token, "do") || (closed_ && is_word(token, "set")))) return true;
  return is_any(token, {"begin", "then", "else", "loop", "atomic"});
}

/// The first words tell what the statement is about.
void SecretScan::note_head(const Token& token) {
  if (tokens_ == 1) {
    changes_ = is_any(token, {"create", "alter"});
    sets_password_ = is_word(token, "set");
    grants_ = is_word(token, "grant");
    replicates_ = is_any(token, {"change", "start"});
    is_query_ = is_any(token, {"select", "insert", "update", "delete", "replace", "with", "show",
                               "explain", "values", "load"});
    is_script_ = is_script_ || is_word(token, "do") ||
                 (mysql() && is_any(token, {"set", "prepare", "execute"}));
  }
  if (tokens_ == 2 || (tokens_ == 4 && is_word(token, "user")))
    is_account_ = is_account_ || (changes_ && is_any(token, {"role", "user", "group"}));
  if (tokens_ == 2) sets_password_ = sets_password_ && is_word(token, "password");
}

/// CREATE OR REPLACE FUNCTION. MySQL has the body where PostgreSQL has a literal, and who defines
/// it may come first.
void SecretScan::note_routine(const Token& token) {
  if (!changes_ || depth_ > 0) return;
  if (mysql() && tokens_ <= 12 && is_any(token, {"function", "procedure", "trigger", "event"}))
    in_script_ = is_script_ = true;
  if (tokens_ <= 4 && is_any(token, {"function", "procedure"})) is_script_ = true;
}

/// CREATE SERVER, FOREIGN TABLE, USER MAPPING … OPTIONS (…). A table may be called options.
void SecretScan::note_options(const Token& token) {
  if (depth_ == 0 && !is_query_ && is_any(token, {"foreign", "server", "mapping"}))
    is_foreign_ = true;
  options_follow_ = is_foreign_ && is_word(token, "options") &&
                    !equals_folded(last_word_, "table") && !equals_folded(last_word_, "exists");
}

void SecretScan::note_punctuation(const Token& token) {
  const bool options = std::exchange(options_follow_, false);
  if (token.is('(')) {
    ++depth_;
    if (options) options_depth_ = depth_;
    begin_calls();
  } else if (token.is(')')) {
    end_calls();
    if (depth_ == options_depth_) options_depth_ = 0;
    depth_ = std::max(0, depth_ - 1);
  } else if (token.is(',')) {
    next_argument();
    if (depth_ == 0) identified_ = false;
  }
  if (is_assignment(token))
    secret_follows_ = secret_follows_ || sets_password_;
  else if (!token.is('(') && !token.is(')'))
    secret_follows_ = false;
  last_word_ = {};
}

bool SecretScan::calls(const SecretCall& call) const {
  const bool defines = changes_ || sets_password_;
  if (call.in != (mysql() ? In::mysql : In::postgres) && !(call.in == In::definitions && defines))
    return false;
  return call.beginning ? starts_folded(last_word_, call.name)
                        : equals_folded(last_word_, call.name);
}

void SecretScan::begin_calls() {
  if (last_word_.empty()) return;
  const auto* call = std::ranges::find_if(secret_calls, [this](auto& one) { return calls(one); });
  if (call == secret_calls.end()) return;
  open_.push_back({call, depth_});
  count(open_.back(), 1);
}

void SecretScan::end_calls() {
  if (open_.empty() || depth_ != open_.back().depth) return;
  count(open_.back(), -1);
  open_.pop_back();
}

void SecretScan::next_argument() {
  if (open_.empty() || depth_ != open_.back().depth) return;
  count(open_.back(), -1);
  ++open_.back().argument;
  count(open_.back(), 1);
}

/// Kept, since calls may be open in thousands.
void SecretScan::count(const OpenCall& open, int change) {
  if (open.argument < open.call->first || open.argument > open.call->last) return;
  (open.call->connection ? connection_arguments_ : secret_arguments_) += change;
}

}  // namespace understudy::sql
