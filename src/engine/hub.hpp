// What live connections of one service do to each other in one scope: they say things to those that
// listen. Each hears on its own thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "understudy/message.hpp"

namespace understudy::engine {

/// What others have for one connection. Thread-safe.
class Mailbox {
 public:
  /// `ring` is called by any thread when something has come; it must not block. Null: nobody is
  /// called any more.
  void on_ring(std::function<void()> ring);
  void put(Delivery delivery);
  void ring();
  [[nodiscard]] std::vector<Delivery> take();

 private:
  std::mutex mutex_;
  std::function<void()> ring_;
  std::vector<Delivery> deliveries_;
};

/// Thread-safe.
class Hub {
 public:
  /// As `listen` says. Kept for as long as the mailbox is.
  void listen(const std::shared_ptr<Mailbox>& mailbox, const Listen& listen);
  void leave(const Mailbox& mailbox);
  /// To all that listen but the sender itself, which hears no less but from its own machine. How
  /// many times it is heard, by the sender too.
  std::size_t publish(const Message& message, const Mailbox& sender);

 private:
  struct Listener {
    std::shared_ptr<Mailbox> mailbox;
    Listen listen;
  };
  std::mutex mutex_;
  std::vector<Listener> listeners_;
};

}  // namespace understudy::engine
