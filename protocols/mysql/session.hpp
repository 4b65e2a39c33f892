// The state of one connection, as recorder and server both follow it: database,
// character sets, transaction, variables.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mysql/settings.hpp"
#include "protocols/mysql/statements.hpp"
#include "protocols/mysql/temporary_tables.hpp"
#include "understudy/document.hpp"
#include "understudy/request.hpp"

namespace understudy::mysql {

/// What a statement does to the transaction of its connection, in this order.
struct TransactionPlan {
  bool commit_before = false;  ///< the server commits before it runs the statement
  bool begin_before = false;   ///< autocommit is off and no transaction is open
  Control control = Control::none;
  bool begin_after = false;  ///< AND CHAIN
};

/// Of one transaction, by name; a client may make any number of them.
class Savepoints {
 public:
  [[nodiscard]] bool has(std::string_view name) const { return numbers_.contains(name); }
  /// A name that there is already is that of the new one from now on.
  void add(const std::string& name) {
    if (const auto known = numbers_.find(name); known != numbers_.end())
      names_.erase(known->second);
    numbers_[name] = ++last_;
    names_[last_] = name;
  }
  enum class Of : std::uint8_t { itself_and_later, later };
  void drop(std::string_view name, Of which) {
    const auto known = numbers_.find(name);
    if (known == numbers_.end()) return;
    const std::uint64_t first = known->second + (which == Of::later ? 1 : 0);
    const auto begin = names_.lower_bound(first);
    for (auto later = begin; later != names_.end(); ++later) numbers_.erase(later->second);
    names_.erase(begin, names_.end());
  }
  void clear() { numbers_.clear(), names_.clear(); }

 private:
  std::map<std::string, std::uint64_t, std::less<>> numbers_;
  std::map<std::uint64_t, std::string> names_;  // in the order in which they were made
  std::uint64_t last_ = 0;
};

class Session {
 public:
  /// `profile` is the service's (see Analyser::profile) or null, and outlives the session.
  explicit Session(const Document* profile) : profile_(profile) {}

  /// After authentication. `ignore_space`: the client's capability, which a login adds to sql_mode.
  void open(std::string user, std::string database, std::uint16_t collation, bool ignore_space);
  /// COM_RESET_CONNECTION: everything but user and database as after the handshake.
  void reset();

  [[nodiscard]] const std::string& user() const noexcept { return user_; }
  [[nodiscard]] const std::string& database() const noexcept { return database_; }
  void use(std::string database) { database_ = std::move(database); }
  /// Of statements.
  [[nodiscard]] std::uint16_t client_collation() const noexcept { return client_collation_; }
  /// Of results; 0 where they come in the columns' own character sets.
  [[nodiscard]] std::uint16_t result_collation() const noexcept { return result_collation_; }
  [[nodiscard]] sql::Mode mode() const noexcept { return mode_; }

  /// What the status flags of every answer tell of the connection.
  [[nodiscard]] std::uint16_t status() const noexcept;
  [[nodiscard]] bool in_transaction() const noexcept { return in_transaction_; }
  [[nodiscard]] bool autocommit() const noexcept { return autocommit_; }
  [[nodiscard]] bool has_savepoint(std::string_view name) const;

  /// `values` are bound to the question marks of `sql`.
  [[nodiscard]] StatementInfo inspect(std::string_view sql,
                                      std::span<const sql::Value> values = {}) const;
  [[nodiscard]] TransactionPlan plan(const StatementInfo& info) const;
  /// The statement succeeded, or what the plan says was done.
  void apply(const StatementInfo& info);
  void begin();
  void end_transaction();
  /// A statement of the open transaction touched tables: clients see the transaction from now on.
  void touch_tables() noexcept;

  /// By PREPARE.
  [[nodiscard]] bool has_prepared(std::string_view name) const {
    return user_variables_.contains("prepare " + std::string(name));
  }
  /// What such a statement, run now, sees of what others committed since its transaction began.
  [[nodiscard]] Sight sight(const StatementInfo& info, std::string_view pattern) const;

  /// What the user variables and the SQL-level prepared statement that `sql` mentions were made of:
  /// {name: its SQL}, empty where it mentions none.
  [[nodiscard]] Document made_of(std::string_view sql, const StatementInfo& info) const;
  /// `sql` succeeded: remembers what it assigned to user variables, or prepared.
  void remember(std::string_view sql, const StatementInfo& info,
                std::span<const sql::Value> values = {});
  /// The server undid the transaction of its own accord.
  void roll_back();
  /// An answer told the number that LAST_INSERT_ID() gives from now on.
  void note_insert_id(std::uint64_t id);

  /// Settings that are not what most of the recording has (`settings` of the profile), by name.
  [[nodiscard]] const std::vector<Setting>& unusual_settings() const;
  /// Every setting with its value; for counting what most have.
  [[nodiscard]] std::map<std::string, std::string> settings() const;

  /// The present value of a system variable as SELECT @@name prints it.
  [[nodiscard]] std::optional<std::string> variable(std::string_view name) const;
  /// It was set on this connection.
  [[nodiscard]] bool is_changed(std::string_view name) const;
  [[nodiscard]] bool is_mariadb() const;
  /// sql_mode holds IGNORE_SPACE only because the client logged in so.
  [[nodiscard]] bool has_login_mode() const { return ignore_space_ && !is_changed("sql_mode"); }

 private:
  [[nodiscard]] std::string isolation() const;
  [[nodiscard]] std::optional<std::string> initial_variable(std::string_view key) const;
  [[nodiscard]] bool is_spelled_right(std::string_view name) const;
  void apply(const Assignment& assignment);
  void set_names(const Assignment& assignment);
  void set_variable(std::string_view name, std::optional<std::string> value);
  [[nodiscard]] std::string resolved(std::string_view expression) const;
  [[nodiscard]] std::string normalised(const std::string& name, std::string value) const;
  void lock(std::string_view tables);
  void set_autocommit(bool on);
  [[nodiscard]] std::uint16_t default_collation(std::string_view charset) const;

  const Document* profile_;
  std::string version_;
  std::string user_;
  std::string database_;
  std::uint16_t handshake_collation_ = 0;
  std::uint16_t client_collation_ = 0;
  std::uint16_t result_collation_ = 0;
  sql::Mode mode_{sql::Dialect::mysql, true, false};
  bool ignore_space_ = false;
  bool autocommit_ = true;
  bool in_transaction_ = false;
  bool transaction_visible_ = false;
  bool read_only_ = false;  // the open transaction
  std::string locks_;  // the statement that took them
  bool xa_open_ = false;
  Savepoints savepoints_;
  std::map<std::string, std::string, std::less<>> user_variables_;  // and "prepare name"
  std::map<std::string, std::optional<std::string>, std::less<>> changed_;
  std::map<std::string, std::string> sources_;  // SQL of those whose value is not known
  TemporaryTables temporary_;
  std::map<std::string, std::string> next_;  // of the next transaction, then of the open one
  std::string connection_collation_;
  std::uint64_t insert_id_ = 0;
  mutable std::vector<Setting> unusual_;
  mutable bool unusual_known_ = false;
};

}  // namespace understudy::mysql
