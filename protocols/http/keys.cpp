#include "protocols/http/keys.hpp"

#include <algorithm>
#include <array>

#include "protocols/http/ascii.hpp"
#include "protocols/http/body.hpp"
#include "protocols/http/target.hpp"

namespace understudy::http {
namespace {

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

/// What an answer points at: an unsafe request also changes that (RFC 9111, 4.4).
std::vector<KeyPath> pointed_at(const Document& answer) {
  std::vector<KeyPath> paths;
  const Document headers = answer.is_object() ? answer.value("headers", Document()) : Document();
  if (!headers.is_object()) return paths;
  for (const auto& [name, value] : headers.items()) {
    if (!iequals(name, "location") && !iequals(name, "content-location")) continue;
    if (value.is_string())
      paths.push_back(segments_of(parse_target(value.get_ref<const std::string&>()).path));
  }
  return paths;
}

/// The identifier in a representation, or in the one object that it consists of.
std::string identifier_in(const Document& body) {
  if (!body.is_object()) return {};
  for (const char* name : {"id", "_id", "uuid", "uid", "ID", "Id"})
    if (const auto found = body.find(name); found != body.end() && found->is_primitive())
      return normalised_path(scalar_text(*found));
  const auto data = body.size() == 1 ? body.begin() : body.find("data");
  return data == body.end() ? std::string() : identifier_in(*data);
}

/// In place of the member that is being made: only who reads the whole collection sees it.
constexpr std::string_view new_member = "\x01";

/// The path below `collection` that a POST to it made, as far as its answer tells.
KeyPath made_member(const KeyPath& collection, const Document& answer) {
  for (const KeyPath& path : pointed_at(answer))
    if (path.size() == collection.size() + 1 && overlaps(path, collection)) return path;
  const std::string identifier =
      answer.is_object() ? identifier_in(answer.value("body", Document())) : std::string();
  if (identifier.empty()) return {};
  KeyPath path = collection;
  path.push_back(identifier);
  return path;
}

void add(std::vector<KeyPath>& writes, const KeyPath& path) {
  const bool known =
      std::ranges::any_of(writes, [&](const KeyPath& write) { return overlaps(write, path); });
  if (!known) writes.push_back(path);
}

bool succeeded(const Document& answer) {
  const Document status = answer.is_object() ? answer.value("status", Document()) : Document();
  return status.is_number_integer() && status < 400;
}

}  // namespace

Dependencies dependencies_of(const Asked& asked, Effect effect, const Document& answer) {
  Dependencies dependencies;
  const KeyPath path = segments_of(asked.path);
  dependencies.reads = {path};
  if (effect != Effect::write) return dependencies;
  dependencies.effect = Effect::write;
  dependencies.changed = succeeded(answer);
  const KeyPath written = written_path(asked, path);
  // What is no action makes a member of a collection, which may be part of another resource.
  const bool may_add = asked.method == "POST" && !path.empty() && dependencies.changed &&
                       (written == path || answer["status"] == 201);
  const KeyPath member = may_add ? made_member(path, answer) : KeyPath();
  if (member.empty()) {
    dependencies.writes = {written};
  } else {
    dependencies.collection = path;
    dependencies.writes = {path, member};
    dependencies.writes.front().emplace_back(new_member);
  }
  for (const KeyPath& pointed : pointed_at(answer)) add(dependencies.writes, pointed);
  return dependencies;
}

bool overlaps(const KeyPath& a, const KeyPath& b) noexcept {
  const auto [in_a, in_b] = std::ranges::mismatch(a, b);
  return in_a == a.end() || in_b == b.end();
}

}  // namespace understudy::http
