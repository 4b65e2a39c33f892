#include "protocols/redis/reply_document.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "understudy/document_text.hpp"

namespace understudy::redis {

namespace {

Document tagged(const char* tag, Document content) {
  Document node = Document::object();
  node[tag] = std::move(content);
  return node;
}

Document list(const std::vector<Value>& items) {
  Document node = Document::array();
  for (const Value& item : items) node.push_back(reply_document(item));
  return node;
}

// `{field: value}` reads best and serves wherever every key is text of its own; with very many
// fields the check for that costs more than it is worth.
constexpr std::size_t most_fields = 256;

bool keys_are_fields(const std::vector<Value>& items) {
  if (items.size() > 2 * most_fields) return false;
  std::vector<std::string_view> keys;
  for (std::size_t i = 0; i < items.size(); i += 2) {
    if (items[i].kind != Kind::bulk_string || !is_text(items[i].text) ||
        !items[i].attributes.empty())
      return false;
    keys.push_back(items[i].text);
  }
  std::ranges::sort(keys);
  return std::ranges::adjacent_find(keys) == keys.end();
}

Document pairs(const std::vector<Value>& items) {
  if (keys_are_fields(items)) {
    Document node = Document::object();
    for (std::size_t i = 0; i + 1 < items.size(); i += 2)
      node[items[i].text] = reply_document(items[i + 1]);
    return node;
  }
  Document node = Document::array();
  for (std::size_t i = 0; i + 1 < items.size(); i += 2)
    node.push_back(Document::array({reply_document(items[i]), reply_document(items[i + 1])}));
  return node;
}

Document double_document(const std::string& digits) {
  const auto number = parse_double(digits);
  if (number && std::isfinite(*number) && format_double(*number, DoubleStyle::shortest) == digits)
    return *number;
  return tagged("double", digits);
}

Document verbatim_document(const std::string& text) {
  Document node = tagged("verbatim", document_of(text.substr(4)));
  if (!text.starts_with("txt:")) node["format"] = document_of(text.substr(0, 3));
  return node;
}

Document plain_document(const Value& value) {
  switch (value.kind) {
    case Kind::simple_string:
      return tagged("status", document_of(value.text));
    case Kind::simple_error:
      return tagged("error", document_of(value.text));
    case Kind::bulk_error:
      return tagged("bulk_error", document_of(value.text));
    case Kind::integer:
      return value.integer;
    case Kind::bulk_string:
      return document_of(value.text);
    case Kind::array:
      return list(value.items);
    case Kind::null:
      return nullptr;
    case Kind::null_bulk:
      return tagged("null", "bulk");
    case Kind::null_array:
      return tagged("null", "array");
    case Kind::double_number:
      return double_document(value.text);
    case Kind::boolean:
      return value.integer != 0;
    case Kind::big_number:
      return tagged("big_number", value.text);
    case Kind::verbatim:
      return verbatim_document(value.text);
    case Kind::map:
      return tagged("map", pairs(value.items));
    case Kind::set:
      return tagged("set", list(value.items));
    case Kind::push:
      return tagged("push", list(value.items));
  }
  return nullptr;
}

}  // namespace

Document reply_document(const Value& value) {
  if (value.attributes.empty()) return plain_document(value);
  Document node = tagged("attributes", pairs(value.attributes));
  node["reply"] = plain_document(value);
  return node;
}

namespace {

class ReplyReader {
 public:
  ReplyReader(DoubleStyle style, std::vector<Problem>& problems)
      : style_(style), problems_(problems) {}

  Value read(const Document& node, const std::string& path) {
    switch (node.type()) {
      case Document::value_t::null:
        return {};
      case Document::value_t::boolean:
        return boolean(node.get<bool>());
      case Document::value_t::number_integer:
        return Value::number(node.get<std::int64_t>());
      case Document::value_t::number_unsigned:
        return unsigned_integer(node, path);
      case Document::value_t::number_float:
        return Value::of(Kind::double_number, format_double(node.get<double>(), style_));
      case Document::value_t::string:
      case Document::value_t::binary:
        return Value::of(Kind::bulk_string, octets_of(node));
      case Document::value_t::array:
        return Value::aggregate(Kind::array, list(node, path));
      default:
        return tagged(node, path);
    }
  }

 private:
  Value fail(const std::string& path, std::string what, std::string hint) {
    problems_.push_back({path, std::move(what), std::move(hint)});
    return {};
  }

  static Value boolean(bool truth) {
    Value value = Value::of(Kind::boolean);
    value.integer = truth ? 1 : 0;
    return value;
  }

  Value unsigned_integer(const Document& node, const std::string& path) {
    if (node.get<std::uint64_t>() <= INT64_MAX) return Value::number(node.get<std::int64_t>());
    return fail(path, json_text(node) + " is more than an integer reply can hold",
                "write {big_number: \"…\"}");
  }

  std::vector<Value> list(const Document& node, const std::string& path) {
    std::vector<Value> items;
    for (std::size_t i = 0; i < node.size(); ++i)
      items.push_back(read(node[i], path + "/" + std::to_string(i)));
    return items;
  }

  std::vector<Value> expect_list(const Document& node, const std::string& path) {
    if (node.is_array()) return list(node, path);
    fail(path, "a list was expected", "");
    return {};
  }

  std::vector<Value> expect_pairs(const Document& node, const std::string& path) {
    std::vector<Value> items;
    if (node.is_object()) {
      for (const auto& [key, value] : node.items()) {
        items.push_back(Value::of(Kind::bulk_string, key));
        items.push_back(read(value, path + "/" + key));
      }
      return items;
    }
    if (!node.is_array()) fail(path, "a map or a list of [key, value] was expected", "");
    for (std::size_t i = 0; node.is_array() && i < node.size(); ++i) {
      const std::string below = path + "/" + std::to_string(i);
      std::vector<Value> pair = expect_list(node[i], below);
      if (pair.size() != 2) {
        fail(below, "[key, value] was expected", "");
        continue;
      }
      for (Value& item : pair) items.push_back(std::move(item));
    }
    return items;
  }

  // A reply on one line: its octets hold no line end.
  Value line(Kind kind, const Document& node, const std::string& path) {
    const bool text = node.is_string() || node.is_binary();
    std::string octets = octets_of(node);
    if (text && octets.find_first_of("\r\n") == std::string::npos) return Value::of(kind, octets);
    return fail(path, "text without a line end was expected", "");
  }

  Value string(Kind kind, const Document& node, const std::string& path) {
    if (node.is_string() || node.is_binary()) return Value::of(kind, octets_of(node));
    return fail(path, "text was expected", "");
  }

  Value double_number(const Document& node, const std::string& path) {
    if (node.is_string() && parse_double(node.get<std::string>()))
      return Value::of(Kind::double_number, node.get<std::string>());
    if (node.is_number())
      return Value::of(Kind::double_number, format_double(node.get<double>(), style_));
    return fail(path, "a number, inf, -inf or nan was expected", "write {double: \"1.5\"}");
  }

  Value big_number(const Document& node, const std::string& path) {
    const std::string digits = node.is_string() ? node.get<std::string>() : json_text(node);
    const std::size_t sign = digits.starts_with('-') || digits.starts_with('+') ? 1 : 0;
    const bool sound =
        digits.size() > sign && digits.find_first_not_of("0123456789", sign) == std::string::npos;
    if (sound && (node.is_string() || node.is_number_integer()))
      return Value::of(Kind::big_number, digits);
    return fail(path, "the digits of an integer were expected", "");
  }

  Value null(const Document& node, const std::string& path) {
    if (node == "bulk") return Value::of(Kind::null_bulk);
    if (node == "array") return Value::of(Kind::null_array);
    return fail(path, "{null: bulk} or {null: array} was expected",
                "write null for the command's own");
  }

  Value verbatim(const Document& node, const std::string& path) {
    Value value = string(Kind::verbatim, node["verbatim"], path + "/verbatim");
    if (value.kind != Kind::verbatim) return value;
    const std::string format = node.contains("format") ? octets_of(node["format"]) : "txt";
    if (format.size() != 3)
      return fail(path + "/format", "three octets were expected", "write txt or mkd");
    value.text.insert(0, format + ":");
    return value;
  }

  Value attributed(const Document& node, const std::string& path) {
    if (node.size() != 2 || !node.contains("reply"))
      return fail(path, "`attributes` and `reply` were expected", "");
    std::vector<Value> attributes = expect_pairs(node["attributes"], path + "/attributes");
    Value value = read(node["reply"], path + "/reply");
    value.attributes = std::move(attributes);
    return value;
  }

  Value tagged(const Document& node, const std::string& path) {
    if (node.contains("attributes")) return attributed(node, path);
    if (node.contains("verbatim") && node.size() == (node.contains("format") ? 2U : 1U))
      return verbatim(node, path);
    if (node.size() == 1) {
      const std::string& tag = node.begin().key();
      const Document& content = node.begin().value();
      const std::string below = path + "/" + tag;
      if (tag == "status") return line(Kind::simple_string, content, below);
      if (tag == "error") return line(Kind::simple_error, content, below);
      if (tag == "bulk_error") return string(Kind::bulk_error, content, below);
      if (tag == "double") return double_number(content, below);
      if (tag == "big_number") return big_number(content, below);
      if (tag == "null") return null(content, below);
      if (tag == "map") return Value::aggregate(Kind::map, expect_pairs(content, below));
      if (tag == "set") return Value::aggregate(Kind::set, expect_list(content, below));
      if (tag == "push") return Value::aggregate(Kind::push, expect_list(content, below));
    }
    return fail(path,
                "a map that is no reply: one of status, error, map, set, push, double, "
                "big_number, verbatim, bulk_error, null was expected as its only key",
                "write {map: {…}} for a map reply");
  }

  DoubleStyle style_;
  std::vector<Problem>& problems_;
};

}  // namespace

Value read_reply(const Document& answer, DoubleStyle style, const std::string& path,
                 std::vector<Problem>& problems) {
  return ReplyReader(style, problems).read(answer, path);
}

}  // namespace understudy::redis
