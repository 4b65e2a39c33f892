#include "protocols/redis/info.hpp"

#include <algorithm>

namespace understudy::redis {

namespace {

// Fields that say what a server is and how it is set up. Whatever else has digits is a measurement.
constexpr std::string_view steady_fields[] = {"redis_version",
                                              "redis_git_sha1",
                                              "redis_git_dirty",
                                              "redis_build_id",
                                              "redis_mode",
                                              "arch_bits",
                                              "monotonic_clock",
                                              "multiplexing_api",
                                              "atomicvar_api",
                                              "gcc_version",
                                              "process_supervised",
                                              "tcp_port",
                                              "hz",
                                              "configured_hz",
                                              "io_threads_active",
                                              "cluster_connections",
                                              "maxclients",
                                              "maxmemory",
                                              "maxmemory_human",
                                              "maxmemory_policy",
                                              "mem_allocator",
                                              "loading",
                                              "async_loading",
                                              "rdb_last_bgsave_status",
                                              "aof_enabled",
                                              "aof_last_bgrewrite_status",
                                              "aof_last_write_status",
                                              "role",
                                              "connected_slaves",
                                              "master_host",
                                              "master_port",
                                              "master_link_status",
                                              "master_sync_in_progress",
                                              "slave_read_only",
                                              "replica_read_only",
                                              "slave_priority",
                                              "master_failover_state",
                                              "cluster_enabled",
                                              "server_name",
                                              "valkey_version",
                                              "availability_zone"};

bool is_digit(char octet) {
  return octet >= '0' && octet <= '9';
}
bool is_hex(char octet) {
  return is_digit(octet) || (octet >= 'a' && octet <= 'f');
}

// `run_id` and its like: forty hexadecimal digits.
bool is_id(std::string_view value) {
  return value.size() == 40 && std::ranges::all_of(value, is_hex);
}

std::string zeroed(std::string_view value) {
  if (is_id(value)) return std::string(value.size(), '0');
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!is_digit(value[i])) {
      out += value[i];
      continue;
    }
    out += '0';
    while (i + 1 < value.size() && (is_digit(value[i + 1]) || value[i + 1] == '.')) ++i;
  }
  return out;
}

// Lines that come and go with what is stored and what was asked: `db0:keys=…`, `errorstat_ERR:…`.
bool is_fleeting(std::string_view line) {
  const bool database = line.starts_with("db") && line.size() > 2 && is_digit(line[2]);
  return database || line.starts_with("cmdstat_") || line.starts_with("errorstat_") ||
         line.starts_with("latency_percentiles_usec_");
}

}  // namespace

std::string info_field(std::string_view info, std::string_view field) {
  std::string value;
  for_each_line(info, [&](std::string_view line, std::string_view) {
    if (line.starts_with(field) && line.substr(field.size()).starts_with(':'))
      value = line.substr(field.size() + 1);
  });
  return value;
}

std::string steady_info(std::string_view info) {
  std::string out;
  for_each_line(info, [&](std::string_view line, std::string_view line_end) {
    if (is_fleeting(line)) return;
    const std::size_t colon = line.find(':');
    const bool steady =
        colon == std::string_view::npos ||
        std::ranges::find(steady_fields, line.substr(0, colon)) != std::end(steady_fields);
    if (steady)
      out += line;
    else
      out.append(line.substr(0, colon + 1)).append(zeroed(line.substr(colon + 1)));
    out += line_end;
  });
  return out;
}

}  // namespace understudy::redis
