#include "protocols/postgres/emulator/request.hpp"

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

sql::emulator::SqlRequest read_request(std::string_view canonical, std::string_view qualifier) {
  sql::emulator::SqlRequest request;
  std::string_view pattern = pattern_of(canonical);
  request.partial = take_prefix(pattern, partial_prefix);
  request.described = take_prefix(pattern, describe_prefix);
  request.pattern = pattern;
  request.values = sql::emulator::values_in(canonical, qualifier);
  const auto tells_isolation = [](const sql::emulator::Value& more) {
    const std::string_view text = more.text ? std::string_view(*more.text) : std::string_view();
    return text.starts_with(isolation_fact) && text.find(',') == std::string_view::npos;
  };
  const std::size_t slots = sql::emulator::slots_of(pattern);
  if (request.values.size() == slots + 1 && tells_isolation(request.values.back())) {
    request.one_state = true;
    request.values.pop_back();
  }
  request.has_more = request.values.size() != slots;
  return request;
}

}  // namespace understudy::postgres::emulation
