#include "redis_connection.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "loopback.hpp"
#include "protocols/redis/resp_decoder.hpp"

namespace differential {

using namespace understudy;

std::string command_octets(const std::vector<std::string>& words) {
  std::string octets = fmt::format("*{}\r\n", words.size());
  for (const std::string& word : words) octets += fmt::format("${}\r\n{}\r\n", word.size(), word);
  return octets;
}

int connect_to_redis(std::uint16_t port) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  connect_to_loopback(connection, port, "redis-server");
  return connection;
}

std::string converse(int connection, const std::string& command) {
  if (send(connection, command.data(), command.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(command.size()))
    throw std::runtime_error("redis-server does not listen");
  std::string reply;
  redis::FrameScanner scanner{Limits()};
  for (;;) {
    char chunk[4096];
    const ssize_t size = recv(connection, chunk, sizeof chunk, 0);
    if (size <= 0) throw std::runtime_error("redis-server hung up");
    reply.append(chunk, static_cast<std::size_t>(size));
    if (scanner.scan(as_bytes(reply)) == redis::FrameScanner::Status::complete) return reply;
  }
}

}  // namespace differential
