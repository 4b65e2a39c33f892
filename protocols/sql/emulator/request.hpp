// A canonical request as an emulator takes it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/emulator/runner.hpp"
#include "understudy/request.hpp"

namespace understudy::sql::emulator {

struct SqlRequest {
  std::string pattern;        ///< of the statement, and the database that it is about
  std::vector<Value> values;  ///< of the slots
  std::string session = {};   ///< what it tells of the session, as the dialect spells it
  bool partial = false;       ///< not all rows were fetched
  bool described = false;     ///< its columns were asked for, nothing more
  bool one_state = false;     ///< of a transaction that sees one state of the database throughout
  Sight sight = Sight::newest;
  bool only_reads = false;    ///< of a transaction that is READ ONLY
  /// It has more than the statement says: data beside it, another session than the first one's.
  bool has_more = false;
  /// Names and types mean something else than in the first session: what it defines is not known.
  bool other_session = false;
};

/// The values of a canonical request, with their classes from its qualifier.
[[nodiscard]] std::vector<Value> values_in(std::string_view canonical, std::string_view qualifier);
/// How many values its pattern has a place for.
[[nodiscard]] std::size_t slots_of(std::string_view pattern);

}  // namespace understudy::sql::emulator
