// What a request reads and writes, by its method, its path, its operation and its answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/http/identity.hpp"
#include "understudy/analyser.hpp"
#include "understudy/document.hpp"

namespace understudy::http {

struct Dependencies {
  Effect effect = Effect::read;
  std::vector<KeyPath> reads;
  std::vector<KeyPath> writes;  ///< empty for a read
  bool changed = false;         ///< a write that succeeded
  /// Of a write that adds a member to a collection and says which: the path of the collection. What
  /// is read of its other members it leaves alone.
  KeyPath collection{};
};

/// `effect`: what the request does.
[[nodiscard]] Dependencies dependencies_of(const Asked& asked, Effect effect,
                                           const Document& answer);

/// A write to one of them changes what is read at the other.
[[nodiscard]] bool overlaps(const KeyPath& a, const KeyPath& b) noexcept;

}  // namespace understudy::http
