#include "cli/snapshot_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "store/snapshot_file.hpp"

namespace understudy::cli {
namespace {

/// Lines that are neither the head of a file nor its end.
std::uint64_t rows_in(const std::string& text) {
  constexpr std::uint64_t others = 3;
  const auto lines = static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
  return lines - std::min(lines, others);
}

}  // namespace

Document describe_snapshot(const std::filesystem::path& mock_set, const std::string& service,
                           Diagnostics& problems) {
  if (!std::filesystem::exists(store::snapshot_of(mock_set, service))) return {};
  const auto file = std::filesystem::relative(store::snapshot_of(mock_set, service), mock_set);
  Document described = {{"catalogue", file.generic_string()}};
  const auto rows = store::read_snapshot_rows(mock_set, service, problems);
  if (!rows) return described;
  described["tables"] = Document::object();
  for (const HeldTable& table : rows->rows.tables)
    described["tables"][table.name] = rows_in(table.text);
  described["not_read"] = rows->rows.facts.value("not_read", Document::object());
  described["recordings"] = rows->recordings;
  return described;
}

std::string snapshot_text(const Document& described) {
  constexpr std::size_t most = 3;
  if (described.is_null()) return {};
  std::string text = octets_of(described["catalogue"]);
  if (!described.contains("tables")) return text + ", no rows";
  std::uint64_t rows = 0;
  for (const Document& count : described["tables"]) rows += count.get<std::uint64_t>();
  text += fmt::format(", {} rows of {} tables", rows, described["tables"].size());
  std::size_t told = 0;
  for (const auto& [name, why] : described["not_read"].items())
    if (told++ < most)
      text += fmt::format("{}{} ({})", told == 1 ? "; not read: " : ", ", name, octets_of(why));
  return told > most ? text + fmt::format(" and {} more", told - most) : text;
}

}  // namespace understudy::cli
