// Statements that constraints refuse: what the server says, and what is left behind.
#include <doctest/doctest.h>

#include "emulator_support.hpp"

using namespace postgres_test;

namespace {

Document knowing_errors() {
  Document knowledge = EmulatedSql::in_utc();
  knowledge["errors"] = true;
  return knowledge;
}

EmulatedSql with_tables() {
  EmulatedSql sql(knowing_errors());
  sql.hear(
      "CREATE TABLE p (id serial PRIMARY KEY, name varchar(3) NOT NULL UNIQUE, "
      "n int CHECK (n > 0))",
      "CREATE TABLE");
  sql.hear("CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)", "CREATE TABLE");
  sql.hear("INSERT INTO p (name, n) VALUES ('a', 1), ('b', 2)", "INSERT 0 2");
  sql.hear("INSERT INTO c VALUES (1, 1)", "INSERT 0 1");
  return sql;
}

/// All fields but severity, `C=23505 M=…`.
std::string error_of(EmulatedSql& sql, const std::string& text) {
  static_cast<void>(sql.say(text));
  std::string fields;
  for (const auto& [code, value] : sql.error)
    if (code != 'S' && code != 'V') fields += std::string(1, code) + "=" + value + " ";
  if (!fields.empty()) fields.pop_back();
  return fields;
}

}  // namespace

TEST_CASE("a unique key that is met") {
  EmulatedSql sql = with_tables();
  CHECK(error_of(sql, "INSERT INTO p (name) VALUES ('a')") ==
        "C=23505 M=duplicate key value violates unique constraint \"p_name_key\" D=Key "
        "(name)=(a) already exists. s=public t=p n=p_name_key");
  CHECK(sql.writes == std::vector<std::string>{"@sequence\x1fp"});
  CHECK(error_of(sql, "UPDATE p SET name = 'b' WHERE id = 1") ==
        "C=23505 M=duplicate key value violates unique constraint \"p_name_key\" D=Key "
        "(name)=(b) already exists. s=public t=p n=p_name_key");
  CHECK(error_of(sql, "INSERT INTO c VALUES (1, NULL)").find("n=c_pkey") != std::string::npos);
  CHECK(sql.say("SELECT count(*) FROM p") == "2;SELECT 1");
  // The one that was refused has taken the number 3.
  CHECK(sql.say("INSERT INTO p (name) VALUES ('c') RETURNING id") == "4;INSERT 0 1");
}

TEST_CASE("NULL where none may be, with the row") {
  EmulatedSql sql = with_tables();
  CHECK(error_of(sql, "INSERT INTO p (n) VALUES (7)") ==
        "C=23502 M=null value in column \"name\" of relation \"p\" violates not-null constraint "
        "D=Failing row contains (3, null, 7). s=public t=p c=name");
  CHECK(error_of(sql, "UPDATE p SET name = NULL, n = 9 WHERE id = 2").find("(2, null, 9)") !=
        std::string::npos);
  CHECK(sql.say("UPDATE p SET name = NULL WHERE id = 99") == "UPDATE 0");
  CHECK(sql.say("UPDATE p SET name = NULL") == "-");
  CHECK(sql.say("SELECT name FROM p WHERE id = 2") == "b;SELECT 1");
}

TEST_CASE("a condition that does not hold, before keys are looked at") {
  EmulatedSql sql = with_tables();
  const std::string said =
      "C=23514 M=new row for relation \"p\" violates check constraint \"p_n_check\" D=Failing row "
      "contains (3, a, -1). s=public t=p n=p_n_check";
  CHECK(error_of(sql, "INSERT INTO p (name, n) VALUES ('a', -1)") == said);
  CHECK(error_of(sql, "UPDATE p SET n = 0 WHERE id = 2").find("(2, b, 0)") != std::string::npos);
  CHECK(sql.say("SELECT n FROM p WHERE id = 2") == "2;SELECT 1");
}

TEST_CASE("references, both ways") {
  EmulatedSql sql = with_tables();
  CHECK(error_of(sql, "INSERT INTO c VALUES (2, 9)") ==
        "C=23503 M=insert or update on table \"c\" violates foreign key constraint \"c_p_fkey\" "
        "D=Key (p)=(9) is not present in table \"p\". s=public t=c n=c_p_fkey");
  CHECK(error_of(sql, "DELETE FROM p WHERE id = 1") ==
        "C=23503 M=update or delete on table \"p\" violates foreign key constraint \"c_p_fkey\" on "
        "table \"c\" D=Key (id)=(1) is still referenced from table \"c\". s=public t=c n=c_p_fkey");
  CHECK(sql.say("DELETE FROM p WHERE id = 2") == "DELETE 1");
  CHECK(sql.say("SELECT count(*) FROM p") == "1;SELECT 1");
}

TEST_CASE("of a reference between types that keep equal values otherwise nothing is said") {
  for (const auto& [parent, child] :
       {std::pair("numeric(6,2)", "numeric(6,3)"), std::pair("timestamp", "date"),
        std::pair("numeric(6,2)", "int")}) {
    EmulatedSql sql(knowing_errors());
    sql.hear(std::string("CREATE TABLE p (id ") + parent + " PRIMARY KEY)", "CREATE TABLE");
    sql.hear(std::string("CREATE TABLE c (p ") + child + " REFERENCES p)", "CREATE TABLE");
    sql.hear("INSERT INTO p DEFAULT VALUES", "INSERT 0 1");
    sql.hear("DELETE FROM p", "DELETE 1");
    CHECK(error_of(sql, "INSERT INTO c VALUES ('2024-01-02')").empty());
    CHECK(sql.say("INSERT INTO c VALUES (7)") == "-");
  }
  EmulatedSql sql(knowing_errors());
  sql.hear("CREATE TABLE p (id bigint PRIMARY KEY)", "CREATE TABLE");
  sql.hear("CREATE TABLE c (p int REFERENCES p)", "CREATE TABLE");
  CHECK(error_of(sql, "INSERT INTO c VALUES (7)").starts_with("C=23503"));
}

TEST_CASE("values that a column does not take") {
  EmulatedSql sql = with_tables();
  CHECK(error_of(sql, "INSERT INTO p (name) VALUES ('abcd')") ==
        "C=22001 M=value too long for type character varying(3)");
  CHECK(error_of(sql, "INSERT INTO p (name, n) VALUES ('c', 3000000000)") ==
        "C=22003 M=integer out of range");
  CHECK(sql.say("INSERT INTO p (name) VALUES ('c') RETURNING id") == "3;INSERT 0 1");
}

TEST_CASE("a row of which not all is known is not shown") {
  EmulatedSql sql(knowing_errors());
  sql.hear("CREATE TABLE t (id int, n int CHECK (n > 0), at point)", "CREATE TABLE");
  sql.hear("INSERT INTO t (id, n) VALUES (1, 1)", "INSERT 0 1");
  CHECK(sql.say("UPDATE t SET n = 0") == "-");
  CHECK(sql.say("INSERT INTO t (id, n) VALUES (2, 0)") == "-");
}

TEST_CASE("what ON CONFLICT may do instead does not hide what is refused before") {
  EmulatedSql sql = with_tables();
  CHECK(error_of(sql, "INSERT INTO p (name, n) VALUES ('a', 0) ON CONFLICT DO NOTHING")
            .find("23514") != std::string::npos);
  CHECK(error_of(sql, "INSERT INTO c VALUES (NULL, 1) ON CONFLICT DO NOTHING").find("c=id") !=
        std::string::npos);
  CHECK(sql.say("INSERT INTO c VALUES (NULL, 1) ON CONFLICT (id) DO UPDATE SET p = 3000000000") ==
        "-");
}

TEST_CASE("after a table was renamed it is not known what constraints without a name are called") {
  EmulatedSql sql = with_tables();
  sql.hear("ALTER TABLE p RENAME TO q", "ALTER TABLE");
  sql.hear("CREATE TABLE p (id int PRIMARY KEY)", "CREATE TABLE");
  sql.hear("INSERT INTO p VALUES (1)", "INSERT 0 1");
  CHECK(sql.say("INSERT INTO p VALUES (1)") == "-");  // p_pkey is that of q
  CHECK(sql.say("SELECT count(*) FROM p") == "1;SELECT 1");
}

TEST_CASE("where it is not sure what comes first nothing is said") {
  EmulatedSql sql = with_tables();
  CHECK(sql.say("INSERT INTO p (id, name) VALUES (1, 'a')") == "-");
  CHECK(sql.error.empty());
  CHECK(sql.say("UPDATE p SET n = 0") == "-");
  CHECK(sql.error.empty());
}

TEST_CASE("what the server says is known by what it said") {
  EmulatedSql sql;
  sql.recording = true;
  sql->begin_recording();
  sql.hear("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE");
  sql.hear("INSERT INTO t VALUES (1)", "INSERT 0 1");
  CHECK(sql.say("INSERT INTO t VALUES (1)") == "-");
  StatementAnswer refused;
  refused.error =
      make_fields("ERROR", "23505", "duplicate key value violates unique constraint \"t_pkey\"",
                  "Key (id)=(1) already exists.");
  for (const auto& [code, value] :
       {std::pair{'s', "public"}, {'t', "t"}, {'n', "t_pkey"}, {'F', "nbtinsert.c"}})
    refused.error->emplace_back(code, value);
  sql.hear("INSERT INTO t VALUES (1)", refused);
  CHECK(error_of(sql, "INSERT INTO t VALUES (1)").find("C=23505") == 0);
  CHECK(!sql->knowledge().contains("pinned"));

  refused.error->at(3).second = "doppelter Schlüsselwert verletzt Unique-Constraint »t_pkey«";
  sql.hear("INSERT INTO t VALUES (1)", refused);
  CHECK(sql.say("INSERT INTO t VALUES (1)") == "-");  // another language
  CHECK(!sql->knowledge().contains("pinned"));
}
