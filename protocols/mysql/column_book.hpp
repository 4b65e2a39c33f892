// What a recording's results tell of the columns of tables, and how values of these compare.
//
// MySQL converts before it compares: `'7 apples' = 7` holds, and so does `name = 0` for most names.
// So a value is only claimed to be equal to those that fold alike where the column's type is known
// and the value is of its kind.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/mysql/columns.hpp"
#include "protocols/sql/row_plan.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::mysql {

class ColumnBook {
 public:
  /// Table and column, in lower case; of the table `schema.table`.
  using Name = std::pair<std::string, std::string>;
  enum class Kind : std::uint8_t {
    integer,
    decimal,
    text,         ///< character or binary
    enumeration,  ///< has a number beside its text
    other  ///< temporal, floating point, …: one value has many spellings, or is not kept as given
  };
  struct Entry {
    Kind kind = Kind::other;
    FieldType type = FieldType::null;
    bool is_unsigned = false, not_null = false, auto_increment = false, octets = false;
    std::uint32_t length = 0;
    std::uint8_t decimals = 0;
  };

  void learn(const std::vector<Column>& columns);
  /// DDL declares the column: what counts where no result shows it. Where it is declared in two
  /// ways, nothing is known of it.
  void declare(const Name& name, const Entry& entry);
  /// What is declared of the columns of `schema.table` may be that of another one.
  void doubt(const std::string& table) { doubted_.insert(table); }
  /// A schema declares the column, of the table `schema.table`, AUTO_INCREMENT.
  void declare_auto_increment(const Name& name) {
    auto_increments_.insert_or_assign(name.first, name.second);
  }
  /// Null where no result showed the column and nothing declares it.
  [[nodiscard]] const Entry* find(const Name& name) const;
  /// The column of a table that AUTO_INCREMENT fills in; empty where it is not known.
  [[nodiscard]] std::string auto_increment_of(const std::string& table) const;
  /// What of a column definition is the column's name; empty for an expression.
  [[nodiscard]] static Name name_of(const Column& column);

 private:
  std::map<Name, Entry> entries_, declared_;
  std::set<std::string> doubted_;
  std::map<std::string, std::string> auto_increments_;
};

/// For the values of one request.
class ValueRules final : public sql::ColumnRules {
 public:
  /// `qualifier`: of the request (see sql::append_identity). `database`: of tables that are named
  /// without one.
  ValueRules(const ColumnBook& book, std::string_view qualifier, std::string_view database)
      : book_(book), qualifier_(qualifier), database_(database) {}

  [[nodiscard]] understudy::Cell fold(Use use, const std::string& table, const std::string& column,
                                      std::optional<std::string_view> value,
                                      std::uint32_t slot) const override;
  [[nodiscard]] bool comparable(const std::pair<std::string, std::string>& column,
                                const std::pair<std::string, std::string>& other) const override;

 private:
  struct Given;
  [[nodiscard]] const ColumnBook::Entry* find(const std::string& table,
                                              const std::string& column) const;
  [[nodiscard]] Given given(std::string_view value, std::uint32_t slot) const;

  const ColumnBook& book_;
  std::string_view qualifier_;
  std::string_view database_;
};

}  // namespace understudy::mysql
