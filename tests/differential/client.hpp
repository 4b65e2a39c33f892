// A client of a workload: an application's program as a sequence of statements, which may depend on
// what the client was answered.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "random.hpp"
#include "truth.hpp"

namespace differential {

struct Statement {
  enum class Kind : std::uint8_t { read, write, control };
  std::string sql;
  std::vector<Value> values;
  Kind kind = Kind::read;
  /// Given the answer: may say more, which then comes next. A read with it can't be left out.
  std::function<void(const Reply&)> then;
};

class Client {
 public:
  Client(int number, std::uint64_t seed, int units)
      : number_(number), random_(seed), units_(units) {}
  virtual ~Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The next statement; null at the end. Valid until `done`.
  const Statement* peek() {
    while (said_.empty() && units_-- > 0) act();
    return said_.empty() ? nullptr : &said_.front();
  }
  /// The statement that peek() gave was answered with `reply`, or left out (null).
  void done(const Reply* reply) {
    const Statement statement = std::move(said_.front());
    said_.pop_front();
    if (reply == nullptr) return;
    if (begins(statement.sql)) in_transaction_ = true;
    if (statement.sql == "COMMIT" || statement.sql == "ROLLBACK") in_transaction_ = false;
    std::deque<Statement> later = std::exchange(said_, {});
    if (reply->failed() && in_transaction_) {
      // What is left of the transaction would be refused: the application rolls it back.
      while (!later.empty() && later.front().sql != "COMMIT" && later.front().sql != "ROLLBACK")
        later.pop_front();
      later.front().sql = "ROLLBACK";
    } else if (statement.then) {
      statement.then(*reply);
    }
    for (Statement& each : later) said_.push_back(std::move(each));
  }
  [[nodiscard]] bool in_transaction() const { return in_transaction_; }

 protected:
  using Then = std::function<void(const Reply&)>;

  /// Says the statements of one unit of work.
  virtual void act() = 0;

  void say(std::string sql, std::vector<Value> values = {}, Then then = {}) {
    const std::string verb = sql.substr(0, sql.find(' '));
    const auto kind = verb == "SELECT" ? Statement::Kind::read
                      : verb == "INSERT" || verb == "UPDATE" || verb == "DELETE"
                          ? Statement::Kind::write
                          : Statement::Kind::control;
    said_.push_back({std::move(sql), std::move(values), kind, std::move(then)});
  }
  void say_as(Statement::Kind kind, std::string sql, std::vector<Value> values) {
    said_.push_back({std::move(sql), std::move(values), kind, {}});
  }
  /// `unit` in a transaction that commits, mostly.
  template <class Unit>
  void in_transaction(Unit&& unit) {
    say("BEGIN");
    unit();
    say(random_.percent(75) ? "COMMIT" : "ROLLBACK");
  }

  /// An id that no other client makes.
  std::int64_t new_id() { return number_ * 1000 + ++made_; }

  int number_;
  Random random_;

 private:
  [[nodiscard]] static bool begins(const std::string& sql) {
    return sql == "BEGIN" || sql.starts_with("START TRANSACTION") || sql == "SET autocommit = 0";
  }

  std::deque<Statement> said_;
  int units_;
  int made_ = 0;
  bool in_transaction_ = false;
};

struct Workload {
  std::string name;
  /// Of SQLite or PostgreSQL, with the rows that are there before the recording begins; of Redis
  /// the commands that put there what is there before it, a line each, none for a server that the
  /// recording empties.
  std::string schema;
  bool private_rows = false;  ///< no two clients touch the same row
  /// Rows change in ways of which no statement tells. No mock can know of them where the recording
  /// shows nothing: wrong answers count only where compile found that keys were too narrow.
  bool hidden = false;
  std::function<std::unique_ptr<Client>(int number, std::uint64_t seed, int units)> client;
  bool declared = false;  ///< the mock knows `schema`
  /// Others write while a transaction has read only.
  bool overlapping = false;
};

[[nodiscard]] std::vector<Workload> private_workloads();
[[nodiscard]] std::vector<Workload> shared_workloads();
[[nodiscard]] std::vector<Workload> odd_workloads();
[[nodiscard]] std::vector<Workload> postgres_workloads();
[[nodiscard]] std::vector<Workload> mysql_workloads();
[[nodiscard]] std::vector<Workload> redis_workloads();
[[nodiscard]] std::vector<Workload> http_workloads();

template <class Kind>
Workload workload(std::string name, std::string schema, bool private_rows, bool hidden = false) {
  return {std::move(name), std::move(schema), private_rows, hidden,
          [](int number, std::uint64_t seed, int units) {
            return std::make_unique<Kind>(number, seed, units);
          }};
}

}  // namespace differential
