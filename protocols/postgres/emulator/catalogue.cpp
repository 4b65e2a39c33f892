#include "protocols/postgres/emulator/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "protocols/postgres/emulator/type_names.hpp"
#include "protocols/postgres/emulator/values.hpp"

namespace understudy::postgres::emulation {
namespace {

using Role = CatalogueColumn::Role;
using sql::contents::TableColumn;

constexpr ColumnType oid_type{TypeKind::oid}, name_type{TypeKind::name},
    letter{TypeKind::character}, boolean{TypeKind::boolean}, int2{TypeKind::int2},
    int4{TypeKind::int4}, other{};
constexpr ColumnType words{TypeKind::varchar}, yes_or_no{TypeKind::varchar, 3};

constexpr CatalogueColumn of_namespace[] = {{"oid", oid_type, 1, Role::object},
                                            {"nspname", name_type, 2, Role::name},
                                            {"nspowner", other},
                                            {"nspacl", other}};
constexpr CatalogueColumn of_class[] = {{"oid", oid_type, 1, Role::object},
                                        {"relname", name_type, 2, Role::name},
                                        {"relnamespace", oid_type, 3},
                                        {"relkind", letter, 17},
                                        {"relpersistence", other},
                                        {"relispartition", boolean, 27},
                                        {"relnatts", other}};
constexpr CatalogueColumn of_attribute[] = {{"attrelid", oid_type, 1, Role::object},
                                            {"attname", name_type, 2},
                                            {"atttypid", oid_type, 3, Role::none, true},
                                            {"attnum", int2, 6},
                                            {"atttypmod", int4, 9, Role::none, true},
                                            {"attnotnull", boolean, 14},
                                            {"atthasdef", boolean, 15},
                                            {"attidentity", letter, 17},
                                            {"attgenerated", letter, 18},
                                            {"attisdropped", boolean, 19},
                                            {"attislocal", boolean, 20}};
constexpr CatalogueColumn of_tables[] = {
    {"schemaname", name_type, 1}, {"tablename", name_type, 2, Role::name},
    {"tableowner", other},        {"tablespace", other},
    {"hasindexes", other},        {"hasrules", other},
    {"hastriggers", other},       {"rowsecurity", other}};
constexpr CatalogueColumn of_views[] = {{"schemaname", name_type, 1},
                                        {"viewname", name_type, 2, Role::name},
                                        {"viewowner", other},
                                        {"definition", other}};
constexpr CatalogueColumn of_schema_tables[] = {
    {"table_catalog", name_type, 1, Role::none, true},
    {"table_schema", name_type, 2},
    {"table_name", name_type, 3, Role::name},
    {"table_type", words, 4},
    {"self_referencing_column_name", name_type, 5},
    {"reference_generation", words, 6},
    {"user_defined_type_catalog", name_type, 7},
    {"user_defined_type_schema", name_type, 8},
    {"user_defined_type_name", name_type, 9},
    {"is_insertable_into", yes_or_no, 10, Role::none, true},
    {"is_typed", yes_or_no, 11},
    {"commit_action", words, 12}};
constexpr CatalogueColumn of_schema_views[] = {{"table_catalog", name_type, 1, Role::none, true},
                                               {"table_schema", name_type, 2},
                                               {"table_name", name_type, 3, Role::name}};
constexpr CatalogueColumn of_schema_columns[] = {
    {"table_catalog", name_type, 1, Role::none, true},
    {"table_schema", name_type, 2},
    {"table_name", name_type, 3, Role::name},
    {"column_name", name_type, 4},
    {"ordinal_position", int4, 5},
    {"column_default", words, 6, Role::none, true},
    {"is_nullable", yes_or_no, 7},
    {"data_type", words, 8, Role::none, true},
    {"character_maximum_length", int4, 9, Role::none, true},
    {"character_octet_length", int4, 10, Role::none, true},
    {"numeric_precision", int4, 11, Role::none, true},
    {"numeric_precision_radix", int4, 12, Role::none, true},
    {"numeric_scale", int4, 13, Role::none, true},
    {"datetime_precision", int4, 14, Role::none, true},
    {"udt_name", name_type, 28, Role::none, true},
    {"is_identity", yes_or_no, 34},
    {"identity_generation", words, 35},
    {"is_generated", words, 41}};

enum Number : std::uint8_t {
  pg_namespace,
  pg_class,
  pg_attribute,
  pg_tables,
  pg_views,
  tables,
  views,
  columns
};
constexpr CatalogueRelation relations[] = {
    {"pg_catalog", "pg_namespace", of_namespace, 2615, true},
    {"pg_catalog", "pg_class", of_class, 1259},
    {"pg_catalog", "pg_attribute", of_attribute, 1249},
    {"pg_catalog", "pg_tables", of_tables, 0, true},
    {"pg_catalog", "pg_views", of_views, 0, true},
    {"information_schema", "tables", of_schema_tables, 0, true},
    {"information_schema", "views", of_schema_views},
    {"information_schema", "columns", of_schema_columns}};

constexpr Oid oid_of_pg_catalog = 11, oid_of_pg_toast = 99, oid_of_public = 2200;
constexpr std::int64_t no_object = -1;

std::string json_text(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20)
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else if (c == '"' || c == '\\')
      (json += '\\') += c;
    else
      json += c;
  }
  return json + "\"";
}

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
Placed placed(std::string_view key) {
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos) return {"public", std::string(key)};
  return {std::string(key.substr(0, dot)), std::string(key.substr(dot + 1))};
}

/// What there is, by kinds of relations: each is added to the rows of one of the catalogue.
class Relations {
 public:
  Relations(const TableBook& book, const TableOids& oids, const Printing& printing)
      : book_(book),
        oids_(oids),
        path_(printing.path),
        database_(printing.database),
        used_(printing.used.get()) {}

  void namespaces(Rows& rows) const {
    for (const auto& [name, oid] : schemas()) rows.add({std::int64_t{oid}, name, {}, {}});
    rows.add({no_object, {}, {}, {}}, Shade::unnamed);
  }

  void classes(Rows& rows) const {
    for (const auto& [key, state] : book_.tables)
      add_class(key, state.definition->shows ? "m" : "r", rows);
    for (const auto& [key, view] : book_.views) add_class(key, "v", rows);
    for (const auto& [key, kind] : doubtful())
      rows.add({{}, placed(key).name, schema_of(key, kind), kind_cell(kind), {}, {}, {}},
               Shade::named);
    const auto unknown = [&](Cell schema, Cell kind, Cell visible, Shade shade) {
      rows.add({no_object, {}, std::move(schema), std::move(kind), {}, {}, {}}, shade,
               std::move(visible));
    };
    unknown(std::int64_t{oid_of_pg_catalog}, {}, Cell::of(true), Shade::system);
    unknown(std::int64_t{oid_of_pg_toast}, {}, Cell::of(false), Shade::system);
    unknown(std::int64_t{oid_of("information_schema")}, {}, in_path("information_schema"),
            Shade::system);
    for (const char* kind : {"i", "S", "c"})  // not all of their names are known
      unknown({}, kind, {}, Shade::foreign);
    if (!book_.others_absent()) unknown(std::int64_t{oid_of("public")}, {}, {}, Shade::unnamed);
    if (!knows_other_schemas()) unknown({}, {}, in_others(), Shade::foreign);
  }

  void attributes(Rows& rows) const {
    for (const auto& [key, state] : book_.tables) {
      const Definition& table = *state.definition;
      for (const TableColumn& column : table.columns) add_attribute(table, column, rows);
      add_other_attributes(key, rows);
    }
    for (const auto& [key, view] : book_.views)
      rows.add({std::int64_t{oid_of_object(key, oids_)}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}},
               Shade::named);
    rows.add({no_object, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}, Shade::system);
  }

  void tables_of_pg(Rows& rows) const {
    for (const auto& [key, state] : book_.tables)
      if (!state.definition->shows)
        rows.add({placed(key).schema, placed(key).name, {}, {}, {}, {}, {}, {}});
    add_unknown(std::size(of_tables), 0, 1, rows);
  }

  void views_of_pg(Rows& rows) const {
    for (const auto& [key, view] : book_.views)
      rows.add({placed(key).schema, placed(key).name, {}, {}});
    add_unknown(std::size(of_views), 0, 1, rows);
  }

  void tables_of_standard(Rows& rows) const {
    const auto add = [&](const std::string& key, const char* type, bool held) {
      std::vector<Cell> cells(std::size(of_schema_tables));
      cells[0] = database();
      cells[1] = placed(key).schema;
      cells[2] = placed(key).name;
      cells[3] = type;
      cells[9] = held ? Cell::unknown() : Cell("YES");  // of views it depends on their queries
      cells[10] = "NO";
      rows.add(std::move(cells), shade_of(key, held));
    };
    for (const auto& [key, state] : book_.tables)
      if (!state.definition->shows) add(key, "BASE TABLE", state.definition->held);
    for (const auto& [key, view] : book_.views) add(key, "VIEW", true);
    add_unknown(std::size(of_schema_tables), 1, 2, rows);
  }

  void views_of_standard(Rows& rows) const {
    for (const auto& [key, view] : book_.views)
      rows.add({database(), placed(key).schema, placed(key).name}, shade_of(key, true));
    add_unknown(std::size(of_schema_views), 1, 2, rows);
  }

  void columns_of_standard(Rows& rows) const {
    for (const auto& [key, state] : book_.tables)
      if (!state.definition->shows)
        for (const TableColumn& column : state.definition->columns)
          add_column(key, column, shade_of(key, state.definition->held), rows);
    for (const auto& [key, view] : book_.views) {
      std::vector<Cell> cells(std::size(of_schema_columns));
      cells[1] = placed(key).schema;
      cells[2] = placed(key).name;
      rows.add(std::move(cells), Shade::named);
    }
    add_unknown(std::size(of_schema_columns), 1, 2, rows);
  }

  /// Names in public of what may be there, with what it is; 0: anything.
  [[nodiscard]] std::map<std::string, char> doubtful() const {
    std::map<std::string, char> found;
    const auto add = [&](const std::string& key) {
      if (book_.tables.contains(key) || book_.views.contains(key)) return;
      const auto beside = book_.beside.find(key);
      found[key] = book_.sequences.contains(key)  ? 'S'
                   : book_.types.contains(key)    ? 'c'
                   : beside == book_.beside.end() ? '\0'
                                                  : beside->second;
    };
    if (book_.others_absent())
      for (const std::string& key : book_.noted()) add(key);
    for (const auto& [key, kind] : book_.beside) add(key);
    for (const std::string& key : book_.others()) add(key);
    return found;
  }

  /// Names of schemas that are there, with their OIDs.
  [[nodiscard]] std::map<std::string, Oid> schemas() const {
    std::map<std::string, Oid> all;
    for (const char* name : {"public", "pg_catalog", "pg_toast", "information_schema"})
      all[name] = oid_of(name);
    for (const auto& [key, state] : book_.tables)
      all[placed(key).schema] = oid_of(placed(key).schema);
    for (const auto& [key, view] : book_.views)
      all[placed(key).schema] = oid_of(placed(key).schema);
    return all;
  }

 private:
  [[nodiscard]] Cell database() const {
    return database_.empty() ? Cell::unknown() : Cell(database_);
  }

  [[nodiscard]] Oid oid_of(std::string_view schema) const {
    return oid_of_object("schema:" + std::string(schema), oids_);
  }

  static Cell kind_cell(char kind) {
    return kind == '\0' ? Cell() : Cell(std::string_view(&kind, 1));
  }

  /// Of what is known to be no table it is its own; a table may be a temporary one.
  [[nodiscard]] Cell schema_of(const std::string& key, char kind) const {
    if (key.find('.') != std::string::npos) return std::int64_t{oid_of(placed(key).schema)};
    return kind == '\0' ? Cell() : Cell(std::int64_t{oid_of("public")});
  }

  [[nodiscard]] Cell in_path(std::string_view schema) const {
    const bool there = std::ranges::find(path_, schema) != path_.end();
    return there ? Cell() : Cell::of(false);
  }

  /// Of schemas beside public whose names are not known.
  [[nodiscard]] Cell in_others() const {
    return path_ == std::vector<std::string>{"public"} ? Cell::of(false) : Cell();
  }

  /// Whether no schema but public has tables that nobody has heard of.
  [[nodiscard]] bool knows_other_schemas() const { return book_.complete; }

  /// Where no other schema that is searched before it may have the name.
  [[nodiscard]] Cell visible(const Placed& at) const {
    if (std::ranges::find(path_, at.schema) == path_.end()) return Cell::of(false);
    return path_.front() == at.schema ? Cell::of(true) : Cell::unknown();
  }

  void add_class(const std::string& key, const char* kind, Rows& rows) const {
    const Placed at = placed(key);
    rows.add({std::int64_t{oid_of_object(key, oids_)},
              at.name,
              std::int64_t{oid_of(at.schema)},
              kind,
              {},
              Cell::of(false),
              {}},
             Shade::none, visible(at));
  }

  void add_attribute(const Definition& table, const TableColumn& column, Rows& rows) const {
    const std::optional<DescribedType> type = described_type(column);
    const bool has_default = !column.lacks_default && column.identity == 0;
    const std::string identity(column.identity == 0 ? 0 : 1, column.identity);
    rows.add(
        {std::int64_t{oid_of_object(table.key, oids_)}, column.name,
         type ? Cell(std::int64_t{type->oid}) : Cell::unknown(), std::int64_t{column.attribute},
         type ? Cell(std::int64_t{type->modifier}) : Cell::unknown(), Cell::of(column.not_null),
         Cell::of(has_default || column.generated), identity, column.generated ? "s" : "",
         Cell::of(false), Cell::of(true)},
        Shade::none, type ? Cell(type->name) : Cell::unknown());
  }

  /// Those that every table has, and those that were dropped.
  void add_other_attributes(const std::string& key, Rows& rows) const {
    const auto add = [&](Cell name, Cell number, bool dropped) {
      rows.add({std::int64_t{oid_of_object(key, oids_)},
                std::move(name),
                {},
                std::move(number),
                {},
                {},
                {},
                {},
                {},
                Cell::of(dropped),
                {}},
               Shade::named);
    };
    std::int64_t number = 0;
    for (const char* name : {"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"})
      add(name, --number, false);
    add({}, {}, true);
  }

  void add_column(const std::string& key, const TableColumn& column, Shade shade,
                  Rows& rows) const {
    const std::optional<DescribedType> type = described_type(column);
    const auto told = [&](const std::optional<std::int32_t>& value) {
      return value ? Cell(std::int64_t{*value}) : Cell();
    };
    std::vector<Cell> cells(std::size(of_schema_columns), Cell::unknown());
    cells[0] = database();
    cells[1] = placed(key).schema;
    cells[2] = placed(key).name;
    cells[3] = column.name;
    cells[4] = std::int64_t{column.attribute};
    if (column.lacks_default || column.identity != 0) cells[5] = Cell();
    cells[6] = column.not_null ? "NO" : "YES";
    if (type) {
      cells[7] = type->standard;
      const std::optional<std::int32_t> numbers[] = {type->precision, type->radix, type->scale,
                                                     type->fraction};
      cells[8] = told(type->characters);
      for (std::size_t i = 0; i < std::size(numbers); ++i) cells[10 + i] = told(numbers[i]);
      cells[14] = type->internal;
    }
    cells[15] = column.identity != 0 ? "YES" : "NO";
    cells[16] = column.identity == 'a'   ? Cell("ALWAYS")
                : column.identity == 'd' ? Cell("BY DEFAULT")
                                         : Cell();
    cells[17] = column.generated ? "ALWAYS" : "NEVER";
    rows.add(std::move(cells), shade);
  }

  /// The standard's views show what the application may use. `held`: its owner is not known.
  [[nodiscard]] Shade shade_of(const std::string& key, bool held) const {
    return held && (used_ == nullptr || !used_->contains(key)) ? Shade::named : Shade::none;
  }

  /// What else a relation may have that shows tables and views by the names of their schemas.
  void add_unknown(std::size_t width, std::size_t schema, std::size_t name, Rows& rows) const {
    const auto add = [&](Cell at, Cell called, Shade shade) {
      std::vector<Cell> cells(width);
      cells[schema] = std::move(at);
      cells[name] = std::move(called);
      rows.add(std::move(cells), shade);
    };
    add("pg_catalog", {}, Shade::system);
    add("information_schema", {}, Shade::system);
    for (const auto& [key, kind] : doubtful())
      if (kind == '\0')
        add(key.find('.') == std::string::npos ? Cell() : Cell(placed(key).schema),
            placed(key).name, Shade::named);
    if (!book_.others_absent()) add("public", {}, Shade::unnamed);
    if (!knows_other_schemas()) add({}, {}, Shade::foreign);
  }

  const TableBook& book_;
  const TableOids& oids_;
  const std::vector<std::string>& path_;
  const std::string& database_;
  const std::set<std::string>* used_;
};

}  // namespace

// ---- relations ----

std::optional<std::size_t> find_catalogue_relation(const tree::Name& name) {
  for (std::size_t i = 0; i < std::size(relations); ++i) {
    const bool by_path = name.schema.empty() && relations[i].schema == "pg_catalog";
    if (relations[i].name == name.name && (by_path || relations[i].schema == name.schema)) return i;
  }
  return std::nullopt;
}

const CatalogueRelation& catalogue_relation(std::size_t number) {
  return relations[number];
}

std::size_t column_of_catalogue(std::size_t relation, std::string_view name) {
  const auto columns = catalogue_relation(relation).columns;
  return static_cast<std::size_t>(std::ranges::find(columns, name, &CatalogueColumn::name) -
                                  columns.begin());
}

std::string Catalogue::rows(std::size_t relation) const {
  using Add = void (Relations::*)(Rows&) const;
  static constexpr Add add[] = {&Relations::namespaces,        &Relations::classes,
                                &Relations::attributes,        &Relations::tables_of_pg,
                                &Relations::views_of_pg,       &Relations::tables_of_standard,
                                &Relations::views_of_standard, &Relations::columns_of_standard};
  Rows rows;
  (Relations(book_, oids_, printing_).*add[relation])(rows);
  return rows.json();
}

bool Catalogue::settles(std::size_t relation) const {
  return relation == pg_namespace || !book_.others_absent();
}

std::string Catalogue::settled(std::size_t relation) const {
  const Relations all(book_, oids_, printing_);
  std::set<std::string> names;
  if (relation == pg_namespace) {
    for (const auto& [name, oid] : all.schemas()) names.insert(name);
  } else if (book_.others_absent()) {
    for (const auto& [key, kind] : all.doubtful()) names.insert(placed(key).name);
  } else {
    for (const auto& [key, state] : book_.tables) names.insert(key);
    for (const auto& [key, view] : book_.views) names.insert(key);
    names.insert(book_.noted().begin(), book_.noted().end());
  }
  std::string json;
  for (const std::string& name : names) json += (json.empty() ? "[" : ",") + json_text(name);
  return json.empty() ? "[]" : json + "]";
}

// ---- objects ----

Oid stand_in(std::string_view key) {
  Oid number = 2'166'136'261U;
  for (const char octet : key) number = (number ^ static_cast<unsigned char>(octet)) * 16'777'619U;
  return 0x4000'0000U | (number >> 4U);
}

Oid oid_of_object(std::string_view key, const TableOids& oids) {
  if (const auto found = oids.find(key); found != oids.end()) return found->second;
  for (const CatalogueRelation& each : relations)
    if (each.oid != 0 && key.starts_with("pg_catalog.") && key.substr(11) == each.name)
      return each.oid;
  if (key == "schema:public") return oid_of_public;
  if (key == "schema:pg_catalog") return oid_of_pg_catalog;
  if (key == "schema:pg_toast") return oid_of_pg_toast;
  return stand_in(key);
}

std::map<std::string, std::string> Catalogue::by_oid() const {
  std::map<std::string, std::string> all;
  const auto add = [&](const std::string& key) {
    all.emplace(std::to_string(oid_of_object(key, oids_)), key);
  };
  for (const auto& [key, state] : book_.tables) add(key);
  for (const auto& [key, view] : book_.views) add(key);
  for (const auto& [name, oid] : Relations(book_, oids_, printing_).schemas())
    add("schema:" + name);
  return all;
}

std::string Catalogue::objects() const {
  std::string json;
  for (const auto& [oid, key] : by_oid()) json += (json.empty() ? "[" : ",") + oid;
  return json + "]";
}

std::string Catalogue::told(Telling) const {
  std::string json;
  const auto add = [&](const std::string& object, const std::string& text) {
    if (!text.empty())
      json += (json.empty() ? "{\"" : ",\"") + object + "\":" + json_text(text);
  };
  for (const auto& [key, state] : book_.tables) {
    const std::string oid = std::to_string(oid_of_object(key, oids_));
    add(oid, state.definition->comment);
    for (const TableColumn& column : state.definition->columns)
      add(oid + "." + std::to_string(column.attribute), column.comment);
  }
  return json.empty() ? "{}" : json + "}";
}

std::optional<Oid> Catalogue::oid_of_table(std::string_view spelled) const {
  tree::Name name;
  std::string part;
  bool inside = false;
  for (const char c : spelled) {
    if (c == '"') {
      inside = !inside;
    } else if (c == '.' && !inside) {
      if (!name.schema.empty()) return std::nullopt;
      name.schema = std::exchange(part, {});
    } else {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      if (!inside && !plain) return std::nullopt;
      part += c;
    }
  }
  name.name = part;
  if (inside || part.empty()) return std::nullopt;
  if (const auto system = find_catalogue_relation(name)) {
    const Oid known = catalogue_relation(*system).oid;
    return known == 0 ? std::nullopt : std::optional(known);
  }
  std::string key;
  try {
    key = key_in(name, printing_.path, book_);
  } catch (const Unsure&) {
    return std::nullopt;
  }
  const bool there = book_.tables.contains(key) || book_.views.contains(key);
  return there ? std::optional(oid_of_object(key, oids_)) : std::nullopt;
}

std::string_view names_of_information_schema() noexcept {
  return "'_pg_foreign_data_wrappers', '_pg_foreign_servers', '_pg_foreign_table_columns', "
         "'_pg_foreign_tables', '_pg_user_mappings', 'administrable_role_authorizations', "
         "'applicable_roles', 'attributes', 'character_sets', 'check_constraint_routine_usage', "
         "'check_constraints', 'collation_character_set_applicability', 'collations', "
         "'column_column_usage', 'column_domain_usage', 'column_options', 'column_privileges', "
         "'column_udt_usage', 'columns', 'constraint_column_usage', 'constraint_table_usage', "
         "'data_type_privileges', 'domain_constraints', 'domain_udt_usage', 'domains', "
         "'element_types', 'enabled_roles', 'foreign_data_wrapper_options', "
         "'foreign_data_wrappers', 'foreign_server_options', 'foreign_servers', "
         "'foreign_table_options', 'foreign_tables', 'information_schema_catalog_name', "
         "'key_column_usage', 'parameters', 'referential_constraints', 'role_column_grants', "
         "'role_routine_grants', 'role_table_grants', 'role_udt_grants', 'role_usage_grants', "
         "'routine_column_usage', 'routine_privileges', 'routine_routine_usage', "
         "'routine_sequence_usage', 'routine_table_usage', 'routines', 'schemata', 'sequences', "
         "'table_constraints', 'table_privileges', 'tables', 'transforms', "
         "'triggered_update_columns', 'triggers', 'udt_privileges', 'usage_privileges', "
         "'user_defined_types', 'user_mapping_options', 'user_mappings', 'view_column_usage', "
         "'view_routine_usage', 'view_table_usage', 'views'";
}

}  // namespace understudy::postgres::emulation
