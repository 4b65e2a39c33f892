// Workloads of Redis: keys of one client each, and keys that clients share.
#include "client.hpp"

namespace differential {
namespace {

/// What commands do, told by their names.
Statement::Kind kind_of(const std::string& name) {
  static const std::vector<std::string> reads = {
      "GET",  "MGET",   "STRLEN", "EXISTS",   "TYPE",      "HGET",   "HGETALL", "HLEN", "LRANGE",
      "LLEN", "LINDEX", "SCARD",  "SMEMBERS", "SISMEMBER", "ZRANGE", "ZSCORE",  "ZCARD"};
  return std::ranges::find(reads, name) != reads.end() ? Statement::Kind::read
                                                       : Statement::Kind::write;
}

class RedisClient : public Client {
 public:
  using Client::Client;

 protected:
  void command(const std::string& name, std::vector<std::string> words, bool queued = false) {
    std::vector<Value> values(words.begin(), words.end());
    say_as(queued ? Statement::Kind::control : kind_of(name), name, std::move(values));
  }
  std::string number(int below) { return std::to_string(random_.below(below)); }

  /// Something to do with the keys below `prefix`, in a transaction or not.
  void write(const std::string& prefix, bool queued) {
    switch (random_.below(14)) {
      case 0:
        return command("SET", {prefix + "name", "value " + number(5)}, queued);
      case 1:
        return command("SET", {prefix + "name", "value " + number(5), "NX"}, queued);
      case 2:
        return command("APPEND", {prefix + "name", number(9)}, queued);
      case 3:
        return command("INCRBY", {prefix + "count", number(3)}, queued);
      case 4:
        return command("HSET", {prefix + "cart", "item" + number(4), number(9)}, queued);
      case 5:
        return command("HINCRBY", {prefix + "cart", "item" + number(4), "1"}, queued);
      case 6:
        return command("HDEL", {prefix + "cart", "item" + number(4)}, queued);
      case 7:
        return command("RPUSH", {prefix + "list", "element " + number(5)}, queued);
      case 8:
        return command("LPOP", {prefix + "list"}, queued);
      case 9:
        return command("SADD", {prefix + "set", number(6)}, queued);
      case 10:
        return command("SREM", {prefix + "set", number(6)}, queued);
      case 11:
        return command("ZADD", {prefix + "board", number(100), "player" + number(4)}, queued);
      case 12:
        return command("ZINCRBY", {prefix + "board", "1", "player" + number(4)}, queued);
      default:
        static const std::vector<std::string> kinds = {"name", "cart", "list", "set", "board"};
        return command("DEL", {prefix + random_.of(kinds)}, queued);
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

  void transaction(const std::string& prefix) {
    command("MULTI", {}, true);
    for (int i = random_.below(3) + 1; i > 0; --i) write(prefix, true);
    command("GET", {prefix + "count"}, true);
    say_as(Statement::Kind::write, "EXEC", {});
  }
};

class PrivateKeys : public RedisClient {
 public:
  using RedisClient::RedisClient;

 protected:
  void act() override {
    const std::string prefix = "user:" + std::to_string(number_) + ":";
    if (random_.percent(8)) return transaction(prefix);
    if (random_.percent(35)) return write(prefix, false);
    read(prefix);
  }
};

class SharedKeys : public RedisClient {
 public:
  using RedisClient::RedisClient;

 protected:
  void act() override {
    const std::string prefix = "shop" + number(4) + ":";
    if (random_.percent(8)) return transaction(prefix);
    if (random_.percent(35)) return write(prefix, false);
    read(prefix);
  }
};

class SharedCounters : public RedisClient {
 public:
  using RedisClient::RedisClient;

 protected:
  void act() override {
    const std::string name = "hits:" + number(4);
    if (random_.percent(30)) return command("INCR", {name});
    command("GET", {name});
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
    command("WATCH", {name}, true);
    command("GET", {name});
    command("MULTI", {}, true);
    command("SET", {name, number(4)}, true);
    say_as(Statement::Kind::write, "EXEC", {});
  }
};

}  // namespace

std::vector<Workload> redis_workloads() {
  return {workload<PrivateKeys>("keys of one client", "", true),
          workload<SharedKeys>("shared keys", "", false),
          workload<SharedCounters>("shared counters", "", false),
          workload<Watched>("watched keys", "", false)};
}

}  // namespace differential
