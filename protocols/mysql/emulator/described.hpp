// Columns of computed results as the server describes them: those that are nothing but a column of
// a table by its definition, all others as the recording showed them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mysql/columns.hpp"
#include "protocols/mysql/emulator/shared.hpp"
#include "protocols/mysql/result.hpp"
#include "understudy/document.hpp"

namespace understudy::mysql::emulation {

/// Nothing where a server may describe it otherwise. `alias`: of the table in the statement;
/// `name`: of the column there.
[[nodiscard]] std::optional<Column> described(const Definition& table, std::size_t column,
                                              const std::string& database, const std::string& alias,
                                              const std::string& name);

/// Flags that a column has of the keys and defaults of its table: where a result goes through a
/// table of the server's own they are lost, and whether it does depends on how the server carries
/// the statement out. So does whether a column behind an outer join may be NULL: of a single row
/// that is found beforehand it is told what it is there.
inline constexpr std::uint16_t flags_of_keys =
    column_flag::not_null | column_flag::primary_key | column_flag::unique_key |
    column_flag::multiple_key | column_flag::part_key | column_flag::auto_increment |
    column_flag::no_default | column_flag::on_update_now | column_flag::timestamp;

/// Where a row has NULL in a column that may not be NULL, none of its table's may here.
void allow_nulls(const Document& rows, std::vector<Column>& columns);

/// Equal but for these.
[[nodiscard]] bool same_columns(const std::vector<Column>& a, const std::vector<Column>& b);

/// What the answers to statements were described as, by their patterns.
class DescriptionBook {
 public:
  struct Description {
    std::vector<Column> columns;
    std::uint16_t status = 0;  ///< what the server says of the indexes that it used
  };

  DescriptionBook() = default;
  explicit DescriptionBook(const Document& document);
  [[nodiscard]] Document document() const;

  /// `tables`: what the definitions of the tables that it names look like, see layout_of().
  void learn(std::string_view pattern, const std::string& tables, const ResultSet& set);
  /// Null where none was told of such tables, or several.
  [[nodiscard]] const Description* find(std::string_view pattern, const std::string& tables) const;
  /// Whether several were told of them.
  [[nodiscard]] bool varies(std::string_view pattern, const std::string& tables) const;

 private:
  struct Told {
    std::string tables;
    Description description;
    bool varies = false;
  };
  [[nodiscard]] const Told* told_of(std::string_view pattern, const std::string& tables) const;

  /// Of each pattern those of other tables, too: it was asked before and after they were altered.
  std::map<std::string, std::vector<Told>, std::less<>> told_;
};

/// The types of the columns of these tables, as a text.
[[nodiscard]] std::string layout_of(const std::set<std::string>& tables, const TableBook& book);

}  // namespace understudy::mysql::emulation
