// JSON in the form in which jsonb prints it.
#include <algorithm>
#include <map>
#include <vector>

#include "protocols/postgres/emulator/exact_values.hpp"
#include "protocols/postgres/emulator/json_node.hpp"
#include "understudy/document.hpp"

namespace understudy::postgres::emulation {
namespace {

constexpr int deepest_json = 100;

/// Shorter keys come first.
struct KeyOrder {
  bool operator()(const std::string& a, const std::string& b) const {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  }
};

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : rest_(text) {}

  std::optional<std::string> whole() {
    std::string out;
    if (!value(out, 0)) return std::nullopt;
    skip();
    return rest_.empty() ? std::optional(std::move(out)) : std::nullopt;
  }

 private:
  void skip() {
    const std::size_t end = rest_.find_first_not_of(" \t\n\r");
    rest_.remove_prefix(std::min(end, rest_.size()));
  }
  bool take(std::string_view word) {
    skip();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool value(std::string& out, int depth) {
    if (depth > deepest_json) return false;
    for (const std::string_view word : {"null", "true", "false"})
      if (take(word)) return out += word, true;
    if (take("{")) return object(out, depth);
    if (take("[")) return array(out, depth);
    if (rest_.starts_with('"')) {
      std::string text;
      if (!string(text)) return false;
      append_json_string(text, out);
      return true;
    }
    return number(out);
  }

  bool object(std::string& out, int depth) {
    std::map<std::string, std::string, KeyOrder> members;
    if (!take("}")) do {
        std::string name, inner;
        skip();
        if (!string(name) || !take(":") || !value(inner, depth + 1)) return false;
        members.insert_or_assign(std::move(name), std::move(inner));
      } while (take(","));
    if (!members.empty() && !take("}")) return false;
    out += '{';
    for (const auto& [name, inner] : members) {
      if (out.back() != '{' || &name != &members.begin()->first) out += ", ";
      append_json_string(name, out);
      out += ": " + inner;
    }
    out += '}';
    return true;
  }

  bool array(std::string& out, int depth) {
    out += '[';
    if (take("]")) return out += ']', true;
    for (;;) {
      if (!value(out, depth + 1)) return false;
      if (take("]")) return out += ']', true;
      if (!take(",")) return false;
      out += ", ";
    }
  }

  bool number(std::string& out) {
    const std::size_t end = std::min(rest_.find_first_not_of("-0123456789.eE+"), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    const bool leading = digits.size() > 1 && digits[0] == '0' && digits[1] != '.';
    const bool plain = !digits.empty() && digits.find_first_of("eE+-") == std::string_view::npos &&
                       digits.front() != '.' && digits.back() != '.' &&
                       std::ranges::count(digits, '.') <= 1 && !leading;
    const bool zero = digits.find_first_of("123456789") == std::string_view::npos;
    if (!plain || (zero && text.size() != digits.size())) return false;
    out += text;
    rest_.remove_prefix(end);
    return true;
  }

  bool string(std::string& out) {
    if (!rest_.starts_with('"')) return false;
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '"') {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        out += c;
      } else if (!escaped(out)) {
        return false;
      }
    }
    if (rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool escaped(std::string& out) {
    constexpr std::string_view names = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    if (rest_.empty()) return false;
    if (rest_.front() == 'u') return code_unit(out);
    const std::size_t at = names.find(rest_.front());
    if (at == std::string_view::npos) return false;
    out += meanings[at];
    rest_.remove_prefix(1);
    return true;
  }

  /// Of the basic plane alone.
  bool code_unit(std::string& out) {
    unsigned code = 0;
    if (rest_.size() < 5) return false;
    for (const char c : rest_.substr(1, 4)) {
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return false;
      code = code * 16 + static_cast<unsigned>(digit);
    }
    rest_.remove_prefix(5);
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

}  // namespace

std::optional<std::string> read_jsonb(std::string_view text) {
  return understudy::is_text(text) ? JsonReader(text).whole() : std::nullopt;
}

}  // namespace understudy::postgres::emulation
