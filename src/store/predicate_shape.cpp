#include "store/predicate_shape.hpp"

namespace understudy::store {

namespace {

void check_true(const Document& operand, const std::string& pointer, const std::string& name,
                Shape& shape) {
  if (operand == true) return;
  shape.report(pointer, fmt::format("`{}` is {}, expected true", name, describe_kind(operand)),
               fmt::format("write {{{}: true}}", name));
}

void check_one_of(const Document& operand, const std::string& pointer, Shape& shape) {
  if (!shape.is(operand, pointer, Kind::list, "one_of")) return;
  if (operand.empty())
    shape.report(pointer, "`one_of` is empty and would match nothing, expected values",
                 "list what may stand there");
}

void check_range(const Document& operand, const std::string& pointer, Shape& shape) {
  const auto is_bound = [](const Document& bound) { return bound.is_null() || bound.is_number(); };
  const bool sound = operand.is_array() && operand.size() == 2 && is_bound(operand[0]) &&
                     is_bound(operand[1]) && !(operand[0].is_null() && operand[1].is_null());
  if (!sound) {
    shape.report(pointer,
                 fmt::format("`range` is {}, expected [lowest, highest]", describe_kind(operand)),
                 "two numbers; leave one end open with null");
    return;
  }
  const bool open = operand[0].is_null() || operand[1].is_null();
  if (!open && operand[1] < operand[0])
    shape.report(pointer, "`range` ends before it begins and would match nothing", "swap its ends");
}

void check_includes(const Document& operand, const std::string& pointer, Shape& shape) {
  if (!shape.is(operand, pointer, Kind::map, "includes")) return;
  for (const auto& [key, value] : operand.items())
    check_predicates(value, pointer_to(pointer, key), shape);
}

bool check_predicate(const Document& map, const std::string& pointer, Shape& shape) {
  if (map.size() != 1) return false;
  const std::string name = map.begin().key();
  const Document& operand = map.front();
  const std::string operand_pointer = pointer_to(pointer, name);
  if (name == "regex")
    shape.is(operand, operand_pointer, Kind::text, name);
  else if (name == "any" || name == "uuid" || name == "time" || name == "absent")
    check_true(operand, operand_pointer, name, shape);
  else if (name == "one_of")
    check_one_of(operand, operand_pointer, shape);
  else if (name == "includes")
    check_includes(operand, operand_pointer, shape);
  else if (name == "range")
    check_range(operand, operand_pointer, shape);
  else
    return false;
  return true;
}

}  // namespace

void check_predicates(const Document& request, const std::string& json_pointer, Shape& shape) {
  if (request.is_object()) {
    if (check_predicate(request, json_pointer, shape)) return;
    for (const auto& [key, value] : request.items())
      check_predicates(value, pointer_to(json_pointer, key), shape);
  } else if (request.is_array()) {
    for (std::size_t i = 0; i < request.size(); ++i)
      check_predicates(request[i], pointer_to(json_pointer, std::to_string(i)), shape);
  }
}

}  // namespace understudy::store
