// A connection of libpq's, with a bound on its time and on what it brings. The only file that sees
// libpq.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "protocols/sql/catalogue_connection.hpp"
#include "understudy/catalogue.hpp"

struct pg_conn;

namespace understudy::postgres {

class CatalogueConnection : public sql::BoundedConnection {
 public:
  /// Tries to connect; is_open() tells whether it did.
  explicit CatalogueConnection(const CatalogueLogin& login);

  [[nodiscard]] bool is_open() const noexcept { return connection_ != nullptr; }
  [[nodiscard]] std::string database() const;
  /// One statement. False where it failed; `rows` has then what had come.
  [[nodiscard]] bool ask(const std::string& sql, Rows& rows);
  /// COPY … TO STDOUT: what it brings is appended to `text`.
  [[nodiscard]] bool copy(const std::string& sql, std::string& text);

 private:
  bool wait_for_answer();
  bool wait_for_octets();
  bool send(const std::string& sql);
  bool take(Rows& rows);
  bool take_copied(std::string& text);

  std::unique_ptr<pg_conn, std::function<void(pg_conn*)>> connection_;
};

}  // namespace understudy::postgres
