// Which literals and parameters of a statement are secrets, told token by token.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "protocols/sql/lexer.hpp"
#include "protocols/sql/statement.hpp"
#include "understudy/secrets.hpp"

namespace understudy::sql {

/// Most statements have no word that a secret stands behind, and need not be taken apart. Looks at
/// each octet once.
[[nodiscard]] bool may_hold_secrets(std::string_view sql);

/// A function that takes a secret, or a connection's text, in some of its arguments.
struct SecretCall;

class SecretScan {
 public:
  enum class Literal : std::uint8_t {
    plain,
    secret,
    connection,  ///< `host=db password=x`
    script       ///< it may be a statement, or several
  };

  /// Of `sql`, which is what a literal of another statement holds if `in_script`: there statements
  /// begin after the words of blocks too, and literals may be statements that it executes.
  /// Names tell secrets by `secrets`, which is borrowed.
  SecretScan(std::string_view sql, Mode mode, bool in_script, const Secrets& secrets);

  /// Of a literal, a parameter or another token that stands where a secret is expected: what it is.
  /// Of any other token: plain.
  Literal next(const Token& token);
  /// Of the literal before, which was `connection`: a password may end it, which follows.
  void note_connection(std::string_view content);

  /// A literal here would be a secret.
  [[nodiscard]] bool expects_secret() const noexcept { return secret_follows_; }
  /// The literal before is a part of a statement, behind which a secret stands: in the next one.
  void expect_secret() noexcept { pieced_ = true; }

 private:
  struct OpenCall {
    const SecretCall* call;
    int depth = 0, argument = 0;
  };

  SecretScan(Mode mode, bool in_script, bool puts_in_password, const Secrets* secrets)
      : mode_(mode),
        secrets_(secrets),
        in_script_(in_script),
        puts_in_password_(puts_in_password),
        is_script_(in_script || puts_in_password) {}
  void restart() { *this = SecretScan(mode_, in_script_, puts_in_password_, secrets_); }

  [[nodiscard]] bool mysql() const noexcept { return mode_.dialect == Dialect::mysql; }
  [[nodiscard]] bool is_literal(const Token& token) const;
  [[nodiscard]] bool is_bare_secret(const Token& token) const;
  [[nodiscard]] bool is_mistyped_password(const Token& token) const;
  [[nodiscard]] bool names_secret(const Token& token) const;
  [[nodiscard]] bool begins_statement(const Token& token) const;
  [[nodiscard]] bool calls(const SecretCall& call) const;
  Literal literal(const Token& token);
  void note(const Token& token);
  void note_head(const Token& token);
  void note_routine(const Token& token);
  void note_options(const Token& token);
  void note_punctuation(const Token& token);
  void begin_calls();
  void end_calls();
  void next_argument();
  void count(const OpenCall& open, int change);

  Mode mode_;
  const Secrets* secrets_;
  int tokens_ = 0;
  int depth_ = 0;
  std::string_view last_word_;
  bool changes_ = false;           // CREATE or ALTER
  bool is_account_ = false;        // of a role, a user, a user mapping
  bool grants_ = false;            // GRANT
  bool sets_password_ = false;     // SET PASSWORD
  bool is_setting_ = false;        // behind SET
  bool replicates_ = false;        // CHANGE MASTER, START SLAVE
  bool is_query_ = false;          // of rows, not of accounts
  bool in_script_ = false;         // of what a script holds
  bool puts_in_password_ = false;  // a script that does, in one of its literals
  bool is_script_ = false;         // DO, CREATE FUNCTION: its literals are scripts
  bool is_foreign_ = false;        // of a server elsewhere, which has OPTIONS (…)
  bool options_follow_ = false;    // behind OPTIONS
  int options_depth_ = 0;          // of their parentheses; 0 outside of them
  bool identified_ = false;        // IDENTIFIED … BY
  bool closed_ = false;            // behind the last of several parentheses
  bool secret_follows_ = false;    // behind PASSWORD
  bool follows_secret_ = false;    // literals side by side are one
  bool pieced_ = false;            // 'PASSWORD ' || …
  bool bare_ = false;              // the rest of `PASSWORD s3-cret`
  bool connection_follows_ = false;
  bool rest_of_connection_ = false;  // 'password=' || …
  std::vector<OpenCall> open_;       // from the outside in
  int secret_arguments_ = 0;         // so many of them are in one that is a secret,
  int connection_arguments_ = 0;     // a connection's text
};

}  // namespace understudy::sql
