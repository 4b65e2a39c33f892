// A connection of libmariadb's, with a bound on its time and on what it brings. The only file that
// sees libmariadb.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "protocols/sql/catalogue_connection.hpp"
#include "understudy/catalogue.hpp"

struct st_mysql;

namespace understudy::mysql {

class CatalogueConnection : public sql::BoundedConnection {
 public:
  /// Tries to connect; is_open() tells whether it did.
  explicit CatalogueConnection(const CatalogueLogin& login);

  [[nodiscard]] bool is_open() const noexcept { return connection_ != nullptr; }
  /// One statement. False where it failed.
  [[nodiscard]] bool ask(const std::string& sql, Rows& rows);

 private:
  bool fail_as_told();

  std::unique_ptr<st_mysql, std::function<void(st_mysql*)>> connection_;
};

}  // namespace understudy::mysql
