// A connection of libmariadb's, with a bound on its time and on what it brings. The only file that
// sees libmariadb.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/catalogue.hpp"

struct st_mysql;

namespace understudy::mysql {

class CatalogueConnection {
 public:
  using Rows = std::vector<std::vector<std::string>>;  ///< NULL is empty

  /// Tries to connect; is_open() tells whether it did.
  explicit CatalogueConnection(const CatalogueLogin& login);

  [[nodiscard]] bool is_open() const noexcept { return connection_ != nullptr; }
  /// Why the last thing failed, in one line.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  /// Nothing more can be asked: lost, out of time, or too much of it.
  [[nodiscard]] bool is_spent() const noexcept { return spent_; }
  /// One statement. False where it failed.
  [[nodiscard]] bool ask(const std::string& sql, Rows& rows);

 private:
  using Clock = std::chrono::steady_clock;
  bool fail();
  bool spend(std::string_view why);

  std::unique_ptr<st_mysql, std::function<void(st_mysql*)>> connection_;
  Clock::time_point deadline_;
  std::size_t octets_ = 0;
  std::string problem_;
  bool spent_ = false;
};

}  // namespace understudy::mysql
