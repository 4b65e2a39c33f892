#include "protocols/sql/emulator/request.hpp"

#include "protocols/sql/row_plan.hpp"
#include "understudy/request.hpp"

namespace understudy::sql::emulator {
namespace {

/// Of each value its class, two octets and a 0 (see append_identity).
constexpr std::size_t octets_of_qualifier = 4;

}  // namespace

std::vector<Value> values_in(std::string_view canonical, std::string_view qualifier) {
  std::vector<Value> values;
  for (const auto& text : values_of(canonical)) {
    Value value{text};
    const std::size_t at = values.size() * octets_of_qualifier;
    if (at < qualifier.size()) value.value_class = static_cast<ValueClass>(qualifier[at]);
    values.push_back(value);
  }
  return values;
}

std::size_t slots_of(std::string_view pattern) {
  std::size_t slots = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == pattern_escape)
      ++i;
    else if (pattern[i] == slot_mark)
      ++slots;
  }
  return slots;
}

}  // namespace understudy::sql::emulator
