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

/// Hold `mutex()` from the look-up of a request until its answer has taken effect here, too. Where
/// the emulator can't undo what was computed, a protocol's transactions are carried out as a whole
/// when they are committed, and it is held from their beginning to their end.
class Emulation {
 public:
  /// Null where the protocol computes no answers. `section` outlives it.
  [[nodiscard]] static std::unique_ptr<Emulation> of(const Protocol& protocol,
                                                     const table::ServiceSection& section);

  [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }

  /// See Emulator.
  [[nodiscard]] std::optional<Emulator::Computed> compute(const EmulatedRequest& asked);
  void follow(const EmulatedRequest& asked, Bytes image);
  void forget(const EmulatedRequest& asked);
  [[nodiscard]] std::string why_not(const EmulatedRequest& asked) {
    return emulator_->why_not(asked);
  }
  [[nodiscard]] bool undoes() const noexcept { return emulator_->undoes(); }
  /// Takes the lock.
  void control(Control control, std::string_view name, std::uint64_t connection);
  void look(std::uint64_t connection);
  [[nodiscard]] bool commits(std::uint64_t connection);
  void end_doubted(std::uint64_t connection);
  void reset();
  /// Null where the protocol follows no watches.
  [[nodiscard]] std::shared_ptr<const Emulator::Watch> watch(const KeyPath& path) {
    return emulator_->watch(path);
  }

  /// Whether something has ended by itself that end_due() has not told. Without the lock.
  [[nodiscard]] bool is_due() const noexcept;
  [[nodiscard]] std::vector<KeyPath> end_due();

  /// What a write to these paths advances, by key.
  [[nodiscard]] std::vector<table::format::AdvanceRecord> advances(
      const std::vector<KeyPath>& paths) const;

 private:
  Emulation(std::unique_ptr<Emulator> emulator, const table::ServiceSection& section);
  void note_next_end();

  std::unique_ptr<Emulator> emulator_;
  const table::ServiceSection& section_;
  /// The keys that stand for contents by their joined path, sorted.
  std::vector<std::pair<std::string_view, table::KeyId>> contents_;
  std::mutex mutex_;
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
  std::atomic<std::int64_t> next_end_{never};  ///< milliseconds since 1970
};

/// A connection's transaction, as an emulator that undoes is told of it. It ends with this.
class ToldTransaction {
 public:
  ToldTransaction() = default;
  ToldTransaction(ToldTransaction&& other) noexcept
      : emulation_(std::exchange(other.emulation_, nullptr)), connection_(other.connection_) {}
  ToldTransaction& operator=(ToldTransaction&& other) noexcept {
    leave();
    emulation_ = std::exchange(other.emulation_, nullptr);
    connection_ = other.connection_;
    return *this;
  }
  ~ToldTransaction() { leave(); }

  /// `emulation` outlives it. `late`: it began elsewhere, before.
  void begin(Emulation& emulation, std::uint64_t connection, bool late = false);
  /// Nothing where it has not begun.
  void control(Control control, std::string_view name);
  /// See Emulator::look(); nothing where it has not begun.
  void look();
  /// See Emulator::commits(); false where it has not begun.
  [[nodiscard]] bool commits();
  /// It ends, and nobody knows how.
  void end_doubted();
  void leave() { control(Control::reset, {}); }

 private:
  Emulation* emulation_ = nullptr;
  std::uint64_t connection_ = 0;
};

}  // namespace understudy::engine
