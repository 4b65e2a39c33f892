// COM_STMT_BULK_EXECUTE: rows of parameters, and what they say in SQL.
#include "protocols/mysql/bulk.hpp"

#include "support.hpp"

namespace understudy::mysql::test {
namespace {

constexpr sql::Mode mode{sql::Dialect::mysql, true, false};
using Indicator = BulkCell::Indicator;

/// Rows of cells that have an indicator and nothing else.
Bulk bulk_of(std::initializer_list<std::vector<Indicator>> rows) {
  Bulk bulk;
  for (const auto& row : rows) {
    auto& cells = bulk.rows.emplace_back();
    for (const Indicator indicator : row) cells.push_back({indicator, {}});
  }
  return bulk;
}

std::string said(const char* sql, const Bulk& bulk) {
  const auto statement = statement_of(bulk, sql, mode);
  return statement ? statement->sql + " | " + std::to_string(statement->parameters.size()) : "?";
}

/// Statement 1, types follow: an INT and a VARCHAR; rows (7, 'ab'), (NULL, DEFAULT).
const char* const captured =
    "01000000"
    "8000"
    "0300"
    "0f00"
    "0007000000"
    "00026162"
    "01"
    "02";

}  // namespace

TEST_CASE("rows of a batch") {
  Binding binding;
  Bulk bulk;
  REQUIRE(decode_bulk(from_hex(captured), 2, binding, bulk));
  CHECK(bulk.statement == 1);
  REQUIRE(bulk.rows.size() == 2);
  CHECK(bulk.rows[0][0].parameter.text == "7");
  CHECK(bulk.rows[0][1].parameter.text == "ab");
  CHECK(bulk.rows[1][0].indicator == Indicator::null);
  CHECK(bulk.rows[1][1].indicator == Indicator::default_);
  // Without types those of the batch before count.
  REQUIRE(decode_bulk(from_hex("01000000"
                               "0000"
                               "0008000000"
                               "01"),
                      2, binding, bulk));
  CHECK(bulk.rows[0][0].parameter.text == "8");
}

TEST_CASE("a batch that is cut off, or has no rows or types, is malformed") {
  const Octets whole = from_hex(captured);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Binding binding;
    Bulk bulk;
    const bool row_ends = size == 19;
    CHECK(decode_bulk(Bytes(whole).first(size), 2, binding, bulk) == row_ends);
  }
  Binding binding;
  Bulk bulk;
  CHECK_FALSE(decode_bulk(whole, 0, binding, bulk));
  CHECK_FALSE(decode_bulk(from_hex("01000000"
                                   "0000"
                                   "01"
                                   "01"),
                          2, binding, bulk));
  CHECK_FALSE(decode_bulk(from_hex("01000000"
                                   "8000"
                                   "0300"
                                   "04"),
                          1, binding, bulk));
}

TEST_CASE("a batch of an INSERT is the INSERT of all rows") {
  const Bulk two =
      bulk_of({{Indicator::value, Indicator::null}, {Indicator::default_, Indicator::value}});
  CHECK(said("INSERT INTO t (a, b) VALUES (?, ?)", two) ==
        "INSERT INTO t (a, b) VALUES (?, ?), (DEFAULT, ?) | 3");
  CHECK(said("replace t value (lower(?), 1, ?) on duplicate key update a = values(a)", two) ==
        "replace t value (lower(?), 1, ?), (lower(DEFAULT), 1, ?) on duplicate key update a = "
        "values(a) | 3");
  CHECK(said("INSERT INTO t VALUES (?) ON DUPLICATE KEY UPDATE a = ?", two) ==
        "INSERT INTO t VALUES (?) ON DUPLICATE KEY UPDATE a = ?; INSERT INTO t VALUES (DEFAULT) ON "
        "DUPLICATE KEY UPDATE a = ? | 3");
}

TEST_CASE("any other batch is the statement many times") {
  const Bulk two = bulk_of({{Indicator::value}, {Indicator::value}});
  CHECK(said("DELETE FROM t WHERE a = ?", two) ==
        "DELETE FROM t WHERE a = ?; DELETE FROM t WHERE a = ? | 2");
  CHECK(said("INSERT INTO t VALUES (?), (1)", two) ==
        "INSERT INTO t VALUES (?), (1); INSERT INTO t VALUES (?), (1) | 2");
  CHECK(said("UPDATE t SET a = ?", bulk_of({{Indicator::ignore}})) == "?");
  CHECK(said("UPDATE t SET a = ? WHERE b = ?", two) == "?");
}

}  // namespace understudy::mysql::test
