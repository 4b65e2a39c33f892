// A recording, compiled by the real pipeline and asked through the real engine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "compile/input/load.hpp"
#include "engine/live_state.hpp"
#include "store/config.hpp"
#include "table/mapped_table.hpp"
#include "understudy/protocol.hpp"

namespace differential {

/// What every connection said and heard, in order.
struct Recorded {
  std::uint32_t connection = 0;
  understudy::Document request, answer;
};

class Mock {
 public:
  /// `schema`: what PostgreSQL would be told; empty where the mock has none. `pin`: see
  /// Analyser::pin(). `facts`: SessionHeader::facts, none or one for each connection. Throws where
  /// the recording does not compile.
  Mock(const understudy::Protocol& protocol, const std::vector<Recorded>& recording,
       std::uint32_t connections, const std::string& schema = {},
       const understudy::Document& pin = nullptr,
       const std::vector<understudy::Document>& facts = {});

  struct Asked {
    understudy::Identity identity;
    understudy::engine::Verdict verdict;
    std::string answer;  ///< image of what the mock says; empty for a miss
  };
  /// A read or write.
  Asked ask(std::uint32_t connection, const understudy::Document& request);
  [[nodiscard]] std::string image_of(const understudy::Document& request,
                                     const understudy::Document& answer);
  /// What a recorded request depends on, and what it changed as it was answered, for a person.
  [[nodiscard]] std::string keys_of(const Asked& asked) const;
  /// BEGIN, COMMIT, savepoints.
  void control(std::uint32_t connection, const understudy::Document& request,
               const understudy::Document& truth);

  [[nodiscard]] const std::shared_ptr<const understudy::table::MappedTable>& table() const {
    return table_;
  }
  /// Whether compile found that what statements say of keys does not explain the recording.
  [[nodiscard]] bool widened() const { return widened_; }
  [[nodiscard]] const std::vector<understudy::compile::Step>& steps() const {
    return services_[0].steps;
  }

 private:
  void load(const understudy::Protocol& protocol, const std::vector<Recorded>& recording,
            const std::vector<understudy::SessionHeader>& sessions, const std::string& schema,
            const understudy::Document& pin, understudy::Diagnostics& problems);

  understudy::store::Config config_;
  std::vector<understudy::compile::LoadedService> services_;
  std::shared_ptr<const understudy::table::MappedTable> table_;
  std::unique_ptr<understudy::engine::LiveState> live_;
  std::vector<understudy::engine::ConnectionState> connections_;
  bool widened_ = false;
};

}  // namespace differential
