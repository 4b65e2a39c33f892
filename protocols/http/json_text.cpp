#include "protocols/http/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

#include "protocols/http/ascii.hpp"
#include "understudy/document_text.hpp"
#include "understudy/limits.hpp"

namespace understudy::http {
namespace {

const std::size_t depth_cap = Limits{}.depth;

// An object with more members is no tree: maps that keep their order are searched from the
// beginning, and nobody reads it.
constexpr std::size_t widest_tree = 1024;

std::string json_string(const std::string& text, bool ascii = false) {
  return understudy::json_text(Document(text), ascii ? JsonForm::ascii : JsonForm::compact);
}

/// 1.0, 1 and 10e-1 alike: the digits without outer zeros and a power of ten.
std::string canonical_number(std::string_view number) {
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const std::size_t e = number.find_first_of("eE");
  std::int64_t exponent = 0;
  if (e != std::string_view::npos) {
    const std::size_t digits = e + 1 + (number.substr(e + 1).starts_with('+') ? 1 : 0);
    const auto [end, error] =
        std::from_chars(number.data() + digits, number.data() + number.size(), exponent);
    if (error != std::errc{} || std::abs(exponent) > INT32_MAX)
      return (negative ? "-" : "") + std::string(number);
  }
  const std::string_view mantissa = number.substr(0, e);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string digits(mantissa.substr(0, point));
  if (point < mantissa.size()) {
    digits += mantissa.substr(point + 1);
    exponent -= static_cast<std::int64_t>(mantissa.size() - point - 1);
  }
  digits.erase(0, digits.find_first_not_of('0'));
  if (digits.empty()) return "0";
  const std::size_t significant = digits.find_last_not_of('0') + 1;
  exponent += static_cast<std::int64_t>(digits.size() - significant);
  digits.resize(significant);
  return (negative ? "-" : "") + digits + (exponent != 0 ? "e" + std::to_string(exponent) : "");
}

/// Builds the canonical text from parser events. Equal keys keep their order.
class Canonicaliser final : public nlohmann::json_sax<Document> {
 public:
  bool null() override { return value("null"); }
  bool boolean(bool is_true) override { return value(is_true ? "true" : "false"); }
  bool number_integer(number_integer_t number) override {
    return value(canonical_number(std::to_string(number)));
  }
  bool number_unsigned(number_unsigned_t number) override {
    return value(canonical_number(std::to_string(number)));
  }
  bool number_float(number_float_t, const string_t& spelling) override {
    return value(canonical_number(spelling));
  }
  bool string(string_t& text) override { return value(json_string(text)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_object() override {
    std::ranges::stable_sort(open_.back().members, {}, &Member::first);
    return close();
  }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    open_.back().members.emplace_back(json_string(name), std::string());
    widest = std::max(widest, open_.back().members.size());
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

  std::string result;
  std::size_t widest = 0;  // members of one object

 private:
  using Member = std::pair<std::string, std::string>;  // key (empty in a list), canonical value
  struct Open {
    bool is_object;
    std::vector<Member> members;
  };

  bool open(bool is_object) {
    if (open_.size() >= depth_cap) return false;
    open_.push_back({is_object, {}});
    return true;
  }

  bool value(std::string text) {
    if (open_.empty())
      result = std::move(text);
    else if (open_.back().is_object)
      open_.back().members.back().second = std::move(text);
    else
      open_.back().members.emplace_back(std::string(), std::move(text));
    return true;
  }

  bool close() {
    const Open closed = std::move(open_.back());
    open_.pop_back();
    std::string text(1, closed.is_object ? '{' : '[');
    for (const auto& [name, content] : closed.members) {
      if (text.size() > 1) text += ',';
      if (closed.is_object) text += name + ':';
      text += content;
    }
    text += closed.is_object ? '}' : ']';
    return value(std::move(text));
  }

  std::vector<Open> open_;
};

class Writer {
 public:
  explicit Writer(const JsonStyle& style) : style_(style) {}

  void write(const Document& node) {
    if (node.is_object() || node.is_array()) return write_members(node);
    const std::string leaf =
        understudy::json_text(node, style_.ascii ? JsonForm::ascii : JsonForm::compact);
    if (node.is_string())
      write_string(leaf);
    else
      text += leaf;
  }

  std::string text;

 private:
  void write_string(std::string_view dumped) {
    for (const char octet : dumped) {
      if (octet == '/' && style_.slashes) text += '\\';
      text += octet;
    }
  }

  void write_members(const Document& node) {
    text += node.is_object() ? '{' : '[';
    ++depth_;
    bool first = true;
    for (auto member = node.begin(); member != node.end(); ++member) {
      if (!std::exchange(first, false)) text += ',', text += style_.comma_space ? " " : "";
      new_line();
      if (node.is_object()) {
        write_string(json_string(member.key(), style_.ascii));
        text += style_.colon_space ? ": " : ":";
      }
      write(*member);
    }
    --depth_;
    if (!node.empty()) new_line();
    text += node.is_object() ? '}' : ']';
  }

  void new_line() {
    if (style_.indent > 0) text += '\n' + std::string(depth_ * style_.indent, ' ');
  }

  const JsonStyle& style_;
  std::size_t depth_ = 0;
};

JsonStyle style_of(std::string_view text) {
  JsonStyle style;
  style.newline = text.ends_with('\n');
  style.slashes = text.find("\\/") != std::string_view::npos;
  style.ascii = text.find("\\u") != std::string_view::npos &&
                std::ranges::all_of(text, [](char octet) { return octet >= 0; });
  if (text.size() > 2 && text[1] == '\n')
    style.indent = static_cast<unsigned>(std::min(text.find_first_not_of(' ', 2) - 2, depth_cap));
  bool comma_seen = false;
  bool colon_seen = false;
  for (std::size_t i = 0; i + 1 < text.size() && !(comma_seen && colon_seen); ++i) {
    if (text[i] == '"') {
      const std::size_t end = end_of_json_string(text, i);
      if (end == std::string_view::npos) break;
      i = end - 1;
    } else if (text[i] == ',' && !std::exchange(comma_seen, true)) {
      style.comma_space = text[i + 1] == ' ';
    } else if (text[i] == ':' && !std::exchange(colon_seen, true)) {
      style.colon_space = text[i + 1] == ' ';
    }
  }
  return style;
}

bool is_storable(const Document& node, std::size_t depth) {
  if (depth > depth_cap || node.is_binary() || node.is_discarded()) return false;
  if (node.is_string()) return is_text(node.get_ref<const std::string&>());
  for (auto member = node.begin(); node.is_structured() && member != node.end(); ++member) {
    if (node.is_object() && !is_text(member.key())) return false;
    if (!is_storable(*member, depth + 1)) return false;
  }
  return true;
}

/// An object or list without anything that a Document can't hold; else null.
Document structured(std::string_view text) {
  if (text.find_first_of("{[") == std::string_view::npos) return nullptr;
  Canonicaliser canonicaliser;
  if (!Document::sax_parse(text, &canonicaliser) || canonicaliser.widest > widest_tree)
    return nullptr;
  Document tree = parse_json(text);
  return tree.is_structured() && is_storable(tree, 0) ? tree : Document(nullptr);
}

}  // namespace

std::optional<std::string> canonical_json(std::string_view text) {
  Canonicaliser canonicaliser;
  if (!Document::sax_parse(text, &canonicaliser)) return std::nullopt;
  return std::move(canonicaliser.result);
}

std::string to_string(const JsonStyle& style) {
  std::string words;
  const auto add = [&words](std::string_view word) {
    if (!words.empty()) words += ' ';
    words += word;
  };
  if (style.indent > 0) add("indent " + std::to_string(style.indent));
  if (style.colon_space && style.comma_space)
    add("spaced");
  else if (style.colon_space)
    add("colon_space");
  else if (style.comma_space)
    add("comma_space");
  if (style.ascii) add("ascii");
  if (style.slashes) add("slashes");
  if (style.newline) add("newline");
  return words;
}

std::optional<JsonStyle> parse_style(std::string_view words) {
  JsonStyle style;
  bool sound = true;
  bool width_follows = false;
  for_each_part(words, ' ', [&](std::string_view word) {
    if (std::exchange(width_follows, false)) {
      const auto [end, error] =
          std::from_chars(word.data(), word.data() + word.size(), style.indent);
      sound = sound && error == std::errc{} && end == word.data() + word.size() &&
              style.indent <= depth_cap;
    } else if (word == "indent")
      width_follows = true;
    else if (word == "spaced")
      style.colon_space = style.comma_space = true;
    else if (word == "colon_space")
      style.colon_space = true;
    else if (word == "comma_space")
      style.comma_space = true;
    else if (word == "ascii")
      style.ascii = true;
    else if (word == "slashes")
      style.slashes = true;
    else if (word == "newline")
      style.newline = true;
    else
      sound = false;
  });
  if (!sound || width_follows) return std::nullopt;
  return style;
}

std::string write_json(const Document& tree, const JsonStyle& style) {
  Writer writer(style);
  writer.write(tree);
  if (style.newline) writer.text += '\n';
  return std::move(writer.text);
}

bool has_json_spelling(const Document& tree) {
  return is_storable(tree, 0);
}

std::optional<StyledTree> exact_tree(std::string_view text) {
  StyledTree styled{structured(text), style_of(text)};
  if (styled.tree.is_null() || write_json(styled.tree, styled.style) != text) return std::nullopt;
  return styled;
}

std::optional<Document> equivalent_tree(std::string_view text) {
  Document tree = structured(text);
  if (tree.is_null() || canonical_json(write_json(tree, {})) != canonical_json(text))
    return std::nullopt;
  return tree;
}

std::size_t end_of_json_string(std::string_view text, std::size_t begin) noexcept {
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      return i + 1;
  }
  return std::string_view::npos;
}

}  // namespace understudy::http
