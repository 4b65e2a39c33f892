#include "redis_truth.hpp"

#include <unistd.h>

#include <iterator>
#include <sstream>
#include <stdexcept>

#include "protocols/redis/redis.hpp"

namespace differential {

using namespace understudy;

RedisTruth::RedisTruth(std::uint16_t port, std::uint32_t connections, const std::string& before)
    : inspector_(connect_to_redis(port)) {
  for (std::uint32_t i = 0; i < connections; ++i) {
    connections_.push_back({connect_to_redis(port), "0", redis::protocol().new_observer({})});
    static_cast<void>(execute(i, {"HELLO", "3"}));
  }
  if (before.empty())
    static_cast<void>(execute(0, {"FLUSHALL"}));
  else
    fill(before);
}

void RedisTruth::fill(const std::string& before) {
  static_cast<void>(converse(inspector_, command_octets({"FLUSHALL"})));
  std::istringstream lines(before);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream in(line);
    const std::vector<std::string> words(std::istream_iterator<std::string>(in), {});
    if (converse(inspector_, command_octets(words)).starts_with('-'))
      throw std::runtime_error("redis-server refuses " + line);
  }
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
