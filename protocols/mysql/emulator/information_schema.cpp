#include "protocols/mysql/emulator/information_schema.hpp"

#include <algorithm>
#include <map>

#include "protocols/mysql/emulator/errors.hpp"
#include "protocols/mysql/names.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::mysql::emulation {
namespace {

using sql::contents::Default;
using sql::contents::is_text;
using sql::contents::Reference;
using sql::contents::UniqueKey;
using Row = std::vector<std::string>;

const std::string unknown{unknown_cell};
constexpr const char* null = "NULL";

std::string sql_number(std::int64_t number) {
  return std::to_string(number);
}

// ---- columns ----

struct NumberType {
  std::string_view name;
  int width, unsigned_width, precision, unsigned_precision;
};
constexpr NumberType number_types[] = {{"tinyint", 4, 3, 3, 3},
                                       {"smallint", 6, 5, 5, 5},
                                       {"int", 11, 10, 10, 10},
                                       {"bigint", 20, 20, 19, 20}};

/// The type as the server calls it.
std::string data_type(const tree::Type& type) {
  static const std::map<std::string_view, std::string_view> others = {
      {"integer", "int"},   {"bool", "tinyint"},    {"boolean", "tinyint"}, {"dec", "decimal"},
      {"fixed", "decimal"}, {"numeric", "decimal"}, {"real", "double"},     {"json", "longtext"}};
  const auto found = others.find(type.name.name);
  return found == others.end() ? type.name.name : std::string(found->second);
}

/// Of one column of a table.
class ColumnFacts {
 public:
  ColumnFacts(const Definition& table, std::size_t place, const MysqlRules& rules)
      : table_(table),
        column_(table.columns[place]),
        place_(place),
        rules_(rules),
        name_(data_type(column_.declared)) {}

  [[nodiscard]] std::string data() const { return sql_text(name_); }

  /// `int(11)`, `varchar(9)`, `decimal(8,2) unsigned`
  [[nodiscard]] std::string type() const {
    if (!rules_.reading.mariadb || column_.type.kind == TypeKind::opaque || column_.generated)
      return unknown;
    const auto& arguments = column_.declared.arguments;
    std::string text = name_;
    const auto* whole = std::ranges::find(number_types, name_, &NumberType::name);
    const bool truth = column_.declared.name.name.starts_with("bool");
    if (whole != std::end(number_types)) {
      const int width = truth                          ? 1
                        : column_.declared.is_unsigned ? whole->unsigned_width
                                                       : whole->width;
      text += "(" + (arguments.empty() ? std::to_string(width) : arguments.front()) + ")";
    } else if (name_ == "decimal") {
      text += "(" + (arguments.empty() ? "10" : arguments[0]) + "," +
              (arguments.size() < 2 ? "0" : arguments[1]) + ")";
    } else if (column_.type.enumeration != nullptr) {
      std::string labels;
      for (const std::string& each : arguments)
        labels += (labels.empty() ? "'" : ",'") + each + "'";
      text += "(" + labels + ")";
    } else if (name_ == "char" && arguments.empty()) {
      text += "(1)";
    } else if (!arguments.empty() && !(is_moment() && arguments.front() == "0")) {
      if (name_ == "text" || name_ == "blob" || name_ == "float" || name_ == "double")
        return unknown;
      text += "(" + arguments.front() + ")";
    }
    return sql_text(text + (column_.declared.is_unsigned ? " unsigned" : ""));
  }

  [[nodiscard]] std::string characters() const {
    if (column_.type.kind == TypeKind::json) return "4294967295";
    if (name_ == "longtext" || name_ == "longblob") return "4294967295";
    if (is_text(column_.type.kind) || column_.type.kind == TypeKind::bytea)
      return sql_number(column_.type.length);
    return column_.type.kind == TypeKind::opaque ? unknown : null;
  }

  [[nodiscard]] std::string precision() const {
    const auto* whole = std::ranges::find(number_types, name_, &NumberType::name);
    if (whole != std::end(number_types))
      return sql_number(column_.declared.is_unsigned ? whole->unsigned_precision
                                                     : whole->precision);
    if (column_.type.kind == TypeKind::numeric) return sql_number(column_.type.length);
    if (column_.type.kind == TypeKind::float8) return name_ == "float" ? "12" : "22";
    return column_.type.kind == TypeKind::opaque || name_ == "mediumint" ? unknown : null;
  }

  [[nodiscard]] std::string scale() const {
    if (column_.type.kind == TypeKind::numeric) return sql_number(column_.type.scale);
    if (sql::contents::is_whole(column_.type.kind)) return "0";
    return column_.type.kind == TypeKind::opaque ? unknown : null;
  }

  [[nodiscard]] std::string decimals() const {
    if (is_moment()) return sql_number(column_.type.scale);
    return column_.type.kind == TypeKind::opaque ? unknown : null;
  }

  [[nodiscard]] std::string collation() const {
    if (column_.type.kind == TypeKind::opaque) return unknown;
    if (column_.type.kind == TypeKind::json) return sql_text("utf8mb4_bin");
    if (!is_text(column_.type.kind)) return null;
    if (!column_.declared.charset.empty() && column_.declared.collation.empty()) return unknown;
    const std::string& own = column_.declared.collation;
    std::string name = !own.empty() ? own : table_.collation;
    if (name.empty()) {
      const auto found = rules_.collations.find(rules_.database_of(table_));
      if (found != rules_.collations.end()) name = found->second;
    }
    return name.empty() || name == "not told" ? unknown : sql_text(name);
  }

  /// As information_schema shows it: texts in quotes, NULL as a word.
  [[nodiscard]] std::string preset() const {
    if (!rules_.reading.mariadb || column_.generated) return unknown;
    const Default& preset = column_.default_;
    if (preset.kind == Default::Kind::number) return null;
    if (column_.lacks_default) return column_.not_null ? null : sql_text("NULL");
    if (preset.moment && preset.kind == Default::Kind::fresh) {
      const auto* digits = std::get_if<std::int64_t>(&preset.value);
      if (name_ == "date" || digits == nullptr) return unknown;
      return sql_text(*digits == 0 ? "current_timestamp()"
                                   : "current_timestamp(" + std::to_string(*digits) + ")");
    }
    if (preset.kind != Default::Kind::constant) return unknown;
    bool sure = true;
    const auto text = rules_.print_value(column_.type, preset.value, sure);
    if (!sure) return unknown;
    if (!text) return sql_text("NULL");
    const bool number =
        sql::contents::is_whole(column_.type.kind) || column_.type.kind == TypeKind::numeric;
    if (column_.type.kind == TypeKind::float8) return unknown;
    return sql_text(number ? *text : "'" + *text + "'");
  }

  [[nodiscard]] std::string key() const {
    const auto leads = [&](const auto& each) {
      return !each.columns.empty() && each.columns.front() == place_;
    };
    const bool has_primary = std::ranges::any_of(table_.keys, &UniqueKey::primary);
    for (const UniqueKey& each : table_.keys) {
      if (each.primary && std::ranges::count(each.columns, place_) > 0) return sql_text("PRI");
      // Without a primary key the server may take another one for it.
      if (!has_primary) return unknown;
    }
    for (const UniqueKey& each : table_.keys)
      if (leads(each) && each.columns.size() == 1) return sql_text("UNI");
    const bool several = std::ranges::any_of(table_.keys, leads);
    return sql_text(several || std::ranges::any_of(table_.indexes, leads) ? "MUL" : "");
  }

  [[nodiscard]] std::string extra() const {
    if (column_.generated) return unknown;
    if (column_.default_.kind == Default::Kind::number) return sql_text("auto_increment");
    if (!column_.is_refreshed) return sql_text("");
    if (!column_.refreshed_digits) return unknown;
    const int digits = *column_.refreshed_digits;
    return sql_text(digits == 0 ? "on update current_timestamp()"
                                : "on update current_timestamp(" + std::to_string(digits) + ")");
  }

 private:
  [[nodiscard]] bool is_moment() const {
    const TypeKind kind = column_.type.kind;
    return kind == TypeKind::timestamp || kind == TypeKind::timestamptz || kind == TypeKind::time;
  }

  const Definition& table_;
  const TableColumn& column_;
  std::size_t place_;
  const MysqlRules& rules_;
  std::string name_;
};

// ---- what there is ----

class Catalogue {
 public:
  Catalogue(const TableBook& book, const MysqlRules& rules) : book_(book), rules_(rules) {
    const auto names = book.names_in_use();
    if (!names || !book.complete) throw Unsure{"which tables there are"};
    database_ = sql_text(rules.main_database);
    for (const std::string& key : *names) {
      const auto table = book.tables.find(key);
      const auto view = rules.view_names.find(key);
      const bool is_table = table != book.tables.end();
      if (is_table == (view != rules.view_names.end())) throw Unsure{"which tables there are"};
      if (is_table)
        tables_.push_back(table->second.definition.get());
      else
        views_.push_back(view->second);
    }
  }

  [[nodiscard]] CatalogueTable tables() const {
    CatalogueTable made{{{"table_catalog"},
                         {"table_schema"},
                         {"table_name"},
                         {"table_type"},
                         {"engine"},
                         {"table_collation"},
                         {"table_comment"},
                         {"auto_increment", true},
                         {"table_rows", true}},
                        {}};
    for (const Definition* each : tables_)
      made.rows.push_back({"'def'", database_, name_of(*each), "'BASE TABLE'", "'InnoDB'",
                           collation_of(*each), comment(), unknown, unknown});
    for (const std::string& each : views_)
      made.rows.push_back(
          {"'def'", database_, sql_text(each), "'VIEW'", null, null, "'VIEW'", null, null});
    // As the server lists them.
    std::ranges::sort(made.rows, {}, [](const Row& row) { return row[2]; });
    return made;
  }

  [[nodiscard]] CatalogueTable columns() const {
    if (!views_.empty()) throw Unsure{"the columns of a view"};
    CatalogueTable made{{{"table_catalog"},
                         {"table_schema"},
                         {"table_name"},
                         {"column_name"},
                         {"ordinal_position", true},
                         {"column_default"},
                         {"is_nullable"},
                         {"data_type"},
                         {"character_maximum_length", true},
                         {"numeric_precision", true},
                         {"numeric_scale", true},
                         {"datetime_precision", true},
                         {"collation_name"},
                         {"column_type"},
                         {"column_key"},
                         {"extra"},
                         {"column_comment"}},
                        {}};
    for (const Definition* table : tables_)
      for (std::size_t i = 0; i < table->columns.size(); ++i) {
        const TableColumn& column = table->columns[i];
        const ColumnFacts facts(*table, i, rules_);
        made.rows.push_back({"'def'", database_, name_of(*table), sql_text(column.name),
                             sql_number(static_cast<std::int64_t>(i) + 1), facts.preset(),
                             sql_text(column.not_null ? "NO" : "YES"), facts.data(),
                             facts.characters(), facts.precision(), facts.scale(), facts.decimals(),
                             facts.collation(), facts.type(), facts.key(), facts.extra(),
                             comment()});
      }
    return made;
  }

  [[nodiscard]] CatalogueTable statistics() const {
    CatalogueTable made{{{"table_catalog"},
                         {"table_schema"},
                         {"table_name"},
                         {"non_unique", true},
                         {"index_schema"},
                         {"index_name"},
                         {"seq_in_index", true},
                         {"column_name"},
                         {"collation"},
                         {"cardinality", true},
                         {"nullable"},
                         {"index_type"}},
                        {}};
    const auto add = [&](const Definition& table, const std::string& name, bool unique,
                         const std::vector<std::size_t>& columns) {
      for (std::size_t i = 0; i < columns.size(); ++i)
        made.rows.push_back({"'def'", database_, name_of(table), unique ? "0" : "1", database_,
                             known(name), sql_number(static_cast<std::int64_t>(i) + 1),
                             sql_text(table.columns[columns[i]].name), "'A'", unknown,
                             sql_text(table.columns[columns[i]].not_null ? "" : "YES"),
                             unique ? "'BTREE'" : unknown});
    };
    for (const Definition* table : tables_) {
      require_followed(*table);
      for (const UniqueKey* key : keys_in_order(*table)) add(*table, key->name, true, key->columns);
      for (const auto& index : table->indexes) {
        if (index.columns.empty()) throw Unsure{"an index of what is no column"};
        add(*table, index.name, false, index.columns);
      }
    }
    return made;
  }

  [[nodiscard]] CatalogueTable key_column_usage() const {
    CatalogueTable made{{{"constraint_catalog"},
                         {"constraint_schema"},
                         {"constraint_name"},
                         {"table_catalog"},
                         {"table_schema"},
                         {"table_name"},
                         {"column_name"},
                         {"ordinal_position", true},
                         {"position_in_unique_constraint", true},
                         {"referenced_table_schema"},
                         {"referenced_table_name"},
                         {"referenced_column_name"}},
                        {}};
    const auto add = [&](const Definition& table, const std::string& name, std::size_t column,
                         std::size_t at, Row of) {
      Row row = {"'def'",
                 database_,
                 known(name),
                 "'def'",
                 database_,
                 name_of(table),
                 sql_text(table.columns[column].name),
                 sql_number(static_cast<std::int64_t>(at) + 1)};
      row.insert(row.end(), of.begin(), of.end());
      made.rows.push_back(std::move(row));
    };
    for (const Definition* table : tables_) {
      require_followed(*table);
      for (const UniqueKey* key : keys_in_order(*table))
        for (std::size_t i = 0; i < key->columns.size(); ++i)
          add(*table, key->name, key->columns[i], i, {null, null, null, null});
      for (const Reference* each : references_of(*table))
        for (std::size_t i = 0; i < each->columns.size(); ++i)
          add(*table, each->name, each->columns[i], i,
              {sql_number(static_cast<std::int64_t>(i) + 1), database_, parent_of(*each),
               i < each->of.size() ? sql_text(each->of[i]) : unknown});
    }
    return made;
  }

  [[nodiscard]] CatalogueTable table_constraints() const {
    CatalogueTable made{{{"constraint_catalog"},
                         {"constraint_schema"},
                         {"constraint_name"},
                         {"table_schema"},
                         {"table_name"},
                         {"constraint_type"}},
                        {}};
    const auto add = [&](const Definition& table, const std::string& name, const char* type) {
      made.rows.push_back({"'def'", database_, known(name), database_, name_of(table), type});
    };
    for (const Definition* table : tables_) {
      require_followed(*table);
      for (const UniqueKey* key : keys_in_order(*table))
        add(*table, key->name, key->primary ? "'PRIMARY KEY'" : "'UNIQUE'");
      if (!rules_.reading.mariadb && !table->checks.empty())
        throw Unsure{"the conditions of tables"};
      for (const auto& [name, check] : conditions_of(*table)) add(*table, name, "'CHECK'");
      for (const Reference* each : references_of(*table)) add(*table, each->name, "'FOREIGN KEY'");
    }
    return made;
  }

  [[nodiscard]] CatalogueTable referential_constraints() const {
    CatalogueTable made{{{"constraint_catalog"},
                         {"constraint_schema"},
                         {"constraint_name"},
                         {"table_name"},
                         {"referenced_table_name"},
                         {"match_option"},
                         {"update_rule"},
                         {"delete_rule"}},
                        {}};
    for (const Definition* table : tables_)
      for (const Reference* each : references_of(*table))
        made.rows.push_back({"'def'", database_, known(each->name), name_of(*table),
                             parent_of(*each), "'NONE'", rule_of(each->on_update),
                             rule_of(each->on_delete)});
    return made;
  }

  /// MariaDB's.
  [[nodiscard]] CatalogueTable check_constraints() const {
    CatalogueTable made{{{"constraint_catalog"},
                         {"constraint_schema"},
                         {"table_name"},
                         {"constraint_name"},
                         {"level"},
                         {"check_clause"}},
                        {}};
    if (!rules_.reading.mariadb) throw Unsure{"the conditions of tables"};
    for (const Definition* table : tables_) {
      for (const auto& [name, check] : conditions_of(*table))
        made.rows.push_back({"'def'", database_, name_of(*table), known(name),
                             check == nullptr || !check->column.empty() ? "'Column'" : "'Table'",
                             check == nullptr ? sql_text("json_valid(`" + name + "`)") : unknown});
    }
    return made;
  }

 private:
  static std::string name_of(const Definition& table) { return sql_text(table.spelled.name); }
  static std::string known(const std::string& name) {
    return name.empty() ? unknown : sql_text(name);
  }
  static std::string rule_of(tree::ForeignAction action) {
    switch (action) {
      case tree::ForeignAction::cascade:
        return "'CASCADE'";
      case tree::ForeignAction::set_null:
        return "'SET NULL'";
      case tree::ForeignAction::restrict:
        return "'RESTRICT'";
      case tree::ForeignAction::no_action:
        return unknown;
      default:
        return unknown;
    }
  }
  /// By their names those behind columns, that of JSON (null) among them, and then the table's own.
  static std::vector<std::pair<std::string, const sql::contents::Check*>> conditions_of(
      const Definition& table) {
    std::vector<std::pair<std::string, const sql::contents::Check*>> all;
    for (const TableColumn& column : table.columns) {
      if (column.type.kind == TypeKind::json) all.emplace_back(column.name, nullptr);
      for (const auto& check : table.checks)
        if (check.column == column.name && column.type.kind != TypeKind::json)
          all.emplace_back(column.name, &check);
    }
    for (const auto& check : table.checks)
      if (check.column.empty()) all.emplace_back(check.name, &check);
    return all;
  }
  /// Its keys are all that it has.
  static void require_followed(const Definition& table) {
    if (!table.takes_rows) throw Unsure{"the keys of " + table.key};
  }
  [[nodiscard]] std::string parent_of(const Reference& reference) const {
    const auto found = book_.tables.find(reference.parent);
    return found == book_.tables.end() ? unknown : name_of(*found->second.definition);
  }
  /// By name, as the server lists them.
  static std::vector<const Reference*> references_of(const Definition& table) {
    std::vector<const Reference*> all;
    for (const Reference& each : table.references) all.push_back(&each);
    std::ranges::stable_sort(all, {}, [](const Reference* each) { return each->name; });
    return all;
  }
  [[nodiscard]] std::string comment() const { return book_.has_comments ? unknown : "''"; }
  [[nodiscard]] std::string collation_of(const Definition& table) const {
    if (!table.collation.empty())
      return table.collation == "not told" ? unknown : sql_text(table.collation);
    const auto found = rules_.collations.find(rules_.main_database);
    return found == rules_.collations.end() || found->second.empty() ? unknown
                                                                     : sql_text(found->second);
  }

  const TableBook& book_;
  const MysqlRules& rules_;
  std::string database_;
  std::vector<const Definition*> tables_;
  std::vector<std::string> views_;
};

}  // namespace

std::string sql_text(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    if (c == '\'') literal += c;
    literal += c;
  }
  return literal + "'";
}

std::optional<CatalogueTable> information_schema(std::string_view table, const TableBook& book,
                                                 const MysqlRules& rules) {
  using Make = CatalogueTable (Catalogue::*)() const;
  static const std::map<std::string_view, Make> makers = {
      {"tables", &Catalogue::tables},
      {"columns", &Catalogue::columns},
      {"statistics", &Catalogue::statistics},
      {"key_column_usage", &Catalogue::key_column_usage},
      {"table_constraints", &Catalogue::table_constraints},
      {"referential_constraints", &Catalogue::referential_constraints},
      {"check_constraints", &Catalogue::check_constraints}};
  const auto found = makers.find(table);
  if (found == makers.end()) return std::nullopt;
  return (Catalogue(book, rules).*(found->second))();
}

}  // namespace understudy::mysql::emulation
