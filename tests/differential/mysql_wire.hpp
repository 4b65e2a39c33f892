// One connection to a real MariaDB on this machine: packets of the client/server protocol, as a
// recorder sees them.
#pragma once

#include <cstdint>
#include <string>

#include "protocols/mysql/result.hpp"
#include "server_connection.hpp"

namespace differential {

/// What a client says after the greeting. The user has no password.
[[nodiscard]] std::string mysql_login_octets(const std::string& user, const std::string& database);
/// COM_QUERY.
[[nodiscard]] std::string mysql_query_octets(const std::string& sql);
/// What the packets of an answer to COM_QUERY say; `status`: the flags behind it.
[[nodiscard]] understudy::mysql::Results mysql_answer_in(const std::string& octets,
                                                         std::uint16_t& status);

/// What fails for want of a server throws.
class MysqlWire : public ServerConnection {
 public:
  MysqlWire(std::uint16_t port, const std::string& user, const std::string& database);
  ~MysqlWire() override;

  /// One command, up to the end of its answer.
  [[nodiscard]] std::string converse(const std::string& octets) override;
  [[nodiscard]] const std::string& greeting() const { return greeting_; }
  /// What the login was answered with.
  [[nodiscard]] const std::string& welcome() const { return welcome_; }

 private:
  [[nodiscard]] std::string packet();
  void send(const std::string& octets) const;

  int socket_;
  std::string pending_, greeting_, welcome_;
};

}  // namespace differential
