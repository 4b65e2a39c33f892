// Tables that a statement reads and writes, by a light parser over its tokens.
//
// Keys are names of tables, in PostgreSQL without their schema: whether `orders` is `app.orders` is
// decided by a search_path that the text does not tell, and one key for both is safe. In MySQL a
// name without schema is one of the database in use, which the connection tells: there the schema
// is kept. Letters are folded in MySQL, where servers may hold table names in either case.
#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "protocols/sql/cursor.hpp"
#include "protocols/sql/functions.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::sql {
namespace {

const KeyPath everything = {};
const KeyPath sequences = {std::string(outside_transactions)};
const KeyPath advisory_locks = {"@lock"};

class DependencyReader {
 public:
  DependencyReader(std::string_view sql, Mode mode)
      : mode_(mode),
        mysql_(mode.dialect == Dialect::mysql),
        kind_(verb_of(sql, mode).kind),
        cursor_(sql, mode) {}

  Dependencies read() {
    if (!by_kind()) walk();
    if (cursor_.conditional()) widen();
    if (!found_.writes.empty()) found_.effect = Effect::write;
    const bool told_by_functions = mysql_ && !found_.functions.empty();
    if (found_.effect == Effect::write && found_.writes.empty() && !told_by_functions)
      add(found_.writes, everything);
    tidy(found_.reads);
    tidy(found_.writes);
    return std::move(found_);
  }

 private:
  /// What the words of one level of parentheses mean for the names in it.
  struct Scope {
    Word verb = Word::none;  ///< SELECT, INSERT, … of this level
    bool from = false;       ///< in a list of tables: a comma starts the next one
    bool table = false;      ///< a table's name is next
    bool with = false;       ///< a common table expression's name is next
    bool recursive = false;
    bool targets = false;                  ///< tables named now are written
    bool joined = false;                   ///< behind a JOIN whose USING has not come yet
    std::string pending;                   ///< expression whose body is the parenthesis to come
    std::vector<std::string> expressions;  ///< names that are no tables from here on
  };

  static void add(std::vector<KeyPath>& keys, KeyPath key) { keys.push_back(std::move(key)); }

  static void tidy(std::vector<KeyPath>& keys) {
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    if (!keys.empty() && keys.front().empty()) keys.resize(1);
  }

  void widen() {
    found_.understood = false;
    add(found_.reads, everything);
    if (found_.effect == Effect::write || !found_.writes.empty()) add(found_.writes, everything);
  }

  /// Statements that are decided by their kind alone.
  bool by_kind() {
    switch (kind_) {
      case Kind::select:
      case Kind::insert:
      case Kind::update:
      case Kind::delete_:
      case Kind::other_write:
      case Kind::declare_cursor:
      case Kind::explain:
      case Kind::copy:
        return false;
      case Kind::ddl:
        found_.effect = Effect::write;
        add(found_.reads, everything);
        return true;
      case Kind::call:
        if (mysql_ && called_procedure()) return false;
        [[fallthrough]];
      case Kind::execute:
      case Kind::unknown:
        found_.effect = Effect::write;
        widen();
        return true;
      case Kind::set:
        set_variables();
        return true;
      case Kind::show:
        add(found_.reads, everything);
        return true;
      case Kind::fetch:
        widen();
        return true;
      default:
        found_.effect = Effect::none;
        return true;
    }
  }

  /// CALL name(…) as the function `name`, DO as a SELECT.
  bool called_procedure() {
    const bool calls = cursor_.accept(Word::call);
    if (!calls && !cursor_.accept(Word::do_)) return false;
    if (!calls) return true;
    found_.functions.push_back(name());
    for (cursor_.step(); cursor_.now().is('.'); cursor_.step()) {
      cursor_.step();
      found_.functions.back() = name();
    }
    found_.effect = Effect::write;
    return true;
  }

  /// What SET makes of MySQL's user variables is read by later statements; all else is the
  /// session's.
  void set_variables() {
    found_.effect = Effect::none;
    for (; mysql_ && !cursor_.at_end(); cursor_.step()) {
      if (!user_variable()) continue;
      add(found_.reads, {name()});
      add(found_.writes, {name()});
    }
  }

  [[nodiscard]] bool user_variable() const {
    return cursor_.now().kind == TokenKind::variable && !cursor_.now().text.starts_with("@@");
  }

  void variable() {
    if (!user_variable()) return;
    add(found_.reads, {name()});
    if (cursor_.ahead().text == ":=" || (kind_ == Kind::other_write && scope().table))
      add(found_.writes, {name()});
  }

  Scope& scope() { return scopes_.back(); }

  void walk() {
    scopes_.emplace_back();
    for (; !cursor_.at_end(); cursor_.step()) {
      const Token& token = cursor_.now();
      if (token.kind == TokenKind::broken) widen();
      if (token.kind == TokenKind::variable) variable();
      if (token.is('('))
        open();
      else if (token.is(')'))
        close();
      else if (token.is(','))
        comma();
      else if (token.is(';'))
        scopes_.assign(1, Scope());
      else if (token.kind == TokenKind::word || token.kind == TokenKind::quoted)
        word();
      else
        scope().table = false;
      previous_ = last_;
      last_ = token.kind == TokenKind::word ? token.word() : Word::none;
      after_dot_ = token.is('.');
    }
    if (kind_ == Kind::other_write && found_.writes.empty()) add(found_.writes, everything);
    if (kind_ == Kind::explain && !executes_) found_.writes.clear();
    if (kind_ == Kind::explain && found_.reads.empty()) add(found_.reads, everything);
  }

  void open() {
    Scope inner;
    // A parenthesised join holds tables just as the list around it.
    inner.table = inner.from = scope().table && scope().verb != Word::insert;
    inner.targets = scope().targets && inner.table;
    if (inner.table) inner.verb = scope().verb;
    scope().table = false;
    if (scope().recursive && !scope().pending.empty())
      scope().expressions.push_back(scope().pending);
    scopes_.push_back(std::move(inner));
  }

  void close() {
    if (scopes_.size() == 1) return;
    scopes_.pop_back();
    Scope& outer = scope();
    outer.table = false;
    // `name (columns) AS (body)`: the columns' parenthesis is not the body's.
    if (outer.pending.empty() || cursor_.ahead().word() == Word::as) return;
    outer.expressions.push_back(std::exchange(outer.pending, {}));
    outer.with = cursor_.ahead().is(',');
  }

  void comma() { scope().table = scope().from; }

  void word() {
    if (after_dot_) return called(schema_);
    schema_ = name();
    Scope& here = scope();
    if (here.with && !here.table && name_of_expression()) return;
    if (here.table && names_table()) return table();
    if (cursor_.now().kind == TokenKind::word && cursor_.now().word() > Word::other) keyword();
    called({});
  }

  bool name_of_expression() {
    Scope& here = scope();
    if (cursor_.now().word() == Word::recursive) {
      here.recursive = true;
      return true;
    }
    here.pending = name();
    here.with = false;
    return true;
  }

  std::string name() const { return name_of(cursor_.now(), mode_, NameCase::folded); }

  /// Words that may stand between FROM, INTO or UPDATE and the table.
  bool names_table() const {
    switch (cursor_.now().word()) {
      case Word::only:
      case Word::lateral:
      case Word::ignore:
      case Word::low_priority:
      case Word::high_priority:
      case Word::delayed:
      case Word::quick:
      case Word::into:
      case Word::from:
      case Word::table:
      case Word::select:
      case Word::values:
      case Word::set:
      case Word::as:
      case Word::default_:
      case Word::where:
      case Word::rows:
      case Word::straight_join:
      case Word::with:
      case Word::concurrently:
        return cursor_.now().kind == TokenKind::quoted;
      default:
        return true;
    }
  }

  void table() {
    std::string table = name();
    std::string schema;
    while (cursor_.ahead().is('.')) {
      cursor_.step();
      cursor_.step();
      schema = std::exchange(table, name());
    }
    Scope& here = scope();
    here.table = false;
    if (cursor_.ahead().is('(') && !here.targets) return function(table, schema);
    if (schema.empty() && is_expression(table)) return;
    const bool catalogue = mysql_ ? catalogue_counts_rows(schema, table)
                                  : schema == "information_schema" || schema == "pg_catalog" ||
                                        table.starts_with("pg_");
    if (mysql_ && !schema.empty()) table = schema + "." + table;
    if (catalogue) {
      // Views of the catalogue count rows, locks and sequences: any write may show there.
      add(found_.reads, everything);
    } else {
      add(found_.reads, {table});
    }
    if (here.targets) add(found_.writes, {table});
    // AUTO_INCREMENT or a serial takes a number, which neither a rollback nor a failure gives back.
    if (here.targets && (kind_ == Kind::insert || here.verb == Word::insert)) {
      add(found_.reads, {sequences.front(), table});
      add(found_.writes, {sequences.front(), table});
    }
  }

  bool is_expression(const std::string& name) const {
    return std::any_of(scopes_.begin(), scopes_.end(), [&](const Scope& each) {
      return std::find(each.expressions.begin(), each.expressions.end(), name) !=
             each.expressions.end();
    });
  }

  /// A word with a parenthesis behind it, in an expression.
  void called(const std::string& schema) {
    const Token& token = cursor_.now();
    if (!cursor_.ahead().is('(')) return;
    if (token.kind == TokenKind::word && (token.entry->flags & (value_follows | type_name)) != 0)
      return;
    if (last_ == Word::as || !scope().pending.empty()) return;
    function(name(), schema);
  }

  void function(const std::string& name, const std::string& schema) {
    const bool built_in = schema.empty() || schema == "pg_catalog";
    const FunctionEffect known = mysql_ ? effect_of_mysql_function(name) : effect_of_function(name);
    switch (built_in ? known : FunctionEffect::unknown) {
      case FunctionEffect::pure:
        return;
      case FunctionEffect::sequence:
        // Inserting moves a sequence as well, unseen: what comes next depends on everything.
        add(found_.writes, sequences);
        add(found_.reads, everything);
        return;
      case FunctionEffect::advisory:
        add(found_.writes, advisory_locks);
        add(found_.reads, advisory_locks);
        return;
      case FunctionEffect::unknown:
        if (mysql_) return found_.functions.push_back(name);
        add(found_.reads, everything);
        found_.understood = false;
    }
  }

  void keyword() {
    Scope& here = scope();
    const Word word = cursor_.now().word();
    switch (word) {
      case Word::with:
        here.with = here.verb == Word::none || here.verb == Word::insert || here.table;
        here.table = false;
        return;
      case Word::select:
      case Word::values:
        here.from = here.table = here.targets = false;
        here.verb = word;
        return;
      case Word::table:
        if (here.verb == Word::none) expect_tables(word, kind_ == Kind::other_write);
        return;
      case Word::insert:
      case Word::replace:
      case Word::merge:
        if (here.verb == Word::none) {
          here.verb = word == Word::replace ? Word::insert : word;
          here.table = here.targets = true;
        }
        return;
      case Word::update:
      case Word::delete_:
      case Word::truncate:
      case Word::copy:
        if (here.verb == Word::none) expect_tables(word, true);
        if (word == Word::copy) here.from = false;
        return;
      case Word::analyze:
      case Word::analyse:
        executes_ = true;
        return;
      case Word::cascade:
        if (here.verb == Word::truncate) add(found_.writes, everything);
        return;
      case Word::to:
        if (here.verb == Word::copy) found_.writes.clear();
        return;
      default:
        return clause(word);
    }
  }

  void expect_tables(Word verb, bool targets) {
    scope().verb = verb;
    scope().table = scope().from = true;
    scope().targets = targets;
  }

  void clause(Word word) {
    Scope& here = scope();
    switch (word) {
      case Word::from:
        return from();
      case Word::join:
      case Word::straight_join:
        here.table = here.joined = here.from;
        return;
      case Word::using_:
        // DELETE … USING and MERGE … USING name tables, JOIN … USING columns.
        if (cursor_.ahead().is('(') && (here.verb == Word::select || here.joined)) {
          here.joined = false;
          return;
        }
        if (here.verb == Word::delete_ || here.verb == Word::merge) {
          here.table = here.from = true;
          here.targets = mysql_ && here.verb == Word::delete_;
        }
        return;
      case Word::into:
        here.table =
            here.verb == Word::insert || here.verb == Word::merge || kind_ == Kind::other_write;
        here.targets = here.targets || kind_ == Kind::other_write;
        // SELECT … INTO makes a table as DDL does.
        if (!mysql_ && here.verb == Word::select) add(found_.writes, everything);
        return;
      case Word::set:
        // In MySQL the tables of a joined UPDATE end here; all of them may have been written.
        here.from = here.table = here.targets = false;
        return;
      case Word::where:
      case Word::group:
      case Word::order:
      case Word::having:
      case Word::limit:
      case Word::union_:
      case Word::except:
      case Word::intersect:
      case Word::for_:
      case Word::returning:
      case Word::window:
        here.from = here.table = false;
        return;
      default:
        return;
    }
  }

  void from() {
    Scope& here = scope();
    const bool compares =
        last_ == Word::distinct && (previous_ == Word::is || previous_ == Word::not_);
    if (compares || here.verb == Word::none) return;
    if (here.verb == Word::copy) return;
    here.table = here.from = true;
    // DELETE a, b FROM a JOIN b writes what it names; UPDATE … FROM only reads.
    here.targets = here.verb == Word::delete_;
  }

  Mode mode_;
  bool mysql_;
  Kind kind_;
  Cursor cursor_;
  Dependencies found_;
  std::vector<Scope> scopes_;
  Word last_ = Word::none, previous_ = Word::none;
  bool after_dot_ = false;
  std::string schema_;     ///< the last name that stood behind no dot
  bool executes_ = false;  ///< EXPLAIN ANALYZE
};

}  // namespace

Dependencies dependencies_of(std::string_view sql, Mode mode) {
  return DependencyReader(sql, mode).read();
}

}  // namespace understudy::sql
