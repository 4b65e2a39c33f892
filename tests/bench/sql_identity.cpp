// CPU nanoseconds from the text of a statement to its identity: assign and append_identity with all
// memory warm. Run by hand, never in CI.
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "bench/clock.hpp"
#include "protocols/sql/statement.hpp"

namespace {

using namespace understudy::sql;

struct Sample {
  std::string_view name, sql;
  Mode mode;
};

constexpr Mode postgres{Dialect::postgres, false, false};
constexpr Mode mysql{Dialect::mysql, true, false};

const std::vector<Sample> samples = {
    {"select 1", "select 1", postgres},
    {"point select", "SELECT abalance FROM pgbench_accounts WHERE aid = 4711;", postgres},
    {"ORM select",
     "SELECT \"o\".\"id\", \"o\".\"total\" FROM \"orders\" AS \"o\" WHERE \"o\".\"customer_id\" = "
     "$1 AND "
     "\"o\".\"state\" = $2",
     postgres},
    {"insert",
     "INSERT INTO orders (id, customer, note, total) VALUES (7, 42, 'a note of some length', "
     "19.90)",
     postgres},
    {"point select, MySQL", "SELECT c FROM sbtest1 WHERE id=4711", mysql},
    {"ORM select, MySQL",
     "SELECT `o`.`id`, `o`.`total` FROM `orders` AS `o` WHERE `o`.`customer_id` = ? AND "
     "`o`.`state` = ?",
     mysql},
};

}  // namespace

int main() {
  constexpr int rounds = 300'000;
  const std::vector<Value> values = {{ValueClass::number, "42", false},
                                     {ValueClass::string, "open", false}};
  Statement statement;
  std::string canonical;
  std::string qualifier;
  std::size_t octets = 0;
  for (const Sample& sample : samples) {
    const double taken = understudy::bench::per_round(rounds, [&](int) {
      canonical.clear();
      qualifier.clear();
      statement.assign(sample.sql, sample.mode);
      append_identity(statement, values, canonical, qualifier);
      octets += canonical.size();
    });
    fmt::print("{:24} {:4} octets {:8.1f} ns\n", sample.name, sample.sql.size(), taken);
  }
  return octets == 0 ? 1 : 0;
}
