// The transaction block of one connection: what BEGIN, COMMIT, SAVEPOINT and
// the like are answered with, and the status octet of ReadyForQuery.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/backend.hpp"
#include "protocols/sql/statement.hpp"
#include "understudy/request.hpp"

namespace understudy::postgres {

/// Fields of an error or notice that the server itself makes, in the order of the wire.
[[nodiscard]] Fields make_fields(std::string_view severity, std::string_view code,
                                 std::string message, std::string detail = {},
                                 std::string hint = {});

[[nodiscard]] bool is_transaction_control(sql::Kind kind) noexcept;
/// Whether the statement sees the database as of a moment, which a transaction begins with.
[[nodiscard]] bool takes_snapshot(sql::Kind kind) noexcept;

class TransactionBlock {
 public:
  /// What one control statement does. With an error nothing else counts.
  struct Plan {
    Control control = Control::none;  ///< `none`: nothing changes but what the client is told
    std::string control_name;
    std::string tag;
    std::optional<Fields> warning;
    std::optional<Fields> error;
    bool chain = false;  ///< AND CHAIN: another block follows at once
    bool into_block = false;
    bool ends_block = false;
    std::size_t savepoint = 0;  ///< depth that release and rollback_to mean
  };

  [[nodiscard]] Plan plan(const sql::Verb& verb, std::string_view sql) const;
  /// Makes the plan so. To be called when the engine has confirmed its control.
  void carry_out(const Plan& plan);

  /// A transaction around the statements of one Query, or up to Sync, that no BEGIN opened.
  void open_implicit() noexcept { implicit_ = true; }
  void close_implicit() noexcept { implicit_ = false; }
  [[nodiscard]] bool implicit() const noexcept { return implicit_; }

  /// An error inside a block makes it fail; outside it changes nothing.
  void on_error() noexcept {
    if (status_ == 'T') status_ = 'E';
  }
  [[nodiscard]] bool failed() const noexcept { return status_ == 'E'; }
  [[nodiscard]] bool idle() const noexcept { return status_ == 'I'; }
  /// Behind a savepoint that was not released.
  [[nodiscard]] bool nested() const noexcept { return !savepoints_.empty(); }
  [[nodiscard]] char status() const noexcept { return status_; }
  void reset();

  [[nodiscard]] static Fields failed_error();

 private:
  [[nodiscard]] Plan plan_begin(std::string_view sql) const;
  [[nodiscard]] Plan plan_end(bool commit, std::string_view sql) const;
  [[nodiscard]] Plan plan_savepoint(const sql::Verb& verb) const;

  char status_ = 'I';
  bool implicit_ = false;
  std::vector<std::string> savepoints_;
};

}  // namespace understudy::postgres
