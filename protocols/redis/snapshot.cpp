#include "protocols/redis/snapshot.hpp"

#include <functional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "protocols/redis/info.hpp"
#include "protocols/redis/numbers.hpp"
#include "protocols/redis/reply_document.hpp"
#include "protocols/redis/reply_shape.hpp"
#include "protocols/redis/request.hpp"
#include "protocols/redis/resp_decoder.hpp"
#include "understudy/receive_buffer.hpp"

namespace understudy::redis {

namespace {

constexpr std::int64_t most_keys_kept = 10'000;        // in all databases
constexpr std::int64_t longest_value = 64 * 1024;      // octets of a string
constexpr std::int64_t largest_collection = 1'000;     // elements
constexpr std::size_t most_octets = 64 * 1024 * 1024;  // that are read in all
constexpr std::uint32_t databases_asked = 16;

using SnapshotWords = std::vector<std::string>;

// How a kind of value is read, and how its size is asked for.
struct ValueReader {
  std::string_view name;
  SnapshotWords size, read;
  std::int64_t largest;
};
const std::vector<ValueReader>& value_readers() {
  static const std::vector<ValueReader> all = {
      {"string", {"STRLEN"}, {"GET"}, longest_value},
      {"list", {"LLEN"}, {"LRANGE", "0", "-1"}, largest_collection},
      {"hash", {"HLEN"}, {"HGETALL"}, largest_collection},
      {"set", {"SCARD"}, {"SMEMBERS"}, largest_collection},
      {"zset", {"ZCARD"}, {"ZRANGE", "0", "-1", "WITHSCORES"}, largest_collection}};
  return all;
}

const ValueReader* reader_of(std::string_view name) {
  for (const ValueReader& kind : value_readers())
    if (kind.name == name) return &kind;
  return nullptr;
}

// `command` with a key as its first argument.
SnapshotWords about(const SnapshotWords& command, const std::string& key) {
  SnapshotWords words = {command.front(), key};
  words.insert(words.end(), command.begin() + 1, command.end());
  return words;
}

// Batches of commands: what is asked next follows from the replies to all of one batch.
class RedisSnapshot final : public Snapshot {
 public:
  explicit RedisSnapshot(std::string_view password) {
    if (!password.empty()) ask({"AUTH", std::string(password)}, [](const Value&) {});
    ask({"INFO", "server"}, [this](const Value& reply) { look_at_server(reply); });
  }

  Output& output() noexcept override { return output_; }
  bool is_done() const noexcept override { return done_; }
  std::string_view problem() const noexcept override { return problem_; }
  std::vector<Exchange> take() override { return std::exchange(found_, {}); }

  void feed(Bytes chunk) override {
    received_.append(chunk);
    read_ += chunk.size();
    while (!done_ && scanner_.scan(received_.pending()) == FrameScanner::Status::complete) {
      auto reply = decode_value(received_.pending().first(scanner_.size()), Limits());
      received_.consume(scanner_.size());
      scanner_.reset();
      if (!reply || next_ == asked_.size()) return stop("its replies are not understood");
      const Then then = std::move(asked_[next_++]);
      then(*reply);
      if (next_ == asked_.size()) advance();
    }
    if (read_ > most_octets) stop("there is more in it than is kept");
  }

 private:
  using Then = std::function<void(const Value&)>;

  struct Key {
    std::uint32_t db;
    std::string name;
    const ValueReader* kind = nullptr;
    bool stays = false;  // does not end
    bool small = false;
  };

  void ask(const SnapshotWords& words, Then then) {
    std::string octets = fmt::format("*{}\r\n", words.size());
    for (const std::string& word : words) octets += fmt::format("${}\r\n{}\r\n", word.size(), word);
    output_.copy(as_bytes(octets));
    asked_.push_back(std::move(then));
  }
  void select(std::uint32_t db) {
    if (selected_ == db) return;
    selected_ = db;
    ask({"SELECT", std::to_string(db)}, [this](const Value& reply) {
      if (is_error(reply.kind)) selectable_ = false;
    });
  }
  void stop(std::string problem) {
    problem_ = std::move(problem);
    found_.clear();
    done_ = true;
  }

  void keep(const SnapshotWords& words, std::uint32_t db, Value reply) {
    const std::vector<std::string_view> views(words.begin(), words.end());
    lift(reply, shape_of(words[0], views));
    found_.push_back({request_document({words, db}), reply_document(reply), {}, {}});
  }

  void look_at_server(const Value& reply) {
    if (is_error(reply.kind)) return stop(reply.text);
    if (info_field(reply.text, "redis_mode") != "standalone")
      stop("it is one of a cluster or a sentinel");
  }

  void ask_sizes() {
    for (std::uint32_t db = 0; db < databases_asked; ++db) {
      ask({"SELECT", std::to_string(db)},
          [this](const Value& reply) { selectable_ = !is_error(reply.kind); });
      ask({"DBSIZE"}, [this, db](const Value& reply) {
        if (!selectable_ || reply.kind != Kind::integer) return;
        if (reply.integer == 0) return keep({"DBSIZE"}, db, reply);
        keys_in_all_ += reply.integer;
        filled_.push_back(db);
      });
    }
    selected_ = databases_asked - 1;
  }

  void ask_names() {
    if (keys_in_all_ > most_keys_kept) return;
    for (const std::uint32_t db : filled_) {
      select(db);
      ask({"KEYS", "*"}, [this, db](const Value& reply) {
        if (reply.kind != Kind::array) return;
        keep({"KEYS", "*"}, db, reply);
        for (const Value& name : reply.items) keys_.push_back({db, name.text});
      });
    }
  }

  void ask_kinds() {
    for (Key& key : keys_) {
      select(key.db);
      ask({"TYPE", key.name}, [&key](const Value& reply) { key.kind = reader_of(reply.text); });
      ask({"PTTL", key.name}, [&key](const Value& reply) {
        key.stays = reply.kind == Kind::integer && reply.integer == -1;
      });
    }
  }

  void ask_lengths() {
    for (Key& key : keys_) {
      if (key.kind == nullptr || !key.stays) continue;
      select(key.db);
      ask(about(key.kind->size, key.name), [&key](const Value& reply) {
        key.small = reply.kind == Kind::integer && reply.integer <= key.kind->largest;
      });
    }
  }

  void ask_values() {
    for (const Key& key : keys_) {
      if (!key.small) continue;
      select(key.db);
      const SnapshotWords words = about(key.kind->read, key.name);
      ask(words, [this, &key, words](const Value& reply) {
        if (is_error(reply.kind)) return;
        keep(words, key.db, reply);
        keep({"PTTL", key.name}, key.db, Value::number(-1));
      });
    }
  }

  // The next batch that asks for something.
  void advance() {
    using Ask = void (RedisSnapshot::*)();
    static constexpr Ask batches[] = {&RedisSnapshot::ask_sizes, &RedisSnapshot::ask_names,
                                      &RedisSnapshot::ask_kinds, &RedisSnapshot::ask_lengths,
                                      &RedisSnapshot::ask_values};
    asked_.clear();
    next_ = 0;
    while (!done_ && asked_.empty()) {
      if (batch_ == std::size(batches))
        done_ = true;
      else
        (this->*batches[batch_++])();
    }
  }

  Output output_;
  ReceiveBuffer received_;
  FrameScanner scanner_{Limits()};
  std::vector<Then> asked_;  // the batch
  std::size_t next_ = 0;     // of it: whose reply comes next
  std::size_t batch_ = 0, read_ = 0;
  std::uint32_t selected_ = 0;
  bool selectable_ = true;
  std::int64_t keys_in_all_ = 0;
  std::vector<std::uint32_t> filled_;  // databases
  std::vector<Key> keys_;
  std::vector<Exchange> found_;
  std::string problem_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<Snapshot> new_snapshot(std::string_view password) {
  return std::make_unique<RedisSnapshot>(password);
}

}  // namespace understudy::redis
