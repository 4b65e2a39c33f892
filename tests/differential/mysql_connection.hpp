// A connection of MariaDB's own client library: answers as a recording would have them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "protocols/mysql/result.hpp"

struct st_mysql;

namespace differential {

class MysqlConnection {
 public:
  /// Throws std::runtime_error where it can't connect.
  MysqlConnection(std::uint16_t port, const std::string& database);
  /// One statement, with one answer.
  [[nodiscard]] understudy::mysql::Results ask(const std::string& sql);

 private:
  std::unique_ptr<st_mysql, void (*)(st_mysql*)> connection_;
};

}  // namespace differential
