#include "protocols/http/target.hpp"

#include <algorithm>

#include "protocols/http/ascii.hpp"

namespace understudy::http {
namespace {

bool is_unreserved(char octet) noexcept {
  return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
         (octet >= '0' && octet <= '9') || octet == '-' || octet == '.' || octet == '_' ||
         octet == '~';
}

bool may_stand_in_path(char octet) noexcept {
  return octet > ' ' && octet < 0x7F && octet != '?' && octet != '#';
}

void append_encoded(std::string& out, char octet) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(octet);
  out += '%';
  out += digits[value >> 4];
  out += digits[value & 15];
}

/// The octet that a percent sequence at `at` stands for, or -1.
int percent_decoded(std::string_view text, std::size_t at) noexcept {
  if (text[at] != '%' || at + 2 >= text.size()) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string form_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int octet = percent_decoded(text, i);
    if (octet >= 0) i += 2;
    decoded += octet >= 0 ? static_cast<char>(octet) : text[i] == '+' ? ' ' : text[i];
  }
  return decoded;
}

std::string form_encoded(std::string_view text) {
  std::string encoded;
  for (const char octet : text) {
    if (is_unreserved(octet) || octet == ':')
      encoded += octet;
    else
      append_encoded(encoded, octet);
  }
  return encoded;
}

}  // namespace

std::string normalised_path(std::string_view path) {
  std::string normalised;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const int octet = percent_decoded(path, i);
    const char plain = octet >= 0 ? static_cast<char>(octet) : path[i];
    if (octet >= 0) i += 2;
    const bool as_is = octet >= 0 ? is_unreserved(plain) : may_stand_in_path(plain);
    if (as_is)
      normalised += plain;
    else
      append_encoded(normalised, plain);
  }
  return normalised.empty() ? "/" : normalised;
}

Target parse_target(std::string_view target) {
  target = target.substr(0, target.find('#'));
  if (const std::size_t scheme = target.find("://");
      scheme != std::string_view::npos && scheme < target.find_first_of("/?")) {
    target.remove_prefix(scheme + 3);
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
  }
  const std::size_t mark = target.find('?');
  Target parsed{normalised_path(target.substr(0, mark)), {}};
  if (mark != std::string_view::npos) parsed.query = parse_query(target.substr(mark + 1));
  return parsed;
}

Query parse_query(std::string_view encoded) {
  Query query;
  while (!encoded.empty()) {
    const std::string_view pair = encoded.substr(0, encoded.find('&'));
    encoded.remove_prefix(std::min(pair.size() + 1, encoded.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    query.push_back({form_decoded(pair.substr(0, equals)), std::nullopt});
    if (equals != std::string_view::npos)
      query.back().value = form_decoded(pair.substr(equals + 1));
  }
  return query;
}

std::string encode_query(const Query& query) {
  std::string encoded;
  for (const auto& [key, value] : query) {
    if (!encoded.empty()) encoded += '&';
    encoded += form_encoded(key);
    if (value) encoded += '=' + form_encoded(*value);
  }
  return encoded;
}

void sort_by_key(Query& query) {
  std::ranges::stable_sort(query, {}, &QueryPair::key);
}

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  for_each_part(path, '/', [&](std::string_view segment) { segments.emplace_back(segment); });
  return segments;
}

}  // namespace understudy::http
