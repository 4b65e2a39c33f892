#include "protocols/mysql/schema.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include "protocols/sql/cursor.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/schema_text.hpp"

namespace understudy::mysql {
namespace {

using sql::Token;
using sql::TokenKind;

constexpr sql::Mode schema_mode{sql::Dialect::mysql, true, false};

/// A statement's tokens, read from left to right. What `/*!40101 … */` holds is read as if it stood
/// there.
class Words {
 public:
  explicit Words(std::string_view statement) : lexer_(statement, schema_mode) {
    for (Token token = lexer_.next(); token.kind != TokenKind::end; token = lexer_.next()) {
      sound_ = sound_ && token.kind != TokenKind::broken;
      if (token.kind == TokenKind::comment_open || token.kind == TokenKind::comment_close ||
          token.kind == TokenKind::hint)
        continue;
      tokens_.push_back(token);
    }
  }

  [[nodiscard]] bool sound() const noexcept { return sound_; }
  [[nodiscard]] bool at_end() const noexcept { return at_ >= tokens_.size(); }
  [[nodiscard]] bool is(char mark) const noexcept { return !at_end() && tokens_[at_].is(mark); }
  [[nodiscard]] bool is(std::string_view word) const noexcept {
    return !at_end() && tokens_[at_].kind == TokenKind::word &&
           sql::equals_folded(tokens_[at_].text, word);
  }
  /// Whether the token behind the next one is that word.
  [[nodiscard]] bool ahead(std::string_view word) const noexcept {
    return at_ + 1 < tokens_.size() && tokens_[at_ + 1].kind == TokenKind::word &&
           sql::equals_folded(tokens_[at_ + 1].text, word);
  }
  void step() noexcept { ++at_; }
  bool accept(char mark) {
    if (!is(mark)) return false;
    step();
    return true;
  }
  /// Steps over these words where all of them are next.
  bool accept(std::initializer_list<std::string_view> words) {
    const std::size_t before = at_;
    for (const std::string_view word : words) {
      if (is(word)) {
        step();
        continue;
      }
      at_ = before;
      return false;
    }
    return true;
  }
  [[nodiscard]] bool is_name() const noexcept {
    return !at_end() &&
           (tokens_[at_].kind == TokenKind::word || tokens_[at_].kind == TokenKind::quoted);
  }
  /// In lower case, without quotes; empty where none is next.
  std::string name() {
    if (!is_name()) return {};
    return sql::name_of(tokens_[at_++], schema_mode, sql::NameCase::folded);
  }
  /// `table` or `schema.table`.
  std::string table() {
    std::string first = name();
    if (first.empty() || !accept('.')) return first;
    const std::string second = name();
    return second.empty() ? second : first + "." + second;
  }
  /// Steps over a parenthesis with all that is in it.
  void skip_parentheses() {
    int depth = 0;
    do {
      depth += is('(') ? 1 : is(')') ? -1 : 0;
      step();
    } while (depth > 0 && !at_end());
  }
  /// Up to the comma or parenthesis that ends an item of a list.
  void skip_item() {
    while (!at_end() && !is(',') && !is(')'))
      if (is('('))
        skip_parentheses();
      else
        step();
  }
  [[nodiscard]] bool has(std::string_view word) const {
    return std::ranges::any_of(tokens_, [&](const Token& token) {
      return token.kind == TokenKind::word && sql::equals_folded(token.text, word);
    });
  }
  /// Behind the first of these words that is still to come; false where none is.
  bool seek(std::string_view word) {
    while (!at_end() && !is(word)) step();
    const bool found = !at_end();
    step();
    return found;
  }

 private:
  sql::Lexer lexer_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  bool sound_ = true;
};

class SchemaReader {
 public:
  SchemaReader(const SchemaFile& file, const TableKey& key_of, Schema& schema,
               Diagnostics& problems)
      : file_(file), key_of_(key_of), schema_(schema), problems_(problems) {}

  void read() {
    for (const sql::SchemaStatement& statement : sql::schema_statements(file_.text, schema_mode)) {
      line_ = statement.line;
      Words words(statement.text);
      if (words.sound())
        take(words);
      else
        report("a statement with an open quote or comment");
    }
  }

 private:
  void report(const std::string& what) {
    problems_.push_back({Severity::error, file_.name, line_, what,
                         "correct it, or leave it out: only tables and indexes matter here"});
  }
  void doubt(const std::string& table, const std::string& what) {
    sql::doubt(schema_, table, sql::place_of(file_, line_) + ": " + what);
  }
  std::string key(const std::string& name) {
    if (name.empty()) return name;
    const bool bare = name.find('.') == std::string::npos;
    return key_of_(bare && !database_.empty() ? database_ + "." + name : name);
  }
  std::string table(Words& words) { return key(words.table()); }

  void take(Words& words) {
    if (words.accept({"use"})) {
      database_ = words.name();
    } else if (words.accept({"create"})) {
      create(words);
    } else if (words.accept({"alter"})) {
      if (words.accept({"ignore"}) || words.is("table") || words.is("online")) alter(words);
    } else if (words.accept({"drop"})) {
      drop(words);
    } else if (words.accept({"rename", "table"})) {
      while (!words.at_end()) {
        doubt(table(words), "it was renamed");
        if (!words.seek("to")) break;
        schema_.erase(table(words));
        words.accept(',');
      }
    }
  }

  void create(Words& words) {
    words.accept({"or", "replace"});
    if (words.accept({"temporary"})) {
      words.accept({"table"});
      words.accept({"if", "not", "exists"});
      return doubt(table(words), "a temporary table of that name");
    }
    if (words.accept({"table"})) return create_table(words);
    const bool unique = words.accept({"unique"});
    if (unique && words.accept({"index"})) return create_index(words);
    if (!unique && !words.is("index") && words.has("trigger") && words.seek("trigger") &&
        words.seek("on"))
      doubt(table(words), "a trigger");
  }

  // --- CREATE TABLE
  // -------------------------------------------------------------------------------

  void create_table(Words& words) {
    const bool kept = words.accept({"if", "not", "exists"});
    const std::string name = table(words);
    if (name.empty()) return report("a CREATE TABLE whose name can't be read");
    if (kept && schema_.contains(name)) return;
    schema_[name] = TableFacts();
    if (!words.accept('(') || words.is("like") || words.is("select"))
      return doubt(name, "its columns are those of another table");
    do {
      element(name, words);
    } while (words.accept(','));
    if (!words.accept(')')) return doubt(name, "not all of its columns are understood");
    if (words.has("partition")) doubt(name, "it is partitioned");
    if (words.has("versioning")) doubt(name, "it keeps its history");
    if (words.has("select")) doubt(name, "it has columns of a query");
  }

  /// A column or constraint, up to the comma behind it.
  void element(const std::string& table, Words& words) {
    std::string name;
    if (words.accept({"constraint"}) && !words.is("primary") && !words.is("unique") &&
        !words.is("foreign") && !words.is("check"))
      name = words.name();
    if (words.accept({"primary", "key"})) {
      key_parts(table, words, "PRIMARY", true);
    } else if (words.accept({"unique"})) {
      unique_key(table, words, name);
    } else if (words.accept({"foreign", "key"})) {
      foreign_key(table, words);
    } else if (words.is("key") || words.is("index") || words.is("fulltext") ||
               words.is("spatial") || words.is("check")) {
      // No matter of uniqueness.
    } else if (words.is("period")) {
      doubt(table, "it keeps its history");
    } else {
      column(table, words);
    }
    words.skip_item();
  }

  void unique_key(const std::string& table, Words& words, std::string name) {
    static_cast<void>(words.accept({"key"}) || words.accept({"index"}));
    if (words.is_name() && !words.is("using")) {
      std::string index = words.name();
      if (name.empty()) name = std::move(index);
    }
    key_parts(table, words, std::move(name), false);
  }

  void key_parts(const std::string& table, Words& words, std::string name, bool primary) {
    if (words.accept({"using"})) words.step();
    const auto columns = column_list(words);
    if (!columns) return doubt(table, "a unique key over parts of columns or expressions");
    add_unique(table, *columns, std::move(name), primary);
  }

  void add_unique(const std::string& table, std::vector<std::string> columns, std::string name,
                  bool primary) {
    TableFacts& facts = schema_[table];
    if (primary) facts.primary_key = columns;
    if (primary)
      for (const std::string& each : columns) set_not_null(facts.columns[each]);
    if (name.empty()) name = free_name(facts, columns.front());
    std::ranges::sort(columns);
    facts.unique.push_back({std::move(name), std::move(columns), true, {}});
  }

  /// What the server calls a key that has no name: as its first column, `_2` and so on.
  static std::string free_name(const TableFacts& facts, const std::string& column) {
    const auto taken = [&](const std::string& name) {
      return std::ranges::find(facts.unique, name, &UniqueSet::name) != facts.unique.end();
    };
    std::string name = column;
    for (int number = 2; taken(name); ++number) name = column + "_" + std::to_string(number);
    return name;
  }

  /// `(a, b DESC)`; nothing where a part is no whole column.
  static std::optional<std::vector<std::string>> column_list(Words& words) {
    std::vector<std::string> columns;
    if (!words.accept('(')) return std::nullopt;
    do {
      columns.push_back(words.name());
      if (columns.back().empty()) return std::nullopt;
      static_cast<void>(words.accept({"asc"}) || words.accept({"desc"}));
    } while (words.accept(','));
    return words.accept(')') ? std::optional(columns) : std::nullopt;
  }

  void foreign_key(const std::string& table, Words& words) {
    if (words.is_name()) words.step();
    const auto columns = column_list(words);
    if (!columns || !words.accept({"references"}))
      return doubt(table, "a foreign key that is not understood");
    reference(table, *columns, words);
  }

  /// Behind REFERENCES.
  void reference(const std::string& table, std::vector<std::string> columns, Words& words) {
    ForeignKey key{std::move(columns), this->table(words), {}, false};
    if (words.is('('))
      if (auto parents = column_list(words)) key.parent_columns = std::move(*parents);
    while (!words.at_end() && !words.is(',') && !words.is(')')) {
      const bool follows = words.is("cascade") || (words.accept({"set"}) && !words.at_end());
      key.follows = key.follows || follows;
      words.step();
    }
    if (key.parent.empty()) return doubt(table, "a foreign key that is not understood");
    schema_[table].references.push_back(std::move(key));
  }

  /// The server gives an empty value or zero where it is lenient and none is given.
  static void set_not_null(ColumnFacts& column) {
    column.not_null = true;
    column.defaults = !column.generated;
  }

  void column(const std::string& table, Words& words) {
    const std::string name = words.name();
    if (name.empty()) return doubt(table, "a column that is not understood");
    ColumnFacts& facts = schema_[table].columns[name];
    facts = {};
    if (words.is("serial")) {
      facts = {true, true, false};
      add_unique(table, {name}, {}, false);
    }
    while (!words.at_end() && !words.is(',') && !words.is(')')) attribute(table, name, words);
  }

  void attribute(const std::string& table, const std::string& name, Words& words) {
    ColumnFacts& facts = schema_[table].columns[name];
    if (words.accept({"not", "null"})) {
      set_not_null(facts);
    } else if (words.accept({"auto_increment"})) {
      facts.generated = true;
      facts.defaults = false;
    } else if (words.accept({"default"})) {
      if (!words.accept({"null"})) set_default(table, facts, words);
    } else if (words.accept({"as"}) || words.accept({"on", "update"})) {
      facts.defaults = true;
    } else if (words.accept({"primary"}) || words.is("key")) {
      words.accept({"key"});
      add_unique(table, {name}, "PRIMARY", true);
    } else if (words.accept({"unique"})) {
      words.accept({"key"});
      add_unique(table, {name}, {}, false);
    } else if (words.accept({"references"})) {
      reference(table, {name}, words);
    } else if (words.is('(')) {
      words.skip_parentheses();
    } else {
      words.step();
    }
  }

  void set_default(const std::string& table, ColumnFacts& facts, Words& words) {
    const bool parenthesised = words.is('(');
    const auto calls = [&](std::string_view name) {
      return parenthesised ? words.ahead(name) : words.is(name);
    };
    if (calls("nextval") || calls("next"))
      doubt(table, "a default that takes a number from a sequence");
    facts.generated = facts.generated || calls("uuid") || calls("uuid_v4") || calls("uuid_v7");
    facts.defaults = !facts.generated;
    if (parenthesised) words.skip_parentheses();
  }

  // --- what changes a table
  // -----------------------------------------------------------------------

  void create_index(Words& words) {
    words.accept({"if", "not", "exists"});
    const std::string name = words.name();
    if (words.accept({"using"})) words.step();
    if (!words.accept({"on"})) return report("a CREATE UNIQUE INDEX that can't be read");
    const std::string table = this->table(words);
    if (schema_.contains(table)) key_parts(table, words, name, false);
  }

  void alter(Words& words) {
    words.accept({"online"});
    words.accept({"ignore"});
    words.accept({"table"});
    words.accept({"if", "exists"});
    const std::string table = this->table(words);
    if (!schema_.contains(table)) return;
    do {
      alter(table, words);
    } while (words.accept(','));
    if (!words.at_end()) doubt(table, "a change of it that is not followed");
  }

  void alter(const std::string& table, Words& words) {
    if (words.accept({"add"})) {
      words.accept({"column"});
      words.accept({"if", "not", "exists"});
      if (words.is('(')) return doubt(table, "a change of it that is not followed");
      return element(table, words);
    }
    if (words.accept({"modify"})) {
      words.accept({"column"});
      return element(table, words);
    }
    const bool inert = words.is("engine") || words.is("comment") || words.is("auto_increment") ||
                       words.accept({"disable", "keys"}) || words.accept({"enable", "keys"}) ||
                       words.is("row_format") || words.accept({"drop", "check"});
    if (words.accept({"drop", "index"}) || words.accept({"drop", "key"}))
      drop_index(table, words.name());
    else if (!inert)
      doubt(table, "a change of it that is not followed");
    words.skip_item();
  }

  void drop_index(const std::string& table, const std::string& name) {
    std::erase_if(schema_[table].unique, [&](const UniqueSet& set) { return set.name == name; });
  }

  void drop(Words& words) {
    words.accept({"temporary"});
    if (words.accept({"table"})) {
      words.accept({"if", "exists"});
      do {
        schema_.erase(table(words));
      } while (words.accept(','));
    } else if (words.accept({"index"})) {
      words.accept({"if", "exists"});
      const std::string name = words.name();
      if (!words.accept({"on"})) return;
      const std::string from = table(words);
      if (schema_.contains(from)) drop_index(from, name);
    }
  }

  const SchemaFile& file_;
  const TableKey& key_of_;
  Schema& schema_;
  Diagnostics& problems_;
  std::string database_;  // that USE named
  int line_ = 0;
};

}  // namespace

void read_schema(const SchemaFile& file, const TableKey& key_of, Schema& schema,
                 Diagnostics& problems) {
  SchemaReader(file, key_of, schema, problems).read();
}

}  // namespace understudy::mysql
