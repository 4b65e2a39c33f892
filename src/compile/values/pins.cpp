#include "compile/values/pins.hpp"

#include <fmt/format.h>

#include <charconv>

namespace understudy::compile {
namespace {

constexpr std::string_view constant = "constant", fresh = "fresh";

/// "2.1" as 2 and 1, "2" as 2 and 0; store::read_pins() has checked it.
std::pair<std::uint32_t, std::uint32_t> numbers_of(std::string_view place) {
  std::uint32_t value = 0, token = 0;
  const char* end = place.data() + place.size();
  const char* dot = std::from_chars(place.data(), end, value).ptr;
  if (dot != end) std::from_chars(dot + 1, end, token);
  return {value, token};
}

}  // namespace

Pins::Pins(const std::vector<store::Pin>& pins, Diagnostics& problems) {
  for (const store::Pin& pin : pins)
    for (const store::PinnedValue& value : pin.values)
      if (value.word != store::inferred) add(pin, value, problems);
}

void Pins::add(const store::Pin& pin, const store::PinnedValue& value, Diagnostics& problems) {
  const auto kind = match::kind_named(value.word);
  if (!kind && value.word != constant && value.word != fresh) {
    problems.push_back({Severity::error, pin.file, value.line,
                        fmt::format("a value can't be pinned as `{}`", value.word),
                        fmt::format("{}, {}, {}, or a kind: {}", store::inferred, constant, fresh,
                                    match::kind_names())});
    return;
  }
  const auto [number, token] = numbers_of(value.place);
  const auto [found, added] =
      places_.try_emplace({pin.service, pin.request, number, token},
                          PinnedPlace{value.word != constant, kind, pin.file, value.line});
  if (!added)
    problems.push_back({Severity::error, pin.file, value.line,
                        fmt::format("this value is pinned at {}:{} already", found->second.file,
                                    found->second.line),
                        "remove one of the two"});
}

const PinnedPlace* Pins::find(const ValuePlace& place) const {
  if (places_.empty()) return nullptr;
  for (const std::uint32_t token : {place.token, std::uint32_t{0}}) {
    const auto found = places_.find(
        Place(std::string(place.service), std::string(place.request), place.value, token));
    if (found != places_.end()) return &found->second;
  }
  return nullptr;
}

}  // namespace understudy::compile
