#include "protocols/http/content.hpp"

#include <algorithm>

#include "protocols/http/ascii.hpp"

namespace understudy::http {
namespace {

/// Cuts a field value at the semicolons that are not inside of quotes.
template <class Visitor>
void for_each_parameter(std::string_view value, Visitor&& visit) {
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size() && value[i] == '\\' && quoted) {
      ++i;
    } else if (i < value.size() && value[i] == '"') {
      quoted = !quoted;
    } else if (i >= value.size() || (value[i] == ';' && !quoted)) {
      const std::size_t end = std::min(i, value.size());
      visit(trimmed(value.substr(begin, end - begin)));
      begin = std::min(i + 1, value.size());
    }
  }
}

std::string unquoted(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
  std::string plain;
  for (std::size_t i = 1; i + 1 < value.size(); ++i) {
    if (value[i] == '\\' && i + 2 < value.size()) ++i;
    plain += value[i];
  }
  return plain;
}

bool is_parameter(std::string_view part, std::string_view name) {
  const std::size_t equals = part.find('=');
  return equals != std::string_view::npos && iequals(trimmed(part.substr(0, equals)), name);
}

}  // namespace

std::string essence_of(std::string_view content_type) {
  return lowered(trimmed(content_type.substr(0, content_type.find(';'))));
}

std::string parameter_of(std::string_view field_value, std::string_view name) {
  std::string value;
  for_each_parameter(field_value, [&](std::string_view part) {
    if (value.empty() && is_parameter(part, name))
      value = unquoted(trimmed(part.substr(part.find('=') + 1)));
  });
  return value;
}

std::string without_parameter(std::string_view field_value, std::string_view name) {
  std::string rest;
  for_each_parameter(field_value, [&](std::string_view part) {
    if (part.empty() || is_parameter(part, name)) return;
    if (!rest.empty()) rest += "; ";
    rest += part;
  });
  return rest;
}

BodyKind kind_of(std::string_view content_type) {
  const std::string essence = essence_of(content_type);
  if (essence == "application/json" || essence == "text/json" || essence.ends_with("+json"))
    return BodyKind::json;
  if (essence == "application/x-www-form-urlencoded") return BodyKind::form;
  return essence.starts_with("multipart/") ? BodyKind::multipart : BodyKind::other;
}

bool has_weight(std::string_view member) {
  const std::string q = parameter_of(member, "q");
  return q.empty() || q.find_first_not_of("0.") != std::string::npos;
}

}  // namespace understudy::http
