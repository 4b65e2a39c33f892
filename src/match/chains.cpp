#include "match/chains.hpp"

#include <algorithm>

namespace understudy::match {
namespace {

// A key's name is its aspect, then the joined path.
constexpr char subtree = 's';  // advanced by every write at or below the path
constexpr char self = 'x';     // advanced by writes at exactly the path
constexpr char content = 'c';  // advanced by writes at or above the path

std::string name(char aspect, const KeyPath& path, std::size_t segments) {
  return aspect + join(KeyPath(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(segments)));
}

}  // namespace

std::vector<std::string> read_keys(const KeyPath& path) {
  std::vector<std::string> keys = {name(subtree, path, path.size())};
  for (std::size_t wider = 0; wider < path.size(); ++wider) keys.push_back(name(self, path, wider));
  return keys;
}

std::vector<std::string> read_keys_of_joined(std::string_view joined) {
  KeyPath path;
  while (!joined.empty()) {
    const std::size_t end = std::min(joined.find('\x1f'), joined.size());
    path.emplace_back(joined.substr(0, end));
    joined.remove_prefix(std::min(end + 1, joined.size()));
  }
  return read_keys(path);
}

std::vector<std::string> write_keys(const KeyPath& path) {
  std::vector<std::string> keys = {name(self, path, path.size())};
  for (std::size_t prefix = 0; prefix <= path.size(); ++prefix)
    keys.push_back(name(subtree, path, prefix));
  return keys;
}

std::string content_key(std::string_view joined) {
  return content + std::string(joined);
}

bool is_content(std::string_view name) noexcept {
  return name.starts_with(content);
}

bool is_subtree(std::string_view name) noexcept {
  return name.starts_with(subtree);
}

std::string subtree_of(std::string_view name) {
  return subtree + std::string(name.substr(1));
}

bool is_of_wider_path(std::string_view name) noexcept {
  return name.starts_with(self);
}

namespace {

/// Without the aspect.
std::string_view first_segment(std::string_view name) noexcept {
  const std::string_view path = name.substr(std::min<std::size_t>(1, name.size()));
  return path.substr(0, path.find('\x1f'));
}

}  // namespace

bool is_immediate(std::string_view name) noexcept {
  return first_segment(name) == outside_transactions;
}

bool is_unproven(std::string_view name) noexcept {
  return first_segment(name) == unproven_writes;
}

std::string readable_key(std::string_view name) {
  const bool whole = !name.starts_with(self);
  std::string path(name.substr(name.empty() ? 0 : 1));
  if (first_segment(name) == unproven_writes) return "writes elsewhere, which may change it";
  if (path.empty()) return whole ? "everything" : "writes to everything at once";
  for (char& octet : path)
    if (octet == '\x1f') octet = '.';
  return whole ? path : path + " as a whole";
}

}  // namespace understudy::match
