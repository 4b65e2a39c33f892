// Rows of the catalogue's relations, made of the definitions that are known.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/emulator/catalogue.hpp"

namespace understudy::postgres::emulation {

using sql::contents::Reference;
using sql::contents::TableColumn;
using sql::contents::UniqueKey;

inline constexpr std::int64_t no_object = -1;

[[nodiscard]] std::string json_text(std::string_view text);

/// A value of a row; default: NULL.
struct Cell {
  std::string json = "null";
  Cell() = default;
  Cell(std::string_view text) : json(json_text(text)) {}    // NOLINT: cells are written as values
  Cell(const char* text) : Cell(std::string_view(text)) {}  // NOLINT
  Cell(const std::string& text) : Cell(std::string_view(text)) {}  // NOLINT
  Cell(std::int64_t number) : json(std::to_string(number)) {}      // NOLINT
  static Cell of(bool truth) { return Cell(std::int64_t{truth ? 1 : 0}); }
  static Cell unknown() { return Cell(untold); }
  template <class Value>
  static Cell of(const std::optional<Value>& value) {
    return value ? Cell(*value) : Cell();
  }
};

class Rows {
 public:
  /// Behind `cells` what a function of the row gives.
  void add(std::vector<Cell> cells, Shade shade = Shade::none, Cell beside = {}) {
    json_ += json_.empty() ? "[[" : ",[";
    for (const Cell& cell : cells) json_ += cell.json + ",";
    json_ += beside.json + "," + std::to_string(static_cast<int>(shade)) + "]";
  }
  [[nodiscard]] std::string json() const { return json_.empty() ? "[]" : json_ + "]"; }

 private:
  std::string json_;
};

struct Placed {
  std::string schema, name;
};
/// Of a key: without a schema it is in public.
[[nodiscard]] Placed placed(std::string_view key);

/// An index as the catalogue shows it.
struct ShownIndex {
  std::string name;
  bool unique = false, primary = false;
  bool plain = false;  ///< of these columns, and nothing about it is unusual
  struct Part {
    std::string column;
    bool descending = false;
  };
  std::vector<Part> parts;
};

/// What there is, by kinds of relations: each is added to the rows of one of the catalogue.
class Relations {
 public:
  Relations(const TableBook& book, const TableOids& oids, const Printing& printing)
      : book_(book),
        oids_(oids),
        path_(printing.path),
        database_(printing.database),
        used_(printing.used.get()) {}

  void namespaces(Rows& rows) const;
  void classes(Rows& rows) const;
  void attributes(Rows& rows) const;
  void tables_of_pg(Rows& rows) const;
  void views_of_pg(Rows& rows) const;
  void tables_of_standard(Rows& rows) const;
  void views_of_standard(Rows& rows) const;
  void columns_of_standard(Rows& rows) const;
  // ---- catalogue_constraints.cpp ----
  void constraints(Rows& rows) const;
  void indexes(Rows& rows) const;
  void indexes_by_name(Rows& rows) const;
  void defaults(Rows& rows) const;
  void constraints_of_standard(Rows& rows) const;
  void key_columns_of_standard(Rows& rows) const;
  /// See Catalogue::told().
  [[nodiscard]] std::map<std::string, Cell> told(Telling telling) const;
  /// Names of indexes that are there, as keys.
  [[nodiscard]] std::set<std::string> index_names() const;
  /// Keys of constraints and indexes, for oid_of_object().
  [[nodiscard]] std::set<std::string> parts_of_tables() const;

  /// Names in public of what may be there, with what it is; 0: anything.
  [[nodiscard]] std::map<std::string, char> doubtful() const;

  /// Names of schemas that are there, with their OIDs.
  [[nodiscard]] std::map<std::string, Oid> schemas() const;

 private:
  [[nodiscard]] Cell database() const;

  [[nodiscard]] Oid oid_of(std::string_view schema) const;

  static Cell kind_cell(char kind);

  /// Of what is known to be no table it is its own; a table may be a temporary one.
  [[nodiscard]] Cell schema_of(const std::string& key, char kind) const;

  [[nodiscard]] Cell in_path(std::string_view schema) const;

  /// Of schemas beside public whose names are not known.
  [[nodiscard]] Cell in_others() const;

  /// Whether no schema but public has tables that nobody has heard of.
  [[nodiscard]] bool knows_other_schemas() const { return book_.complete; }

  /// Where no other schema that is searched before it may have the name.
  [[nodiscard]] Cell visible(const Placed& at) const;
  void add_class(const std::string& key, const char* kind, Rows& rows) const;
  void add_attribute(const Definition& table, const TableColumn& column, Rows& rows) const;

  /// Those that every table has, and those that were dropped.
  void add_other_attributes(const std::string& key, Rows& rows) const;
  void add_column(const std::string& key, const TableColumn& column, Shade shade, Rows& rows) const;

  /// The standard's views show what the application may use. `held`: its owner is not known.
  [[nodiscard]] Shade shade_of(const std::string& key, bool held) const;

  /// What else a relation may have that shows tables and views by the names of their schemas.
  void add_unknown(std::size_t width, std::size_t schema, std::size_t name, Rows& rows) const;

  [[nodiscard]] std::string key_definition(const Definition& table, const UniqueKey& key) const;
  [[nodiscard]] Cell reference_definition(const Definition& table,
                                          const Reference& reference) const;
  void add_constraint(const Definition& table, std::string_view name, std::vector<Cell> rest,
                      Rows& rows) const;
  void add_reference(const Definition& table, const Reference& reference, Rows& rows) const;
  [[nodiscard]] Cell key_of_reference(const Reference& reference) const;
  [[nodiscard]] Cell index_definition(const Definition& table, const ShownIndex& index) const;

  const TableBook& book_;
  const TableOids& oids_;
  const std::vector<std::string>& path_;
  const std::string& database_;
  const std::set<std::string>* used_;
};

}  // namespace understudy::postgres::emulation
