#include "protocols/postgres/emulator/request.hpp"

#include <algorithm>

#include "protocols/postgres/session.hpp"
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

SqlRequest::SqlRequest(std::string_view canonical, std::string_view qualifier)
    : pattern(pattern_of(canonical)) {
  partial = take_prefix(pattern, partial_prefix);
  described = take_prefix(pattern, describe_prefix);
  std::size_t slots = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == sql::pattern_escape)
      ++i;
    else if (pattern[i] == sql::slot_mark)
      ++slots;
  }
  for (const auto& text : sql::values_of(canonical)) {
    Value value{text};
    const std::size_t at = values.size() * octets_of_qualifier;
    if (at < qualifier.size()) value.value_class = static_cast<sql::ValueClass>(qualifier[at]);
    values.push_back(value);
  }
  const auto tells_isolation = [&](const Value& more) {
    const std::string_view text = more.text ? std::string_view(*more.text) : std::string_view();
    return text.starts_with(isolation_fact) && text.find(',') == std::string_view::npos;
  };
  if (values.size() == slots + 1 && tells_isolation(values.back())) {
    one_state = true;
    values.pop_back();
  }
  has_more = values.size() != slots;
}

}  // namespace understudy::postgres::emulation
