#include "protocols/postgres/emulator/catalogue_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/postgres/emulator/default_text.hpp"
#include "protocols/postgres/emulator/type_names.hpp"

namespace understudy::postgres::emulation {

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

Placed placed(std::string_view key) {
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos) return {"public", std::string(key)};
  return {std::string(key.substr(0, dot)), std::string(key.substr(dot + 1))};
}

void Relations::namespaces(Rows& rows) const {
  for (const auto& [name, oid] : schemas()) rows.add({std::int64_t{oid}, name, {}, {}});
  rows.add({no_object, {}, {}, {}}, Shade::unnamed);
}

void Relations::classes(Rows& rows) const {
  for (const auto& [key, state] : book_.tables)
    add_class(key, state.definition->shows ? "m" : "r", rows);
  for (const auto& [key, view] : book_.views) add_class(key, "v", rows);
  for (const std::string& name : index_names()) add_class(name, "i", rows);
  for (const auto& [key, kind] : doubtful())
    rows.add({{}, placed(key).name, schema_of(key, kind), kind_cell(kind), {}, {}, {}},
             Shade::named);
  const auto unknown = [&](Cell schema, Cell kind, Cell visible, Shade shade) {
    rows.add({no_object, {}, std::move(schema), std::move(kind), {}, {}, {}}, shade,
             std::move(visible));
  };
  unknown(std::int64_t{oids_of_schemas.pg_catalog}, {}, Cell::of(true), Shade::system);
  unknown(std::int64_t{oids_of_schemas.pg_toast}, {}, Cell::of(false), Shade::system);
  unknown(std::int64_t{oid_of("information_schema")}, {}, in_path("information_schema"),
          Shade::system);
  for (const char* kind : {"i", "S", "c"})  // not all of their names are known
    unknown({}, kind, {}, Shade::foreign);
  if (!book_.others_absent()) unknown(std::int64_t{oid_of("public")}, {}, {}, Shade::unnamed);
  if (!knows_other_schemas()) unknown({}, {}, in_others(), Shade::foreign);
}

void Relations::attributes(Rows& rows) const {
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

void Relations::tables_of_pg(Rows& rows) const {
  for (const auto& [key, state] : book_.tables)
    if (!state.definition->shows)
      rows.add({placed(key).schema, placed(key).name, {}, {}, {}, {}, {}, {}});
  add_unknown(width_of(CatalogueName::pg_tables), 0, 1, rows);
}

void Relations::views_of_pg(Rows& rows) const {
  for (const auto& [key, view] : book_.views)
    rows.add({placed(key).schema, placed(key).name, {}, {}});
  add_unknown(width_of(CatalogueName::pg_views), 0, 1, rows);
}

void Relations::tables_of_standard(Rows& rows) const {
  const auto add = [&](const std::string& key, const char* type, bool held) {
    std::vector<Cell> cells(width_of(CatalogueName::tables));
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
  add_unknown(width_of(CatalogueName::tables), 1, 2, rows);
}

void Relations::views_of_standard(Rows& rows) const {
  for (const auto& [key, view] : book_.views)
    rows.add({database(), placed(key).schema, placed(key).name}, shade_of(key, true));
  add_unknown(width_of(CatalogueName::views), 1, 2, rows);
}

void Relations::columns_of_standard(Rows& rows) const {
  for (const auto& [key, state] : book_.tables)
    if (!state.definition->shows)
      for (const TableColumn& column : state.definition->columns)
        add_column(key, column, shade_of(key, state.definition->held), rows);
  for (const auto& [key, view] : book_.views) {
    std::vector<Cell> cells(width_of(CatalogueName::columns));
    cells[1] = placed(key).schema;
    cells[2] = placed(key).name;
    rows.add(std::move(cells), Shade::named);
  }
  add_unknown(width_of(CatalogueName::columns), 1, 2, rows);
}

std::map<std::string, char> Relations::doubtful() const {
  std::map<std::string, char> found;
  const std::set<std::string> indexes = index_names();
  const auto add = [&](const std::string& key) {
    if (book_.tables.contains(key) || book_.views.contains(key) || indexes.contains(key)) return;
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

std::map<std::string, Oid> Relations::schemas() const {
  std::map<std::string, Oid> all;
  for (const char* name : {"public", "pg_catalog", "pg_toast", "information_schema"})
    all[name] = oid_of(name);
  for (const auto& [key, state] : book_.tables)
    all[placed(key).schema] = oid_of(placed(key).schema);
  for (const auto& [key, view] : book_.views) all[placed(key).schema] = oid_of(placed(key).schema);
  return all;
}

Cell Relations::database() const {
  return database_.empty() ? Cell::unknown() : Cell(database_);
}

Oid Relations::oid_of(std::string_view schema) const {
  return oid_of_object("schema:" + std::string(schema), oids_);
}

Cell Relations::kind_cell(char kind) {
  return kind == '\0' ? Cell() : Cell(std::string_view(&kind, 1));
}

Cell Relations::schema_of(const std::string& key, char kind) const {
  if (key.find('.') != std::string::npos) return std::int64_t{oid_of(placed(key).schema)};
  return kind == '\0' ? Cell() : Cell(std::int64_t{oid_of("public")});
}

Cell Relations::in_path(std::string_view schema) const {
  const bool there = std::ranges::find(path_, schema) != path_.end();
  return there ? Cell() : Cell::of(false);
}

Cell Relations::in_others() const {
  return path_ == std::vector<std::string>{"public"} ? Cell::of(false) : Cell();
}

Cell Relations::visible(const Placed& at) const {
  if (std::ranges::find(path_, at.schema) == path_.end()) return Cell::of(false);
  return path_.front() == at.schema ? Cell::of(true) : Cell::unknown();
}

void Relations::add_class(const std::string& key, const char* kind, Rows& rows) const {
  const Placed at = placed(key);
  rows.add({std::int64_t{oid_of_object(*kind == 'i' ? key_of_index(key) : key, oids_)},
            at.name,
            std::int64_t{oid_of(at.schema)},
            kind,
            {},
            Cell::of(false),
            {}},
           Shade::none, visible(at));
}

void Relations::add_attribute(const Definition& table, const TableColumn& column,
                              Rows& rows) const {
  const std::optional<DescribedType> type = described_type(column);
  const bool has_default = !column.lacks_default && column.identity == 0;
  const std::string identity(column.identity == 0 ? 0 : 1, column.identity);
  rows.add({std::int64_t{oid_of_object(table.key, oids_)}, column.name,
            type ? Cell(std::int64_t{type->oid}) : Cell::unknown(), std::int64_t{column.attribute},
            type ? Cell(std::int64_t{type->modifier}) : Cell::unknown(), Cell::of(column.not_null),
            Cell::of(has_default || column.generated), identity, column.generated ? "s" : "",
            Cell::of(false), Cell::of(true)},
           Shade::none, type ? Cell(type->name) : Cell::unknown());
}

void Relations::add_other_attributes(const std::string& key, Rows& rows) const {
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
  const Definition& table = *book_.tables.find(key)->second.definition;
  for (std::int64_t each = 1; each <= table.last_attribute; ++each)
    if (std::ranges::find(table.columns, each, &TableColumn::attribute) == table.columns.end())
      add(fmt::format("........pg.dropped.{}........", each), each, true);
}

void Relations::add_column(const std::string& key, const TableColumn& column, Shade shade,
                           Rows& rows) const {
  const std::optional<DescribedType> type = described_type(column);
  const auto told = [&](const std::optional<std::int32_t>& value) {
    return value ? Cell(std::int64_t{*value}) : Cell();
  };
  std::vector<Cell> cells(width_of(CatalogueName::columns), Cell::unknown());
  cells[0] = database();
  cells[1] = placed(key).schema;
  cells[2] = placed(key).name;
  cells[3] = column.name;
  cells[4] = std::int64_t{column.attribute};
  cells[5] = default_text(column);
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

Shade Relations::shade_of(const std::string& key, bool held) const {
  return held && (used_ == nullptr || !used_->contains(key)) ? Shade::named : Shade::none;
}

void Relations::add_unknown(std::size_t width, std::size_t schema, std::size_t name,
                            Rows& rows) const {
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
      add(key.find('.') == std::string::npos ? Cell() : Cell(placed(key).schema), placed(key).name,
          Shade::named);
  if (!book_.others_absent()) add("public", {}, Shade::unnamed);
  if (!knows_other_schemas()) add({}, {}, Shade::foreign);
}

}  // namespace understudy::postgres::emulation
