#include "protocols/mysql/schema.hpp"

#include "protocols/sql/schema_support.hpp"

using namespace understudy;
using namespace understudy::sql::test;

namespace {

void read(const std::string& text, Schema& schema, Diagnostics& problems) {
  const auto key_of = [](const std::string& table) {
    return table.starts_with("shop.") ? table.substr(5) : table;
  };
  mysql::read_schema({"schema.sql", text}, key_of, schema, problems);
}

Schema schema_of(const std::string& text) {
  return sound_schema(text, read);
}

}  // namespace

TEST_CASE("a table as people write it for MySQL") {
  const Schema schema = schema_of(R"(
CREATE TABLE IF NOT EXISTS Products (
  id          INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku         VARCHAR(20) NOT NULL DEFAULT '' COMMENT 'a, (b)',
  price       DECIMAL(10, 2) NOT NULL,
  note        TEXT,
  kind        ENUM ('a', 'b') CHARACTER SET utf8mb4 NULL DEFAULT NULL,
  token       CHAR(36) DEFAULT (UUID()),
  at          DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  UNIQUE KEY products_sku (sku, kind DESC),
  UNIQUE (note),
  KEY by_price (price),
  CONSTRAINT c FOREIGN KEY (sku) REFERENCES categories (slug) ON DELETE SET NULL ON UPDATE CASCADE,
  CHECK (price > 0)
) ENGINE = InnoDB COMMENT = 'select partition';
CREATE TABLE categories (slug VARCHAR(20) PRIMARY KEY, parent INT UNIQUE REFERENCES products (id));
)");
  REQUIRE(schema.size() == 2);
  const TableFacts& products = schema.at("products");
  CHECK(products.doubt == "");
  CHECK(unique_sets(products) == std::vector<Columns>{{"id"}, {"kind", "sku"}, {"note"}});
  CHECK(products.unique[0].name == "PRIMARY");
  CHECK(products.unique[1].name == "products_sku");
  CHECK(products.unique[2].name == "note");
  CHECK(products.columns.size() == 7);
  CHECK(products.columns.at("id").generated);
  CHECK(products.columns.at("token").generated);
  CHECK(products.columns.at("price").defaults);  // a lenient server fills in zero
  CHECK_FALSE(products.columns.at("note").defaults);
  CHECK_FALSE(products.columns.at("kind").defaults);
  CHECK(products.columns.at("at").defaults);
  REQUIRE(products.references.size() == 1);
  CHECK(products.references[0].parent == "categories");
  CHECK(products.references[0].parent_columns == Columns{"slug"});
  CHECK(products.references[0].follows);
  const TableFacts& categories = schema.at("categories");
  CHECK(categories.complete());
  REQUIRE(categories.references.size() == 1);
  CHECK_FALSE(categories.references[0].follows);
}

TEST_CASE("a dump of mysqldump") {
  const Schema schema = schema_of(R"(
/*!40101 SET @saved_cs_client     = @@character_set_client */;
USE `shop`;
DROP TABLE IF EXISTS `stock`;
CREATE TABLE `stock` (
  `sku` varchar(20) NOT NULL,
  `at` timestamp /*!80023 INVISIBLE */ NULL,
  PRIMARY KEY (`sku`) USING BTREE
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4;
CREATE TABLE `log` (`id` bigint NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`));
LOCK TABLES `stock` WRITE;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER t BEFORE INSERT ON log
FOR EACH ROW BEGIN SET NEW.id = 1; END */;;
DELIMITER ;
CREATE TABLE elsewhere.t (id INT);
)");
  REQUIRE(schema.size() == 3);
  CHECK(schema.at("stock").complete());
  CHECK(unique_sets(schema.at("stock")) == std::vector<Columns>{{"sku"}});
  CHECK(schema.at("log").doubt == "schema.sql:13: a trigger");
  CHECK(schema.contains("elsewhere.t"));
}

TEST_CASE("what can't be followed leaves its table in doubt in MySQL, too") {
  const auto doubt = [](const std::string& text) {
    const Schema schema = schema_of("CREATE TABLE t (id INT PRIMARY KEY, a TEXT, b INT);\n" + text);
    return schema.at("t").doubt;
  };
  CHECK(doubt("").empty());
  CHECK(doubt("CREATE UNIQUE INDEX i ON t (b);").empty());
  CHECK(doubt("ALTER TABLE t ADD UNIQUE KEY x (b), ENGINE=InnoDB;").empty());
  CHECK(doubt("ALTER TABLE t ADD UNIQUE (a(20));") ==
        "schema.sql:2: a unique key over parts of columns or expressions");
  CHECK_FALSE(doubt("CREATE UNIQUE INDEX i ON t ((lower(a)));").empty());
  CHECK_FALSE(doubt("ALTER TABLE t CHANGE COLUMN a c TEXT;").empty());
  CHECK_FALSE(doubt("RENAME TABLE t TO u; CREATE TABLE IF NOT EXISTS t (id INT);").empty());
  CHECK_FALSE(doubt("CREATE OR REPLACE TABLE t LIKE u;").empty());
}

TEST_CASE("indexes come and go") {
  const Schema schema = schema_of(R"(
CREATE TABLE t (id SERIAL, a INT UNIQUE, b INT);
ALTER TABLE t ADD COLUMN c INT AUTO_INCREMENT UNIQUE, DROP INDEX a;
CREATE UNIQUE INDEX i ON t (b);
DROP INDEX i ON t;
)");
  CHECK(unique_sets(schema.at("t")) == std::vector<Columns>{{"id"}, {"c"}});
  CHECK(schema.at("t").columns.at("c").generated);
}

TEST_CASE("a CREATE TABLE that has no name is an error with its line") {
  Diagnostics problems;
  Schema schema;
  read("\nCREATE TABLE (id INT);", schema, problems);
  REQUIRE(problems.size() == 1);
  CHECK(to_string(problems[0]).starts_with("schema.sql:2: error: "));
}
