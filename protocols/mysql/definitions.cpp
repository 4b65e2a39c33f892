#include "protocols/mysql/definitions.hpp"

#include <algorithm>
#include <array>

#include "protocols/sql/cursor.hpp"

namespace understudy::mysql {

namespace {

using Object = Definition::Object;
using Verb = Definition::Verb;
using sql::Kind;
using sql::NameCase;
using sql::Token;
using sql::TokenKind;

class DefinitionReader {
 public:
  DefinitionReader(std::string_view sql, sql::Mode mode)
      : sql_(sql), mode_(mode), cursor_(sql, mode) {}

  std::optional<Definition> read() {
    const std::string verb = cursor_.word();
    cursor_.step();
    if (verb == "create") return created();
    if (verb == "drop") return dropped();
    if (verb == "alter") return altered();
    if (verb == "rename") return renamed();
    if (verb == "analyze" || verb == "optimize" || verb == "check" || verb == "repair")
      return maintained();
    if (verb == "flush") return simple(Verb::maintain, Object::other);
    if (verb == "grant" || verb == "revoke") return simple(Verb::alter, Object::account);
    if (verb == "set" && cursor_.word() == "password") return simple(Verb::alter, Object::account);
    if (verb == "change") return simple(Verb::alter, Object::other);  // the replication's source
    if (verb == "install" || verb == "uninstall") return simple(Verb::alter, Object::other);
    return std::nullopt;
  }

 private:
  std::optional<Definition> simple(Verb verb, Object object) {
    made_.verb = verb;
    made_.object = object;
    return std::move(made_);
  }

  // The kind of object, past what may stand before it.
  bool object() {
    for (; !cursor_.at_end(); cursor_.step()) {
      const std::string found = cursor_.word();
      for (const auto& [name, object] : objects)
        if (found == name) {
          made_.object = object;
          cursor_.step();
          return true;
        }
      if (found == "server" || found == "tablespace" || found == "logfile" || found == "instance" ||
          found == "sequence" || found == "package" || found == "resource" || found == "spatial")
        return found == "spatial" && (cursor_.step(), object());
    }
    return false;
  }

  void existence() {
    if (!cursor_.accept("if")) return;
    cursor_.accept("not");
    cursor_.accept("exists");
    made_.if_exists = true;
  }

  std::string name() {
    std::string found = sql::name_of(cursor_.now(), mode_, NameCase::folded);
    cursor_.step();
    while (cursor_.now().is('.')) {
      cursor_.step();
      found += '.' + sql::name_of(cursor_.now(), mode_, NameCase::folded);
      cursor_.step();
    }
    return found;
  }

  void names() {
    do {
      made_.names.push_back(name());
    } while (take_comma());
  }
  bool take_comma() {
    if (!cursor_.now().is(',')) return false;
    cursor_.step();
    return true;
  }

  [[nodiscard]] std::size_t offset() const {
    return cursor_.at_end() ? sql_.size()
                            : static_cast<std::size_t>(cursor_.now().text.data() - sql_.data());
  }

  std::optional<Definition> created() {
    made_.verb = Verb::create;
    if (cursor_.accept("or")) made_.or_replace = cursor_.accept("replace");
    if (!object()) return std::nullopt;
    existence();
    if (made_.object == Object::account) return std::move(made_);
    made_.names.push_back(name());
    switch (made_.object) {
      case Object::table:
        table_body();
        break;
      case Object::view:
        while (!cursor_.at_end() && !cursor_.accept("as")) cursor_.step();
        made_.body = sql_.substr(offset());
        break;
      case Object::index:
      case Object::trigger:
        while (!cursor_.at_end() && !cursor_.accept("on")) cursor_.step();
        if (cursor_.at_end()) return std::nullopt;
        made_.on = name();
        if (made_.object == Object::trigger) trigger_body();
        break;
      case Object::routine:
        made_.body = sql_.substr(offset());
        break;
      default:
        break;
    }
    return std::move(made_);
  }

  void trigger_body() {
    while (!cursor_.at_end() && !cursor_.accept("row")) cursor_.step();
    made_.body = sql_.substr(offset());
  }

  void table_body() {
    for (; !cursor_.at_end(); cursor_.step()) {
      const std::string found = cursor_.word();
      if (found == "like" || found == "references") {
        cursor_.step();
        const std::string mentioned =
            cursor_.now().kind == TokenKind::word || cursor_.now().kind == TokenKind::quoted
                ? name()
                : std::string();
        if (mentioned.empty()) continue;
        made_.mentioned.push_back(mentioned);
        if (found == "references") actions(mentioned);
      }
      if (cursor_.at(sql::Word::select) || cursor_.at(sql::Word::with)) {
        if (cursor_.at(sql::Word::with) && cursor_.ahead().word() == sql::Word::none) continue;
        made_.body = sql_.substr(offset());
        return;
      }
      if (cursor_.at_end()) return;
    }
  }

  // Behind REFERENCES table: (columns) ON DELETE … ON UPDATE …
  void actions(const std::string& referenced) {
    for (int depth = 0; !cursor_.at_end(); cursor_.step()) {
      if (cursor_.now().is('(')) ++depth;
      if (cursor_.now().is(')') && --depth < 0) return;
      if (depth == 0 && cursor_.now().is(',')) return;
      const std::string found = cursor_.word();
      if (depth == 0 && (found == "cascade" || found == "set"))
        made_.cascades_from.insert(referenced);
    }
  }

  std::optional<Definition> dropped() {
    made_.verb = Verb::drop;
    if (!object()) return std::nullopt;
    existence();
    if (made_.object == Object::account) return std::move(made_);
    if (made_.object == Object::index) {
      (void)name();
      while (!cursor_.at_end() && !cursor_.accept("on")) cursor_.step();
      made_.on = name();
      return std::move(made_);
    }
    names();
    return std::move(made_);
  }

  std::optional<Definition> altered() {
    made_.verb = Verb::alter;
    if (!object()) return std::nullopt;
    existence();
    if (made_.object == Object::account) return std::move(made_);
    made_.names.push_back(name());
    if (made_.object == Object::view) {
      while (!cursor_.at_end() && !cursor_.accept("as")) cursor_.step();
      made_.body = sql_.substr(offset());
    }
    if (made_.object != Object::table) return std::move(made_);
    for (; !cursor_.at_end(); cursor_.step()) {
      if (cursor_.word() == "references") {
        cursor_.step();
        const std::string mentioned = name();
        made_.mentioned.push_back(mentioned);
        actions(mentioned);
      }
      // RENAME [TO | AS] table; not RENAME COLUMN, INDEX, KEY.
      if (cursor_.word() == "rename" || cursor_.word() == "exchange") return renames_itself();
      if (cursor_.at_end()) break;
    }
    return std::move(made_);
  }

  std::optional<Definition> renames_itself() {
    if (cursor_.word() == "exchange") return std::nullopt;
    cursor_.step();
    const std::string next = cursor_.word();
    if (next == "column" || next == "index" || next == "key") return std::move(made_);
    (void)(cursor_.accept("to") || cursor_.accept("as"));
    made_.names.push_back(name());
    return std::move(made_);
  }

  std::optional<Definition> renamed() {
    made_.verb = Verb::rename;
    if (cursor_.accept("user")) return simple(Verb::rename, Object::account);
    if (!cursor_.accept("table") && !cursor_.accept("tables")) return std::nullopt;
    made_.object = Object::table;
    existence();
    do {
      made_.names.push_back(name());
      while (!cursor_.at_end() && !cursor_.accept("to")) cursor_.step();
      made_.names.push_back(name());
    } while (take_comma());
    return std::move(made_);
  }

  std::optional<Definition> maintained() {
    made_.verb = Verb::maintain;
    (void)(cursor_.accept("no_write_to_binlog") || cursor_.accept("local"));
    if (!cursor_.accept("table") && !cursor_.accept("tables") && !cursor_.accept("view"))
      return std::nullopt;
    made_.object = Object::table;
    names();
    return std::move(made_);
  }

  static constexpr std::pair<std::string_view, Object> objects[] = {
      {"table", Object::table},      {"tables", Object::table},      {"view", Object::view},
      {"index", Object::index},      {"trigger", Object::trigger},   {"procedure", Object::routine},
      {"function", Object::routine}, {"database", Object::database}, {"schema", Object::database},
      {"user", Object::account},     {"role", Object::account},      {"event", Object::other}};

  std::string_view sql_;
  sql::Mode mode_;
  sql::Cursor cursor_;
  Definition made_;
};

// The statements of a stored program's body, one after the other; of others those parts that
// begin with a SELECT.
class BodyReader {
 public:
  BodyReader(std::string_view body, sql::Mode mode)
      : body_(body), mode_(mode), cursor_(body, mode) {}

  /// Empty at the end.
  std::string_view next() {
    while (!cursor_.at_end()) {
      const sql::Word word = cursor_.now().word();
      const bool statement =
          word == sql::Word::select || word == sql::Word::insert || word == sql::Word::update ||
          word == sql::Word::delete_ || word == sql::Word::replace || word == sql::Word::call ||
          word == sql::Word::truncate || word == sql::Word::with || word == sql::Word::load;
      if (!statement || cursor_.ahead().is('(')) {
        dynamic_ = dynamic_ || word == sql::Word::prepare || word == sql::Word::execute;
        calls();
        cursor_.step();
        continue;
      }
      const std::size_t begin = offset();
      for (int depth = 0; !cursor_.at_end(); cursor_.step()) {
        if (cursor_.now().is('(')) ++depth;
        if (cursor_.now().is(')') && --depth < 0) break;
        if (cursor_.now().is(';')) break;
        const sql::Word now = cursor_.now().word();
        if (depth == 0 && (now == sql::Word::do_ || now == sql::Word::then) && offset() > begin &&
            !in_case_)
          break;
        if (now == sql::Word::case_) in_case_ = true;
        if (now == sql::Word::end) in_case_ = false;
      }
      return body_.substr(begin, offset() - begin);
    }
    return {};
  }

  /// SQL that is put together while it runs.
  [[nodiscard]] bool is_dynamic() const noexcept { return dynamic_; }
  /// Names with a parenthesis outside of statements.
  [[nodiscard]] const std::set<std::string>& called() const noexcept { return called_; }

 private:
  void calls() {
    if (cursor_.ahead().is('(') && (cursor_.now().kind == TokenKind::word))
      called_.insert(sql::name_of(cursor_.now(), mode_, NameCase::folded));
  }
  [[nodiscard]] std::size_t offset() const {
    return cursor_.at_end() ? body_.size()
                            : static_cast<std::size_t>(cursor_.now().text.data() - body_.data());
  }

  std::string_view body_;
  sql::Mode mode_;
  sql::Cursor cursor_;
  bool dynamic_ = false, in_case_ = false;
  std::set<std::string> called_;
};

KeyPath keyed(KeyPath path, const NameKey& key_of) {
  if (path.empty()) return path;
  if (path.front() == outside_transactions || path.front() == catalog_key) {
    if (path.size() > 1) path[1] = key_of(path[1]);
  } else if (!path.front().starts_with('@')) {
    path.front() = key_of(path.front());
  }
  return path;
}

void add(std::vector<KeyPath>& keys, const std::string& table) {
  keys.push_back({table});
  keys.push_back({std::string(catalog_key), table});
}

}  // namespace

std::optional<Definition> definition_of(std::string_view sql, sql::Mode mode) {
  return DefinitionReader(sql, mode).read();
}

bool is_harmless(std::string_view sql, sql::Mode mode) {
  sql::Cursor cursor(sql, mode);
  if (cursor.now().kind != TokenKind::word) return false;
  const std::string first = sql::name_of(cursor.now(), mode, NameCase::folded);
  const std::string second = cursor.ahead().kind == TokenKind::word
                                 ? sql::name_of(cursor.ahead(), mode, NameCase::folded)
                                 : std::string();
  if (first == "reset") return second == "query";
  if (first == "set") return second == "role" || second == "default" || second == "resource";
  return first == "kill" || first == "help" || first == "cache" || first == "purge" ||
         first == "get" || first == "signal" || first == "resignal" || first == "unlock" ||
         first == "lock";
}

std::optional<sql::Dependencies> shown_by(std::string_view sql, sql::Mode mode) {
  static constexpr std::string_view definitions[] = {
      "tables",   "databases", "schemas", "character",  "charset",   "collation",
      "engines",  "storage",   "plugins", "privileges", "procedure", "function",
      "triggers", "events",    "grants",  "variables",  "authors",   "contributors"};
  sql::Cursor cursor(sql, mode);
  const bool shows = cursor.accept(sql::Word::show);
  if (!shows) cursor.step();
  const auto word = [&] { return sql::name_of(cursor.now(), mode, NameCase::folded); };
  while (cursor.now().kind == TokenKind::word &&
         (word() == "full" || word() == "extended" || word() == "session" || word() == "local" ||
          word() == "global"))
    cursor.step();
  sql::Dependencies found;
  found.reads.push_back({std::string(catalog_key)});
  const auto name = [&] {
    std::string table = word();
    cursor.step();
    while (cursor.now().is('.')) {
      cursor.step();
      table += '.' + word();
      cursor.step();
    }
    return table;
  };
  if (!shows) {
    // DESCRIBE table [column]; EXPLAIN of a statement counts rows.
    const sql::Word next = cursor.now().word();
    const bool names = cursor.now().kind == TokenKind::quoted ||
                       (cursor.now().kind == TokenKind::word && next <= sql::Word::other);
    if (!names || word() == "format" || word() == "partitions") return std::nullopt;
    found.reads = {{std::string(catalog_key), name()}};
    return found;
  }
  const std::string what = word();
  cursor.step();
  if (what == "columns" || what == "fields" || what == "index" || what == "indexes" ||
      what == "keys") {
    if (!cursor.accept(sql::Word::from) && !cursor.accept(sql::Word::in)) return std::nullopt;
    std::string table = name();
    if (cursor.accept(sql::Word::from) || cursor.accept(sql::Word::in))
      table = name() + "." + table;
    found.reads = {{std::string(catalog_key), table}};
    if (what != "columns" && what != "fields") found.reads.push_back({table});  // cardinalities
    return found;
  }
  if (what == "create") {
    const std::string object = word();
    cursor.step();
    if (object != "table") return found;
    const std::string table = name();
    found.reads = {{std::string(catalog_key), table}, {table}};  // AUTO_INCREMENT=7
    return found;
  }
  if (what == "table") return std::nullopt;  // STATUS: numbers of rows
  if (std::ranges::find(definitions, what) == std::end(definitions)) return std::nullopt;
  return found;
}

bool did_nothing(const Definition& definition, std::uint64_t warnings) {
  if (!definition.if_exists || definition.or_replace) return false;
  return warnings > 0 && warnings == std::max<std::size_t>(definition.names.size(), 1);
}

Relations::Effects Relations::body_effects(std::string_view body, sql::Mode mode,
                                           const NameKey& key_of) {
  Effects effects;
  BodyReader reader(body, mode);
  for (std::string_view text = reader.next(); !text.empty(); text = reader.next()) {
    const sql::Dependencies found = sql::dependencies_of(text, mode);
    for (const KeyPath& path : found.reads) effects.reads.insert(keyed(path, key_of));
    for (const KeyPath& path : found.writes) effects.writes.insert(keyed(path, key_of));
    for (const std::string& name : found.functions) effects.calls.insert(name);
    if (!found.functions.empty()) {
      // Everything, for want of knowing the function: `expand` says what it is.
      effects.reads.erase(KeyPath{});
      effects.writes.erase(KeyPath{});
    }
  }
  effects.anything = reader.is_dynamic();
  return effects;
}

void Relations::learn(std::string_view sql, sql::Mode mode, const NameKey& key_of) {
  const auto definition = definition_of(sql, mode);
  if (!definition || definition->names.empty()) return;
  const std::string name = key_of(definition->names.front());
  for (const std::string& referenced : definition->cascades_from)
    cascades_[key_of(referenced)].insert(name);
  if (definition->body.empty()) return;
  switch (definition->object) {
    case Object::view:
      for (const KeyPath& path : sql::dependencies_of(definition->body, mode).reads)
        if (path.size() == 1 && !path[0].starts_with('@')) views_[name].insert(key_of(path[0]));
      return;
    case Object::trigger:
      triggers_[name] = {key_of(definition->on), body_effects(definition->body, mode, key_of)};
      return;
    case Object::routine:
      routines_[name] = body_effects(definition->body, mode, key_of);
      return;
    default:
      return;
  }
}

void Relations::learn_view(const std::string& view, const std::string& base) {
  views_[view].insert(base);
}

void Relations::expand_routine(const std::string& name, sql::Dependencies& found,
                               std::set<std::string>& done) const {
  if (!done.insert(name).second) return;
  const auto routine = routines_.find(name);
  if (routine == routines_.end() || routine->second.anything) {
    found.understood = false;
    found.effect = Effect::write;
    found.reads.push_back({});
    found.writes.push_back({});
    return;
  }
  const Effects& effects = routine->second;
  found.reads.push_back({std::string(routine_key), name});
  found.reads.insert(found.reads.end(), effects.reads.begin(), effects.reads.end());
  found.writes.insert(found.writes.end(), effects.writes.begin(), effects.writes.end());
  if (!effects.writes.empty()) found.effect = Effect::write;
  for (const std::string& called : effects.calls) expand_routine(called, found, done);
}

void Relations::expand(sql::Dependencies& found) const {
  std::set<std::string> routines;
  for (const std::string& name : found.functions) expand_routine(name, found, routines);
  std::set<std::string> read, written;
  // What is added is looked at as well: a view of views, a trigger of a trigger.
  for (std::size_t i = 0; i < found.reads.size(); ++i) {
    const KeyPath path = found.reads[i];
    if (path.size() != 1 || !read.insert(path[0]).second) continue;
    if (const auto view = views_.find(path[0]); view != views_.end())
      for (const std::string& base : view->second) found.reads.push_back({base});
  }
  for (std::size_t i = 0; i < found.writes.size(); ++i) {
    const KeyPath path = found.writes[i];
    if (path.size() != 1 || !written.insert(path[0]).second) continue;
    if (const auto view = views_.find(path[0]); view != views_.end())
      for (const std::string& base : view->second) found.writes.push_back({base});
    if (const auto rows = cascades_.find(path[0]); rows != cascades_.end())
      for (const std::string& table : rows->second) found.writes.push_back({table});
    for (const auto& [name, trigger] : triggers_) {
      if (trigger.first != path[0]) continue;
      const Effects& effects = trigger.second;
      found.reads.insert(found.reads.end(), effects.reads.begin(), effects.reads.end());
      found.writes.insert(found.writes.end(), effects.writes.begin(), effects.writes.end());
      if (effects.anything) found.writes.push_back({});
      for (const std::string& called : effects.calls) expand_routine(called, found, routines);
    }
  }
}

sql::Dependencies Relations::of(const Definition& definition, sql::Mode mode,
                                const NameKey& key_of) const {
  sql::Dependencies found;
  found.effect = definition.verb == Verb::maintain ? Effect::read : Effect::write;
  std::vector<KeyPath>& touched = definition.verb == Verb::maintain ? found.reads : found.writes;
  const std::string catalog(catalog_key);
  switch (definition.object) {
    case Object::table:
    case Object::view:
      for (const std::string& name : definition.names) add(touched, key_of(name));
      break;
    case Object::index:
      add(touched, key_of(definition.on));
      break;
    case Object::trigger: {
      const auto known =
          definition.names.empty() ? triggers_.end() : triggers_.find(key_of(definition.names[0]));
      if (!definition.on.empty()) add(touched, key_of(definition.on));
      if (known != triggers_.end()) {
        add(touched, known->second.first);
        for (const KeyPath& path : known->second.second.writes) touched.push_back(path);
      } else if (definition.on.empty()) {
        touched.push_back({});
      }
      break;
    }
    case Object::routine:
      for (const std::string& name : definition.names)
        touched.push_back({std::string(routine_key), key_of(name)});
      touched.push_back({catalog});
      break;
    case Object::database:
      if (definition.verb == Verb::drop) touched.push_back({});
      touched.push_back({catalog});
      break;
    default:
      if (definition.verb != Verb::maintain) touched.push_back({catalog});
      break;
  }
  for (const std::string& name : definition.mentioned)
    found.reads.push_back({catalog, key_of(name)});
  if (!definition.body.empty() && definition.object == Object::table)
    for (const KeyPath& path : sql::dependencies_of(definition.body, mode).reads)
      found.reads.push_back(keyed(path, key_of));
  if (definition.object == Object::table && definition.verb == Verb::create)
    for (const std::string& name : definition.mentioned) found.reads.push_back({key_of(name)});
  // Whether it is done depends on what is there.
  const std::vector<KeyPath> written = found.writes;
  for (const KeyPath& path : written)
    if (!path.empty()) found.reads.push_back(path);
  expand(found);
  return found;
}

}  // namespace understudy::mysql
