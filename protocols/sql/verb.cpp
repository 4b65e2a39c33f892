// What a statement is, by its leading keywords.
#include "protocols/sql/cursor.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::sql {
namespace {

class VerbReader {
 public:
  VerbReader(std::string_view sql, Mode mode)
      : mode_(mode), mysql_(mode.dialect == Dialect::mysql), cursor_(sql, mode) {}

  Verb read() {
    while (cursor_.now().is('(') || cursor_.now().is(';')) cursor_.step();
    if (cursor_.at_end()) return {Kind::empty, {}};
    const Word first = cursor_.now().word();
    cursor_.step();
    Verb verb = dispatch(first);
    if (cursor_.conditional() && verb.kind != Kind::set) return {};
    return verb;
  }

 private:
  Verb dispatch(Word first) {
    switch (first) {
      case Word::select:
      case Word::values:
        return {selects() ? Kind::select : Kind::other_write, {}};
      case Word::table:
        return {Kind::select, {}};
      case Word::insert:
      case Word::replace:
        return {Kind::insert, {}};
      case Word::update:
        return {Kind::update, {}};
      case Word::delete_:
        return {Kind::delete_, {}};
      case Word::with:
        return {with(), {}};
      case Word::merge:
      case Word::upsert:
      case Word::truncate:
      case Word::load:
      case Word::import:
        return {Kind::other_write, {}};
      case Word::call:
      case Word::do_:
        return {Kind::call, {}};
      case Word::copy:
        return {Kind::copy, {}};
      case Word::explain:
      case Word::describe:
      case Word::desc:
        return {Kind::explain, {}};
      case Word::lock:
      case Word::unlock:
        return {Kind::lock, {}};
      case Word::show:
        return {Kind::show, variable()};
      case Word::reset:
        return {Kind::reset, variable()};
      case Word::set:
        return {Kind::set, variable()};
      case Word::use:
        return {Kind::use, name(NameCase::kept)};
      default:
        break;
    }
    const Verb verb = transaction(first);
    return verb.kind == Kind::unknown ? session(first) : verb;
  }

  Verb transaction(Word first) {
    switch (first) {
      case Word::begin:
        return {mysql_ && !ends_or(Word::work) ? Kind::unknown : Kind::begin, {}};
      case Word::start:
        return {cursor_.at(Word::transaction) ? Kind::begin : Kind::unknown, {}};
      case Word::commit:
        return ending(Kind::commit);
      case Word::end:
        return mysql_ ? Verb{} : ending(Kind::commit);
      case Word::rollback:
        return ending(Kind::rollback);
      case Word::abort:
        return mysql_ ? Verb{} : ending(Kind::rollback);
      case Word::savepoint:
        return {Kind::savepoint, name(NameCase::folded)};
      case Word::release:
        cursor_.accept(Word::savepoint);
        return {Kind::release, name(NameCase::folded)};
      default:
        return {};
    }
  }

  Verb session(Word first) {
    switch (first) {
      case Word::prepare:
        if (cursor_.at(Word::transaction)) return {Kind::other_write, {}};
        return {Kind::prepare, name(NameCase::folded)};
      case Word::execute:
        return {Kind::execute, name(NameCase::folded)};
      case Word::deallocate:
      case Word::drop:
        return removal(first);
      case Word::discard:
        return {Kind::discard, name(NameCase::folded)};
      case Word::declare:
        return {Kind::declare_cursor, name(NameCase::folded)};
      case Word::fetch:
      case Word::move:
        return {Kind::fetch, fetched()};
      case Word::close:
        return {Kind::close_cursor, name(NameCase::folded)};
      case Word::listen:
        return {Kind::listen, name(NameCase::folded)};
      case Word::unlisten:
        return {Kind::unlisten, name(NameCase::folded)};
      case Word::notify:
        return {Kind::notify, name(NameCase::folded)};
      case Word::create:
      case Word::alter:
      case Word::comment:
      case Word::grant:
      case Word::revoke:
      case Word::analyze:
      case Word::analyse:
      case Word::vacuum:
      case Word::reindex:
      case Word::cluster:
      case Word::refresh:
      case Word::checkpoint:
      case Word::security:
      case Word::reassign:
      case Word::rename:
      case Word::optimize:
      case Word::repair:
      case Word::check:
      case Word::flush:
      case Word::install:
      case Word::uninstall:
        return {Kind::ddl, {}};
      default:
        return {};
    }
  }

  /// MySQL drops prepared statements by DROP PREPARE as well.
  Verb removal(Word first) {
    if (first == Word::drop && !(mysql_ && cursor_.at(Word::prepare))) return {Kind::ddl, {}};
    cursor_.accept(Word::prepare);
    return {Kind::deallocate, name(NameCase::folded)};
  }

  bool ends_or(Word word) { return cursor_.at_end() || cursor_.now().is(';') || cursor_.at(word); }

  /// What follows COMMIT, END, ROLLBACK and ABORT.
  Verb ending(Kind kind) {
    if (cursor_.at(Word::prepared)) return {Kind::other_write, {}};
    if (!cursor_.accept(Word::work)) cursor_.accept(Word::transaction);
    if (kind == Kind::rollback && cursor_.accept(Word::to)) {
      cursor_.accept(Word::savepoint);
      return {Kind::rollback_to, name(NameCase::folded)};
    }
    if (cursor_.accept(Word::and_) && cursor_.at(Word::chain)) return {kind, "chain"};
    return {kind, {}};
  }

  std::string name(NameCase name_case) {
    const Token& token = cursor_.now();
    const bool named = token.kind == TokenKind::word || token.kind == TokenKind::quoted ||
                       token.kind == TokenKind::string;
    return named ? name_of(token, mode_, name_case) : std::string();
  }

  /// FETCH [direction] [FROM | IN] cursor: the last name of the statement.
  std::string fetched() {
    std::string last;
    for (; !cursor_.at_end() && !cursor_.now().is(';'); cursor_.step())
      if (std::string found = name(NameCase::folded); !found.empty()) last = std::move(found);
    return last;
  }

  bool accept_text(std::string_view lower) {
    if (cursor_.now().kind != TokenKind::word || !equals_folded(cursor_.now().text, lower))
      return false;
    cursor_.step();
    return true;
  }

  /// The variable of SET, SHOW and RESET, without its scope, `global.` before a global one.
  std::string variable() {
    const bool session = cursor_.at(Word::session) || cursor_.at(Word::local);
    const bool scoped = session || cursor_.at(Word::full);
    if (scoped && cursor_.ahead().kind != TokenKind::operator_ &&
        cursor_.ahead().kind != TokenKind::end)
      cursor_.step();
    if (accept_text("time") && cursor_.at(Word::zone)) return "timezone";
    if (cursor_.at(Word::transaction)) {
      cursor_.step();
      return cursor_.at(Word::isolation) ? "transaction_isolation" : "transaction";
    }
    if (session && accept_text("authorization")) return "session_authorization";
    std::string prefix = cursor_.accept(Word::global) ? "global." : "";
    if (cursor_.now().kind == TokenKind::variable) return system_variable(cursor_.now().text);
    std::string name = this->name(NameCase::folded);
    for (cursor_.step(); cursor_.now().is('.'); cursor_.step()) {
      cursor_.step();
      name += '.' + this->name(NameCase::folded);
    }
    return prefix + name;
  }

  static std::string system_variable(std::string_view text) {
    std::string lower(text);
    for (char& octet : lower) octet = to_lower(octet);
    if (!lower.starts_with("@@")) return lower;
    lower.erase(0, 2);
    for (const std::string_view scope : {"session.", "local."})
      if (lower.starts_with(scope)) lower.erase(0, scope.size());
    return lower;
  }

  /// Behind SELECT: false for SELECT … INTO, which makes a table, a file or variables.
  bool selects() {
    int depth = 0;
    for (; !cursor_.at_end(); cursor_.step()) {
      if (cursor_.now().is('(')) ++depth;
      if (cursor_.now().is(')')) --depth;
      if (depth == 0 && cursor_.at(Word::into)) return false;
    }
    return true;
  }

  /// Behind WITH: the main statement decides, but for a query over one that writes.
  Kind with() {
    bool writes = false;
    bool opened = false;
    int depth = 0;
    for (; !cursor_.at_end(); cursor_.step()) {
      const Word word = cursor_.now().word();
      const Kind kind = dml(word);
      if (depth == 0 && kind != Kind::unknown) {
        if (kind != Kind::select) return kind;
        cursor_.step();
        return selects() && !writes ? Kind::select : Kind::other_write;
      }
      writes = writes || (opened && kind != Kind::unknown && kind != Kind::select);
      opened = cursor_.now().is('(');
      if (opened) ++depth;
      if (cursor_.now().is(')')) --depth;
    }
    return Kind::unknown;
  }

  static Kind dml(Word word) {
    switch (word) {
      case Word::select:
      case Word::values:
      case Word::table:
        return Kind::select;
      case Word::insert:
      case Word::replace:
        return Kind::insert;
      case Word::update:
        return Kind::update;
      case Word::delete_:
        return Kind::delete_;
      case Word::merge:
        return Kind::other_write;
      default:
        return Kind::unknown;
    }
  }

  Mode mode_;
  bool mysql_;
  Cursor cursor_;
};

}  // namespace

Verb verb_of(std::string_view sql, Mode mode) {
  return VerbReader(sql, mode).read();
}

}  // namespace understudy::sql
