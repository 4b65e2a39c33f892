// Workloads in which no two clients touch the same row, and clients choose their ids.
#include "client.hpp"

namespace differential {
namespace {

constexpr const char* accounts_schema =
    "CREATE TABLE accounts (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, balance INTEGER NOT NULL);"
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts,"
    " item TEXT NOT NULL, qty INTEGER NOT NULL CHECK (qty > 0), status TEXT NOT NULL);"
    "INSERT INTO accounts VALUES (1, 'Zoe', 10), (2, 'Zed', 20), (3, 'Zac', 30), (4, 'Zia', 40);"
    "INSERT INTO orders VALUES (11, 1, 'tea', 1, 'new'), (12, 1, 'rum', 2, 'paid'),"
    " (21, 2, 'tea', 1, 'new'), (31, 3, 'gin', 4, 'new')";

class AccountsAndOrders : public Client {
 public:
  AccountsAndOrders(int number, std::uint64_t seed, int units) : Client(number, seed, units) {
    if (number <= 4) accounts_.push_back(number);
  }

 protected:
  void act() override {
    if (accounts_.empty() || random_.percent(8)) return open_account();
    const std::int64_t account = random_.of(accounts_);
    switch (random_.below(10)) {
      case 0:
        return in_transaction([&] {
          order(account);
          if (random_.percent(30)) {
            say("SAVEPOINT s");
            pay(account);
            say("ROLLBACK TO SAVEPOINT s");
          }
          pay(account);
          look(account);
        });
      case 1:
        order(account);
        return look(account);
      case 2:
        pay(account);
        return look(account);
      case 3:
        return ship(account);
      default:
        look(account);
        if (random_.percent(30)) look(random_.of(accounts_));
    }
  }

 private:
  void open_account() {
    const std::int64_t id = new_id();
    accounts_.push_back(id);
    static const std::vector<std::string> names = {"Ann", "Bob", "Eve", "Joe"};
    say("INSERT INTO accounts (id, owner, balance) VALUES ($1, $2, $3)",
        {id, random_.of(names), std::int64_t{100}});
  }
  void order(std::int64_t account) {
    static const std::vector<std::string> items = {"tea", "rum", "gin", "ale"};
    say("INSERT INTO orders (id, account_id, item, qty, status) VALUES ($1, $2, $3, $4, 'new')",
        {new_id(), account, random_.of(items), std::int64_t{random_.below(3) + 1}});
  }
  void pay(std::int64_t account) {
    say("UPDATE accounts SET balance = balance - $1 WHERE id = $2",
        {std::int64_t{random_.below(9) + 1}, account});
  }
  void look(std::int64_t account) {
    switch (random_.below(5)) {
      case 0:
        return say("SELECT id, owner, balance FROM accounts WHERE id = $1", {account});
      case 1:
        return say("SELECT id, item, qty, status FROM orders WHERE account_id = $1 ORDER BY id",
                   {account});
      case 2:
        return say(
            "SELECT a.owner, o.item, o.qty FROM accounts a JOIN orders o ON o.account_id = a.id "
            "WHERE a.id = $1 ORDER BY o.id",
            {account});
      case 3:
        return say("SELECT count(*), sum(qty) FROM orders WHERE account_id = $1 AND status = 'new'",
                   {account});
      default:
        return say("SELECT * FROM orders WHERE account_id = $1 ORDER BY id DESC LIMIT 1",
                   {account});
    }
  }
  void ship(std::int64_t account) {
    say("SELECT id, status FROM orders WHERE account_id = $1 ORDER BY id", {account},
        [this, account](const Reply& reply) {
          if (reply.rows.empty()) return;
          const std::int64_t id = reply.number(
              static_cast<std::size_t>(random_.below(static_cast<int>(reply.rows.size()))), 0);
          if (random_.percent(20))
            say("DELETE FROM orders WHERE id = $1", {id});
          else
            say("UPDATE orders SET status = $1 WHERE id = $2", {std::string("sent"), id});
          say("SELECT status, qty FROM orders WHERE id = $1", {id});
          look(account);
        });
  }

  std::vector<std::int64_t> accounts_;
};

class Settings : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    static const std::vector<std::string> keys = {"colour", "size", "font"};
    static const std::vector<std::string> values = {"red", "blue", "10", "12"};
    const std::string owner = "user" + std::to_string(number_);
    const std::string& key = random_.of(keys);
    switch (random_.below(5)) {
      case 0:
        return say(
            "INSERT INTO settings (owner, key, value) VALUES ($1, $2, $3) ON CONFLICT (owner, key) "
            "DO UPDATE SET value = excluded.value",
            {owner, key, random_.of(values)});
      case 1:
        return say(
            "INSERT INTO settings (owner, key, value) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            {owner, key, random_.of(values)});
      case 2:
        return say("DELETE FROM settings WHERE owner = $1 AND key = $2", {owner, key});
      case 3:
        return say("SELECT key, value FROM settings WHERE owner = $1 ORDER BY key", {owner});
      default:
        say("SELECT value FROM settings WHERE owner = $1 AND key = $2", {owner, key});
        say("SELECT count(*) FROM settings WHERE owner = $1", {owner});
    }
  }
};

class SoftDeletes : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    const std::int64_t owner = number_;
    if (notes_.empty() || random_.percent(20)) {
      notes_.push_back(new_id());
      return say("INSERT INTO notes (id, owner, body, deleted) VALUES ($1, $2, $3, 0)",
                 {notes_.back(), owner, "body " + std::to_string(random_.below(5))});
    }
    const std::int64_t note = random_.of(notes_);
    switch (random_.below(6)) {
      case 0:
        return say("UPDATE notes SET deleted = 1 WHERE id = $1 AND deleted = 0", {note});
      case 1:
        return say("UPDATE notes SET deleted = 0 WHERE id = $1", {note});
      case 2:
        return say("SELECT body FROM notes WHERE id = $1 AND deleted = 0", {note});
      case 3:
        return in_transaction([&] {
          say("UPDATE notes SET body = $1 WHERE id = $2", {std::string("new body"), note});
          say("SAVEPOINT a");
          say("UPDATE notes SET deleted = 1 WHERE owner = $1", {owner});
          say("SELECT count(*) FROM notes WHERE owner = $1 AND deleted = 0", {owner});
          say(random_.percent(50) ? "ROLLBACK TO SAVEPOINT a" : "RELEASE SAVEPOINT a");
          say("SELECT id, body FROM notes WHERE owner = $1 AND deleted = 0 ORDER BY id", {owner});
        });
      default:
        return say("SELECT id, body FROM notes WHERE owner = $1 AND deleted = 0 ORDER BY id",
                   {owner});
    }
  }

 private:
  std::vector<std::int64_t> notes_;
};

class Pages : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    const std::string author = "author" + std::to_string(number_);
    switch (random_.below(4)) {
      case 0:
        return say("INSERT INTO posts (id, author, title) VALUES ($1, $2, $3)",
                   {new_id(), author, "title " + std::to_string(random_.below(9))});
      case 1:
        return say("SELECT count(*) FROM posts WHERE author = $1", {author});
      default:
        return page(author, 0);
    }
  }

 private:
  void page(const std::string& author, std::int64_t after) {
    say("SELECT id, title FROM posts WHERE author = $1 AND id > $2 ORDER BY id LIMIT 3",
        {author, after}, [this, author](const Reply& reply) {
          if (reply.rows.size() == 3) page(author, reply.number(2, 0));
        });
  }
};

class Tags : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    if (items_.empty() || random_.percent(15)) {
      items_.push_back(new_id());
      return say("INSERT INTO items (id, owner) VALUES ($1, $2)",
                 {items_.back(), std::int64_t{number_}});
    }
    const std::int64_t item = random_.of(items_);
    const std::int64_t tag = random_.below(4) + 1;
    switch (random_.below(5)) {
      case 0:
        return say("INSERT INTO item_tags (item_id, tag_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                   {item, tag});
      case 1:
        return say("DELETE FROM item_tags WHERE item_id = $1 AND tag_id = $2", {item, tag});
      case 2:
        return say(
            "SELECT i.id, t.name FROM items i JOIN item_tags it ON it.item_id = i.id "
            "JOIN tags t ON t.id = it.tag_id WHERE i.id = $1 ORDER BY t.name",
            {item});
      default:
        return say(
            "SELECT t.name FROM tags t JOIN item_tags it ON it.tag_id = t.id WHERE it.item_id = $1 "
            "ORDER BY t.name",
            {item});
    }
  }

 private:
  std::vector<std::int64_t> items_;
};

}  // namespace

std::vector<Workload> private_workloads() {
  return {
      workload<AccountsAndOrders>("accounts and orders", accounts_schema, true),
      workload<Settings>("upserts",
                         "CREATE TABLE settings (owner TEXT, key TEXT, value TEXT, "
                         "PRIMARY KEY (owner, key))",
                         true),
      workload<SoftDeletes>("soft deletes",
                            "CREATE TABLE notes (id INTEGER PRIMARY KEY, owner INTEGER, body TEXT, "
                            "deleted INTEGER)",
                            true),
      workload<Pages>("keyset pages",
                      "CREATE TABLE posts (id INTEGER PRIMARY KEY, author TEXT, title TEXT)", true),
      workload<Tags>("tags",
                     "CREATE TABLE items (id INTEGER PRIMARY KEY, owner INTEGER);"
                     "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
                     "CREATE TABLE item_tags (item_id INTEGER REFERENCES items, tag_id INTEGER "
                     "REFERENCES tags, PRIMARY KEY (item_id, tag_id));"
                     "INSERT INTO tags VALUES (1, 'red'), (2, 'new'), (3, 'hot'), (4, 'old')",
                     true)};
}

}  // namespace differential
