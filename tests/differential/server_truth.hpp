// A real server as the truth, and the recorder's own observer on each connection to it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mock.hpp"
#include "server_connection.hpp"
#include "truth.hpp"
#include "understudy/observer.hpp"
#include "understudy/protocol.hpp"

namespace differential {

/// What the two sides say before the first statement, in turn.
struct Spoken {
  understudy::Direction from;
  std::string octets;
};

/// How a protocol is spoken here.
struct Speech {
  struct Opened {
    std::unique_ptr<ServerConnection> connection;
    std::vector<Spoken> login;
  };
  const understudy::Protocol& protocol;
  /// A new connection; throws where there is no such server.
  std::function<Opened()> open;
  /// The database has what the statements of `before` make, of which nobody sees anything.
  std::function<void(const std::string& before)> prepare;
  std::string login;  ///< what a client of the mock says first
  std::function<std::string(const std::string& sql)> query;
  /// What an answer says, and how it left the transaction. Rows without ORDER BY have no order.
  std::function<std::string(const std::string& sql, const std::string& octets)> meaning;
  std::function<Reply(const std::string& octets)> reply;
};

class ServerTruth {
 public:
  ServerTruth(const Speech& speech, std::uint32_t connections, const std::string& before);

  /// The octets of the answer.
  std::string execute(std::uint32_t connection, const std::string& sql);
  /// What the recorder would have written so far.
  [[nodiscard]] const std::vector<Recorded>& recording() const { return recording_; }
  /// What it would have written of each session as a whole.
  [[nodiscard]] const std::vector<understudy::Document>& facts() const { return facts_; }

 private:
  struct Connection {
    std::unique_ptr<ServerConnection> server;
    std::unique_ptr<understudy::Observer> observer;
  };
  void observe(std::uint32_t number, understudy::Direction from, const std::string& octets);

  const Speech& speech_;
  std::vector<Connection> connections_;
  std::vector<understudy::Document> facts_;
  std::vector<Recorded> recording_;
  std::uint64_t tick_ = 0;
};

}  // namespace differential
