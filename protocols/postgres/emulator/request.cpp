#include "protocols/postgres/emulator/request.hpp"

#include <algorithm>

#include "protocols/postgres/shape.hpp"
#include "protocols/sql/row_plan.hpp"
#include "understudy/request.hpp"

namespace understudy::postgres::emulation {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Of each value its class, two octets and a 0 (see sql::append_identity).
constexpr std::size_t octets_of_qualifier = 4;

}  // namespace

SqlRequest::SqlRequest(const EmulatedRequest& asked)
    : pattern(pattern_of(asked.canonical)), session(asked.session) {
  partial = take_prefix(pattern, partial_prefix);
  described = take_prefix(pattern, describe_prefix);
  std::size_t slots = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == sql::pattern_escape)
      ++i;
    else if (pattern[i] == sql::slot_mark)
      ++slots;
  }
  for (const auto& text : sql::values_of(asked.canonical)) {
    Value value{text};
    const std::size_t at = values.size() * octets_of_qualifier;
    if (at < asked.qualifier.size())
      value.value_class = static_cast<sql::ValueClass>(asked.qualifier[at]);
    values.push_back(value);
  }
  // One more tells of the session, which is known already, unless it is of a COPY.
  const bool tells_session = values.size() == slots + 1 && !session.empty() &&
                             !pattern.starts_with("copy");
  has_more = values.size() != slots && !tells_session;
  values.resize(std::min(values.size(), slots));
}

}  // namespace understudy::postgres::emulation
