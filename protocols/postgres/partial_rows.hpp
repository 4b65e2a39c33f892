// A query of which a client left rows unfetched shows the first of its rows. Where the same query
// was asked again before anybody wrote anything, both times were about the same rows, and the
// longer answer is that of both.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "protocols/postgres/answer.hpp"
#include "protocols/postgres/request.hpp"
#include "understudy/exchange.hpp"

namespace understudy::postgres {

class PartialRows {
 public:
  /// All exchanges, those of a session in their order.
  void learn(const SessionHeader& session, const Exchange& exchange,
             const StatementRequest& request, const StatementAnswer& answer, bool writes);
  /// When all is learned. Puts in the rows that are known besides; false where there are none.
  [[nodiscard]] bool complete(const SessionHeader& session, const Exchange& exchange,
                              const StatementRequest& request, StatementAnswer& answer);
  [[nodiscard]] bool was_asked() const noexcept { return settled_; }

 private:
  struct Asked {
    std::uint64_t began = 0, ended = 0;
    StatementAnswer answer;
  };
  /// When something was written, or may have been.
  struct Written {
    std::uint64_t began = 0, ended = 0;
    std::uint64_t last_ended = 0;  ///< of all that began before and this
  };
  void settle();
  [[nodiscard]] bool written_between(const std::string& recording, std::uint64_t from,
                                     std::uint64_t to) const;

  std::map<std::string, std::vector<Asked>> asked_;      // by session and request
  std::map<std::string, std::vector<Written>> written_;  // by recording
  std::map<std::string, bool> wrote_in_transaction_;     // by session
  bool settled_ = false;
};

}  // namespace understudy::postgres
