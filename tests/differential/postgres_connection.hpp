// One connection to a real PostgreSQL on this machine, by the simple protocol.
#pragma once

#include <cstdint>
#include <string>

#include "protocols/postgres/answer.hpp"
#include "server_connection.hpp"

namespace differential {

/// The first message of a client.
[[nodiscard]] std::string startup_octets(const std::string& user, const std::string& database);
/// A statement as a message of the simple protocol.
[[nodiscard]] std::string query_octets(const std::string& sql);
/// What the messages of a server up to ReadyForQuery say; `status`: the octet of the last one.
[[nodiscard]] understudy::postgres::StatementAnswer answer_in(const std::string& octets,
                                                              char* status = nullptr);

/// A server that trusts its users. What fails for want of it throws.
class PostgresConnection : public ServerConnection {
 public:
  PostgresConnection(std::uint16_t port, const std::string& database,
                     const std::string& user = "postgres");
  ~PostgresConnection() override;

  /// The answer to one statement.
  [[nodiscard]] understudy::postgres::StatementAnswer ask(const std::string& sql);
  /// The octets of all that comes up to ReadyForQuery.
  [[nodiscard]] std::string converse(const std::string& octets) override;
  /// What the server said to the first message.
  [[nodiscard]] const std::string& greeting() const { return greeting_; }

 private:
  int socket_;
  std::string pending_, greeting_;
};

}  // namespace differential
