// The emulator of one service in one scope, and what its writes are to the version chains.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "table/service_section.hpp"
#include "understudy/protocol.hpp"

namespace understudy::engine {

/// For protocols whose transactions are carried out as a whole when they are committed: nothing of
/// what was computed is undone. Hold `mutex()` from the look-up of a request until its answer has
/// taken effect here, too; through a transaction from its beginning to its end.
class Emulation {
 public:
  /// Null where the protocol computes no answers. `section` outlives it.
  [[nodiscard]] static std::unique_ptr<Emulation> of(const Protocol& protocol,
                                                     const table::ServiceSection& section);

  [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }

  /// See Emulator.
  [[nodiscard]] std::optional<Emulator::Computed> compute(std::string_view canonical);
  void follow(std::string_view canonical, Bytes image);
  void forget(std::string_view canonical);
  void reset();
  /// Null where the protocol follows no watches.
  [[nodiscard]] std::shared_ptr<const Emulator::Watch> watch(const KeyPath& path) {
    return emulator_->watch(path);
  }

  /// Whether something has ended by itself that end_due() has not told. Without the lock.
  [[nodiscard]] bool is_due() const noexcept;
  [[nodiscard]] std::vector<KeyPath> end_due();

  /// What a write to these paths bumps, by key.
  [[nodiscard]] std::vector<table::format::BumpRecord> bumps(
      const std::vector<KeyPath>& paths) const;

 private:
  Emulation(std::unique_ptr<Emulator> emulator, const table::ServiceSection& section);
  void note_next_end();

  std::unique_ptr<Emulator> emulator_;
  const table::ServiceSection& section_;
  /// The keys that stand for contents: joined path and number, by path.
  std::vector<std::pair<std::string_view, std::uint32_t>> contents_;
  std::mutex mutex_;
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
  std::atomic<std::int64_t> next_end_{never};  ///< milliseconds since 1970
};

}  // namespace understudy::engine
