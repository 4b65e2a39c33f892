// The request target (RFC 9112, 3.2) as a normalised path and decoded query pairs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::http {

/// `value` is absent for `?key` without "=".
struct QueryPair {
  std::string key;
  std::optional<std::string> value;
  friend bool operator==(const QueryPair&, const QueryPair&) = default;
};
using Query = std::vector<QueryPair>;

struct Target {
  /// Never empty; "*" for OPTIONS *, "host:port" for CONNECT. ASCII without controls.
  std::string path;
  Query query;
};

[[nodiscard]] Target parse_target(std::string_view target);

/// Percent-encoded octets that are unreserved are decoded, the others spelled in upper case
/// (RFC 3986, 6.2.2); what may not stand in a path is encoded. Dot segments stay.
[[nodiscard]] std::string normalised_path(std::string_view path);

/// `application/x-www-form-urlencoded`, of a query or a body. Never fails: a broken percent
/// sequence stands for itself.
[[nodiscard]] Query parse_query(std::string_view encoded);
[[nodiscard]] std::string encode_query(const Query& query);

/// By key; equal keys keep their order.
void sort_by_key(Query& query);

/// The path cut at its slashes, empty segments left out: "/charges/ch_1" is {"charges", "ch_1"}.
[[nodiscard]] std::vector<std::string> segments_of(std::string_view path);

}  // namespace understudy::http
