// The other end of a loopback connection, blocking, with a limit on every wait.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace understudy::test {

class Peer {
 public:
  Peer() = default;
  explicit Peer(int descriptor) : descriptor_(descriptor) {
    const timeval limit{5, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  Peer(Peer&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Peer& operator=(Peer&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Peer() { close(); }

  [[nodiscard]] static Peer connect(std::uint16_t port) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in to = loopback(port);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0)
      return Peer(descriptor);
    ::close(descriptor);
    return Peer();
  }

  [[nodiscard]] bool connected() const { return descriptor_ >= 0; }

  bool send(std::string_view octets) {
    while (!octets.empty()) {
      const ssize_t sent = ::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Exactly `count` octets, fewer where the stream ends or nothing comes for five seconds.
  [[nodiscard]] std::string receive(std::size_t count) {
    std::string received(count, '\0');
    std::size_t have = 0;
    while (have < count) {
      const ssize_t got = ::recv(descriptor_, received.data() + have, count - have, 0);
      if (got <= 0) break;
      have += static_cast<std::size_t>(got);
    }
    received.resize(have);
    return received;
  }

  /// What comes next; empty where nothing does.
  [[nodiscard]] std::string receive_some() {
    std::string chunk(16 * 1024, '\0');
    const ssize_t got = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
    chunk.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return chunk;
  }

  enum class End { closed, reset, silent };
  /// Reads on; how the stream ends. What came before is appended to `rest`.
  [[nodiscard]] End end(std::string& rest) {
    char chunk[4096];
    for (;;) {
      const ssize_t got = ::recv(descriptor_, chunk, sizeof chunk, 0);
      if (got == 0) return End::closed;
      if (got < 0) return errno == ECONNRESET ? End::reset : End::silent;
      rest.append(chunk, static_cast<std::size_t>(got));
    }
  }
  [[nodiscard]] End end() {
    std::string rest;
    return end(rest);
  }

  void finish() { ::shutdown(descriptor_, SHUT_WR); }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  void reset() {
    const linger hard{1, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close();
  }

  [[nodiscard]] static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

 private:
  int descriptor_ = -1;
};

/// A listening socket on a free loopback port.
class Listener {
 public:
  Listener() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at = Peer::loopback(0);
    ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&at), sizeof at);
    ::listen(descriptor_, 16);
    socklen_t size = sizeof at;
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    const timeval limit{5, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Listener() { close(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Peer accept() {
    const int accepted = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
    return accepted < 0 ? Peer() : Peer(accepted);
  }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_;
  std::uint16_t port_ = 0;
};

}  // namespace understudy::test
