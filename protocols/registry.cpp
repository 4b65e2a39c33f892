#include "protocols/registry.hpp"

#include <array>

#include "protocols/http/http.hpp"
#include "protocols/mysql/mysql.hpp"
#include "protocols/postgres/postgres.hpp"
#include "protocols/redis/redis.hpp"

namespace understudy {

Protocols protocols() noexcept {
  static const std::array<const Protocol*, 4> all = {&postgres::protocol(), &mysql::protocol(),
                                                     &redis::protocol(), &http::protocol()};
  return all;
}

}  // namespace understudy
