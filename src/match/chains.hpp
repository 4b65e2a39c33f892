// Version chains: the identity of the writes that touched a dependency, in order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "table/id.hpp"
#include "understudy/analyser.hpp"

namespace understudy::match {

/// Hash of the ordered writes that touched one key; 0 where none did.
using Version = std::uint64_t;

/// What a key begins with in a recording that found something else there than the first one did.
/// Never 0.
[[nodiscard]] constexpr Version beginning_of(std::uint32_t recording) noexcept {
  return 0xB5297A4D00000001ULL + (Version{recording} << 8U);
}

/// The version behind one more write. Order matters: a chain, not a set and not a count.
[[nodiscard]] constexpr Version extend(Version version, std::uint64_t write) noexcept {
  std::uint64_t mixed = version * 0x9E3779B97F4A7C15ULL ^ (write + 0x632BE59BD9B4E019ULL);
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
  return mixed ^ (mixed >> 31);
}

/// A write as the chains know it: what it does follows from its request and from the state that it
/// found, so both are its identity. In a state that was not recorded it leads to none that was.
/// Where the two did not determine its answer, they don't determine what it did: so `answer`, the
/// hash of the image that it was answered with, is part of its identity, too.
[[nodiscard]] constexpr std::uint64_t write_identity(std::uint64_t request, Version state,
                                                     std::uint64_t answer) noexcept {
  return extend(extend(state, request), answer);
}

/// `state` as that in which a request whose asks count (see Loop::nth_ask) is asked first.
[[nodiscard]] constexpr Version first_ask(Version state) noexcept {
  return extend(state, 1);
}

/// What a request depends on, as one number: `version_of(key)` of all its keys, in their order.
template <class VersionOf>
[[nodiscard]] Version state_of(std::span<const table::KeyId> keys, VersionOf&& version_of) {
  Version state = 0;
  for (const table::KeyId key : keys) state = extend(state, version_of(key));
  return state;
}

/// The keys whose versions a read of `path` depends on: everything written at or below the path,
/// and everything written at exactly one of the wider paths.
[[nodiscard]] std::vector<std::string> read_keys(const KeyPath& path);
/// The same for a join()ed path.
[[nodiscard]] std::vector<std::string> read_keys_of_joined(std::string_view joined);
/// The keys that a write to `path` advances, so that exactly the reads at the path, at any wider
/// and at any narrower one see it.
[[nodiscard]] std::vector<std::string> write_keys(const KeyPath& path);
/// The key of what is there at exactly `path`, as far as the last write that determined it and all
/// writes to the path and to wider ones since then tell. What is there at and below a path is told
/// by the content keys of the path and of all narrower ones.
[[nodiscard]] std::string content_key(std::string_view joined);
[[nodiscard]] bool is_content(std::string_view name) noexcept;
/// The version of a content key behind a write that determined it. Never 0.
[[nodiscard]] constexpr Version determined_version(std::uint64_t content_hash) noexcept {
  const Version version = extend(0x9AE16A3B2F90404FULL, content_hash);
  return version == 0 ? 1 : version;
}
/// Whether a key stands for a path and everything below it, as opposed to the path itself.
[[nodiscard]] bool is_subtree(std::string_view name) noexcept;
/// The key that stands for the path of this one and everything below it.
[[nodiscard]] std::string subtree_of(std::string_view name);
/// Whether a read depends on a key only because of what is written to wider paths than its own.
[[nodiscard]] bool is_of_wider_path(std::string_view name) noexcept;
/// Whether a key is advanced outside of transactions (see KeyPath).
[[nodiscard]] bool is_immediate(std::string_view name) noexcept;
/// Whether a key stands for writes of which nothing is proven (see unproven_writes).
[[nodiscard]] bool is_unproven(std::string_view name) noexcept;
/// A key's name as a person reads it: "orders.*", "everything".
[[nodiscard]] std::string readable_key(std::string_view name);

}  // namespace understudy::match
