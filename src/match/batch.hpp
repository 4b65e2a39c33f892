// Requests that add several rows of one shape, compared with those of another number of rows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "match/masked.hpp"

namespace understudy::match {

/// How the generated values that stand in one place of each row compare.
enum class Spread : std::uint8_t {
  one,       ///< there is one row only
  shared,    ///< all are equal
  distinct,  ///< no two are
  mixed
};

/// Rows that differ in generated values only.
struct Batch {
  std::vector<Masked> rows;     ///< all of one mask
  std::vector<Spread> spreads;  ///< beside the values of each row
  std::string qualifier;        ///< that of each row, see Request

  /// Of what all rows have in common: equal for all numbers of such rows, and for no mask.
  [[nodiscard]] std::uint64_t hash() const;
};

/// Nothing for a request that is none, or where rows refer to each other: a value that is not a
/// time stands in two of them, but not in all.
[[nodiscard]] std::optional<Batch> batch_of(const Protocol& protocol, std::string_view canonical,
                                            std::string_view qualifier);

/// Whether rows as those of `live` would have been taken where those of `recorded` were, both of
/// one hash and all of their values new: what the recording shows to be distinct is so here.
[[nodiscard]] bool as_distinct(const Batch& recorded, const Batch& live);

}  // namespace understudy::match
