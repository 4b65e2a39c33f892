// One connection to a real PostgreSQL on this machine, by the simple protocol.
#pragma once

#include <cstdint>
#include <string>

#include "protocols/postgres/answer.hpp"

namespace differential {

/// A server that trusts the user `postgres`. What fails for want of it throws.
class PostgresConnection {
 public:
  PostgresConnection(std::uint16_t port, const std::string& database);
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;
  ~PostgresConnection();

  /// The answer to one statement.
  [[nodiscard]] understudy::postgres::StatementAnswer ask(const std::string& sql);

 private:
  [[nodiscard]] understudy::postgres::StatementAnswer read_until_ready();

  int socket_;
  std::string pending_;
};

}  // namespace differential
