#include "protocols/mysql/declared_columns.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "protocols/sql/cursor.hpp"

namespace understudy::mysql {

namespace {

using sql::NameCase;
using sql::TokenKind;
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

class DeclarationReader {
 public:
  DeclarationReader(std::string_view sql, sql::Mode mode) : mode_(mode), cursor_(sql, mode) {}

  std::vector<DeclaredColumns> read() {
    if (cursor_.accept("create"))
      created();
    else if (cursor_.accept("alter"))
      altered();
    else if (cursor_.accept("rename"))
      renamed();
    if (odd_name_) return {};
    if (cursor_.conditional())
      for (DeclaredColumns& declared : made_) declared.unknown = true;
    return std::move(made_);
  }

 private:
  std::string name() {
    const TokenKind kind = cursor_.now().kind;
    if (kind != TokenKind::word && kind != TokenKind::quoted) return {};
    std::string found = sql::name_of(cursor_.now(), mode_, NameCase::folded);
    odd_name_ = odd_name_ || std::ranges::any_of(found, [](char c) {
                  return static_cast<unsigned char>(c) >= 0x80 || c == '.';
                });
    cursor_.step();
    return found;
  }
  std::string table() {
    std::string first = name();
    return cursor_.accept('.') ? first + "." + name() : first;
  }

  /// Past what may stand before the name of a table.
  bool table_head() {
    for (const char* word : {"or", "replace", "temporary", "online", "ignore"})
      cursor_.accept(word);
    if (!cursor_.accept("table") && !cursor_.accept("tables")) return false;
    for (const char* word : {"if", "not", "exists"}) cursor_.accept(word);
    return true;
  }

  void created() {
    if (!table_head()) return;
    made_.push_back({.table = table()});
    if (!cursor_.accept('(') || cursor_.word() == "like" || cursor_.word() == "select" ||
        cursor_.now().is('(')) {
      made_.back().unknown = true;
      return;
    }
    elements();
  }

  /// Behind the parenthesis that opens a list of columns and keys, to the one that closes it.
  void elements() {
    do {
      element();
    } while (cursor_.accept(','));
    cursor_.accept(')');
  }

  void element() {
    static constexpr std::array<std::string_view, 9> others = {"constraint", "primary", "unique",
                                                               "key",        "index",   "foreign",
                                                               "fulltext",   "spatial", "check"};
    const bool column =
        cursor_.now().kind == TokenKind::quoted ||
        (std::ranges::find(others, cursor_.word()) == others.end() && cursor_.word() != "period");
    if (column) definition();
    skip_item();
  }

  void definition() {
    std::string column = name();
    const std::string type = cursor_.word();
    cursor_.step();
    if (type == "json") made_.back().json.push_back(column);
    made_.back().columns.emplace_back(std::move(column), declared(type));
  }

  Declared declared(const std::string& type) {
    const auto known = std::ranges::find(declared_types, type, &DeclaredType::name);
    Declared entry;
    std::uint32_t sizes[2] = {0, 0};
    bool sized = false;
    if (cursor_.now().is('(') && cursor_.ahead().kind == TokenKind::number) {
      cursor_.step();
      sized = true;
      sizes[0] = number();
      if (cursor_.accept(',')) sizes[1] = number();
      sized = cursor_.accept(')') && sized;
    }
    attributes(entry);
    if (known == declared_types.end() || computed_) return entry;
    entry.kind = known->kind;
    entry.type = known->type;
    entry.octets = known->octets;
    entry.length = sized ? sizes[0] : known->length;
    if (type == "serial") entry.is_unsigned = entry.not_null = entry.auto_increment = true;
    if (entry.kind != DeclaredKind::decimal) return entry;
    // As a result would tell it: with a sign and a point.
    entry.decimals = static_cast<std::uint8_t>(sizes[1]);
    entry.length = (sized ? sizes[0] : 10) + (sizes[1] > 0 ? 1 : 0) + (entry.is_unsigned ? 0 : 1);
    return entry;
  }

  /// Up to the comma or parenthesis that ends the column.
  void attributes(Declared& entry) {
    computed_ = false;
    while (!cursor_.at_end() && !cursor_.now().is(',') && !cursor_.now().is(')')) {
      const std::string found = cursor_.word();
      if (found == "unsigned" || found == "zerofill") entry.is_unsigned = true;
      if (found == "auto_increment") entry.auto_increment = entry.not_null = true;
      if (found == "primary") entry.not_null = true;
      if (found == "as" || found == "generated") computed_ = true;
      if (found == "not") {
        cursor_.step();
        if (cursor_.word() == "null") entry.not_null = true;
      }
      if (cursor_.now().is('('))
        skip_parentheses();
      else
        cursor_.step();
    }
  }

  std::uint32_t number() {
    std::uint32_t value = 0;
    const std::string_view text = cursor_.now().text;
    std::from_chars(text.data(), text.data() + text.size(), value);
    cursor_.step();
    return value;
  }

  void skip_parentheses() {
    int depth = 0;
    do {
      depth += cursor_.now().is('(') ? 1 : cursor_.now().is(')') ? -1 : 0;
      cursor_.step();
    } while (depth > 0 && !cursor_.at_end());
  }

  void skip_item() {
    while (!cursor_.at_end() && !cursor_.now().is(',') && !cursor_.now().is(')'))
      if (cursor_.now().is('('))
        skip_parentheses();
      else
        cursor_.step();
  }

  void altered() {
    if (!table_head()) return;
    made_.push_back({.table = table()});
    do {
      change();
    } while (cursor_.accept(','));
  }

  void change() {
    if (cursor_.accept("add")) {
      cursor_.accept("column");
      for (const char* word : {"if", "not", "exists"}) cursor_.accept(word);
      return cursor_.accept('(') ? elements() : element();
    }
    const bool renames = cursor_.accept("change");
    if (renames || cursor_.accept("modify")) {
      cursor_.accept("column");
      for (const char* word : {"if", "exists"}) cursor_.accept(word);
      if (renames) {
        const std::string before = name();
        // One that takes another name leaves its own to whatever comes.
        if (before != sql::name_of(cursor_.now(), mode_, NameCase::folded))
          made_.back().columns.emplace_back(before, Declared());
      }
      return element();
    }
    if (cursor_.word() == "rename") made_.back().unknown = true;
    if (cursor_.accept("rename") && cursor_.word() != "column" && cursor_.word() != "index" &&
        cursor_.word() != "key") {
      if (!cursor_.accept("to")) cursor_.accept("as");
      DeclaredColumns other{.table = table(), .unknown = true};
      made_.insert(made_.begin(), std::move(other));
    }
    skip_item();
  }

  void renamed() {
    if (!table_head()) return;
    do {
      made_.push_back({.table = table(), .unknown = true});
      while (!cursor_.at_end() && cursor_.word() != "to") cursor_.step();
      if (cursor_.accept("to")) made_.push_back({.table = table(), .unknown = true});
    } while (cursor_.accept(','));
  }

  sql::Mode mode_;
  sql::Cursor cursor_;
  bool computed_ = false;  // of the column that was read last
  bool odd_name_ = false;  // one that no key has
  std::vector<DeclaredColumns> made_;
};

}  // namespace

std::vector<DeclaredColumns> declared_columns(std::string_view sql, sql::Mode mode) {
  return DeclarationReader(sql, mode).read();
}

}  // namespace understudy::mysql
