// The connections that one thread serves just now, so that it can end them.
// Not for headers that others include.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <optional>

#include "net/stream.hpp"

namespace understudy::net {

class LiveConnections;

/// Lives in the frame of the coroutine that serves the connection.
class LiveConnection : public boost::intrusive::list_base_hook<
                           boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  LiveConnection(LiveConnections& all, Stream& stream);
  ~LiveConnection();
  LiveConnection(const LiveConnection&) = delete;
  LiveConnection& operator=(const LiveConnection&) = delete;

  /// Nothing is under way: it waits for the client, which was answered all that it asked.
  bool idle = false;
  /// Of a relay, which does not know what is under way: since when nothing was said, and the client
  /// had not spoken last.
  std::optional<std::chrono::steady_clock::time_point> quiet_since;
  [[nodiscard]] Stream& stream() noexcept { return stream_; }

 private:
  LiveConnections& all_;
  Stream& stream_;
};

/// Used by one thread only.
class LiveConnections {
 public:
  explicit LiveConnections(asio::io_context& context) : limit_(std::in_place, context) {}

  [[nodiscard]] bool draining() const noexcept { return draining_; }
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }

  /// Ends the idle ones now, the others when they are done, and what is left after `grace` anyhow.
  void drain(std::chrono::milliseconds grace) {
    draining_ = true;
    if (list_.empty()) return;
    limit_->expires_after(grace);
    limit_->async_wait([this](const error_code& error) {
      if (error) return;
      for (LiveConnection& live : list_) live.stream().close();
    });
    for (LiveConnection& live : list_)
      if (live.idle) live.stream().cancel();
  }

  /// Ends those that have been quiet for so long.
  void end_quiet(std::chrono::milliseconds time) {
    const auto before = std::chrono::steady_clock::now() - time;
    for (LiveConnection& live : list_)
      if (live.quiet_since && *live.quiet_since <= before) live.stream().cancel();
  }

  /// Before the event loop is destroyed, and coroutines that still wait with it.
  void abandon() { limit_.reset(); }

 private:
  friend class LiveConnection;
  boost::intrusive::list<LiveConnection, boost::intrusive::constant_time_size<false>> list_;
  std::optional<asio::steady_timer> limit_;
  bool draining_ = false;
};

inline LiveConnection::LiveConnection(LiveConnections& all, Stream& stream)
    : all_(all), stream_(stream) {
  all_.list_.push_back(*this);
}

inline LiveConnection::~LiveConnection() {
  unlink();
  if (all_.draining_ && all_.list_.empty() && all_.limit_) all_.limit_->cancel();
}

}  // namespace understudy::net
