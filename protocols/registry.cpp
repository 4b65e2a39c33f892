#include "protocols/registry.hpp"

#include <algorithm>
#include <array>

#include "protocols/http/http.hpp"
#include "protocols/mysql/mysql.hpp"
#include "protocols/postgres/postgres.hpp"
#include "protocols/redis/redis.hpp"

namespace understudy {

std::span<const Protocol* const> protocols() noexcept {
  static const std::array<const Protocol*, 4> all = {&postgres::protocol(), &mysql::protocol(),
                                                     &redis::protocol(), &http::protocol()};
  return all;
}

const Protocol* find_protocol(std::string_view name) noexcept {
  const auto all = protocols();
  const auto found = std::ranges::find(all, name, &Protocol::name);
  return found == all.end() ? nullptr : *found;
}

std::vector<std::string> protocol_names() {
  std::vector<std::string> names;
  for (const Protocol* protocol : protocols()) names.emplace_back(protocol->name());
  return names;
}

}  // namespace understudy
