#include "protocols/http/values.hpp"

#include <algorithm>
#include <functional>

#include "protocols/http/fields.hpp"
#include "protocols/http/packed.hpp"
#include "understudy/request.hpp"

namespace understudy::http {
namespace {

using MapText = std::function<std::string(std::string_view)>;

/// A canonical body (see body.hpp).
std::string map_body(std::string_view canonical, const MapText& map) {
  if (canonical.empty()) return {};
  const char kind = canonical.front();
  std::string_view content = canonical.substr(1);
  std::string mapped(1, kind);
  if (kind == 'f' || kind == 'm') {
    while (const auto item = take_item(content)) {
      const bool value = item->tag == 'v' || item->tag == 'b';
      append_item(mapped, item->tag, value ? map(item->text) : std::string(item->text));
    }
  } else if (kind == 'o') {
    const std::size_t end = std::min(content.find('\0') + 1, content.size());
    mapped += content.substr(0, end);
    content.remove_prefix(end);
  }
  return mapped + (kind == 'f' || kind == 'm' ? std::string(content) : map(content));
}

}  // namespace

std::string map_values(std::string_view canonical, const ValueMap& map) {
  const std::string_view pattern = understudy::pattern_of(canonical);
  const std::size_t space = std::min(pattern.find(' '), pattern.size());
  const std::string_view method = pattern.substr(0, space);
  const bool makes = method == "POST" || method == "PUT" || method == "PATCH";
  bool changed = false;
  const auto mapped = [&](std::string_view text, ValueRole role) {
    auto other = map(text, role);
    changed |= other.has_value();
    return other ? *std::move(other) : std::string(text);
  };
  const ValueRole content = makes ? ValueRole::made : ValueRole::sought;
  std::string result(method);
  result += mapped(pattern.substr(space), method == "PUT" ? ValueRole::made : ValueRole::sought);
  std::string_view rest = canonical.substr(std::min(pattern.size() + 1, canonical.size()));
  if (pattern.size() < canonical.size()) result += '\0';
  bool says_who = false;  // what the next value says: another one is somebody else, not a new value
  while (const auto item = take_item(rest)) {
    if (item->tag != 'v')
      says_who = item->tag == 'h' && role_of(item->text) == FieldRole::credential;
    if (item->tag == 'b')
      append_item(result, 'b', map_body(item->text, [&](std::string_view text) {
                    return mapped(text, content);
                  }));
    else if (item->tag == 'v' && !says_who)
      append_item(result, 'v', mapped(item->text, ValueRole::sought));
    else
      append_item(result, item->tag, item->text);
  }
  return changed ? result.append(rest) : std::string(canonical);
}

}  // namespace understudy::http
