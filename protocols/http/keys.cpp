#include "protocols/http/keys.hpp"

#include <algorithm>
#include <array>

#include "protocols/http/ascii.hpp"
#include "protocols/http/body.hpp"
#include "protocols/http/target.hpp"

namespace understudy::http {
namespace {

/// Safe methods (RFC 9110, 9.2.1; QUERY; WebDAV's and the search ones of RFC 3253 and 5323).
bool is_safe(std::string_view method) {
  constexpr std::array<std::string_view, 8> safe = {"GET",   "HEAD",   "OPTIONS", "TRACE",
                                                    "QUERY", "SEARCH", "REPORT",  "PROPFIND"};
  return std::ranges::find(safe, method) != safe.end();
}

/// POST is also how questions too long for a URL are put.
bool is_posted_question(const Asked& asked, const KeyPath& path) {
  if (asked.method != "POST" || path.empty()) return false;
  constexpr std::array<std::string_view, 5> names = {"search", "_search", "_msearch", "_count",
                                                     "_mget"};
  if (std::ranges::find(names, path.back()) != names.end()) return true;
  if (path.back() != "graphql") return false;
  const Document body = describe_body(asked.body).body;
  const std::string query = body.is_object() ? octets_of(body.value("query", Document())) : "";
  return !query.empty() && query.find("mutation") == std::string::npos &&
         query.find("subscription") == std::string::npos;
}

bool is_prefix_segment(std::string_view segment) {
  if (segment == "api" || segment == "rest") return true;
  return segment.size() >= 2 && segment.front() == 'v' &&
         std::ranges::all_of(segment.substr(1),
                             [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

std::size_t root_length(const KeyPath& path) {
  const auto first = std::ranges::find_if_not(path, is_prefix_segment);
  const auto length = static_cast<std::size_t>(first - path.begin());
  return std::min(length + 1, path.size());
}

/// POST to /charges/ch_1/capture acts on /charges/ch_1, all of it.
KeyPath written_path(const Asked& asked, KeyPath path) {
  if (asked.method == "POST" && path.size() > root_length(path) + 1) path.pop_back();
  return path;
}

/// An unsafe request also changes what its answer points at (RFC 9111, 4.4).
void add_pointed_at(const Document& answer, std::vector<KeyPath>& writes) {
  const Document headers = answer.is_object() ? answer.value("headers", Document()) : Document();
  if (!headers.is_object()) return;
  for (const auto& [name, value] : headers.items()) {
    if (!iequals(name, "location") && !iequals(name, "content-location")) continue;
    if (!value.is_string()) continue;
    const KeyPath path = segments_of(parse_target(value.get_ref<const std::string&>()).path);
    const bool known =
        std::ranges::any_of(writes, [&](const KeyPath& w) { return overlaps(w, path); });
    if (!known) writes.push_back(path);
  }
}

bool succeeded(const Document& answer) {
  const Document status = answer.is_object() ? answer.value("status", Document()) : Document();
  return status.is_number_integer() && status < 400;
}

}  // namespace

Dependencies dependencies_of(const Asked& asked, const Document& answer) {
  Dependencies dependencies;
  const KeyPath path = segments_of(asked.path);
  dependencies.reads = {path};
  if (is_safe(asked.method) || is_posted_question(asked, path)) return dependencies;
  dependencies.effect = Effect::write;
  dependencies.changed = succeeded(answer);
  dependencies.writes = {written_path(asked, path)};
  add_pointed_at(answer, dependencies.writes);
  return dependencies;
}

KeyPath resource_root(const KeyPath& path) {
  return {path.begin(), path.begin() + static_cast<std::ptrdiff_t>(root_length(path))};
}

bool overlaps(const KeyPath& a, const KeyPath& b) noexcept {
  const auto [in_a, in_b] = std::ranges::mismatch(a, b);
  return in_a == a.end() || in_b == b.end();
}

}  // namespace understudy::http
