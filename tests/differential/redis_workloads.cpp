// Workloads of Redis: keys of one client each, and what applications share in it.
#include <algorithm>

#include "client.hpp"

namespace differential {
namespace {

/// What commands do, told by their names.
Statement::Kind kind_of(const std::string& name) {
  static const std::vector<std::string> reads = {
      "EXISTS", "GET",    "HEXISTS", "HGET",   "HGETALL",  "HLEN",      "LINDEX",
      "LLEN",   "LRANGE", "MGET",    "SCARD",  "SINTER",   "SISMEMBER", "SMEMBERS",
      "STRLEN", "TYPE",   "ZCARD",   "ZRANGE", "ZREVRANK", "ZSCORE"};
  return std::ranges::find(reads, name) != reads.end() ? Statement::Kind::read
                                                       : Statement::Kind::write;
}

class RedisClient : public Client {
 public:
  using Client::Client;

 protected:
  void command(const std::string& name, std::vector<std::string> words) {
    std::vector<Value> values(words.begin(), words.end());
    const bool queued = in_multi_ || name == "WATCH" || name == "SELECT" || name == "MULTI";
    say_as(queued ? Statement::Kind::control : kind_of(name), name, std::move(values));
  }
  /// What `unit` says, between MULTI and EXEC.
  template <class Unit>
  void multi(Unit&& unit) {
    command("MULTI", {});
    in_multi_ = true;
    unit();
    in_multi_ = false;
    command("EXEC", {});
  }
  std::string number(int below) { return std::to_string(random_.below(below)); }

 private:
  bool in_multi_ = false;
};

/// Values that are written as a whole, and forgotten.
class Cache : public RedisClient {
 public:
  using RedisClient::RedisClient;

 protected:
  void act() override {
    const std::string name = "page:" + number(4);
    switch (random_.below(12)) {
      case 0:
        return command("SET", {name, "content " + number(3)});
      case 1:
        return command("SETEX", {name, "3600", "content " + number(3)});
      case 2:
        return command("DEL", {name});
      case 3:
        return command("MSET", {name, "content " + number(3), "page:" + number(4), "both"});
      case 4:
        return command("SET", {name, "content " + number(3), "NX"});
      case 5:
        return command("MGET", {name, "page:" + number(4)});
      case 6:
        return command("EXISTS", {name});
      case 7:
        return command("TYPE", {name});
      default:
        return command("GET", {name});
    }
  }
};

/// One hash for each session, which expires.
class Sessions : public RedisClient {
 public:
  using RedisClient::RedisClient;

 protected:
  void act() override {
    const std::string name = "session:" + number(3);
    switch (random_.below(12)) {
      case 0:
        command("HSET", {name, "user", "u" + number(3), "seen", number(3)});
        return command("EXPIRE", {name, "3600"});
      case 1:
        return command("HSET", {name, "cart", number(3)});
      case 2:
        return command("HDEL", {name, "cart"});
      case 3:
        return command("DEL", {name});
      case 4:
      case 5:
        return command("HGETALL", {name});
      case 6:
        return command("HEXISTS", {name, "cart"});
      case 7:
        return command("EXISTS", {name});
      default:
        return command("HGET", {name, random_.percent(50) ? "user" : "cart"});
    }
  }
};

class Counters : public RedisClient {
 public:
  using RedisClient::RedisClient;

 protected:
  void act() override {
    const std::string name = "hits:" + number(3);
    switch (random_.below(10)) {
      case 0:
        return command("INCR", {name});
      case 1:
        return command("INCRBY", {name, number(3)});
      case 2:
        return command("HINCRBY", {"votes", number(3), "1"});
      case 3:
      case 4:
        return command("HGET", {"votes", number(3)});
      case 5:
        return command("MGET", {"hits:0", "hits:1"});
      default:
        return command("GET", {name});
    }
  }
};

class Tags : public RedisClient {
 public:
  using RedisClient::RedisClient;

 protected:
  void act() override {
    const std::string name = "tags:" + number(3), tag = "tag" + number(3);
    switch (random_.below(10)) {
      case 0:
      case 1:
        return command("SADD", {name, tag});
      case 2:
        return command("SREM", {name, tag});
      case 3:
      case 4:
        return command("SMEMBERS", {name});
      case 5:
        return command("SCARD", {name});
      case 6:
        return command("SINTER", {"tags:0", "tags:1"});
      default:
        return command("SISMEMBER", {name, tag});
    }
  }
};

class LeaderBoard : public RedisClient {
 public:
  using RedisClient::RedisClient;

 protected:
  void act() override {
    const std::string player = "player" + number(4);
    switch (random_.below(10)) {
      case 0:
        return command("ZADD", {"board", number(4), player});
      case 1:
        return command("ZINCRBY", {"board", "1", player});
      case 2:
        return command("ZREM", {"board", player});
      case 3:
        return command("ZRANGE", {"board", "0", "-1", "WITHSCORES"});
      case 4:
        return command("ZREVRANK", {"board", player});
      case 5:
        return command("ZCARD", {"board"});
      default:
        return command("ZSCORE", {"board", player});
    }
  }
};

/// Jobs that clients give each other.
class Queues : public RedisClient {
 public:
  using RedisClient::RedisClient;

 protected:
  void act() override {
    const std::string name = "jobs:" + number(2);
    switch (random_.below(6)) {
      case 0:
        return command("LPUSH", {name, "job" + number(3)});
      case 1:
        return command("RPOP", {name});
      case 2:
        return command("LRANGE", {name, "0", "-1"});
      case 3:
        return command("LINDEX", {name, "0"});
      default:
        return command("LLEN", {name});
    }
  }
};

/// WATCH, GET, MULTI, SET, EXEC: the classic that fails where another client was faster.
class Watched : public RedisClient {
 public:
  using RedisClient::RedisClient;

 protected:
  void act() override {
    const std::string name = "stock:" + number(3);
    if (random_.percent(60)) return command("GET", {name});
    command("WATCH", {name});
    command("GET", {name});
    multi([&] { command("SET", {name, number(4)}); });
  }
};

/// Everything at once, below a prefix.
class Mixed : public RedisClient {
 public:
  using RedisClient::RedisClient;

 protected:
  void mix(const std::string& prefix) {
    if (random_.percent(4)) command("SELECT", {number(2)});
    if (random_.percent(8))
      return multi([&] {
        for (int i = random_.below(3) + 1; i > 0; --i) write(prefix);
        command("GET", {prefix + "count"});
      });
    random_.percent(35) ? write(prefix) : read(prefix);
  }

 private:
  void write(const std::string& prefix) {
    switch (random_.below(16)) {
      case 0:
        return command("SET", {prefix + "name", "value " + number(5)});
      case 1:
        return command("SET", {prefix + "name", "value " + number(5), "NX"});
      case 2:
        return command("APPEND", {prefix + "name", number(9)});
      case 3:
        return command("INCRBY", {prefix + "count", number(3)});
      case 4:
        return command("HSET", {prefix + "cart", "item" + number(4), number(9)});
      case 5:
        return command("HINCRBY", {prefix + "cart", "item" + number(4), "1"});
      case 6:
        return command("HDEL", {prefix + "cart", "item" + number(4)});
      case 7:
        return command("RPUSH", {prefix + "list", "element " + number(5)});
      case 8:
        return command("LPOP", {prefix + "list"});
      case 9:
        return command("SADD", {prefix + "set", number(6)});
      case 10:
        return command("SREM", {prefix + "set", number(6)});
      case 11:
        return command("ZADD", {prefix + "board", number(100), "player" + number(4)});
      case 12:
        return command("ZINCRBY", {prefix + "board", "1", "player" + number(4)});
      case 13:
        return command("EXPIRE", {prefix + "cart", "3600"});
      case 14:  // of another kind: what fits a list or a string does not fit this
        return command("SADD", {prefix + (random_.percent(50) ? "list" : "name"), number(3)});
      default:
        static const std::vector<std::string> kinds = {"name", "cart", "list", "set", "board"};
        return command("DEL", {prefix + random_.of(kinds)});
    }
  }

  void read(const std::string& prefix) {
    switch (random_.below(12)) {
      case 0:
        return command("GET", {prefix + "name"});
      case 1:
        return command("MGET", {prefix + "name", prefix + "count"});
      case 2:
        return command("GET", {prefix + "count"});
      case 3:
        return command("HGETALL", {prefix + "cart"});
      case 4:
        return command("HGET", {prefix + "cart", "item" + number(4)});
      case 5:
        return command("LRANGE", {prefix + "list", "0", "-1"});
      case 6:
        return command("LLEN", {prefix + "list"});
      case 7:
        return command("SMEMBERS", {prefix + "set"});
      case 8:
        return command("SISMEMBER", {prefix + "set", number(6)});
      case 9:
        return command("ZRANGE", {prefix + "board", "0", "-1", "WITHSCORES"});
      case 10:
        return command("EXISTS", {prefix + "cart", prefix + "set"});
      default:
        return command("TYPE", {prefix + "name"});
    }
  }
};

class PrivateKeys : public Mixed {
 public:
  using Mixed::Mixed;

 protected:
  void act() override { mix("user:" + std::to_string(number_) + ":"); }
};

class SharedKeys : public Mixed {
 public:
  using Mixed::Mixed;

 protected:
  void act() override { mix("shop" + number(2) + ":"); }
};

/// What is there when a recording begins in the midst of things.
std::string shop_before() {
  std::string before;
  for (const std::string owner : {"shop0:", "shop1:", "user:0:", "user:1:", "user:2:"})
    for (const std::string_view command :
         {"SET name old", "SET count 7", "HSET cart item0 2 item3 1", "RPUSH list one two three",
          "SADD set 1 3 5", "ZADD board 10 player0 20 player1"}) {
      const std::size_t key = command.find(' ') + 1;
      before.append(command.substr(0, key)).append(owner).append(command.substr(key)) += '\n';
    }
  return before;
}

}  // namespace

std::vector<Workload> redis_workloads() {
  return {workload<PrivateKeys>("keys of one client", "", true),
          workload<PrivateKeys>("keys of one client, not empty", shop_before(), true),
          workload<Cache>("cache", "", false),
          workload<Sessions>("sessions", "", false),
          workload<Sessions>("sessions, not empty",
                             "HSET session:0 user u1 seen 2\nHSET session:1 user u0 cart 2\n"
                             "EXPIRE session:1 7200\n",
                             false),
          workload<Counters>("counters", "", false),
          workload<Counters>("counters, not empty", "SET hits:0 41\nHSET votes 1 3 2 4\n", false),
          workload<Tags>("tags", "", false),
          workload<LeaderBoard>("leader board", "", false),
          workload<Queues>("queues", "", false),
          workload<Queues>("queues, not empty", "RPUSH jobs:0 job0 job1 job2\nRPUSH jobs:1 job1\n",
                           false),
          workload<Watched>("watched keys", "", false),
          workload<SharedKeys>("shared keys", "", false),
          workload<SharedKeys>("shared keys, not empty", shop_before(), false)};
}

}  // namespace differential
