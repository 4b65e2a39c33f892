#include "protocols/sql/contents/contents.hpp"

#include <doctest/doctest.h>

using namespace understudy::sql::contents;

namespace {

std::string value_in(Database& database) {
  std::vector<DatumRow> rows;
  CHECK(database.run("SELECT x FROM t ORDER BY rowid", {}, &rows) == Outcome::done);
  std::string text;
  for (const DatumRow& row : rows) text += std::get<std::string>(row.front()) + ";";
  return text;
}

std::shared_ptr<const DatabaseImage> image_with_a() {
  Database database;
  CHECK(database.run("CREATE TABLE t (x UNIQUE)") == Outcome::done);
  CHECK(database.run("INSERT INTO t (rowid, x) VALUES (next_place(), 'a')") == Outcome::done);
  return database.image();
}

Definition table_of(const std::string& key) {
  Definition table;
  table.key = key;
  table.columns.push_back({"x", {TypeKind::text}});
  return table;
}

}  // namespace

TEST_CASE("databases that begin with one image have what they change to themselves") {
  const auto image = image_with_a();
  REQUIRE(image);
  Database one(image), other(image);
  CHECK(one.run("INSERT INTO t (rowid, x) VALUES (next_place(), 'b')") == Outcome::done);
  CHECK(one.run("INSERT INTO t (rowid, x) VALUES (next_place(), 'a')") == Outcome::refused);
  CHECK(value_in(one) == "a;b;");
  CHECK(value_in(other) == "a;");
  CHECK(one.run("SAVEPOINT s") == Outcome::done);
  CHECK(one.run("DELETE FROM t WHERE 1") == Outcome::done);
  CHECK(one.run("ROLLBACK TO s") == Outcome::done);
  CHECK(value_in(one) == "a;b;");
  Database third(one.image());
  CHECK(value_in(third) == "a;b;");
}

TEST_CASE("a database may grow far over its image") {
  Database database(image_with_a());
  const Datum large = std::string(100'000, 'x');
  for (int i = 0; i < 100; ++i)
    CHECK(database.run("INSERT INTO t (rowid, x) VALUES (next_place(), ?1 || next_place())",
                       {&large, 1}) == Outcome::done);
  std::vector<DatumRow> rows;
  CHECK(database.run("SELECT count(*), sum(length(x)) > 10000000 FROM t", {}, &rows) ==
        Outcome::done);
  CHECK(rows.front() == DatumRow{std::int64_t{101}, std::int64_t{1}});
}

TEST_CASE("octets that are no database are none") {
  Database database(DatabaseImage::of("no database", 1));
  CHECK(database.run("SELECT 1") == Outcome::unsure);
  CHECK(DatabaseImage::of("", 1) == nullptr);
}

TEST_CASE("which names are free") {
  Contents contents;
  CHECK(!contents.book().is_absent("t"));
  CHECK(contents.create(table_of("t")));
  contents.drop("t");
  CHECK(contents.book().is_absent("t"));
  contents.forget_whether("t");
  CHECK(!contents.book().is_absent("t"));

  const std::set<std::string, std::less<>> views = {"v"};
  contents.note_others(&views);
  CHECK(contents.book().is_absent("t"));
  CHECK(!contents.book().is_absent("v"));
  CHECK(!contents.book().is_absent("schema.t"));
  contents.forget_whether("t");
  CHECK(!contents.book().is_absent("t"));
  contents.drop("t");
  CHECK(contents.book().is_absent("t"));
  contents.forget_everything();
  CHECK(!contents.book().is_absent("u"));
}

TEST_CASE("contents begin again where they began, with their sequences") {
  Contents first;
  Definition table = table_of("t");
  table.columns.front().default_.kind = Default::Kind::number;
  REQUIRE(first.create(std::move(table)));
  const std::uint32_t id = first.find("t")->definition->id;
  first.set_last_number({id, 0}, 7);
  const auto beginning = first.beginning();
  REQUIRE(beginning);
  Contents second(*beginning);
  CHECK(second.last_number({id, 0}) == 7);
  CHECK(second.enter(1));
  second.drop("t");
  second.undo();
  REQUIRE(second.find("t") != nullptr);
  second.drop("t");
  CHECK(Contents(*beginning).find("t") != nullptr);
}
