#include "protocols/registry.hpp"

#include <vector>

#include "protocols/http/http.hpp"
#include "protocols/mysql/mysql.hpp"
#include "protocols/postgres/postgres.hpp"
#include "protocols/redis/redis.hpp"

namespace understudy {

Protocols protocols() noexcept {
  static const std::vector<const Protocol*> all = {
#ifdef UNDERSTUDY_HAS_postgres
      &postgres::protocol(),
#endif
#ifdef UNDERSTUDY_HAS_mysql
      &mysql::protocol(),
#endif
#ifdef UNDERSTUDY_HAS_redis
      &redis::protocol(),
#endif
#ifdef UNDERSTUDY_HAS_http
      &http::protocol(),
#endif
  };
  return all;
}

}  // namespace understudy
