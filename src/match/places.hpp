// Places of requests at which a client puts values that look like anything: a password's hash, a
// name that a test makes up, a number of a process. Several recordings of one flow show them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace understudy::match {

/// Hashes of places, sorted; see place_hash(). Refers to what somebody else keeps.
using Places = std::span<const std::uint64_t>;

/// What of a value may vary for itself: what stands in quotation marks, as texts do in JSON and in
/// SQL; of a value without any all of it.
struct Part {
  std::size_t begin = 0, size = 0;
};
/// From left to right; those that are empty or longer than 512 bytes are left out.
[[nodiscard]] std::vector<Part> parts_of(std::string_view value);

/// `pattern`: of a request without its generated values; `value` and `part` are counted from 1 and
/// from 0.
[[nodiscard]] std::uint64_t place_hash(std::string_view pattern, std::uint32_t value,
                                       std::uint32_t part);
[[nodiscard]] bool is_place(Places places, std::uint64_t hash) noexcept;

/// Whether a text is so short, or so much like any number, that it stands for something else
/// elsewhere.
[[nodiscard]] bool is_commonplace(std::string_view text) noexcept;

}  // namespace understudy::match
