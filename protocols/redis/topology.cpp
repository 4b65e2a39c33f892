#include "protocols/redis/topology.hpp"

#include <algorithm>

#include "protocols/redis/info.hpp"

namespace understudy::redis {

namespace {

constexpr std::string_view cluster_maps[] = {"CLUSTER LINKS",  "CLUSTER NODES",  "CLUSTER REPLICAS",
                                             "CLUSTER SHARDS", "CLUSTER SLAVES", "CLUSTER SLOTS"};

// `slave0`, `master12`
bool is_numbered(std::string_view field, std::string_view name) {
  return field.starts_with(name) && field.size() > name.size() && field[name.size()] >= '0' &&
         field[name.size()] <= '9';
}

// Lines of INFO that name another server.
bool names_server(std::string_view field) {
  return field == "master_host" || field == "master_port" || is_numbered(field, "slave") ||
         is_numbered(field, "master");
}

// ["master", offset, [replicas]], ["slave", host, port, …], ["sentinel", [masters]]
bool role_names_servers(const Value& reply) {
  if (reply.items.empty()) return false;
  if (reply.items.front().text != "master") return true;
  return reply.items.size() > 2 && !reply.items[2].items.empty();
}

}  // namespace

bool asks_for_servers(const ResolvedCommand& resolved) noexcept {
  return std::ranges::find(cluster_maps, resolved.name) != std::end(cluster_maps) ||
         resolved.name.starts_with("SENTINEL") || resolved.name == "ROLE";
}

bool is_redirection(std::string_view error) noexcept {
  return error.starts_with("MOVED ") || error.starts_with("ASK ");
}

bool sends_elsewhere(const ResolvedCommand& resolved, const Value& reply) noexcept {
  if (is_error(reply.kind)) return is_redirection(reply.text);
  if (resolved.name == "ROLE") return role_names_servers(reply);
  return asks_for_servers(resolved);
}

bool names_servers(std::string_view info) {
  bool found = false;
  for_each_line(info, [&](std::string_view line, std::string_view) {
    found |= names_server(line.substr(0, line.find(':'))) || line == "cluster_enabled:1" ||
             line == "redis_mode:cluster" || line == "redis_mode:sentinel";
  });
  return found;
}

std::string standing_alone(std::string_view info) {
  std::string out;
  for_each_line(info, [&](std::string_view line, std::string_view end) {
    const std::string_view field = line.substr(0, line.find(':'));
    if (names_server(field)) return;
    if (field == "redis_mode")
      line = "redis_mode:standalone";
    else if (field == "cluster_enabled")
      line = "cluster_enabled:0";
    else if (field == "connected_slaves")
      line = "connected_slaves:0";
    out.append(line).append(end);
  });
  return out;
}

}  // namespace understudy::redis
