#include "protocols/sql/batch.hpp"

#include <algorithm>
#include <optional>

#include "protocols/sql/statement.hpp"
#include "protocols/sql/value_length.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::sql {
namespace {

constexpr std::size_t qualifier_size = 4;
constexpr std::string_view inserts = "insert into ", opening = " values (", between = ", ";

/// What stands in a row is followed no further than this.
bool is_plain(std::string_view row) {
  return row.find("select") == std::string_view::npos && std::ranges::all_of(row, [](char octet) {
           return octet == slot_mark || is_word_octet(octet) ||
                  std::string_view("(), .:[]+-*/").find(octet) != std::string_view::npos;
         });
}

/// The parenthesis that `text` begins with, to its end.
std::string_view parenthesis(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return text.substr(0, i + 1);
  }
  return {};
}

struct Rows {
  std::string_view head, row;  ///< of the pattern
  std::size_t count = 0;
};

/// Nothing where they are not all alike, or are not the end of the statement.
std::optional<Rows> alike(std::string_view pattern, std::size_t begin) {
  if (!pattern.substr(begin).starts_with(inserts)) return std::nullopt;
  const std::size_t values = pattern.find(opening, begin);
  if (values == std::string_view::npos) return std::nullopt;
  const std::size_t first = values + opening.size() - 1;
  const std::string_view row = parenthesis(pattern.substr(first));
  if (row.empty() || !is_plain(row)) return std::nullopt;
  Rows rows{pattern.substr(0, first), row, 1};
  std::string_view rest = pattern.substr(first + row.size());
  for (; !rest.empty(); ++rows.count) {
    if (!rest.starts_with(between) || !rest.substr(between.size()).starts_with(row))
      return std::nullopt;
    rest.remove_prefix(between.size() + row.size());
  }
  return rows;
}

/// The first `count` values with their lengths, taken off `rest`.
std::optional<std::string_view> take_values(std::string_view& rest, std::size_t count) {
  const std::string_view all = rest;
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t length = 0;
    if (!take_length(rest, length)) return std::nullopt;
    const std::size_t octets = length == 0 ? 0 : length - 1;
    if (octets > rest.size()) return std::nullopt;
    rest.remove_prefix(octets);
  }
  return all.substr(0, all.size() - rest.size());
}

}  // namespace

std::string_view with_one_row(std::string_view pattern) {
  const auto rows = alike(pattern, 0);
  return rows ? pattern.substr(0, rows->head.size() + rows->row.size()) : pattern;
}

std::vector<Identity> rows_of(std::string_view canonical, std::string_view qualifier,
                              std::size_t begin) {
  const std::string_view pattern = pattern_of(canonical);
  const auto rows = alike(pattern, begin);
  if (!rows) return {};
  const auto slots = static_cast<std::size_t>(std::ranges::count(rows->row, slot_mark));
  // A slot in the head would be none of a row's.
  if (slots == 0 || rows->head.find(slot_mark) != std::string_view::npos ||
      (!qualifier.empty() && qualifier.size() != rows->count * slots * qualifier_size))
    return {};
  std::string_view rest = canonical.substr(std::min(pattern.size() + 1, canonical.size()));
  std::vector<Identity> requests;
  for (std::size_t i = 0; i < rows->count; ++i) {
    const auto values = take_values(rest, slots);
    if (!values) return {};
    std::string one(rows->head);
    one.append(rows->row).append(1, '\0').append(*values);
    requests.push_back({std::move(one), {}});
    if (!qualifier.empty())
      requests.back().qualifier =
          qualifier.substr(i * slots * qualifier_size, slots * qualifier_size);
  }
  if (!rest.empty()) return {};
  return requests;
}

}  // namespace understudy::sql
