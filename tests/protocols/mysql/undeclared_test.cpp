// Tables and views that nothing declares.
#include <doctest/doctest.h>

#include <algorithm>

#include "support.hpp"

namespace understudy::mysql::test {
namespace {

/// What MariaDB says of a view: its columns have the view's name as their `org_table`.
Document rows_of_view() {
  return {{"columns", {{{"name", "name"}, {"type", "varchar"}, {"table", "goods_view"}}}},
          {"rows", {{"ant"}}}};
}

/// Whether the read depends on every write of the service, where `before` was recorded too.
bool reads_everything(std::vector<Exchange> before) {
  before.push_back({{{"sql", "SELECT name FROM goods_view"}}, rows_of_view(), {}, {}});
  const Recorded recorded(recording(std::move(before)));
  return std::ranges::count(recorded.answers().back().reads, KeyPath{}) != 0;
}

Exchange done(std::string_view sql) {
  return {{{"sql", sql}}, {{"affected", 1}}, {}, {}};
}

}  // namespace

TEST_CASE("what is only seen in results may be a view of anything") {
  CHECK(reads_everything({}));
  CHECK(reads_everything({done("UPDATE goods SET name = 'bee'")}));
  CHECK(reads_everything({done("CREATE TABLE goods (name varchar(20))")}));
}

TEST_CASE("what is declared, or written by its name, is known") {
  for (const std::string_view sql :
       {"CREATE TABLE goods_view (name varchar(20))", "INSERT INTO goods_view VALUES ('ant')",
        "ALTER TABLE goods_view ADD price int", "CREATE INDEX a ON goods_view (name)"})
    CHECK_FALSE(reads_everything({done(sql)}));
  CHECK_FALSE(reads_everything({done("CREATE TABLE goods (name varchar(20))"),
                                done("CREATE VIEW goods_view AS SELECT name FROM goods")}));
  // The view is known, the table behind it may be a view itself.
  CHECK(reads_everything({done("CREATE VIEW goods_view AS SELECT name FROM goods")}));
}

}  // namespace understudy::mysql::test
