#include "store/shape.hpp"

#include "store/suggest.hpp"
#include "understudy/document_text.hpp"

namespace understudy::store {

namespace {

std::string_view expectation(Kind kind) {
  switch (kind) {
    case Kind::any:
      return "a value";
    case Kind::map:
      return "a map";
    case Kind::list:
      return "a list";
    case Kind::text:
      return "text";
    case Kind::scalar:
      return "text or a number";
    case Kind::boolean:
      return "true or false";
    case Kind::count:
      return "a whole number, 0 or more";
    case Kind::number:
      return "a number";
  }
  return "a value";
}

std::string_view advice(const Document& node, Kind kind) {
  if (kind == Kind::text && node.is_primitive() && !node.is_null()) return "quote it";
  if (kind == Kind::map) return "write it as `key: value` lines, indented";
  if (kind == Kind::list) return "write it as [a, b]";
  return "";
}

bool fits(const Document& node, Kind kind) {
  switch (kind) {
    case Kind::any:
      return true;
    case Kind::map:
      return node.is_object();
    case Kind::list:
      return node.is_array();
    case Kind::text:
      return node.is_string();
    case Kind::scalar:
      return node.is_string() || node.is_number();
    case Kind::boolean:
      return node.is_boolean();
    case Kind::count:
      return node.is_number_unsigned();
    case Kind::number:
      return node.is_number();
  }
  return false;
}

}  // namespace

std::string describe_kind(const Document& node) {
  switch (node.type()) {
    case Document::value_t::object:
      return "a map";
    case Document::value_t::array:
      return "a list";
    case Document::value_t::string: {
      const auto& text = node.get_ref<const std::string&>();
      return text.size() <= 40 ? fmt::format("the text `{}`", text) : "a text";
    }
    case Document::value_t::binary:
      return "octets (!!binary)";
    case Document::value_t::boolean:
      return node.get<bool>() ? "true" : "false";
    case Document::value_t::number_integer:
    case Document::value_t::number_unsigned:
    case Document::value_t::number_float:
      return "the number " + json_text(node);
    case Document::value_t::null:
    case Document::value_t::discarded:
      break;
  }
  return "nothing (null)";
}

std::string pointer_to(std::string_view parent, std::string_view key) {
  std::string pointer(parent);
  pointer += '/';
  for (const char c : key) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  return pointer;
}

void Shape::report(std::string_view json_pointer, std::string what, std::string hint,
                   Severity severity) {
  ++count_;
  problems_.push_back({.severity = severity,
                       .file = file_,
                       .line = line_in_slice(slice_, json_pointer, line_),
                       .what = std::move(what),
                       .hint = std::move(hint)});
}

bool Shape::is(const Document& node, std::string_view json_pointer, Kind kind,
               std::string_view name) {
  if (fits(node, kind)) return true;
  report(json_pointer,
         fmt::format("`{}` is {}, expected {}", name, describe_kind(node), expectation(kind)),
         std::string(advice(node, kind)));
  return false;
}

const Document* Shape::member(const Document& map, std::string_view json_pointer, const char* key,
                              Kind kind, Presence presence) {
  const auto found = map.find(key);
  if (found == map.end()) {
    if (presence == Presence::required)
      report(json_pointer,
             fmt::format("the key `{}` is missing, expected {}", key, expectation(kind)),
             fmt::format("add `{}: …`", key));
    return nullptr;
  }
  return is(*found, pointer_to(json_pointer, key), kind, key) ? &*found : nullptr;
}

void Shape::only(const Document& map, std::string_view json_pointer,
                 const std::vector<std::string>& known) {
  for (const auto& [key, value] : map.get_ref<const Document::object_t&>()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    report(pointer_to(json_pointer, key), fmt::format("unknown key `{}`", key),
           suggest(key, known));
  }
}

}  // namespace understudy::store
