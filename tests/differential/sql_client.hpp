// Clients of workloads that a dialect of SQL has to itself, and what such workloads have alike.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "client.hpp"

namespace differential {

class SqlClient : public Client {
 public:
  using Client::Client;

 protected:
  void read(const std::string& sql) { say_as(Statement::Kind::read, sql, {}); }
  void write(const std::string& sql) { say_as(Statement::Kind::write, sql, {}); }
  void control(const std::string& sql) { say_as(Statement::Kind::control, sql, {}); }
  std::string one_of(const std::vector<std::string>& words) { return random_.of(words); }
  int id(int below) { return random_.below(below) + 1; }
};

/// Orders whose triggers put down what happens to them, with numbers that triggers, defaults and
/// clients take of sequences.
class TriggeredOrders : public SqlClient {
 public:
  using SqlClient::SqlClient;

 protected:
  virtual void take_ticket() = 0;
  virtual void set_ticket(int last) = 0;
  virtual void see_ticket() = 0;

  void act() override {
    switch (random_.below(15)) {
      case 0:
        return write(fmt::format("INSERT INTO orders (id, state) VALUES ({}, 'new')", id(8)));
      case 1:
        return write(fmt::format("UPDATE orders SET state = '{}' WHERE id = {}",
                                 one_of({"paid", "sent", "new"}), id(8)));
      case 2:
        return write(fmt::format("DELETE FROM orders WHERE id = {}", id(8)));
      case 3:
        return take_ticket();
      case 4:
        if (random_.percent(50)) return act();
        return set_ticket(id(3) * 10);
      case 5:
        return in_transaction([&] {
          write(fmt::format("INSERT INTO orders (id, state) VALUES ({}, 'new')", id(8)));
          take_ticket();
          write(fmt::format("UPDATE orders SET state = 'paid' WHERE id = {}", id(8)));
        });
      case 6:
        return see_ticket();
      case 7:
        return read("SELECT count(*), max(n) FROM events");
      case 8:
        return read(fmt::format("SELECT kind FROM events WHERE order_id = {} ORDER BY n", id(8)));
      case 9:
        return read(fmt::format("SELECT n FROM events WHERE order_id = {} ORDER BY n", id(8)));
      case 10:
        return write("INSERT INTO events (order_id, kind) VALUES (0, 'tick')");
      case 11:
        return read("SELECT n, order_id, kind FROM events ORDER BY n DESC LIMIT 1");
      default:
        return read(fmt::format("SELECT state FROM orders WHERE id = {}", id(8)));
    }
  }
};

}  // namespace differential
