// Workloads of MySQL's own: what a statement means is decided by definitions, by the session and by
// when its transaction looked first, which its text does not show.
#include <fmt/format.h>

#include "sql_client.hpp"

namespace differential {
namespace {

/// Views through which is written, with checks of both kinds, of each other, of a join, with the
/// rights of who defined them and of who asks.
class MysqlViews : public SqlClient {
 public:
  using SqlClient::SqlClient;

 protected:
  void act() override {
    switch (random_.below(17)) {
      case 0:
        return write(fmt::format("UPDATE cheap SET price = {} WHERE id = {}", id(20), id(6)));
      case 1:
        return write(fmt::format("UPDATE named SET name = 'n{}' WHERE id = {}", id(3), id(6)));
      case 2:
        return write(fmt::format("INSERT INTO cheap VALUES ({}, 'new', {}, 1)", id(9), id(15)));
      case 3:
        return write(fmt::format("DELETE FROM named WHERE id = {}", id(9)));
      case 4:
        return write(fmt::format("UPDATE sold SET maker = 'm{}' WHERE id = {}", id(3), id(6)));
      case 5:
        return write(fmt::format("UPDATE items SET price = {} WHERE id = {}", id(20), id(6)));
      case 6:
        return write(fmt::format("UPDATE makers SET name = 'm{}' WHERE id = {}", id(4), id(3)));
      case 7:
        return in_transaction([&] {
          write(fmt::format("UPDATE cheap SET price = price + 1 WHERE id = {}", id(6)));
          read(fmt::format("SELECT price FROM items WHERE id = {}", id(6)));
        });
      case 8:
        return write(fmt::format("UPDATE loose SET price = {} WHERE id = {}", id(20), id(6)));
      case 9:
        return read(fmt::format("SELECT name, price FROM cheap WHERE id = {}", id(6)));
      case 10:
        return read("SELECT count(*) FROM named");
      case 11:
        return read("SELECT id, maker FROM sold ORDER BY id");
      case 12:
        return read(fmt::format("SELECT maker FROM sold WHERE id = {}", id(6)));
      case 13:
        return read("SELECT sum(price) FROM cheap");
      case 14:
        return read("SELECT v FROM " + one_of({"shown", "refused"}));
      default:
        return read(fmt::format("SELECT name, price, maker_id FROM items WHERE id = {}", id(6)));
    }
  }
};

/// Ranges of which each is parted again by a hash: rows move between them, which are asked for by
/// their names as well.
class MysqlPartitions : public SqlClient {
 public:
  using SqlClient::SqlClient;

 protected:
  void act() override {
    const std::string part = one_of({"low", "high", "low, high", "lowsp0"});
    switch (random_.below(13)) {
      case 0:
        return write(fmt::format("INSERT INTO measures VALUES ({}, {}, {})", id(9), id(35), id(5)));
      case 1:
        return write(fmt::format("UPDATE measures SET day = {} WHERE id = {}", id(35), id(6)));
      case 2:
        return write(
            fmt::format("UPDATE measures PARTITION ({}) SET v = v + 1 WHERE id < {}", part, id(6)));
      case 3:
        return write(fmt::format("DELETE FROM measures PARTITION ({}) WHERE id = {}", part, id(9)));
      case 4:
        if (random_.percent(60)) return act();
        return write("ALTER TABLE measures TRUNCATE PARTITION " + one_of({"low", "high"}));
      case 5:
        return in_transaction([&] {
          write(fmt::format("REPLACE INTO measures VALUES ({}, {}, 1)", id(9), id(30)));
          read("SELECT count(*) FROM measures PARTITION (low)");
        });
      case 6:
        return write(
            fmt::format("INSERT INTO measures PARTITION (low) VALUES ({}, {}, 7)", id(9), id(30)));
      case 7:
        return read("SELECT count(*), sum(v) FROM measures");
      case 8:
        return read(fmt::format("SELECT count(*) FROM measures PARTITION ({})", part));
      case 9:
        return read(fmt::format(
            "SELECT id, day, v FROM measures PARTITION ({}) ORDER BY id, day, v", part));
      default:
        return read(
            fmt::format("SELECT day, v FROM measures WHERE id = {} ORDER BY day, v", id(6)));
    }
  }
};

/// Procedures that commit, roll back and catch what fails, and functions that write.
class MysqlProcedures : public SqlClient {
 public:
  using SqlClient::SqlClient;

 protected:
  void act() override {
    switch (random_.below(15)) {
      case 0:
        return write(fmt::format("CALL move_money({}, {}, {})", id(4), id(4), id(6) * 10));
      case 1:
        return write(fmt::format("CALL halves({})", id(4)));
      case 2:
        return write(fmt::format("CALL tell({}, @told)", id(4)));
      case 3:
        return read("SELECT @told");
      case 4:
        return in_transaction([&] {
          write(fmt::format("UPDATE accounts SET balance = {} WHERE id = {}", id(5) * 10, id(4)));
          write(fmt::format("CALL halves({})", id(4)));
        });
      case 5:
        return in_transaction([&] {
          write(fmt::format("CALL tell({}, @told)", id(4)));
          read("SELECT count(*) FROM journal");
        });
      case 6:
        return write(fmt::format("SELECT pay({}, {})", id(4), id(3)));
      case 7:
        return write(
            fmt::format("UPDATE accounts SET balance = {} WHERE id = {}", id(5) * 10, id(4)));
      case 8:
        if (random_.percent(60)) return act();
        return write("DELETE FROM journal");
      case 9:
        return write(fmt::format("CALL open_account({})", id(7)));
      case 10:
        return read("SELECT count(*) FROM journal");
      case 11:
        return read("SELECT total()");
      case 12:
        return read("SELECT what, account FROM journal ORDER BY what, account");
      default:
        return read(fmt::format("SELECT balance FROM accounts WHERE id = {}", id(4)));
    }
  }
};

/// Modes, zones, character sets, limits and roles of the session.
class MysqlSettings : public SqlClient {
 public:
  using SqlClient::SqlClient;

 protected:
  void act() override {
    const std::string setting = one_of(
        {"time_zone = '+00:00'", "time_zone = '+09:00'", "sql_mode = 'ANSI_QUOTES'",
         "sql_mode = 'STRICT_TRANS_TABLES'", "sql_mode = ''", "sql_select_limit = 2",
         "sql_select_limit = DEFAULT", "group_concat_max_len = 4", "group_concat_max_len = DEFAULT",
         "NAMES utf8mb4 COLLATE utf8mb4_bin", "NAMES utf8mb4 COLLATE utf8mb4_general_ci",
         "NAMES latin1", "foreign_key_checks = 0", "foreign_key_checks = 1", "@who = 'ann'",
         "@who = 'bob'", "div_precision_increment = 2", "div_precision_increment = 4"});
    switch (random_.below(18)) {
      case 0:
      case 1:
      case 2:
        return control("SET " + setting);
      case 3:
        return control("SET ROLE " + one_of({"w_ann", "w_bob", "NONE"}));
      case 4:
        control("SET autocommit = 0");
        write(fmt::format("UPDATE stock SET qty = qty + 1 WHERE id = {}", id(4)));
        look();
        say(random_.percent(75) ? "COMMIT" : "ROLLBACK");
        return control("SET autocommit = 1");
      case 5:
        control("SET TRANSACTION READ ONLY");
        return in_transaction(
            [&] { write(fmt::format("UPDATE stock SET qty = {} WHERE id = {}", id(5), id(4))); });
      case 6:
        return write(fmt::format("UPDATE stock SET qty = {} WHERE id = {}", id(5), id(4)));
      case 7:
        return write(
            fmt::format("INSERT INTO stock VALUES ({}, {}, {}, 'e')", 4 + id(3), id(5), id(5)));
      case 8:
        return write(fmt::format("UPDATE stock SET name = '{}' WHERE id = {}",
                                 one_of({"much too long for it", "short"}), id(4)));
      case 9:
        return write(fmt::format("DELETE FROM kinds WHERE id = {}", id(4)));
      default:
        return look();
    }
  }

 private:
  void look() {
    switch (random_.below(12)) {
      case 0:
        return read("SELECT made FROM stamps WHERE id = 1");
      case 1:
        return read("SELECT \"name\" FROM stamps WHERE id = 1");
      case 2:
        return read("SELECT id FROM stock ORDER BY id");
      case 3:
        return read("SELECT group_concat(name ORDER BY id) FROM stamps");
      case 4:
        return read("SELECT 'a' = 'A'");
      case 5:
        return read("SELECT id FROM stamps WHERE name = 'ADA' ORDER BY id");
      case 6:
        return read("SELECT id FROM stamps WHERE owner = @who ORDER BY id");
      case 7:
        return read("SELECT v FROM w3.secret");
      case 8:
        return read("SELECT current_role()");
      case 9:
        return read("SELECT qty / 3 FROM stock WHERE id = 1");
      default:
        return read(fmt::format("SELECT qty, name FROM stock WHERE id = {}", id(4)));
    }
  }
};

class MysqlTriggers : public TriggeredOrders {
 public:
  using TriggeredOrders::TriggeredOrders;

 protected:
  void take_ticket() override { write("SELECT nextval(tickets)"); }
  void set_ticket(int last) override { write(fmt::format("SELECT setval(tickets, {})", last)); }
  void see_ticket() override { read("SELECT next_not_cached_value FROM tickets"); }
};

/// Tables of one name in two databases, with a view, a trigger and a reference from one to the
/// other.
class MysqlDatabases : public SqlClient {
 public:
  using SqlClient::SqlClient;

 protected:
  void act() override {
    const std::string other = one_of({"", "w.", "w2."});
    switch (random_.below(14)) {
      case 0:
      case 1:
        return control("USE " + one_of({"w", "w2"}));
      case 2:
        return write(fmt::format("UPDATE {}stock SET qty = qty + 1 WHERE id = {}", other, id(4)));
      case 3:
        return write(fmt::format("UPDATE w2.stock SET qty = {} WHERE id = {}", id(9), id(4)));
      case 4:
        return write(fmt::format("INSERT INTO {}stock VALUES ({}, {})", other, 4 + id(3), id(5)));
      case 5:
        return write(fmt::format("DELETE FROM {}stock WHERE id = {}", other, 4 + id(3)));
      case 6:
        return write(fmt::format(
            "UPDATE w.stock a JOIN w2.stock b ON a.id = b.id SET a.qty = b.qty WHERE a.id = {}",
            id(4)));
      case 7:
        return in_transaction([&] {
          control("USE " + one_of({"w", "w2"}));
          write(fmt::format("UPDATE stock SET qty = {} WHERE id = {}", id(9), id(4)));
          read(fmt::format("SELECT qty FROM stock WHERE id = {}", id(4)));
        });
      case 8:
        return read("SELECT count(*), sum(qty) FROM w2.log");
      case 9:
        return read(fmt::format("SELECT qty FROM both_stocks WHERE id = {} ORDER BY qty", id(4)));
      case 10:
        return read("SELECT database()");
      default:
        return read(fmt::format("SELECT qty FROM {}stock WHERE id = {}", other, id(4)));
    }
  }
};

/// Transactions that look while others write: what they see is what was there when they first
/// looked, but what they lock and what they change is the newest.
class MysqlSnapshots : public SqlClient {
 public:
  using SqlClient::SqlClient;

 protected:
  void act() override {
    switch (random_.below(10)) {
      case 0:
      case 1:
      case 2:
        return transaction("BEGIN");
      case 3:
        return transaction("START TRANSACTION WITH CONSISTENT SNAPSHOT");
      case 4:
        control("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
        return transaction("BEGIN");
      case 5:
        control("SET autocommit = 0");
        transaction({});
        return control("SET autocommit = 1");
      default:
        return change_or_look();
    }
  }

 private:
  void transaction(const std::string& beginning) {
    if (!beginning.empty()) say(beginning);
    for (int i = 2 + random_.below(4); i > 0; --i) change_or_look();
    say(random_.percent(75) ? "COMMIT" : "ROLLBACK");
  }

  void change_or_look() {
    switch (random_.below(14)) {
      case 0:
        return write(fmt::format("UPDATE t SET v = v + 1 WHERE id = {}", id(5)));
      case 1:
        return write(fmt::format("UPDATE t SET v = {} WHERE id = {}", id(9), id(5)));
      case 2:
        return write(fmt::format("INSERT INTO t VALUES ({}, 1, {})", 5 + id(3), id(9)));
      case 3:
        return write(fmt::format("DELETE FROM t WHERE id = {}", 5 + id(3)));
      case 4:
        return write(fmt::format("INSERT INTO u SELECT id + 10, v FROM t WHERE id = {}", id(5)));
      case 5:
        return write(fmt::format("UPDATE u SET v = (SELECT sum(v) FROM t) WHERE id = {}", id(3)));
      case 6:
        return write(fmt::format("SELECT v FROM t WHERE id = {} FOR UPDATE", id(5)));
      case 7:
        return read("SELECT sum(v) FROM t WHERE g = " + std::to_string(id(3) - 1));
      case 8:
        return read("SELECT id, v FROM u ORDER BY id");
      case 9:
        return read("SELECT count(*) FROM t");
      case 10:
        return read("SELECT 1");
      default:
        return read(fmt::format("SELECT v FROM t WHERE id = {}", id(5)));
    }
  }
};

constexpr const char* views = R"(
CREATE TABLE makers (id int PRIMARY KEY, name varchar(20));
CREATE TABLE items (id int PRIMARY KEY, name varchar(20), price int, maker_id int);
CREATE TABLE w3.hidden (v int);
CREATE VIEW loose AS SELECT * FROM items WHERE price < 12;
CREATE VIEW cheap AS SELECT * FROM loose WHERE price > 0 WITH CASCADED CHECK OPTION;
CREATE VIEW named AS SELECT id, name FROM cheap WHERE name <> 'n3' WITH LOCAL CHECK OPTION;
CREATE VIEW sold AS SELECT i.id, i.name, m.name AS maker FROM items i JOIN makers m ON m.id = i.maker_id;
CREATE SQL SECURITY DEFINER VIEW shown AS SELECT v FROM w3.hidden;
CREATE SQL SECURITY INVOKER VIEW refused AS SELECT v FROM w3.hidden;
INSERT INTO w3.hidden VALUES (7);
INSERT INTO makers VALUES (1, 'm1'), (2, 'm2'), (3, 'm3');
INSERT INTO items VALUES (1, 'n1', 3, 2), (2, 'n2', 6, 3), (3, 'n3', 9, 1), (4, 'n4', 12, 2),
  (5, 'n5', 15, 3), (6, 'n6', 18, 1);)";

constexpr const char* partitions = R"(
CREATE TABLE measures (id int, day int, v int) PARTITION BY RANGE (day) SUBPARTITION BY HASH (id)
  SUBPARTITIONS 2 (PARTITION low VALUES LESS THAN (10), PARTITION high VALUES LESS THAN (30));
INSERT INTO measures VALUES (1, 3, 1), (2, 6, 2), (3, 9, 3), (4, 12, 4), (5, 15, 5), (6, 18, 6);)";

constexpr const char* procedures = R"(
CREATE TABLE accounts (id int PRIMARY KEY, balance int, CHECK (balance >= 0));
CREATE TABLE journal (what varchar(10), account int);
INSERT INTO accounts VALUES (1, 50), (2, 50), (3, 50), (4, 50);
DELIMITER //
CREATE PROCEDURE move_money(a int, b int, x int) BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN
    ROLLBACK;
    INSERT INTO journal VALUES ('refused', a);
  END;
  START TRANSACTION;
  UPDATE accounts SET balance = balance + x WHERE id = b;
  UPDATE accounts SET balance = balance - x WHERE id = a;
  INSERT INTO journal VALUES ('moved', a);
  COMMIT;
END//
CREATE PROCEDURE halves(a int) BEGIN
  INSERT INTO journal VALUES ('kept', a);
  COMMIT;
  START TRANSACTION;
  UPDATE accounts SET balance = balance / 2 WHERE id = a;
  ROLLBACK;
END//
CREATE PROCEDURE tell(a int, OUT b int) BEGIN
  SELECT balance INTO b FROM accounts WHERE id = a;
  INSERT INTO journal VALUES ('told', a);
  SELECT b AS told;
END//
CREATE PROCEDURE open_account(a int) BEGIN
  DECLARE CONTINUE HANDLER FOR 1062 INSERT INTO journal VALUES ('there', a);
  INSERT INTO accounts VALUES (a, 10);
END//
CREATE FUNCTION pay(a int, x int) RETURNS int MODIFIES SQL DATA BEGIN
  UPDATE accounts SET balance = balance + x WHERE id = a;
  INSERT INTO journal VALUES ('paid', a);
  RETURN (SELECT balance FROM accounts WHERE id = a);
END//
CREATE FUNCTION total() RETURNS int READS SQL DATA RETURN (SELECT sum(balance) FROM accounts)//
DELIMITER ;
)";

constexpr const char* settings = R"(
CREATE TABLE kinds (id int PRIMARY KEY);
CREATE TABLE stock (id int PRIMARY KEY, kind int, qty int, name varchar(6),
  FOREIGN KEY (kind) REFERENCES kinds (id));
CREATE TABLE stamps (id int PRIMARY KEY, made timestamp, name varchar(20), owner varchar(20));
CREATE TABLE w3.secret (v int);
INSERT INTO w3.secret VALUES (7);
GRANT SELECT ON w3.secret TO w_ann;
INSERT INTO kinds VALUES (1), (2), (3), (4);
INSERT INTO stock VALUES (1, 1, 1, 'a'), (2, 1, 2, 'b'), (3, 2, 3, 'c'), (4, 3, 4, 'd');
INSERT INTO stamps VALUES (1, '2024-01-02 03:04:05', 'ada', 'ann'), (2, '2024-06-02 03:04:05', 'Ada', 'bob');)";

constexpr const char* triggers = R"(
CREATE SEQUENCE tickets NOCACHE;
CREATE TABLE orders (id int PRIMARY KEY, state varchar(10));
CREATE TABLE events (n int AUTO_INCREMENT PRIMARY KEY, order_id int, kind varchar(10));
INSERT INTO orders VALUES (1, 'new'), (2, 'new'), (3, 'new'), (4, 'new');
DELIMITER //
CREATE TRIGGER made AFTER INSERT ON orders FOR EACH ROW
  INSERT INTO events (order_id, kind) VALUES (NEW.id, NEW.state)//
CREATE TRIGGER moved BEFORE UPDATE ON orders FOR EACH ROW BEGIN
  IF OLD.state = 'sent' AND NEW.state = 'new' THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'it was sent';
  END IF;
  INSERT INTO events (order_id, kind) VALUES (NEW.id, NEW.state);
END//
CREATE TRIGGER gone AFTER DELETE ON orders FOR EACH ROW
  INSERT INTO events (order_id, kind) VALUES (OLD.id, 'gone')//
DELIMITER ;
)";

constexpr const char* databases = R"(
CREATE TABLE w.stock (id int PRIMARY KEY, qty int);
CREATE TABLE w2.stock (id int PRIMARY KEY, qty int);
CREATE TABLE w2.log (qty int);
CREATE VIEW w.both_stocks AS SELECT id, qty FROM w.stock UNION ALL SELECT id, qty FROM w2.stock;
CREATE VIEW w2.both_stocks AS SELECT id, qty FROM w2.stock;
INSERT INTO w.stock VALUES (1, 1), (2, 2), (3, 3), (4, 4);
INSERT INTO w2.stock VALUES (1, 10), (2, 20), (3, 30), (4, 40);
DELIMITER //
CREATE TRIGGER w2.kept AFTER UPDATE ON w2.stock FOR EACH ROW INSERT INTO w2.log VALUES (NEW.qty)//
DELIMITER ;
)";

constexpr const char* snapshots = R"(
CREATE TABLE t (id int PRIMARY KEY, g int, v int);
CREATE TABLE u (id int PRIMARY KEY, v int);
INSERT INTO t VALUES (1, 0, 1), (2, 1, 2), (3, 2, 3), (4, 0, 4), (5, 1, 5);
INSERT INTO u VALUES (1, 0), (2, 0), (3, 0);)";

}  // namespace

std::vector<Workload> mysql_workloads() {
  Workload overlapping = workload<MysqlSnapshots>("snapshots", snapshots, false);
  overlapping.overlapping = true;
  return {workload<MysqlViews>("updatable views", views, false),
          workload<MysqlPartitions>("parts of partitions", partitions, false),
          workload<MysqlProcedures>("procedures and handlers", procedures, false),
          workload<MysqlSettings>("settings and roles", settings, false),
          workload<MysqlTriggers>("triggers and sequences", triggers, false),
          workload<MysqlDatabases>("two databases", databases, false),
          std::move(overlapping)};
}

}  // namespace differential
