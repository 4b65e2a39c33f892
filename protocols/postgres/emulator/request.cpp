#include "protocols/postgres/emulator/request.hpp"

#include <algorithm>

#include "protocols/postgres/session.hpp"
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
  request.sight = asked.sight;
  std::string_view facts = asked.session;
  while (!facts.empty()) {
    const std::string_view fact = facts.substr(0, facts.find('\0'));
    facts.remove_prefix(std::min(fact.size() + 1, facts.size()));
    // What a transaction sees is not a matter of names and types.
    const bool isolation = fact.starts_with(isolation_fact);
    const bool reads = fact.starts_with("transaction_read_only=");
    (isolation ? request.one_state : reads ? request.only_reads : request.other_session) = true;
  }
  request.values = sql::emulator::values_in(asked.canonical, asked.qualifier);
  const std::size_t slots = sql::emulator::slots_of(pattern), given = request.values.size();
  const auto tells_isolation = [](const sql::emulator::Value& more) {
    const std::string_view text = more.text ? std::string_view(*more.text) : std::string_view();
    return text.starts_with(isolation_fact) && text.find(',') == std::string_view::npos;
  };
  const bool one_more = given == slots + 1 && !pattern.starts_with("copy");
  request.one_state = request.one_state || (one_more && tells_isolation(request.values.back()));
  // One more tells of the session, which is known already, unless it is of a COPY.
  const bool tells_session = one_more && (!asked.session.empty() || request.one_state);
  request.has_more = given != slots && !tells_session;
  request.values.resize(std::min(given, slots));
  return request;
}

}  // namespace understudy::postgres::emulation
