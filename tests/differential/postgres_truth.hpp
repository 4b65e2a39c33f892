// A real PostgreSQL as the truth, and the recorder's own observer on each connection to it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mock.hpp"
#include "postgres_connection.hpp"
#include "understudy/observer.hpp"

namespace differential {

/// Who logs in, and where to.
inline constexpr const char* postgres_user = "postgres";
inline constexpr const char* postgres_database = "postgres";

class PostgresTruth {
 public:
  /// The database has what the statements of `before` make, of which nobody sees anything, and
  /// nothing else but roles. Throws where there is no such server, and where it refuses them.
  PostgresTruth(std::uint16_t port, std::uint32_t connections, const std::string& before);

  /// The octets of the answer, up to ReadyForQuery.
  std::string execute(std::uint32_t connection, const std::string& sql);
  /// What the recorder would have written so far.
  [[nodiscard]] const std::vector<Recorded>& recording() const { return recording_; }
  /// What it would have written of each session as a whole.
  [[nodiscard]] const std::vector<understudy::Document>& facts() const { return facts_; }

 private:
  struct Connection {
    std::unique_ptr<PostgresConnection> server;
    std::unique_ptr<understudy::Observer> observer;
  };
  void observe(std::uint32_t number, understudy::Direction from, const std::string& octets);

  std::vector<Connection> connections_;
  std::vector<understudy::Document> facts_;
  std::vector<Recorded> recording_;
  std::uint64_t tick_ = 0;
};

}  // namespace differential
