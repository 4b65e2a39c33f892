#include "protocols/mysql/column_book.hpp"

#include "protocols/mysql/declared_columns.hpp"
#include "support.hpp"

namespace understudy::mysql {
namespace {

using sql::ValueClass;
using Use = sql::ColumnRules::Use;

Column column_of(std::string name, FieldType type, std::uint16_t flags = 0,
                 std::uint32_t length = 40, std::uint8_t decimals = 0) {
  return {.schema = "Shop",
          .table = "t",
          .org_table = "t",
          .name = name,
          .org_name = name,
          .length = length,
          .type = type,
          .flags = flags,
          .decimals = decimals};
}

ColumnBook book() {
  ColumnBook book;
  book.learn(
      {column_of("id", FieldType::long_, column_flag::not_null | column_flag::auto_increment),
       column_of("small", FieldType::tiny), column_of("price", FieldType::newdecimal, 0, 12, 2),
       column_of("name", FieldType::var_string, 0, 10),
       column_of("state", FieldType::string, column_flag::enum_), column_of("day", FieldType::date),
       column_of("ratio", FieldType::double_)});
  return book;
}

/// A value of a request as a cell; `-` for one of which nothing may be claimed.
std::string fold(Use use, const std::string& column, ValueClass value_class,
                 std::optional<std::string_view> value, bool floating = false) {
  const ColumnBook columns = book();
  const char spelling = floating ? '\0' : '\1';
  const std::string qualifier = {static_cast<char>(value_class), spelling, spelling, '\0'};
  return ValueRules(columns, qualifier, "shop").fold(use, "t", column, value, 0).value_or("-");
}

/// What DDL says of a column, as the others are asked of.
std::string fold_declared(std::string_view ddl, const std::string& column, ValueClass value_class,
                          std::string_view value) {
  ColumnBook columns;
  for (const DeclaredColumns& declared :
       declared_columns(ddl, {sql::Dialect::mysql, true, false})) {
    if (declared.unknown) columns.doubt("shop." + declared.table);
    for (const auto& [name, entry] : declared.columns)
      columns.declare({"shop." + declared.table, name}, entry);
  }
  const std::string qualifier = {static_cast<char>(value_class), '\1', '\1', '\0'};
  return ValueRules(columns, qualifier, "shop")
      .fold(Use::compared, "t", column, value, 0)
      .value_or("-");
}

TEST_CASE("a column that no result shows is as DDL declares it") {
  const std::string table =
      "CREATE TABLE IF NOT EXISTS `T` (id int(11) unsigned NOT NULL auto_increment, "
      "name varchar(20) DEFAULT 'a, (b)', price decimal(10,2) CHECK (price > 0), day date, "
      "twice int AS (id * 2), PRIMARY KEY (id), KEY by_name (name(5))) ENGINE=InnoDB";
  const auto number = [&](const std::string& ddl, const std::string& column) {
    return fold_declared(ddl, column, ValueClass::number, "7");
  };
  CHECK(number(table, "id") == "=7");
  CHECK(number(table, "price") == "=7");
  CHECK(number(table, "name") == "-");
  CHECK(fold_declared(table, "name", ValueClass::string, "Ann") == "=ann");
  for (const char* column : {"day", "twice", "key", "by_name", "nosuch"})
    CHECK(number(table, column) == "-");
  CHECK(number("ALTER TABLE t ADD COLUMN a bigint AFTER b, MODIFY c smallint", "a") == "=7");
  CHECK(number("ALTER TABLE t ADD COLUMN a bigint AFTER b, MODIFY c smallint", "c") == "=7");
  CHECK(number("ALTER TABLE t ADD (a int, b int)", "b") == "=7");
  CHECK(number("ALTER TABLE t CHANGE a b int", "b") == "=7");
  CHECK(number("ALTER TABLE t CHANGE a b int", "a") == "-");
  CHECK(declared_columns("CREATE TABLE t (a json, b text)", {sql::Dialect::mysql, true, false})[0]
            .json == std::vector<std::string>{"a"});
  for (const char* doubtful :
       {"CREATE TABLE t (id int /*!80023 INVISIBLE */)", "ALTER TABLE t ADD id int, RENAME TO u",
        "ALTER TABLE t ADD id int, RENAME COLUMN id TO n", "ALTER TABLE t ADD id int, ADD id text",
        "CREATE TABLE t LIKE u", "CREATE TABLE t (id int, é int)"})
    CHECK(number(doubtful, "id") == "-");
}

TEST_CASE("a column of integers is compared with what is surely one number") {
  const auto compared = [](ValueClass value_class, std::string_view value) {
    return fold(Use::compared, "id", value_class, value);
  };
  CHECK(compared(ValueClass::number, "7") == "=7");
  CHECK(compared(ValueClass::string, "7") == "=7");
  CHECK(compared(ValueClass::string, "007") == "=7");
  CHECK(compared(ValueClass::boolean, "true") == "=1");
  CHECK(compared(ValueClass::string, "7abc") == "-");  // is 7
  CHECK(compared(ValueClass::string, "abc") == "-");   // is 0
  CHECK(compared(ValueClass::string, "true") == "-");  // is 0
  CHECK(compared(ValueClass::string, "7.0") == "-");
  CHECK(compared(ValueClass::string, "") == "-");
  CHECK(compared(ValueClass::binary, "7") == "-");
  CHECK(compared(ValueClass::number, "9007199254740993") == "=9007199254740993");
  CHECK(fold(Use::compared, "id", ValueClass::number, "9007199254740992", true) == "-");
}

TEST_CASE("text is compared as text, and not with numbers") {
  CHECK(fold(Use::compared, "name", ValueClass::string, "Ann ") == "=ann");
  CHECK(fold(Use::compared, "name", ValueClass::number, "7") == "-");  // '7abc' = 7
  CHECK(fold(Use::compared, "name", ValueClass::number, "0") == "-");  // 'abc' = 0
  CHECK(fold(Use::compared, "name", ValueClass::string, "a\x01") == "-");
  CHECK(fold(Use::compared, "name", ValueClass::string, "::1") == "-");
  CHECK(fold(Use::compared, "state", ValueClass::string, "New") == "=new");
  CHECK(fold(Use::compared, "state", ValueClass::string, "1") == "-");
  CHECK(fold(Use::compared, "state", ValueClass::number, "1") == "-");
}

TEST_CASE("dates, floating-point numbers and unknown columns are not compared") {
  CHECK(fold(Use::compared, "day", ValueClass::string, "20240101") == "-");
  CHECK(fold(Use::compared, "day", ValueClass::string, "24-1-1") == "-");
  CHECK(fold(Use::compared, "ratio", ValueClass::number, "1") == "-");
  CHECK(fold(Use::compared, "unseen", ValueClass::string, "Ann") == "-");
}

TEST_CASE("what is stored is claimed where the column surely keeps it as it is") {
  CHECK(fold(Use::stored, "small", ValueClass::number, "127") == "=127");
  CHECK(fold(Use::stored, "small", ValueClass::number, "128") == "-");
  CHECK(fold(Use::stored, "small", ValueClass::number, "1.5") == "-");
  CHECK(fold(Use::stored, "id", ValueClass::number, "0") == "-");  // the next number
  CHECK(fold(Use::stored, "id", ValueClass::null, std::nullopt) == "-");
  CHECK(fold(Use::stored, "small", ValueClass::null, std::nullopt) == "null");
  CHECK(fold(Use::stored, "price", ValueClass::number, "12.5") == "=12.5");
  CHECK(fold(Use::stored, "price", ValueClass::number, "12.505") == "-");
  CHECK(fold(Use::stored, "price", ValueClass::number, "123456789") == "-");
  CHECK(fold(Use::stored, "name", ValueClass::string, "0123456789") == "=123456789");
  CHECK(fold(Use::stored, "name", ValueClass::string, "longer than ten") == "-");
  CHECK(fold(Use::stored, "name", ValueClass::number, "7") == "=7");
  CHECK(fold(Use::stored, "unseen", ValueClass::string, "abc") == "=abc");
  CHECK(fold(Use::stored, "unseen", ValueClass::string, "24-1-1") == "-");
}

TEST_CASE("results that disagree about a column tell nothing of it") {
  ColumnBook columns = book();
  columns.learn({column_of("name", FieldType::long_)});
  const std::string qualifier = {static_cast<char>(ValueClass::string), '\1', '\1', '\0'};
  const ValueRules rules(columns, qualifier, "shop");
  CHECK_FALSE(rules.fold(Use::compared, "t", "name", "ann", 0));
  CHECK(columns.auto_increment_of("shop.t") == "id");
}

TEST_CASE("equality carries values only between columns of one kind") {
  const ColumnBook columns = book();
  const ValueRules rules(columns, {}, "shop");
  CHECK(rules.comparable({"t", "id"}, {"t", "small"}));
  CHECK_FALSE(rules.comparable({"t", "id"}, {"t", "name"}));
  CHECK_FALSE(rules.comparable({"t", "id"}, {"t", "unseen"}));
  CHECK_FALSE(rules.comparable({"t", "day"}, {"t", "day"}));
}

}  // namespace
}  // namespace understudy::mysql
