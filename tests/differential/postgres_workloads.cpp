// Workloads of PostgreSQL's own: what a statement means is decided by definitions and by the
// session, which its text does not show.
#include <fmt/format.h>

#include "sql_client.hpp"

namespace differential {
namespace {

/// Rows that a role, a setting of the application and a policy show.
class RowSecurity : public SqlClient {
 public:
  using SqlClient::SqlClient;

 protected:
  void act() override {
    switch (random_.below(14)) {
      case 0:
        return write("SET ROLE " + one_of({"w_ann", "w_bob"}));
      case 1:
        return write("RESET ROLE");
      case 2:
        return write(fmt::format("SET app.team = '{}'", one_of({"red", "blue"})));
      case 3:
        return read(fmt::format("SELECT set_config('app.team', '{}', false)", one_of({"red", ""})));
      case 4:
        return write(fmt::format("UPDATE notes SET body = 'b{}' WHERE id = {}", id(3), id(6)));
      case 5:
        return write(fmt::format("UPDATE notes SET owner = '{}' WHERE id = {}",
                                 one_of({"w_ann", "w_bob"}), id(6)));
      case 6:
        return write(fmt::format("INSERT INTO notes VALUES ({}, '{}', 'red', 'new')", 6 + id(4),
                                 one_of({"w_ann", "w_bob"})));
      case 7:
        return write(fmt::format("DELETE FROM notes WHERE id = {}", 6 + id(4)));
      case 8:
        return in_transaction([&] {
          write(fmt::format("SET LOCAL ROLE {}", one_of({"w_ann", "w_bob"})));
          read("SELECT count(*) FROM notes");
          write(fmt::format("UPDATE notes SET body = 'mine' WHERE id = {}", id(6)));
        });
      case 9:
        return read("SELECT count(*) FROM notes");
      case 10:
        return read("SELECT current_user, current_setting('app.team', true)");
      case 11:
        return read("SELECT id, shown FROM board ORDER BY id");
      default:
        return read(fmt::format("SELECT owner, body FROM notes WHERE id = {}", id(8)));
    }
  }
};

/// Lists of ranges: rows move between leaves, which are asked for by their own names as well.
class Partitions : public SqlClient {
 public:
  using SqlClient::SqlClient;

 protected:
  void act() override {
    const std::string region = one_of({"north", "south"});
    const std::string leaf = one_of({"north_1", "north_2", "south_1", "measures"});
    switch (random_.below(14)) {
      case 0:
        return write(fmt::format("INSERT INTO measures VALUES ({}, '{}', {}, {})", id(9), region,
                                 id(20), id(5)));
      case 1:
        return write(fmt::format("UPDATE measures SET region = '{}' WHERE id = {}", region, id(6)));
      case 2:
        return write(fmt::format("UPDATE measures SET day = {} WHERE id = {}", id(20), id(6)));
      case 3:
        return write(fmt::format("UPDATE {} SET v = v + 1 WHERE day < {}", leaf, id(15)));
      case 4:
        return write(fmt::format("DELETE FROM {} WHERE id = {}", leaf, id(9)));
      case 5:
        if (random_.percent(60)) return act();
        return write("TRUNCATE " + one_of({"north_2", "south"}));
      case 6:
        return in_transaction([&] {
          write(fmt::format("INSERT INTO {} VALUES ({}, 'north', 3, 1)",
                            one_of({"north", "north_1"}), id(9)));
          read("SELECT count(*) FROM north_1");
        });
      case 7:
        return read(
            "SELECT region, count(*), sum(v) FROM measures GROUP BY region ORDER BY region");
      case 8:
        return read(fmt::format("SELECT count(*) FROM {}", leaf));
      case 9:
        return read(fmt::format("SELECT id, day, v FROM {} ORDER BY id, day, v", leaf));
      case 10:
        return read(fmt::format("SELECT v FROM north WHERE id = {} ORDER BY v", id(6)));
      case 11:
        return read(fmt::format(
            "SELECT tableoid::regclass, v FROM measures WHERE id = {} ORDER BY v", id(6)));
      default:
        return read(
            fmt::format("SELECT region, day, v FROM measures WHERE id = {} ORDER BY v", id(6)));
    }
  }
};

/// Views through which is written: of one table, with a check, of each other, by a trigger.
class Views : public SqlClient {
 public:
  using SqlClient::SqlClient;

 protected:
  void act() override {
    switch (random_.below(15)) {
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
        return read(fmt::format("SELECT name, price FROM cheap WHERE id = {}", id(6)));
      case 9:
        return read("SELECT count(*) FROM named");
      case 10:
        return read("SELECT id, maker FROM sold ORDER BY id");
      case 11:
        return read(fmt::format("SELECT maker FROM sold WHERE id = {}", id(6)));
      case 12:
        return read("SELECT sum(price) FROM cheap");
      default:
        return read(fmt::format("SELECT name, price, maker_id FROM items WHERE id = {}", id(6)));
    }
  }
};

/// Procedures that commit and roll back by themselves, and functions that write.
class Procedures : public SqlClient {
 public:
  using SqlClient::SqlClient;

 protected:
  void act() override {
    switch (random_.below(13)) {
      case 0:
        return write(fmt::format("CALL move_money({}, {}, {})", id(4), id(4), id(3) * 10));
      case 1:
        return write(fmt::format("CALL halves({})", id(4)));
      case 2:
        return write(fmt::format("CALL tell({}, NULL)", id(4)));
      case 3:
        return in_transaction([&] {
          write(fmt::format("UPDATE accounts SET balance = {} WHERE id = {}", id(5) * 10, id(4)));
          write(fmt::format("CALL halves({})", id(4)));
        });
      case 4:
        return in_transaction([&] {
          write(fmt::format("CALL tell({}, NULL)", id(4)));
          read("SELECT count(*) FROM journal");
        });
      case 5:
        return write(fmt::format("SELECT pay({}, {})", id(4), id(3)));
      case 6:
        return write(
            fmt::format("UPDATE accounts SET balance = {} WHERE id = {}", id(5) * 10, id(4)));
      case 7:
        if (random_.percent(60)) return act();
        return write("DELETE FROM journal");
      case 8:
        return read("SELECT count(*) FROM journal");
      case 9:
        return read("SELECT total()");
      case 10:
        return read("SELECT what, account FROM journal ORDER BY what, account");
      default:
        return read(fmt::format("SELECT balance FROM accounts WHERE id = {}", id(4)));
    }
  }
};

/// Schemas, formats and roles of the session, set for it, for a transaction, and taken back.
class Settings : public SqlClient {
 public:
  using SqlClient::SqlClient;

 protected:
  void act() override {
    const std::string setting =
        one_of({"search_path = east, public", "search_path = west, public", "TimeZone = 'UTC'",
                "TimeZone = 'Asia/Tokyo'", "DateStyle = 'ISO, DMY'", "DateStyle = 'SQL, MDY'",
                "bytea_output = 'escape'", "bytea_output = 'hex'", "extra_float_digits = -3",
                "IntervalStyle = 'iso_8601'", "app.user = 'ann'", "app.user = 'bob'"});
    switch (random_.below(16)) {
      case 0:
      case 1:
        return write("SET " + setting);
      case 2:
        return write("RESET ALL");
      case 3:
        return write("SET ROLE " + one_of({"w_ann", "w_bob", "NONE"}));
      case 4:
        return in_transaction([&] {
          write("SET LOCAL " + setting);
          look();
          write(fmt::format("UPDATE stock SET qty = qty + 1 WHERE id = {}", id(4)));
          look();
        });
      case 5:
        return in_transaction([&] {
          write("SET TRANSACTION READ ONLY");
          write(fmt::format("UPDATE stock SET qty = {} WHERE id = {}", id(5), id(4)));
        });
      case 6:
        return write(fmt::format("UPDATE stock SET qty = {} WHERE id = {}", id(5), id(4)));
      case 7:
        return write(fmt::format("UPDATE east.stock SET qty = {} WHERE id = {}", id(5), id(4)));
      default:
        return look();
    }
  }

 private:
  void look() {
    switch (random_.below(9)) {
      case 0:
        return read("SELECT made FROM stamps WHERE id = " + std::to_string(id(2)));
      case 1:
        return read("SELECT mark FROM stamps WHERE id = 1");
      case 2:
        return read("SELECT lasts::text FROM stamps WHERE id = 1");
      case 3:
        return read("SELECT current_user, current_schema()");
      case 4:
        return read("SELECT weight FROM stamps WHERE id = 1");
      case 5:
        return read("SELECT id FROM mine ORDER BY id");
      case 6:
        return read("SELECT in_east()");
      default:
        return read(fmt::format("SELECT qty FROM stock WHERE id = {}", id(4)));
    }
  }
};

class Sequences : public TriggeredOrders {
 public:
  using TriggeredOrders::TriggeredOrders;

 protected:
  void take_ticket() override { read("SELECT nextval('tickets')"); }
  void set_ticket(int last) override { read(fmt::format("SELECT setval('tickets', {})", last)); }
  void see_ticket() override { read("SELECT last_value FROM tickets"); }
};

constexpr const char* row_security = R"(
CREATE TABLE notes (id int PRIMARY KEY, owner text, team text, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (owner = current_user);
CREATE POLICY team ON notes FOR SELECT USING (team = current_setting('app.team', true));
CREATE VIEW board AS SELECT id, owner AS shown FROM notes WHERE team = 'red';
GRANT ALL ON notes, board TO w_ann, w_bob;
INSERT INTO notes SELECT i, CASE WHEN i % 2 = 0 THEN 'w_ann' ELSE 'w_bob' END,
  CASE WHEN i % 3 = 0 THEN 'red' ELSE 'blue' END, 'b' || i FROM generate_series(1, 6) i;)";

constexpr const char* partitions = R"(
CREATE TABLE measures (id int, region text, day int, v int) PARTITION BY LIST (region);
CREATE TABLE north PARTITION OF measures FOR VALUES IN ('north') PARTITION BY RANGE (day);
CREATE TABLE north_1 PARTITION OF north FOR VALUES FROM (0) TO (10);
CREATE TABLE north_2 PARTITION OF north FOR VALUES FROM (10) TO (20);
CREATE TABLE south PARTITION OF measures FOR VALUES IN ('south') PARTITION BY RANGE (day);
CREATE TABLE south_1 PARTITION OF south FOR VALUES FROM (0) TO (30);
INSERT INTO measures SELECT i, CASE WHEN i % 2 = 0 THEN 'north' ELSE 'south' END, i * 3, i
  FROM generate_series(1, 6) i;)";

constexpr const char* views = R"(
CREATE TABLE makers (id int PRIMARY KEY, name text);
CREATE TABLE items (id int PRIMARY KEY, name text, price int, maker_id int);
CREATE VIEW cheap AS SELECT * FROM items WHERE price < 12 WITH CHECK OPTION;
CREATE VIEW named AS SELECT id, name FROM cheap WHERE name <> 'n3';
CREATE VIEW sold AS SELECT i.id, i.name, m.name AS maker FROM items i JOIN makers m ON m.id = i.maker_id;
CREATE FUNCTION change_sold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE items SET maker_id = (SELECT min(id) FROM makers WHERE name = NEW.maker) WHERE id = OLD.id;
  RETURN NEW; END $$;
CREATE TRIGGER instead INSTEAD OF UPDATE ON sold FOR EACH ROW EXECUTE FUNCTION change_sold();
INSERT INTO makers SELECT i, 'm' || i FROM generate_series(1, 3) i;
INSERT INTO items SELECT i, 'n' || i, i * 3, i % 3 + 1 FROM generate_series(1, 6) i;)";

constexpr const char* procedures = R"(
CREATE TABLE accounts (id int PRIMARY KEY, balance int CHECK (balance >= 0));
CREATE TABLE journal (what text, account int);
CREATE PROCEDURE move_money(a int, b int, x int) LANGUAGE plpgsql AS $$ BEGIN
  UPDATE accounts SET balance = balance - x WHERE id = a;
  UPDATE accounts SET balance = balance + x WHERE id = b;
  INSERT INTO journal VALUES ('moved', a);
END $$;
CREATE PROCEDURE halves(a int) LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO journal VALUES ('kept', a);
  COMMIT;
  UPDATE accounts SET balance = balance / 2 WHERE id = a;
  ROLLBACK;
END $$;
CREATE PROCEDURE tell(a int, INOUT b int) LANGUAGE plpgsql AS $$ BEGIN
  SELECT balance INTO b FROM accounts WHERE id = a;
  INSERT INTO journal VALUES ('told', a);
END $$;
CREATE FUNCTION pay(a int, x int) RETURNS int LANGUAGE plpgsql AS $$ DECLARE r int; BEGIN
  UPDATE accounts SET balance = balance + x WHERE id = a RETURNING balance INTO r;
  RETURN r; END $$;
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT sum(balance) FROM accounts';
INSERT INTO accounts SELECT i, i * 20 FROM generate_series(1, 4) i;)";

constexpr const char* settings = R"(
CREATE SCHEMA east; CREATE SCHEMA west;
GRANT USAGE ON SCHEMA east, west TO public;
CREATE TABLE east.stock (id int PRIMARY KEY, qty int);
CREATE TABLE west.stock (id int PRIMARY KEY, qty int);
CREATE TABLE public.stock (id int PRIMARY KEY, qty int);
CREATE TABLE public.stamps (id int PRIMARY KEY, made timestamptz, mark bytea, lasts interval, weight float8);
CREATE TABLE public.tasks (id int PRIMARY KEY, owner text);
CREATE VIEW public.mine AS SELECT id FROM public.tasks
  WHERE owner IN (current_setting('app.user', true), current_user);
CREATE FUNCTION public.in_east() RETURNS bigint LANGUAGE sql STABLE SET search_path = east
  AS 'SELECT sum(qty) FROM stock';
GRANT SELECT ON ALL TABLES IN SCHEMA public, east, west TO public;
GRANT UPDATE ON east.stock, west.stock TO w_ann;
INSERT INTO east.stock SELECT i, i FROM generate_series(1, 4) i;
INSERT INTO west.stock SELECT i, i * 10 FROM generate_series(1, 4) i;
INSERT INTO public.stock SELECT i, i * 100 FROM generate_series(1, 4) i;
INSERT INTO public.stamps VALUES (1, '2024-01-02 03:04:05+00', '\xc3a9', '1 day 02:00', 0.1),
  (2, '2024-06-02 03:04:05+00', '\x41', '90 min', 0.3);
INSERT INTO public.tasks VALUES (1, 'ann'), (2, 'bob'), (3, 'w_ann'), (4, 'postgres');)";

constexpr const char* sequences = R"(
CREATE SEQUENCE tickets;
CREATE SEQUENCE numbers;
CREATE TABLE orders (id int PRIMARY KEY, state text);
CREATE TABLE events (n int DEFAULT nextval('numbers'), order_id int, kind text);
CREATE FUNCTION note_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO events (order_id, kind) VALUES (NEW.id, NEW.state);
  RETURN NEW; END $$;
CREATE TRIGGER notes AFTER INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION note_event();
INSERT INTO orders SELECT i, 'new' FROM generate_series(1, 4) i;)";

}  // namespace

std::vector<Workload> postgres_workloads() {
  return {workload<RowSecurity>("row security", row_security, false),
          workload<Partitions>("partitions of partitions", partitions, false),
          workload<Views>("updatable views", views, false),
          workload<Procedures>("procedures", procedures, false),
          workload<Settings>("settings and roles", settings, false),
          workload<Sequences>("event-driven sequences", sequences, false)};
}

}  // namespace differential
