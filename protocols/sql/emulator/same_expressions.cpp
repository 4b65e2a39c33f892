#include "protocols/sql/emulator/same_expressions.hpp"

namespace understudy::sql::emulator {

bool same_but_for_slots(const tree::Expression& a, const tree::Expression& b,
                        std::vector<SlotText>& slots) {
  const auto all = [&](const std::vector<tree::Expression>& x,
                       const std::vector<tree::Expression>& y) {
    if (x.size() != y.size()) return false;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (!same_but_for_slots(x[i], y[i], slots)) return false;
    return true;
  };
  const auto* literal = b.as<tree::Literal>();
  if (const auto* slot = a.as<tree::Parameter>()) {
    if (literal == nullptr || literal->kind != tree::Literal::Kind::string) return false;
    slots.push_back({slot->index, literal->text});
    return true;
  }
  if (const auto* column = a.as<tree::Column>())
    return b.as<tree::Column>() != nullptr && b.as<tree::Column>()->path == column->path;
  if (const auto* written = a.as<tree::Literal>())
    return literal != nullptr && literal->kind == written->kind && literal->text == written->text;
  if (const auto* cast = a.as<tree::Cast>()) {
    const auto* other = b.as<tree::Cast>();
    return other != nullptr && other->type.name == cast->type.name &&
           other->type.arguments == cast->type.arguments &&
           other->type.dimensions == cast->type.dimensions &&
           same_but_for_slots(*cast->operand, *other->operand, slots);
  }
  const auto *call = a.as<tree::Call>(), *other = b.as<tree::Call>();
  return call != nullptr && other != nullptr && call->name == other->name && !call->distinct &&
         !other->distinct && !call->star && !other->star && !call->over && !other->over &&
         !call->filter && !other->filter && call->order.empty() && other->order.empty() &&
         call->words == other->words && all(call->arguments, other->arguments);
}

}  // namespace understudy::sql::emulator
