#include "compile/rows/row_keys.hpp"

#include <doctest/doctest.h>

#include "compile/rows/row_evidence.hpp"
#include "spoken.hpp"

using namespace understudy;
using namespace understudy::compile;
using test::Spoken;

namespace {

/// Orders 7 and 8 of accounts 3 and 4, seen.
Spoken orders() {
  Spoken spoken;
  spoken.say("SELECT id, account_id, status FROM orders WHERE account_id = 3",
             "id account_id status: 7 3 new; 9 3 new");
  spoken.say("SELECT id, account_id, status FROM orders WHERE account_id = 4",
             "id account_id status: 8 4 new");
  return spoken;
}

}  // namespace

TEST_CASE("a change by id disturbs the readers of the account that the row is of, and no others") {
  Spoken spoken = orders();
  spoken.say("UPDATE orders SET status = 'sent' WHERE id = 7");
  CHECK(spoken.disturbs("UPDATE orders SET status = 'sent' WHERE id = 7",
                        "SELECT id, account_id, status FROM orders WHERE account_id = 3"));
  CHECK_FALSE(spoken.disturbs("UPDATE orders SET status = 'sent' WHERE id = 7",
                              "SELECT id, account_id, status FROM orders WHERE account_id = 4"));
}

TEST_CASE("a change of a row that was never seen disturbs all readers of the column") {
  Spoken spoken = orders();
  spoken.say("UPDATE orders SET status = 'sent' WHERE id = 77");
  CHECK(spoken.disturbs("UPDATE orders SET status = 'sent' WHERE id = 77",
                        "SELECT id, account_id, status FROM orders WHERE account_id = 4"));
}

TEST_CASE("a change by account spares the ids that are known to be of others") {
  Spoken spoken = orders();
  spoken.say("SELECT status FROM orders WHERE id = 8", "status: new");
  spoken.say("SELECT status FROM orders WHERE id = 7", "status: new");
  spoken.say("SELECT status FROM orders WHERE id = 70", "status: new");
  const std::string write = "UPDATE orders SET status = 'sent' WHERE account_id = 3";
  spoken.say(write);
  CHECK(spoken.disturbs(write, "SELECT status FROM orders WHERE id = 7"));
  CHECK(spoken.disturbs(write, "SELECT status FROM orders WHERE id = 70"));  // whose, nobody knows
  CHECK_FALSE(spoken.disturbs(write, "SELECT status FROM orders WHERE id = 8"));
}

TEST_CASE("a row that moves disturbs the readers of where it was and of where it comes") {
  Spoken spoken = orders();
  const std::string write = "UPDATE orders SET account_id = 4 WHERE id = 7";
  spoken.say(write);
  CHECK(spoken.disturbs(write, "SELECT id, account_id, status FROM orders WHERE account_id = 3"));
  CHECK(spoken.disturbs(write, "SELECT id, account_id, status FROM orders WHERE account_id = 4"));
}

TEST_CASE("an id that comes back with another account is of both") {
  Spoken spoken = orders();
  spoken.say("DELETE FROM orders WHERE id = 7");
  spoken.say("INSERT INTO orders (id, account_id, status) VALUES (7, 4, 'new')");
  const std::string write = "UPDATE orders SET status = 'sent' WHERE id = 7";
  spoken.say(write);
  CHECK(spoken.disturbs(write, "SELECT id, account_id, status FROM orders WHERE account_id = 3"));
  CHECK(spoken.disturbs(write, "SELECT id, account_id, status FROM orders WHERE account_id = 4"));
}

TEST_CASE("where ids come from another table and rows go, nothing is known of them") {
  Spoken spoken = orders();
  spoken.say("DELETE FROM orders WHERE id = 7");
  spoken.say(
      "INSERT INTO orders (id, account_id, status) SELECT id, account_id, status FROM attic "
      "WHERE id = 7");
  const std::string write = "UPDATE orders SET status = 'sent' WHERE id = 8";
  spoken.say(write);
  CHECK(spoken.disturbs(write, "SELECT id, account_id, status FROM orders WHERE account_id = 3"));
}

TEST_CASE("an insert depends on who takes the value of a column that may be unique") {
  Spoken spoken;
  const std::string insert = "INSERT INTO users (id, email) VALUES (1, 'ann')";
  const std::string update = "UPDATE users SET email = 'ann' WHERE id = 2";
  const std::string other = "UPDATE users SET email = 'bob' WHERE id = 3";
  spoken.say("SELECT id, email FROM users WHERE id = 2", "id email: 2 eve");
  spoken.say("SELECT id, email FROM users WHERE id = 3", "id email: 3 joe");
  spoken.say(insert).say("UPDATE users SET email = 'zoe' WHERE id = 1").say(update).say(other);
  CHECK(spoken.disturbs(update, insert));
  CHECK(spoken.disturbs(insert, update));
  CHECK_FALSE(spoken.disturbs(other, insert));
}

TEST_CASE("two rows that agree in a column prove that it is not unique") {
  Spoken spoken;
  const std::string insert = "INSERT INTO users (id, name) VALUES (1, 'ann')";
  const std::string update = "UPDATE users SET name = 'ann' WHERE id = 2";
  spoken.say("SELECT id, name FROM users", "id name: 2 eve; 3 eve");
  spoken.say(insert).say(update);
  CHECK_FALSE(spoken.disturbs(update, insert));
}

TEST_CASE("rows that were given one value prove that it is not unique") {
  Spoken spoken, at_once;
  spoken.say("UPDATE users SET name = 'eve' WHERE id = 2");
  spoken.say("UPDATE users SET name = 'eve' WHERE id = 2");
  CHECK(RowEvidence(spoken.steps(), {}).may_be_unique("users", "name"));
  spoken.say("UPDATE users SET name = 'eve' WHERE id = 3");
  CHECK_FALSE(RowEvidence(spoken.steps(), {}).may_be_unique("users", "name"));
  at_once.say("UPDATE users SET name = 'eve' WHERE team = 2", "UPDATE 2");
  CHECK_FALSE(RowEvidence(at_once.steps(), {}).may_be_unique("users", "name"));
}

TEST_CASE("rows of which one changed before the other was seen prove nothing") {
  Spoken spoken;
  spoken.say("SELECT id, name FROM users WHERE id = 2", "id name: 2 eve");
  spoken.say("UPDATE users SET name = 'ann' WHERE id = 2");
  spoken.say("SELECT id, name FROM users WHERE id = 3", "id name: 3 eve");
  CHECK(RowEvidence(spoken.steps(), {}).may_be_unique("users", "name"));
  spoken.say("SELECT id, name FROM users WHERE id = 4", "id name: 4 eve");
  CHECK_FALSE(RowEvidence(spoken.steps(), {}).may_be_unique("users", "name"));
}

TEST_CASE("an insert depends on the row that it may refer to, and not on what else is in that") {
  Spoken spoken;
  spoken.say("INSERT INTO accounts (id, owner, balance) VALUES (3, 'ann', 1)");
  spoken.say("INSERT INTO accounts (id, owner, balance) VALUES (4, 'bob', 1)");
  const std::string order = "INSERT INTO orders (id, account_id) VALUES (7, 3)";
  const std::string pay = "UPDATE accounts SET balance = balance + 1 WHERE id = 3";
  spoken.say(order).say(pay).say("DELETE FROM accounts WHERE id = 3");
  CHECK(spoken.disturbs("INSERT INTO accounts (id, owner, balance) VALUES (3, 'ann', 1)", order));
  CHECK(spoken.disturbs("DELETE FROM accounts WHERE id = 3", order));
  CHECK_FALSE(spoken.disturbs(pay, order));
}

TEST_CASE("a delete may take with it the rows that refer to it") {
  Spoken spoken = orders();
  spoken.say("SELECT name FROM accounts WHERE id = 3", "name: ann");
  spoken.say("SELECT name FROM accounts WHERE id = 4", "name: bob");
  spoken.say("DELETE FROM accounts WHERE id = 3");
  CHECK(spoken.disturbs("DELETE FROM accounts WHERE id = 3",
                        "SELECT id, account_id, status FROM orders WHERE account_id = 3"));
  CHECK_FALSE(spoken.disturbs("DELETE FROM accounts WHERE id = 3",
                              "SELECT id, account_id, status FROM orders WHERE account_id = 4"));
}

TEST_CASE(
    "where the rows that went are not known, neither are those that refer to their children") {
  Spoken spoken;
  spoken.declare(
      "CREATE TABLE accounts (id int PRIMARY KEY, region text);"
      "CREATE TABLE orders (id int PRIMARY KEY, account_id int REFERENCES accounts ON DELETE "
      "CASCADE);"
      "CREATE TABLE items (id int PRIMARY KEY, order_id int REFERENCES orders ON DELETE CASCADE)");
  spoken.say("SELECT id FROM items WHERE id = 5", "id: 5");
  spoken.say("DELETE FROM accounts WHERE region = 'north'");
  CHECK(spoken.disturbs("DELETE FROM accounts WHERE region = 'north'",
                        "SELECT id FROM items WHERE id = 5"));
}

TEST_CASE("rows may go with one of which no request speaks") {
  Spoken spoken;
  spoken.say("SELECT region FROM accounts WHERE id = 3", "region: south");
  spoken.say("SELECT total FROM orders WHERE account_id = 9", "total: 5");
  spoken.say("DELETE FROM accounts WHERE region = 'north'");
  CHECK(spoken.disturbs("DELETE FROM accounts WHERE region = 'north'",
                        "SELECT total FROM orders WHERE account_id = 9"));
}

TEST_CASE("of many tables that may all refer to each other each row is followed once") {
  constexpr std::size_t tables = 12, rows_of_each = 4;
  Spoken spoken;
  for (std::size_t table = 0; table < tables; ++table)
    for (std::size_t row = 1; row <= rows_of_each; ++row) {
      const std::string name = "t" + std::to_string(table), id = std::to_string(row);
      spoken.say("SELECT id, ref FROM " + name + " WHERE id = " + id, "id ref: " + id + " " + id);
    }
  spoken.say("DELETE FROM t0 WHERE id = 1");
  const RowKeys rows(spoken.steps(), {});
  // Of each table a key for each of its two columns and rows, and that of any change.
  const auto written = rows.writes_of(FullStep(spoken.steps().back()), true);
  CHECK(written.size() <= tables * (2 * rows_of_each + 2));
}

TEST_CASE("a row that is seen after the one that it would refer to is gone refers to none") {
  Spoken spoken = orders();
  spoken.say("SELECT name FROM accounts WHERE id = 3", "name: ann");
  spoken.say("SELECT name FROM accounts WHERE id = 4", "name: bob");
  spoken.say("DELETE FROM accounts WHERE id = 3");
  spoken.say("SELECT id, account_id, status FROM orders WHERE account_id = 3",
             "id account_id status: 7 3 new");
  CHECK_FALSE(spoken.disturbs("DELETE FROM accounts WHERE id = 3",
                              "SELECT id, account_id, status FROM orders WHERE account_id = 3"));
}

TEST_CASE("a few rows that differ make no key of a column that is not named like one") {
  Spoken few, many;
  few.say("INSERT INTO bills (account, number) VALUES (1, 1)");
  few.say("INSERT INTO bills (account, number) VALUES (2, 2)");
  CHECK_FALSE(RowEvidence(few.steps(), {}).identifies("bills", "number"));
  for (int i = 0; i < 20; ++i)
    many.say("INSERT INTO bills (account, number) VALUES (1, " + std::to_string(i) + ")");
  CHECK(RowEvidence(many.steps(), {}).identifies("bills", "number"));
  CHECK_FALSE(RowEvidence(many.steps(), {}).identifies("bills", "account"));
}

TEST_CASE("what is unique together is not unique by itself") {
  Spoken spoken;
  spoken.say(
      "INSERT INTO settings (owner, key, value) VALUES (1, 'size', 'x') ON CONFLICT (owner, "
      "key) DO UPDATE SET value = excluded.value");
  const RowEvidence evidence(spoken.steps(), {});
  CHECK_FALSE(evidence.may_be_unique("settings", "key"));
  CHECK(evidence.may_be_unique("settings", "value"));
}

TEST_CASE("an insert has a number of its own, unless it is computed which one comes next") {
  Spoken spoken;
  spoken.declare("CREATE TABLE orders (id serial PRIMARY KEY, name text);");
  const std::string first = "INSERT INTO orders (name) VALUES ('a') RETURNING id",
                    second = "INSERT INTO orders (name) VALUES ('b') RETURNING id";
  spoken.say(first, "id: 1");
  spoken.say(second, "id: 2");
  CHECK_FALSE(spoken.disturbs(first, second));
  spoken.number("orders");
  CHECK(spoken.disturbs(first, second));
}
