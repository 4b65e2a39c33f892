// A canonical request as the emulator takes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/emulator/runner.hpp"
#include "understudy/emulator.hpp"

namespace understudy::postgres::emulation {

struct SqlRequest {
  explicit SqlRequest(const EmulatedRequest& asked);

  std::string_view pattern;   ///< without a prefix
  std::vector<Value> values;  ///< of the slots
  bool partial = false;       ///< not all rows were fetched
  bool described = false;     ///< its columns were asked for, nothing more
  /// It has more than the statement says: data of a COPY, tables of the session's own.
  bool has_more = false;
  std::string_view session;  ///< see session_facts()
};

}  // namespace understudy::postgres::emulation
