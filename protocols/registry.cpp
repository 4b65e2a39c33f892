#include "protocols/registry.hpp"

#include "protocols/http/http.hpp"
#include "protocols/mysql/mysql.hpp"
#include "protocols/postgres/postgres.hpp"
#include "protocols/redis/redis.hpp"

namespace understudy {

Protocols protocols() noexcept {
  static const Protocol* const all[] = {&postgres::protocol(), &mysql::protocol(),
                                        &redis::protocol(), &http::protocol()};
  return all;
}

}  // namespace understudy
