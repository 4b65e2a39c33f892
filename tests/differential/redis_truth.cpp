#include "redis_truth.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "protocols/redis/redis.hpp"
#include "protocols/redis/resp_decoder.hpp"

namespace differential {
namespace {

using namespace understudy;

int connect_to(std::uint16_t port) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error(fmt::format("no redis-server on port {}", port));
  const int on = 1;
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
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

}  // namespace

std::string command_octets(const std::vector<std::string>& words) {
  std::string octets = fmt::format("*{}\r\n", words.size());
  for (const std::string& word : words) octets += fmt::format("${}\r\n{}\r\n", word.size(), word);
  return octets;
}

RedisTruth::RedisTruth(std::uint16_t port, std::uint32_t connections)
    : inspector_(connect_to(port)) {
  for (std::uint32_t i = 0; i < connections; ++i) {
    connections_.push_back({connect_to(port), "0", redis::protocol().new_observer({})});
    static_cast<void>(execute(i, {"HELLO", "3"}));
  }
  static_cast<void>(execute(0, {"FLUSHALL"}));
}

RedisTruth::~RedisTruth() {
  for (const Connection& connection : connections_) close(connection.socket);
  close(inspector_);
}

std::string RedisTruth::execute(std::uint32_t number, const std::vector<std::string>& words) {
  const std::string command = command_octets(words);
  Connection& connection = connections_.at(number);
  if (words[0] == "SELECT") connection.database = words[1];
  observe(number, Direction::from_client, command);
  std::string reply = converse(connection.socket, command);
  observe(number, Direction::from_server, reply);
  return reply;
}

std::string RedisTruth::contents(std::uint32_t connection, std::span<const std::string> keys) {
  static const std::string script = R"(
    local all = {}
    local readers = {string = {'GET'}, list = {'LRANGE', 0, -1}, hash = {'HGETALL'},
                     set = {'SMEMBERS'}, zset = {'ZRANGE', 0, -1, 'WITHSCORES'}}
    for _, key in ipairs(KEYS) do
      local kind = redis.call('TYPE', key).ok
      local reader, found = readers[kind], {}
      if reader then found = redis.call(reader[1], key, unpack(reader, 2)) end
      if type(found) == 'string' then found = {found} end
      local parts = {}
      local step = (kind == 'hash' or kind == 'zset') and 2 or 1
      for i = 1, #found, step do
        parts[#parts + 1] = #found[i] .. ':' .. found[i] .. '=' .. (step == 2 and found[i + 1] or '')
      end
      if kind == 'hash' or kind == 'set' then table.sort(parts) end
      local ends = redis.call('TTL', key) >= 0 and ' expires' or ''
      all[#all + 1] = kind .. ends .. '(' .. table.concat(parts, ',') .. ')'
    end
    return table.concat(all, ' '))";
  static_cast<void>(
      converse(inspector_, command_octets({"SELECT", connections_.at(connection).database})));
  std::vector<std::string> words = {"EVAL", script, std::to_string(keys.size())};
  words.insert(words.end(), keys.begin(), keys.end());
  return converse(inspector_, command_octets(words));
}

void RedisTruth::observe(std::uint32_t number, Direction from, const std::string& octets) {
  Observer& observer = *connections_.at(number).observer;
  Relay relay;
  observer.feed(from, as_bytes(octets), {++tick_, {}}, relay);
  while (const auto observed = observer.next())
    if (const auto* said = std::get_if<Exchange>(&*observed))
      recording_.push_back({number, said->request, said->answer});
}

}  // namespace differential
