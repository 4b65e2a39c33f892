// What could make row keys silently wrong: each workload is one way in which a row is touched
// though the statement does not say so, or in which two things are equal though they look
// different.
#include "client.hpp"

namespace differential {
namespace {

std::string user(int number) {
  return "user" + std::to_string(number) + "@x.org";
}

/// A unique column that updates change, and inserts and updates that it forbids.
class Emails : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    const std::int64_t id = random_.below(6) + 1;
    const std::string email = user(random_.below(6));
    switch (random_.below(6)) {
      case 0:
        return say("INSERT INTO users (id, email, name) VALUES ($1, $2, $3)",
                   {random_.percent(50) ? new_id() : id, email,
                    "name" + std::to_string(random_.below(3))});
      case 1:
        return say("UPDATE users SET email = $1 WHERE id = $2", {email, id});
      case 2:
        return say("DELETE FROM users WHERE id = $1", {id});
      case 3:
        return say("SELECT id, name FROM users WHERE email = $1", {email});
      default:
        return say("SELECT email, name FROM users WHERE id = $1", {id});
    }
  }
};

/// Rows move: between groups, to other ids, in and out of NULL.
class Moves : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    const std::int64_t id = random_.below(6) + 1;
    const Value group =
        random_.percent(25) ? Value() : Value("g" + std::to_string(random_.below(3)));
    const Value other = "g" + std::to_string(random_.below(3));
    switch (random_.below(9)) {
      case 0:
        return say("UPDATE members SET team = $1 WHERE id = $2", {group, id});
      case 1:
        return say("UPDATE members SET team = $1 WHERE team = $2", {group, other});
      case 2:
        return say("UPDATE members SET id = id + 10 WHERE id = $1", {id});
      case 3:
        return say("UPDATE members SET id = $1 WHERE id = $2", {id, id + 10});
      case 4:
        return say("SELECT count(*) FROM members WHERE team IS NULL");
      case 5:
        return say("SELECT id FROM members WHERE team IN ($1, $2) ORDER BY id", {group, other});
      case 6:
        return say("SELECT id FROM members WHERE team <> $1 ORDER BY id", {other});
      case 7:
        return say("SELECT team FROM members WHERE id = $1 OR id = $2 ORDER BY id", {id, id + 10});
      default:
        return say("SELECT id FROM members WHERE team = $1 ORDER BY id", {other});
    }
  }
};

/// Ids are used again, by other owners; rows come from other tables.
class Reuse : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    const std::int64_t id = random_.below(5) + 1, owner = random_.below(3) + 1;
    switch (random_.below(10)) {
      case 0:
        return say(
            "INSERT INTO things (id, owner, size) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            {id, owner, std::int64_t{random_.below(3)}});
      case 1:
        return say("DELETE FROM things WHERE id = $1", {id});
      case 2:
        return in_transaction([&] {
          say("INSERT INTO attic (id, owner, size) SELECT id, owner, size FROM things WHERE id = "
              "$1",
              {id});
          say("DELETE FROM things WHERE id = $1", {id});
        });
      case 3:
        return in_transaction([&] {
          say("INSERT INTO things (id, owner, size) SELECT id, $2, size FROM attic WHERE id = $1",
              {id, owner});
          say("DELETE FROM attic WHERE id = $1", {id});
        });
      case 4:
        return say("UPDATE things SET size = size + 1 WHERE id = $1", {id});
      case 5:
        return say("UPDATE things SET size = 0 WHERE owner = $1", {owner});
      case 6:
        return say("SELECT owner, size FROM things WHERE id = $1", {id});
      case 7:
        return say("SELECT count(*), sum(size) FROM attic WHERE owner = $1", {owner});
      case 8:
        return say("SELECT size FROM things WHERE id = $1", {id});
      default:
        return say("SELECT id, size FROM things WHERE owner = $1 ORDER BY id", {owner});
    }
  }
};

/// A number that tells rows apart within an account only, in conditions that name it alone.
class Numbers : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    const std::int64_t account = random_.below(3) + 1, number = random_.below(4) + 1;
    switch (random_.below(7)) {
      case 0:
        return say("INSERT INTO invoices (account, number, state) VALUES ($1, $2, 'open')",
                   {account, number});
      case 1:
        return say("UPDATE invoices SET state = 'paid' WHERE number = $1 AND state = 'open'",
                   {number});
      case 2:
        return say("UPDATE invoices SET state = $1 WHERE account = $2 AND number = $3",
                   {std::string("void"), account, number});
      case 3:
        return say("DELETE FROM invoices WHERE account = $1 AND state <> 'open'", {account});
      case 4:
        return say("SELECT state FROM invoices WHERE number = $1 ORDER BY account", {number});
      case 5:
        return say("SELECT state FROM invoices WHERE account = $1 AND number = $2",
                   {account, number});
      default:
        return say("SELECT number, state FROM invoices WHERE account = $1 ORDER BY number",
                   {account});
    }
  }
};

/// Values that are equal, or not, whatever their spelling says.
class Spellings : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    static const std::vector<std::string> names = {"Ann", "ann", "ANN ", "1",
                                                   "01",  "1.0", "t",    "true"};
    const std::string& name = random_.of(names);
    switch (random_.below(5)) {
      case 0:
        return say(
            "INSERT INTO names (name, n) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET n = n + "
            "1",
            {name, std::int64_t{1}});
      case 1:
        return say("DELETE FROM names WHERE name = '" + name + "'");
      case 2:
        return say("SELECT n FROM names WHERE name = $1", {name});
      case 3:
        return say("SELECT name FROM names WHERE name IN ('" + name + "', $1) ORDER BY name",
                   {random_.of(names)});
      default:
        return say("UPDATE names SET n = 0 WHERE name = $1", {name});
    }
  }
};

/// Joins on columns that no condition names, aggregates, UPDATE … FROM, sub-selects.
class Joins : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    const std::int64_t id = random_.below(4) + 1, shelf = random_.below(3) + 1;
    switch (random_.below(9)) {
      case 0:
        return say("INSERT INTO books (id, shelf_id, title) VALUES ($1, $2, $3)",
                   {new_id(), shelf, "title" + std::to_string(random_.below(4))});
      case 1:
        return say("UPDATE books SET shelf_id = $1 WHERE id = $2", {shelf, id});
      case 2:
        return say("UPDATE shelves SET room = $1 WHERE id = $2",
                   {"room" + std::to_string(random_.below(2)), shelf});
      case 3:
        return say(
            "UPDATE books SET title = s.room FROM shelves s WHERE s.id = books.shelf_id AND "
            "books.id = $1",
            {id});
      case 4:
        return say(
            "SELECT s.room, b.title FROM books b JOIN shelves s ON s.id = b.shelf_id WHERE b.id = "
            "$1",
            {id});
      case 5:
        return say(
            "SELECT s.id, count(b.id) FROM shelves s LEFT JOIN books b ON b.shelf_id = s.id WHERE "
            "s.room "
            "= $1 GROUP BY s.id ORDER BY s.id",
            {"room" + std::to_string(random_.below(2))});
      case 6:
        return say(
            "SELECT title FROM books WHERE shelf_id IN (SELECT id FROM shelves WHERE room = $1) "
            "ORDER BY id",
            {"room" + std::to_string(random_.below(2))});
      case 7:
        return say("DELETE FROM books WHERE shelf_id = $1", {shelf});
      default:
        return say("SELECT count(*) FROM books WHERE shelf_id = $1", {shelf});
    }
  }
};

/// Deletes that remove rows of another table, and foreign keys that forbid.
class Cascades : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    const std::int64_t owner = random_.below(4) + 1;
    switch (random_.below(8)) {
      case 0:
        return say("INSERT INTO owners (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                   {owner, "name" + std::to_string(random_.below(3))});
      case 1:
        return say("DELETE FROM owners WHERE id = $1", {owner});
      case 2:
      case 3:
        return say("INSERT INTO pets (id, owner_id, kind) VALUES ($1, $2, $3)",
                   {new_id(), owner, "kind" + std::to_string(random_.below(2))});
      case 4:
        return say("SELECT name FROM owners WHERE id = $1", {owner});
      case 5:
        return say("SELECT count(*) FROM pets WHERE owner_id = $1", {owner});
      default:
        return say("SELECT id, kind FROM pets WHERE owner_id = $1 ORDER BY id", {owner});
    }
  }
};

/// A trigger that keeps a sum in another table.
class Triggers : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    const std::int64_t account = random_.below(4) + 1;
    switch (random_.below(4)) {
      case 0:
        return say("INSERT INTO entries (id, account, amount) VALUES ($1, $2, $3)",
                   {new_id(), account, std::int64_t{random_.below(5) + 1}});
      case 1:
        return say("SELECT count(*) FROM entries WHERE account = $1", {account});
      default:
        return say("SELECT total FROM totals WHERE account = $1", {account});
    }
  }
};

}  // namespace

std::vector<Workload> odd_workloads() {
  return {
      workload<Emails>("unique columns",
                       "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE, name TEXT);"
                       "INSERT INTO users VALUES (1, 'user1@x.org', 'a'), (2, 'user2@x.org', 'b')",
                       false),
      workload<Moves>(
          "moving rows",
          "CREATE TABLE members (id INTEGER PRIMARY KEY, team TEXT);"
          "INSERT INTO members VALUES (1, 'g0'), (2, 'g1'), (3, NULL), (4, 'g0'), (5, 'g2'), "
          "(6, NULL)",
          false),
      workload<Reuse>("ids used again",
                      "CREATE TABLE things (id INTEGER PRIMARY KEY, owner INTEGER, size INTEGER);"
                      "CREATE TABLE attic (id INTEGER PRIMARY KEY, owner INTEGER, size INTEGER);"
                      "INSERT INTO things VALUES (1, 1, 1), (2, 2, 2)",
                      false),
      workload<Numbers>(
          "numbers of accounts",
          "CREATE TABLE invoices (account INTEGER, number INTEGER, state TEXT, PRIMARY KEY "
          "(account, number));"
          "INSERT INTO invoices VALUES (1, 1, 'open'), (2, 1, 'open'), (3, 2, 'open')",
          false),
      workload<Spellings>("spellings", "CREATE TABLE names (name TEXT PRIMARY KEY, n INTEGER)",
                          false),
      workload<Joins>("joins",
                      "CREATE TABLE shelves (id INTEGER PRIMARY KEY, room TEXT);"
                      "CREATE TABLE books (id INTEGER PRIMARY KEY, shelf_id INTEGER, title TEXT);"
                      "INSERT INTO shelves VALUES (1, 'room0'), (2, 'room1'), (3, 'room0');"
                      "INSERT INTO books VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c'), (4, 1, 'd')",
                      false),
      workload<Cascades>(
          "cascades",
          "CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT);"
          "CREATE TABLE pets (id INTEGER PRIMARY KEY, owner_id INTEGER REFERENCES owners ON "
          "DELETE CASCADE, kind TEXT);"
          "INSERT INTO owners VALUES (1, 'a'), (2, 'b');"
          "INSERT INTO pets VALUES (1, 1, 'kind0'), (2, 2, 'kind1')",
          false),
      workload<Triggers>(
          "triggers",
          "CREATE TABLE entries (id INTEGER PRIMARY KEY, account INTEGER, amount INTEGER);"
          "CREATE TABLE totals (account INTEGER PRIMARY KEY, total INTEGER);"
          "INSERT INTO totals VALUES (1, 0), (2, 0), (3, 0), (4, 0);"
          "CREATE TRIGGER sums AFTER INSERT ON entries BEGIN UPDATE totals SET total = total "
          "+ NEW.amount WHERE account = NEW.account; END",
          false)};
}

}  // namespace differential
