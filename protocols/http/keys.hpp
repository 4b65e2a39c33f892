// What a request reads and writes, by its method, its path and its answer.
#pragma once

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
};

[[nodiscard]] Dependencies dependencies_of(const Asked& asked, const Document& answer);

/// The path up to its first segment that names a resource: {"v1", "charges"} of
/// "/v1/charges/ch_1"; prefixes such as "api" and "v1" name none.
[[nodiscard]] KeyPath resource_root(const KeyPath& path);

/// A write to one of them changes what is read at the other.
[[nodiscard]] bool overlaps(const KeyPath& a, const KeyPath& b) noexcept;

}  // namespace understudy::http
