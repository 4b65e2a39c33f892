// The writing half of yaml.hpp: block style outside, flow style for what fits on a line.
#include <charconv>

#include "store/base64.hpp"
#include "store/scalar.hpp"
#include "store/yaml.hpp"

namespace understudy::store {

namespace {

constexpr std::size_t columns = 100;
constexpr std::size_t longest_simple_key = 200;  // a reader may refuse more than 1024 characters
constexpr std::size_t base64_line = 76;

bool is_container(const Document& node) {
  return node.is_structured() && !node.empty();
}

/// What a scan of a text finds out about the styles that can hold it.
struct TextTraits {
  bool all_visible = true;  ///< but for line feeds and tabs
  bool has_tab = false;
  std::size_t line_feeds = 0;
  bool blank_at_line_end = false;
  bool has_content = false;  ///< something else than line feeds
};

TextTraits traits_of(std::string_view text) {
  TextTraits traits;
  char before = '\n';
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const char32_t code_point = next_code_point(text, i);
    if (c == '\n') {
      ++traits.line_feeds;
      traits.blank_at_line_end |= before == ' ' || before == '\t';
    } else if (c == '\t') {
      traits.has_tab = true;
    } else {
      traits.all_visible = traits.all_visible && is_visible(code_point);
    }
    traits.has_content |= c != '\n';
    before = c;
  }
  traits.blank_at_line_end |= before == ' ' || before == '\t';
  return traits;
}

/// A literal block loses nothing, and no editor that strips blanks at line ends changes it.
bool can_be_literal(std::string_view text, const TextTraits& traits) {
  return traits.line_feeds > 0 && traits.all_visible && traits.has_content &&
         !traits.blank_at_line_end && !text.ends_with("\n\n");
}

class Writer {
 public:
  Writer(std::string& out, const FileAway& file_away) : out_(out), file_away_(file_away) {}

  void root(const Document& node) {
    if (node.is_object() && !node.empty()) return map(node, 0, false);
    std::string line;
    if (!is_container(node) || flow(line, node, columns, 0)) {
      if (!is_container(node)) scalar_on_line(line, node, PlainPlace::block);
      out_ += line;
      out_ += '\n';
      return;
    }
    list(node, 0, false);
  }

 private:
  /// `follows` where the first member continues a line that a `- ` began.
  void map(const Document& node, std::size_t indent, bool follows) {
    for (const auto& [name, value] : node.get_ref<const Document::object_t&>()) {
      if (!follows) out_.append(indent, ' ');
      follows = false;
      std::string key;
      text_on_line(key, name, PlainPlace::flow);
      if (key.size() > longest_simple_key || !is_valid(name)) {
        out_ += "? " + key + '\n';
        out_.append(indent, ' ');
        out_ += ':';
        member(value, indent, indent + 1);
      } else {
        out_ += key;
        out_ += ':';
        member(value, indent, indent + key.size() + 1);
      }
    }
  }

  void list(const Document& node, std::size_t indent, bool follows) {
    for (const Document& item : node) {
      if (!follows) out_.append(indent, ' ');
      follows = false;
      out_ += '-';
      if (inline_value(item, indent, indent + 1)) continue;
      out_ += ' ';
      block(item, indent + 2, true);
    }
  }

  void member(const Document& value, std::size_t indent, std::size_t column) {
    if (inline_value(value, indent, column)) return;
    out_ += '\n';
    block(value, indent + 2, false);
  }

  void block(const Document& node, std::size_t indent, bool follows) {
    if (node.is_object())
      map(node, indent, follows);
    else
      list(node, indent, follows);
  }

  /// What begins on the line of its key or dash. `indent` is that of the collection it is in.
  bool inline_value(const Document& value, std::size_t indent, std::size_t column) {
    if (is_container(value)) {
      std::string line;
      if (column + 1 >= columns || !flow(line, value, columns - column - 1, 0)) return false;
      out_ += ' ';
      out_ += line;
    } else {
      out_ += ' ';
      block_scalar(value, indent + 2);
    }
    out_ += '\n';
    return true;
  }

  // --- scalars

  void block_scalar(const Document& value, std::size_t indent) {
    if (filed_away(value)) return;
    if (value.is_string()) return block_text(value.get_ref<const std::string&>(), indent);
    if (!value.is_binary()) return scalar_on_line(out_, value, PlainPlace::block);
    block_octets({value.get_binary().data(), value.get_binary().size()}, indent);
  }

  bool filed_away(const Document& value) {
    if (!file_away_ || (!value.is_string() && !value.is_binary())) return false;
    const std::optional<std::string> name = file_away_(value);
    if (!name) return false;
    out_ += "!file ";
    text_on_line(out_, *name, PlainPlace::block);
    return true;
  }

  void block_text(const std::string& text, std::size_t indent) {
    if (!is_valid(text)) return block_octets(as_bytes(text), indent);
    const TextTraits traits = traits_of(text);
    if (can_be_literal(text, traits)) return literal(text, indent);
    const bool several_lines = traits.line_feeds > (text.ends_with('\n') ? 1U : 0U);
    if (several_lines && text.size() > columns / 2) return quoted_lines(text, indent);
    text_on_line(out_, text, PlainPlace::block);
  }

  void literal(std::string_view text, std::size_t indent) {
    out_ += '|';
    const char first = text.front();
    // The indentation can't be told from a first line that is empty or indented itself.
    if (first == '\n' || first == ' ' || first == '\t') out_ += '2';
    if (text.ends_with('\n'))
      text.remove_suffix(1);
    else
      out_ += '-';
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      out_ += '\n';
      if (end > begin) out_.append(indent, ' ');
      out_ += text.substr(begin, end - begin);
      begin = end + 1;
    }
  }

  /// Double quotes with an escaped line break after every line feed.
  void quoted_lines(std::string_view text, std::size_t indent) {
    out_ += '"';
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
      if (begin > 0) {
        out_ += "\\\n";
        out_.append(indent, ' ');
        if (text[begin] == ' ') out_ += '\\';  // what follows would be taken for indentation
      }
      escape(out_, text.substr(begin, end - begin));
      begin = end;
    }
    out_ += '"';
  }

  void block_octets(Bytes octets, std::size_t indent) {
    const std::string base64 = encode_base64(octets);
    if (base64.size() <= base64_line) return binary_on_line(out_, base64);
    out_ += "!!binary |-";
    // yaml-cpp wants the lines of a tagged block to the right of the tag, even in a list.
    const std::size_t right_of_tag = indent + 2;
    for (std::size_t begin = 0; begin < base64.size(); begin += base64_line) {
      out_ += '\n';
      out_.append(right_of_tag, ' ');
      out_.append(base64, begin, base64_line);
    }
  }

  static void binary_on_line(std::string& out, const std::string& base64) {
    out += "!!binary ";
    out += base64.empty() ? "\"\"" : base64;
  }

  static void scalar_on_line(std::string& out, const Document& value, PlainPlace place) {
    switch (value.type()) {
      case Document::value_t::object:
        out += "{}";
        break;
      case Document::value_t::array:
        out += "[]";
        break;
      case Document::value_t::string:
        text_on_line(out, value.get_ref<const std::string&>(), place);
        break;
      case Document::value_t::binary:
        binary_on_line(out, encode_base64({value.get_binary().data(), value.get_binary().size()}));
        break;
      case Document::value_t::boolean:
        out += value.get<bool>() ? "true" : "false";
        break;
      case Document::value_t::number_integer:
        out += fmt::format_int(value.get<std::int64_t>()).c_str();
        break;
      case Document::value_t::number_unsigned:
        out += fmt::format_int(value.get<std::uint64_t>()).c_str();
        break;
      case Document::value_t::number_float:
        out += spell_double(value.get<double>());
        break;
      case Document::value_t::null:
      case Document::value_t::discarded:
        out += "null";
        break;
    }
  }

  static bool is_valid(std::string_view text) {
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find('\0', begin), text.size());
      if (!is_text(text.substr(begin, end - begin))) return false;
      begin = end + 1;
    }
    return true;
  }

  static void text_on_line(std::string& out, std::string_view text, PlainPlace place) {
    if (!is_valid(text)) return binary_on_line(out, encode_base64(as_bytes(text)));
    if (can_be_plain(text, place)) {
      out += text;
      return;
    }
    const TextTraits traits = traits_of(text);
    const bool exact = traits.all_visible && !traits.has_tab && traits.line_feeds == 0;
    const bool has_single = text.find('\'') != std::string_view::npos;
    const bool needs_escape = text.find_first_of("\"\\") != std::string_view::npos;
    if (exact && (!has_single || needs_escape)) return single_quoted(out, text);
    out += '"';
    escape(out, text);
    out += '"';
  }

  static void single_quoted(std::string& out, std::string_view text) {
    out += '\'';
    for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
    out += '\'';
  }

  static void escape(std::string& out, std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t begin = i;
      const char32_t c = next_code_point(text, i);
      switch (c) {
        case '"':
          out += "\\\"";
          break;
        case '\\':
          out += "\\\\";
          break;
        case '\n':
          out += "\\n";
          break;
        case '\t':
          out += "\\t";
          break;
        case '\r':
          out += "\\r";
          break;
        case 0:
          out += "\\0";
          break;
        default:
          if (is_visible(c))
            out += text.substr(begin, i - begin);
          else if (c < 0x100)
            out += fmt::format("\\x{:02X}", static_cast<std::uint32_t>(c));
          else if (c < 0x10000)
            out += fmt::format("\\u{:04X}", static_cast<std::uint32_t>(c));
          else
            out += fmt::format("\\U{:08X}", static_cast<std::uint32_t>(c));
      }
    }
  }

  // --- flow style

  /// One line of at most `room` characters, or false. A map holds scalars only; a list as well, but
  /// a row of a table may hold some lists and maps among its cells.
  static bool flow(std::string& line, const Document& node, std::size_t room, std::size_t depth) {
    if (!may_flow(node, depth)) return false;
    const std::size_t begin = line.size();
    const bool is_map = node.is_object();
    line += is_map ? '{' : '[';
    for (auto item = node.begin(); item != node.end(); ++item) {
      if (item != node.begin()) line += ", ";
      if (is_map) {
        if (item.key().size() > room || !is_valid(item.key())) return false;
        text_on_line(line, item.key(), PlainPlace::flow);
        line += ": ";
      }
      if (!flow_item(line, *item, room, depth) || line.size() - begin >= room) return false;
    }
    line += is_map ? '}' : ']';
    return line.size() - begin <= room;
  }

  static bool flow_item(std::string& line, const Document& item, std::size_t room,
                        std::size_t depth) {
    if (is_container(item)) return flow(line, item, room, depth + 1);
    const std::size_t size = item.is_string()   ? item.get_ref<const std::string&>().size()
                             : item.is_binary() ? item.get_binary().size()
                                                : 0;
    if (size > room) return false;
    scalar_on_line(line, item, PlainPlace::flow);
    return true;
  }

  static bool may_flow(const Document& node, std::size_t depth) {
    if (depth > 0) return depth < 5;
    const auto containers = std::count_if(node.begin(), node.end(), is_container);
    return containers == 0 ||
           (node.is_array() && static_cast<std::size_t>(containers) < node.size());
  }

  std::string& out_;
  const FileAway& file_away_;
};

}  // namespace

void write_yaml(std::string& out, const Document& document) {
  write_yaml(out, document, {});
}

void write_yaml(std::string& out, const Document& document, const FileAway& file_away) {
  Writer(out, file_away).root(document);
}

}  // namespace understudy::store
