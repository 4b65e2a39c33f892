// A connection to a real server, octets in and out.
#pragma once

#include <string>

namespace differential {

class ServerConnection {
 public:
  ServerConnection() = default;
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;
  virtual ~ServerConnection() = default;
  /// All octets of the answer.
  [[nodiscard]] virtual std::string converse(const std::string& octets) = 0;
};

}  // namespace differential
