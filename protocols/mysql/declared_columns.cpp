#include "protocols/mysql/declared_columns.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "protocols/mysql/names.hpp"
#include "protocols/sql/tree/parse_mysql.hpp"

namespace understudy::mysql {

namespace {

namespace tree = sql::tree;
using Declared = ColumnBook::Entry;
using DeclaredKind = ColumnBook::Kind;

struct DeclaredType {
  std::string_view name;
  DeclaredKind kind;
  FieldType type;
  std::uint32_t length = 0;  ///< of text, where none is given
  bool octets = false;
};

constexpr std::uint32_t longest_text = std::numeric_limits<std::uint32_t>::max();
constexpr std::array declared_types = {
    DeclaredType{"tinyint", DeclaredKind::integer, FieldType::tiny},
    DeclaredType{"bool", DeclaredKind::integer, FieldType::tiny},
    DeclaredType{"boolean", DeclaredKind::integer, FieldType::tiny},
    DeclaredType{"smallint", DeclaredKind::integer, FieldType::short_},
    DeclaredType{"mediumint", DeclaredKind::integer, FieldType::int24},
    DeclaredType{"int", DeclaredKind::integer, FieldType::long_},
    DeclaredType{"integer", DeclaredKind::integer, FieldType::long_},
    DeclaredType{"bigint", DeclaredKind::integer, FieldType::longlong},
    DeclaredType{"serial", DeclaredKind::integer, FieldType::longlong},
    DeclaredType{"decimal", DeclaredKind::decimal, FieldType::newdecimal},
    DeclaredType{"numeric", DeclaredKind::decimal, FieldType::newdecimal},
    DeclaredType{"dec", DeclaredKind::decimal, FieldType::newdecimal},
    DeclaredType{"fixed", DeclaredKind::decimal, FieldType::newdecimal},
    DeclaredType{"char", DeclaredKind::text, FieldType::string, 1},
    DeclaredType{"varchar", DeclaredKind::text, FieldType::var_string},
    DeclaredType{"tinytext", DeclaredKind::text, FieldType::blob, 255},
    DeclaredType{"text", DeclaredKind::text, FieldType::blob, 65'535},
    DeclaredType{"mediumtext", DeclaredKind::text, FieldType::blob, 16'777'215},
    DeclaredType{"longtext", DeclaredKind::text, FieldType::blob, longest_text},
    DeclaredType{"varbinary", DeclaredKind::text, FieldType::var_string, 0, true},
    DeclaredType{"tinyblob", DeclaredKind::text, FieldType::blob, 255, true},
    DeclaredType{"blob", DeclaredKind::text, FieldType::blob, 65'535, true},
    DeclaredType{"mediumblob", DeclaredKind::text, FieldType::blob, 16'777'215, true},
    DeclaredType{"longblob", DeclaredKind::text, FieldType::blob, longest_text, true},
    DeclaredType{"enum", DeclaredKind::enumeration, FieldType::enum_},
};

/// `decimal(10, 2)`: numbers only.
std::vector<std::uint32_t> sizes_of(const tree::Type& type) {
  std::vector<std::uint32_t> sizes;
  for (const std::string& argument : type.arguments) {
    std::uint32_t size = 0;
    const char* const end = argument.data() + argument.size();
    const auto [read, error] = std::from_chars(argument.data(), end, size);
    if (error == std::errc{} && read == end) sizes.push_back(size);
  }
  return sizes;
}

Declared entry_of(const tree::ColumnDefinition& column) {
  const auto known = std::ranges::find(declared_types, column.type.name.name, &DeclaredType::name);
  Declared entry;
  const bool primary = std::ranges::any_of(column.constraints, [](const auto& each) {
    return each.kind == tree::Constraint::Kind::primary;
  });
  entry.is_unsigned = column.type.is_unsigned;
  entry.auto_increment = column.identity;
  entry.not_null = column.not_null || column.identity || primary;
  if (known == declared_types.end() || column.generated) return entry;
  entry.kind = known->kind;
  entry.type = known->type;
  entry.octets = known->octets;
  const std::vector<std::uint32_t> sizes = sizes_of(column.type);
  entry.length = sizes.empty() ? known->length : sizes[0];
  if (entry.kind != DeclaredKind::decimal) return entry;
  // As a result would tell it: with a sign and a point.
  const std::uint32_t decimals = sizes.size() > 1 ? sizes[1] : 0;
  entry.decimals = static_cast<std::uint8_t>(decimals);
  entry.length =
      (sizes.empty() ? 10 : sizes[0]) + (decimals > 0 ? 1 : 0) + (entry.is_unsigned ? 0 : 1);
  return entry;
}

class DeclarationReader {
 public:
  std::vector<DeclaredColumns> read(const tree::Statement& statement) {
    if (const auto* table = statement.as<tree::CreateTable>()) {
      created(*table);
    } else if (const auto* altered = statement.as<tree::AlterTable>()) {
      this->altered(*altered);
    } else if (const auto* renamed = statement.as<tree::RenameTables>()) {
      for (const auto& pair : renamed->pairs)
        for (const tree::Name* name : {&pair.from, &pair.to}) add(*name).unknown = true;
    }
    if (odd_name_) return {};
    if (statement.depends_on_version)
      for (DeclaredColumns& declared : made_) declared.unknown = true;
    return std::move(made_);
  }

 private:
  std::string plain(const std::string& name) {
    odd_name_ = odd_name_ || is_odd_name(name);
    return folded(name);
  }
  DeclaredColumns& add(const tree::Name& table) {
    plain(table.schema), plain(table.name);
    return made_.emplace_back(DeclaredColumns{.table = spelled_name(table)});
  }

  void created(const tree::CreateTable& table) {
    DeclaredColumns& made = add(table.name);
    made.unknown = table.columns.empty() || !table.like.empty();
    for (const tree::ColumnDefinition& column : table.columns) define(column, made);
  }

  void define(const tree::ColumnDefinition& column, DeclaredColumns& made) {
    std::string name = plain(column.name);
    if (column.type.name.name == "json") made.json.push_back(name);
    made.columns.emplace_back(std::move(name), entry_of(column));
  }

  void altered(const tree::AlterTable& table) {
    using Change = tree::AlterAction::Kind;
    add(table.name);
    for (const tree::AlterAction& action : table.actions) {
      const bool renames = action.kind == Change::change_column && action.column &&
                           folded(action.name) != folded(action.column->name);
      // One that takes another name leaves its own to whatever comes.
      if (renames) made_.back().columns.emplace_back(plain(action.name), Declared());
      if (action.column) define(*action.column, made_.back());
      if (action.kind == Change::rename_column || action.kind == Change::rename_table)
        made_.back().unknown = true;
      if (action.kind != Change::rename_table) continue;
      DeclaredColumns other{.table = spelled_name(action.table), .unknown = true};
      made_.insert(made_.begin(), std::move(other));
    }
  }

  bool odd_name_ = false;  // one that no key has
  std::vector<DeclaredColumns> made_;
};

}  // namespace

std::vector<DeclaredColumns> declared_columns(std::string_view sql, sql::Mode mode) {
  const tree::Statement statement = tree::parse_mysql(sql, mode);
  if (statement.understood()) return DeclarationReader().read(statement);
  // What is not understood may change whatever it names.
  std::vector<DeclaredColumns> doubtful;
  for (const tree::Name& name : names_in(sql, mode))
    doubtful.push_back({.table = spelled_name(name), .unknown = true});
  return doubtful;
}

}  // namespace understudy::mysql
