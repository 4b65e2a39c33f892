// Workloads in which clients read and overwrite each other's rows, or the database chooses ids.
#include "client.hpp"

namespace differential {
namespace {

class Inventory : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    const std::string sku = "sku" + std::to_string(random_.below(6));
    switch (random_.below(6)) {
      case 0:
        return say("UPDATE stock SET qty = qty - $1 WHERE sku = $2 AND qty >= $1",
                   {std::int64_t{random_.below(3) + 1}, sku});
      case 1:
        return say("UPDATE stock SET note = $1 WHERE sku = $2",
                   {"by " + std::to_string(number_), sku});
      case 2:
        return say("SELECT count(*), sum(qty) FROM stock");
      case 3:
        return in_transaction([&] {
          say("SELECT qty FROM stock WHERE sku = $1", {sku});
          say("UPDATE stock SET qty = $1 WHERE sku = $2", {std::int64_t{random_.below(9)}, sku});
          say("SELECT qty FROM stock WHERE sku = $1", {sku});
        });
      default:
        return say("SELECT sku, qty, note FROM stock WHERE sku = $1", {sku});
    }
  }
};

class Queue : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    switch (random_.below(4)) {
      case 0:
        return say("INSERT INTO jobs (payload, state) VALUES ($1, 'new') RETURNING id",
                   {"job " + std::to_string(random_.below(4))});
      case 1:
        return say("SELECT count(*) FROM jobs WHERE state = $1", {std::string("new")});
      case 2:
        return say(
            "UPDATE jobs SET state = 'taken', worker = $1 WHERE id = (SELECT id FROM jobs WHERE "
            "state = 'new' ORDER BY id LIMIT 1) RETURNING id, payload",
            {std::int64_t{number_}}, [this](const Reply& reply) {
              if (!reply.rows.empty())
                say("UPDATE jobs SET state = 'done' WHERE id = $1", {reply.rows[0][0]});
            });
      default:
        say("SELECT id FROM jobs WHERE state = 'new' ORDER BY id LIMIT 1", {},
            [this](const Reply& reply) {
              if (reply.rows.empty()) return;
              const Value id = reply.rows[0][0];
              say("UPDATE jobs SET state = 'taken', worker = $1 WHERE id = $2 AND state = 'new'",
                  {std::int64_t{number_}, id}, [this, id](const Reply& claimed) {
                    if (claimed.tag == "UPDATE 0") return;
                    say("SELECT payload, state, worker FROM jobs WHERE id = $1", {id});
                    say("DELETE FROM jobs WHERE id = $1", {id});
                  });
            });
    }
  }
};

class Counters : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    const std::string name = "counter" + std::to_string(random_.below(3));
    switch (random_.below(4)) {
      case 0:
        return say(
            "INSERT INTO counters (name, n) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET n = "
            "counters.n + 1 RETURNING n",
            {name});
      case 1:
        return say("SELECT name, n FROM counters ORDER BY name");
      default:
        return say("SELECT n FROM counters WHERE name = $1", {name});
    }
  }
};

class Messages : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    const std::int64_t room = random_.percent(70) ? number_ : random_.below(4) + 1;
    switch (random_.below(4)) {
      case 0:
        return say("INSERT INTO messages (room, body) VALUES ($1, $2) RETURNING id",
                   {room, "text " + std::to_string(random_.below(5))},
                   [this](const Reply& reply) { mine_.push_back(reply.number(0, 0)); });
      case 1:
        if (mine_.empty()) return act();
        return say("SELECT room, body FROM messages WHERE id = $1", {random_.of(mine_)});
      case 2:
        if (mine_.empty()) return act();
        return say("UPDATE messages SET body = body || '!' WHERE id = $1", {random_.of(mine_)});
      default:
        return say("SELECT body FROM messages WHERE room = $1 ORDER BY id", {room});
    }
  }

 private:
  std::vector<std::int64_t> mine_;
};

class TagSearch : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    const std::int64_t item = random_.below(8) + 1;
    const std::string tag = "tag" + std::to_string(random_.below(4));
    switch (random_.below(5)) {
      case 0:
        return say("INSERT INTO item_tags (item_id, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                   {item, tag});
      case 1:
        return say("DELETE FROM item_tags WHERE item_id = $1 AND tag = $2", {item, tag});
      case 2:
        return say("UPDATE item_tags SET tag = $1 WHERE tag = $2 AND item_id = $3",
                   {"tag" + std::to_string(random_.below(4)), tag, item});
      case 3:
        return say("SELECT tag FROM item_tags WHERE item_id = $1 ORDER BY tag", {item});
      default:
        return say("SELECT item_id FROM item_tags WHERE tag = $1 ORDER BY item_id", {tag});
    }
  }
};

class Events : public Client {
 public:
  using Client::Client;

 protected:
  void act() override {
    if (random_.percent(30))
      return say("INSERT INTO events (id, kind) VALUES ($1, $2)",
                 {new_id(), "kind " + std::to_string(random_.below(3))});
    page(0);
  }

 private:
  void page(std::int64_t after) {
    say("SELECT id, kind FROM events WHERE id > $1 ORDER BY id LIMIT 4", {after},
        [this](const Reply& reply) {
          if (reply.rows.size() == 4) page(reply.number(3, 0));
        });
  }
};

}  // namespace

std::vector<Workload> shared_workloads() {
  return {workload<Inventory>(
              "inventory",
              "CREATE TABLE stock (sku TEXT PRIMARY KEY, qty INTEGER, note TEXT);"
              "INSERT INTO stock VALUES ('sku0', 9, ''), ('sku1', 9, ''), ('sku2', 9, ''),"
              " ('sku3', 9, ''), ('sku4', 9, ''), ('sku5', 9, '')",
              false),
          workload<Queue>(
              "queue",
              "CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, payload TEXT, state "
              "TEXT, worker INTEGER);"
              "INSERT INTO jobs (payload, state) VALUES ('job a', 'new'), ('job b', 'new')",
              false),
          workload<Counters>("counters", "CREATE TABLE counters (name TEXT PRIMARY KEY, n INTEGER)",
                             false),
          workload<Messages>(
              "ids by the database",
              "CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, room INTEGER, "
              "body TEXT)",
              false),
          workload<TagSearch>(
              "tag search",
              "CREATE TABLE item_tags (item_id INTEGER, tag TEXT, PRIMARY KEY (item_id, "
              "tag));"
              "INSERT INTO item_tags VALUES (1, 'tag0'), (1, 'tag1'), (2, 'tag1')",
              false),
          workload<Events>("shared pages",
                           "CREATE TABLE events (id INTEGER PRIMARY KEY, kind TEXT)", false)};
}

}  // namespace differential
