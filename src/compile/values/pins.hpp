// What a person pinned: which values vary and which do not, whatever the recordings show.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "match/value_type.hpp"
#include "store/pin_file.hpp"
#include "understudy/diagnostic.hpp"

namespace understudy::compile {

/// A place of the requests of one template (match::template_of).
struct ValuePlace {
  std::string_view service, request;
  std::uint32_t value = 0;  ///< number of the value in the request, from 1
  std::uint32_t token = 0;  ///< number of the generated value in its text, from 1; 0: all of them
};

struct PinnedPlace {
  bool fresh = false;
  std::optional<match::ValueKind> kind;  ///< the kind that is fresh; others are constant then
  std::string file;
  int line = 0;

  [[nodiscard]] bool is_fresh(match::ValueKind of) const noexcept {
    return fresh && (!kind || *kind == of);
  }
};

class Pins {
 public:
  Pins() = default;
  /// Words that pin nothing, and places that are pinned twice, are reported.
  Pins(const std::vector<store::Pin>& pins, Diagnostics& problems);

  /// What a place, or the value around it, is pinned as; null where it is left to compile.
  [[nodiscard]] const PinnedPlace* find(const ValuePlace& place) const;

  using Place = std::tuple<std::string, std::string, std::uint32_t, std::uint32_t>;
  [[nodiscard]] const std::map<Place, PinnedPlace, std::less<>>& all() const noexcept {
    return places_;
  }

 private:
  void add(const store::Pin& pin, const store::PinnedValue& value, Diagnostics& problems);
  std::map<Place, PinnedPlace, std::less<>> places_;
};

}  // namespace understudy::compile
