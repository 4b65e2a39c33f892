// Requests that wait for what another connection brings.
#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/hub.hpp"
#include "match/chains.hpp"
#include "understudy/bytes.hpp"
#include "understudy/request.hpp"

namespace understudy::engine {

struct ConnectionState;
struct Verdict;

/// A request of one connection while it waits. What is not constant belongs to the room.
struct Waiting {
  Waiting(const Request& request, ConnectionState& asking, std::shared_ptr<Mailbox> rung);
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  const std::string canonical, qualifier;
  const std::string nothing;  ///< image of the answer that says that nothing came
  const bool only_new;
  const std::chrono::milliseconds at_most;
  ConnectionState& connection;  ///< used by others while it waits
  const std::shared_ptr<Mailbox> mailbox;
  std::unique_ptr<Verdict> answered;  ///< null until then
  /// With `only_new`, the state in which it has been from the beginning and that certainly has
  /// nothing for it; none where there is no such state, or it has moved meanwhile.
  std::optional<match::Version> unmoved;

  /// Whether a verdict says that something came.
  [[nodiscard]] bool is_something(const Verdict& verdict, Bytes image) const noexcept;
};

/// Those that wait in one scope, in the order in which they came. Hold `mutex` for all of it but
/// is_empty().
struct WaitingRoom {
  std::mutex mutex;
  std::list<std::shared_ptr<Waiting>> all;
  std::atomic<std::size_t> size{0};  ///< of `all`, and of those that are about to come

  [[nodiscard]] bool is_empty() const noexcept { return size.load() == 0; }
};

}  // namespace understudy::engine
