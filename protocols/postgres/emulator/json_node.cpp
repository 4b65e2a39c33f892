#include "protocols/postgres/emulator/json_node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "protocols/postgres/emulator/exact_values.hpp"
#include "understudy/document.hpp"

namespace understudy::postgres::emulation {
namespace of_json_nodes {
namespace {

constexpr int deepest = 100;

/// Of a text of which it is known that it is JSON.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<JsonNode> whole() {
    JsonNode node;
    if (!value(node, 0)) return std::nullopt;
    skip();
    return rest_.empty() ? std::optional(std::move(node)) : std::nullopt;
  }

 private:
  void skip() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n\r"), rest_.size())); }
  bool take(char c) {
    skip();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool value(JsonNode& node, int depth) {
    if (depth > deepest) return false;
    skip();
    const std::string_view before = rest_;
    if (!inside(node, depth)) return false;
    node.spelled = before.substr(0, before.size() - rest_.size());
    return true;
  }

  bool inside(JsonNode& node, int depth) {
    using Kind = JsonNode::Kind;
    if (take('{')) {
      node.kind = Kind::object;
      if (take('}')) return true;
      do {
        std::string name;
        skip();
        if (!string(name) || !take(':') || !value(node.members.emplace_back().second, depth + 1))
          return false;
        node.members.back().first = std::move(name);
      } while (take(','));
      return take('}');
    }
    if (take('[')) {
      node.kind = Kind::array;
      if (take(']')) return true;
      do {
        if (!value(node.elements.emplace_back(), depth + 1)) return false;
      } while (take(','));
      return take(']');
    }
    if (rest_.starts_with('"')) {
      node.kind = Kind::string;
      return string(node.text);
    }
    const std::size_t end = std::min(rest_.find_first_of(" \t\n\r,]}"), rest_.size());
    node.text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    node.kind = node.text == "null"                           ? Kind::null
                : node.text == "true" || node.text == "false" ? Kind::boolean
                                                              : Kind::number;
    return !node.text.empty() && (node.kind != Kind::number ||
                                  node.text.find_first_not_of("-0123456789.") == std::string::npos);
  }

  /// As jsonb reads it, which knows the escapes.
  bool string(std::string& out) {
    if (!rest_.starts_with('"')) return false;
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size()) return false;
    std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    while (!text.empty()) {
      if (text.front() != '\\') {
        out += text.front();
        text.remove_prefix(1);
        continue;
      }
      if (!escaped(text, out)) return false;
    }
    return true;
  }

  static bool escaped(std::string_view& text, std::string& out) {
    constexpr std::string_view names = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    const std::size_t at = text.size() < 2 ? std::string_view::npos : names.find(text[1]);
    if (at != std::string_view::npos) {
      out += meanings[at];
      text.remove_prefix(2);
      return true;
    }
    if (text.size() < 6 || text[1] != 'u') return false;
    unsigned code = 0;
    for (const char c : text.substr(2, 4))
      code = code * 16 + static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    text.remove_prefix(6);
    if (code == 0 || (code >= 0xD800 && code < 0xE000)) return false;
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xC0 | code >> 6U);
      out += static_cast<char>(0x80 | (code & 0x3FU));
    } else {
      out += static_cast<char>(0xE0 | code >> 12U);
      out += static_cast<char>(0x80 | (code >> 6U & 0x3FU));
      out += static_cast<char>(0x80 | (code & 0x3FU));
    }
    return true;
  }

  std::string_view rest_;
};

/// Shorter keys come first.
struct KeyOrder {
  bool operator()(std::string_view a, std::string_view b) const {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  }
};

void print(const JsonNode& node, std::string& out) {
  using Kind = JsonNode::Kind;
  if (node.kind == Kind::object) {
    std::map<std::string_view, const JsonNode*, KeyOrder> members;
    for (const auto& [name, member] : node.members) members[name] = &member;
    out += '{';
    for (bool first = true; const auto& [name, member] : members) {
      if (!std::exchange(first, false)) out += ", ";
      append_json_string(name, out);
      out += ": ";
      print(*member, out);
    }
    out += '}';
  } else if (node.kind == Kind::array) {
    out += '[';
    for (bool first = true; const JsonNode& each : node.elements) {
      if (!std::exchange(first, false)) out += ", ";
      print(each, out);
    }
    out += ']';
  } else if (node.kind == Kind::string) {
    append_json_string(node.text, out);
  } else {
    out += node.kind == Kind::null ? "null" : node.text;
  }
}

}  // namespace
}  // namespace of_json_nodes

const JsonNode* JsonNode::member(std::string_view name) const {
  const JsonNode* found = nullptr;
  for (const auto& [each, node] : members)
    if (each == name) found = &node;
  return found;
}

std::optional<JsonNode> read_json(std::string_view text) {
  // What is no JSON, or has what is not understood, is told by the form of jsonb.
  if (!read_jsonb(text)) return std::nullopt;
  return of_json_nodes::Reader(text).whole();
}

std::string print_jsonb(const JsonNode& node) {
  std::string text;
  of_json_nodes::print(node, text);
  return text;
}

void append_json_string(std::string_view text, std::string& out) {
  constexpr std::string_view special = "\"\\\b\f\n\r\t", names = "\"\\bfnrt";
  out += '"';
  for (const char c : text) {
    const std::size_t at = special.find(c);
    if (at != std::string_view::npos) {
      out += '\\';
      out += names[at];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace understudy::postgres::emulation
