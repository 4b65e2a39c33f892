// The questions whose answers are a catalogue: each row is a statement, in the order in which it is
// written. For PostgreSQL 12 and newer, with an empty search_path, so that every name has its
// schema.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace understudy::postgres {

struct CatalogueSection {
  std::string_view title;
  /// To be asked behind catalogue_names(): one column, the statement.
  std::string_view query;
};

/// What all questions begin with: the schemas and relations that are the user's own, neither the
/// system's nor an extension's.
[[nodiscard]] std::string_view catalogue_names() noexcept;
[[nodiscard]] std::span<const CatalogueSection> catalogue_sections() noexcept;

/// Behind catalogue_names(): of each table that has rows of its own its name, its plain name with
/// schema, its columns but the generated ones, what its rows are ordered by, and, where columns
/// were dropped, the numbers of those that are left.
[[nodiscard]] std::string_view row_tables_query() noexcept;
/// Behind catalogue_names(): of each sequence its name, its plain name with schema, the column that
/// owns it, and `t` where it counts by ones from 1 and does nothing else.
[[nodiscard]] std::string_view sequences_query() noexcept;

/// One row: version, encoding, collation, character classes, and the settings that matter, before
/// any is changed.
[[nodiscard]] std::string_view server_facts_query() noexcept;
/// What the columns of that row are called, for a person.
[[nodiscard]] std::span<const std::string_view> server_facts() noexcept;

}  // namespace understudy::postgres
