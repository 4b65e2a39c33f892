// The catalogue as relations: what pg_catalog and information_schema show of the tables that are
// known, made of their definitions whenever it is asked for.
//
// What else there may be are rows too, which have a shade. A statement is only computed where every
// such row is sure to be left out, whatever its columns hold that are NULL here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/emulator/answers.hpp"
#include "protocols/postgres/emulator/shared.hpp"

namespace understudy::postgres::emulation {

/// How much is known of a row.
enum class Shade : std::uint8_t {
  none,
  system,   ///< of PostgreSQL's own: its name is one of those, it is no object that is known
  named,    ///< may be there; what is not NULL is so
  unnamed,  ///< any object of which nobody has heard: its name is not settled
  foreign   ///< the same of another schema: it may have any name
};

struct CatalogueColumn {
  std::string_view name;
  ColumnType type;
  std::uint16_t attribute = 0;  ///< its number; 0: not known
  /// What the column tells rows apart by.
  enum class Role : std::uint8_t { none, name, object } role = Role::none;
  /// Of some rows it is not known what it holds, though they are there: then it is `untold`.
  bool may_be_untold = false;
};
inline constexpr std::string_view untold = "\x01";

/// In the order of their numbers.
enum class CatalogueName : std::uint8_t {
  pg_namespace,
  pg_class,
  pg_attribute,
  pg_tables,
  pg_views,
  tables,
  views,
  columns,
  pg_constraint,
  pg_index,
  pg_indexes,
  pg_attrdef,
  table_constraints,
  key_column_usage
};
[[nodiscard]] constexpr bool is(std::size_t number, CatalogueName name) noexcept {
  return number == static_cast<std::size_t>(name);
}

struct CatalogueRelation {
  std::string_view schema, name;
  std::span<const CatalogueColumn> columns;
  Oid oid = 0;         ///< 0: another one in each cluster
  bool whole = false;  ///< it has no other columns
};

/// What functions tell of objects by their OIDs.
enum class Telling : std::uint8_t {
  comment,
  constraint,   ///< its definition
  index,        ///< the same
  index_column  ///< by OID.number
};

/// By its number; nothing where the name means no relation of the catalogue that is computed.
[[nodiscard]] std::optional<std::size_t> find_catalogue_relation(const tree::Name& name);
[[nodiscard]] const CatalogueRelation& catalogue_relation(std::size_t number);

[[nodiscard]] inline std::size_t width_of(CatalogueName name) {
  return catalogue_relation(static_cast<std::size_t>(name)).columns.size();
}

/// What is known of the catalogue.
class Catalogue {
 public:
  /// All outlive it.
  Catalogue(const TableBook& book, const TableOids& oids, const Printing& printing)
      : book_(book), oids_(oids), printing_(printing) {}

  /// A JSON list of lists: the columns of the relation, what a function of the row gives (of
  /// pg_class whether it is visible, of pg_attribute the name of its type), and its shade.
  [[nodiscard]] std::string rows(std::size_t relation) const;
  /// Names as a JSON list. Where `settles()`, no `unnamed` row has one of them, else none that is
  /// not among them.
  [[nodiscard]] std::string settled(std::size_t relation) const;
  [[nodiscard]] bool settles(std::size_t relation) const;
  /// OIDs of what is known, as a JSON list.
  [[nodiscard]] std::string objects() const;
  /// By OIDs, or OID.number of a column, as a JSON object; of what is not there, NULL is told.
  [[nodiscard]] std::string told(Telling telling) const;
  /// What has an OID, by it.
  [[nodiscard]] std::map<std::string, std::string> by_oid() const;
  /// Of a table, as regclass reads its name.
  [[nodiscard]] std::optional<Oid> oid_of_table(std::string_view spelled) const;

 private:
  const TableBook& book_;
  const TableOids& oids_;
  const Printing& printing_;
};

/// The column of a relation by its name, which it has.
[[nodiscard]] std::size_t column_of_catalogue(std::size_t relation, std::string_view name);

inline constexpr struct {
  Oid pg_catalog = 11, pg_toast = 99, public_ = 2200;
} oids_of_schemas;
[[nodiscard]] inline std::string key_of_index(std::string_view name) {
  return "index:" + std::string(name);
}

/// Of a table of which no answer has told the OID: beyond those that a small database has.
[[nodiscard]] Oid stand_in(std::string_view key);
/// Of a table, of a schema as `schema:name`, an index as `index:name`, a constraint as
/// `constraint:table/name`, or of a relation of the catalogue.
[[nodiscard]] Oid oid_of_object(std::string_view key, const TableOids& oids);
/// The names of the views of information_schema, as a list of SQL texts.
[[nodiscard]] std::string_view names_of_information_schema() noexcept;

}  // namespace understudy::postgres::emulation
