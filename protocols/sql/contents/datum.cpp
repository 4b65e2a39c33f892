#include "protocols/sql/contents/datum.hpp"

#include <charconv>

namespace understudy::sql::contents {

namespace {

// No text of PostgreSQL's has such an octet.
constexpr std::string_view mark("\0hidden", 7);
constexpr char number = 'n', text = 't';

}  // namespace

Datum hidden_value(const Datum& made) {
  std::string value(mark);
  if (const auto* whole = std::get_if<std::int64_t>(&made))
    (value += number) += std::to_string(*whole);
  else if (const auto* octets = std::get_if<std::string>(&made))
    (value += text) += *octets;
  return value;
}

bool is_hidden(std::string_view value) {
  return value.starts_with(mark);
}

Datum made_of_hidden(std::string_view value) {
  value.remove_prefix(mark.size());
  if (value.empty()) return {};
  const bool is_number = value.front() == number;
  value.remove_prefix(1);
  if (!is_number) return std::string(value);
  std::int64_t whole = 0;
  std::from_chars(value.data(), value.data() + value.size(), whole);
  return whole;
}

}  // namespace understudy::sql::contents
