#include "protocols/postgres/emulator/request.hpp"

#include <algorithm>

#include "protocols/postgres/shape.hpp"
#include "understudy/request.hpp"

namespace understudy::postgres::emulation {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

sql::emulator::SqlRequest read_request(const EmulatedRequest& asked) {
  sql::emulator::SqlRequest request;
  std::string_view pattern = pattern_of(asked.canonical);
  request.partial = take_prefix(pattern, partial_prefix);
  request.described = take_prefix(pattern, describe_prefix);
  request.pattern = pattern;
  request.session = asked.session;
  request.other_session = !asked.session.empty();
  request.values = sql::emulator::values_in(asked.canonical, asked.qualifier);
  const std::size_t slots = sql::emulator::slots_of(pattern), given = request.values.size();
  // One more tells of the session, which is known already, unless it is of a COPY.
  const bool tells_session =
      given == slots + 1 && request.other_session && !pattern.starts_with("copy");
  request.has_more = given != slots && !tells_session;
  request.values.resize(std::min(given, slots));
  return request;
}

}  // namespace understudy::postgres::emulation
