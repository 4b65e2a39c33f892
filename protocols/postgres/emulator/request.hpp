// A canonical request as the emulator takes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/emulator/runner.hpp"

namespace understudy::postgres::emulation {

struct SqlRequest {
  explicit SqlRequest(std::string_view canonical, std::string_view qualifier);

  std::string_view pattern;   ///< without a prefix
  std::vector<Value> values;  ///< of the slots
  bool partial = false;       ///< not all rows were fetched
  bool described = false;     ///< its columns were asked for, nothing more
  bool one_state = false;     ///< of a transaction that sees one state of the database throughout
  /// It has more than the statement says: data of a COPY, another session than the first one's.
  bool has_more = false;
};

}  // namespace understudy::postgres::emulation
