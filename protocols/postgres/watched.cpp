#include "protocols/postgres/watched.hpp"

#include <algorithm>
#include <charconv>

#include "protocols/postgres/transcode.hpp"

namespace understudy::postgres {
namespace {

/// False, with the rows as they were, where a cell of the column can't be printed.
bool print_column(std::vector<Row>& rows, std::size_t column, Oid type) {
  std::vector<std::optional<std::string>> printed;
  printed.reserve(rows.size());
  for (const Row& row : rows) {
    auto& cell = printed.emplace_back();
    if (row[column] && !binary_to_text(type, as_bytes(*row[column]), cell.emplace())) return false;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i][column] = std::move(printed[i]);
  return true;
}

}  // namespace

StatementRequest request_of(const WatchedPortal& portal) {
  StatementRequest request;
  request.sql = portal.statement->text;
  request.parameters = portal.parameters;
  request.types = portal.statement->types;
  request.types.resize(portal.parameters.size());
  return request;
}

Parameters parameters_of(const Asked& bind, const std::vector<Oid>& types) {
  Parameters parameters;
  for (std::size_t i = 0; i < bind.parameters.size(); ++i) {
    const auto& octets = bind.parameters[i];
    const Oid type = i < types.size() ? types[i] : oid::unspecified;
    std::string text;
    const bool binary = octets && format_at(bind.parameter_formats, i) == Format::binary;
    if (binary && binary_to_text(type, as_bytes(*octets), text))
      parameters.emplace_back(std::move(text));
    else
      parameters.push_back(octets);
  }
  return parameters;
}

bool finish_rows(RowsUnderWay& rows, StatementAnswer& answer) {
  if (!rows.columns) return rows.rows.empty();
  const auto fits = [&](const Row& row) { return row.size() == rows.columns->size(); };
  if (!std::ranges::all_of(rows.rows, fits)) return false;
  answer.returns_rows = true;
  answer.columns = std::move(*rows.columns);
  answer.rows = std::move(rows.rows);
  for (std::size_t i = 0; i < answer.columns.size(); ++i) {
    Column& column = answer.columns[i];
    if (column.format == Format::binary && print_column(answer.rows, i, column.type))
      column.format = Format::text;
  }
  rows = {};
  return true;
}

std::int64_t characters_in(std::string_view text) noexcept {
  return std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

void shift_position(Fields& error, std::int64_t by) {
  for (auto& [code, value] : error) {
    std::int64_t position = 0;
    const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), position);
    if (code == 'P' && failed == std::errc{} && position + by > 0)
      value = std::to_string(position + by);
  }
}

}  // namespace understudy::postgres
