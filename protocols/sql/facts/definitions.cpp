#include "protocols/sql/facts/definitions.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "protocols/sql/facts/effects.hpp"

namespace understudy::sql {
namespace {

using tree::Name;
using tree::ObjectKind;

template <std::size_t size>
bool is_among(std::string_view word, const std::array<std::string_view, size>& words) {
  return std::ranges::find(words, word) != words.end();
}

class DefinitionReader {
 public:
  DefinitionReader(const Catalog& catalog, const KeyNames& names)
      : catalog_(catalog), names_(names) {}

  std::optional<Dependencies> read(const tree::Statement& statement) {
    const bool known = made(statement) || changed(statement) || of_utility(statement);
    if (!known) return std::nullopt;
    if (!found_.writes.empty()) found_.effect = Effect::write;
    // Whether it is done depends on what is there.
    const std::vector<KeyPath> written = found_.writes;
    for (const KeyPath& path : written)
      if (!path.empty()) reads(path);
    return std::move(found_);
  }

 private:
  static void add(std::vector<KeyPath>& paths, const KeyPath& path) {
    if (std::ranges::find(paths, path) == paths.end()) paths.push_back(path);
  }
  void reads(const KeyPath& path) { add(found_.reads, path); }
  void writes(const KeyPath& path) { add(found_.writes, path); }
  void touch(const Name& table) {
    if (table.name.empty()) return;
    writes(names_.table(catalog_.family_of(table)));
    writes(names_.entry(table));
  }

  // ---- CREATE ----

  bool made(const tree::Statement& statement) {
    if (const auto* table = statement.as<tree::CreateTable>()) {
      make(*table);
    } else if (const auto* view = statement.as<tree::CreateView>()) {
      touch(view->name);
      if (view->query) refer_from(*view->query);
    } else if (const auto* index = statement.as<tree::CreateIndex>()) {
      make(*index);
    } else if (const auto* sequence = statement.as<tree::CreateSequence>()) {
      touch(sequence->name);
    } else if (const auto* routine = statement.as<tree::CreateRoutine>()) {
      if (routine->kind == ObjectKind::trigger)
        change_trigger(*routine);
      else
        change_routine(routine->kind, routine->name);
    } else if (statement.as<tree::CreateOther>() != nullptr ||
               statement.as<tree::CreateType>() != nullptr) {
      writes(names_.catalogue);
    } else {
      return false;
    }
    return true;
  }

  void make(const tree::CreateTable& table) {
    touch(table.name);
    for (const Name& like : table.like) refer(like);
    for (const tree::Constraint& each : table.constraints) refer(each.parent);
    for (const tree::ColumnDefinition& column : table.columns)
      for (const tree::Constraint& each : column.constraints) refer(each.parent);
    if (!table.query) return;
    tree::Statement query;
    query.node = *table.query;
    const Effects effects = effects_of(query, catalog_, Dialect::mysql);
    for (const Name& name : effects.reads) reads(names_.table(name));
    for (const Name& name : effects.writes) writes(names_.table(name));
    if (effects.reads_everything) reads({});
    if (effects.writes_everything) writes({});
  }

  /// Of PostgreSQL it is a relation, and of rows it changes nothing but which ones may be put
  /// there.
  void make(const tree::CreateIndex& index) {
    if (!names_.one_namespace || index.unique)
      touch(index.table);
    else
      refer(index.table);
    if (!index.name.empty() && names_.one_namespace)
      writes(names_.entry({index.table.schema, index.name}));
  }

  /// A view can be made where what it shows is there.
  void refer_from(const tree::Query& query) {
    tree::Statement statement;
    statement.node = query;
    for (const Name& name : effects_of(statement, catalog_, Dialect::mysql).reads)
      reads(names_.entry(name));
  }

  /// Whether it can refer to it, or be like it, its definition tells.
  void refer(const Name& table) {
    if (table.name.empty()) return;
    reads(names_.entry(table));
    reads(names_.table(catalog_.family_of(table)));
  }

  void change_routine(ObjectKind kind, const Name& name) {
    writes(names_.catalogue);
    if (kind != ObjectKind::event) writes(names_.routine(name));
  }

  /// What it writes differs from now on, where its table is written.
  void change_trigger(const tree::CreateRoutine& trigger) {
    touch(trigger.table);
    const Effects effects = effects_of(trigger, catalog_, Dialect::mysql);
    for (const Name& name : effects.writes) writes(names_.table(name));
    for (const Name& name : effects.numbered)
      if (const KeyPath table = names_.table(name); !table.empty())
        writes({std::string(outside_transactions), table.front()});
    if (effects.writes_everything) writes({});
  }

  // ---- ALTER, DROP, RENAME ----

  bool changed(const tree::Statement& statement) {
    if (const auto* table = statement.as<tree::AlterTable>()) {
      touch(table->name);
      for (const tree::AlterAction& action : table->actions) {
        touch(action.table);
        if (action.constraint) refer(action.constraint->parent);
      }
    } else if (const auto* renamed = statement.as<tree::RenameTables>()) {
      for (const auto& pair : renamed->pairs) touch(pair.from), touch(pair.to);
    } else if (const auto* dropped = statement.as<tree::Drop>()) {
      const bool of_tables = names_.one_namespace && dropped->kind == ObjectKind::index;
      if (of_tables) return drop_indexes(dropped->names);
      drop(*dropped);
    } else if (const auto* altered = statement.as<tree::AlterOther>()) {
      if (altered->keeps_numbers) return writes(names_.entry(altered->name)), true;
      writes(names_.catalogue);
      if (altered->kind == ObjectKind::sequence) touch(altered->name);
      if (altered->kind == ObjectKind::function || altered->kind == ObjectKind::procedure)
        writes(names_.routine(altered->name));
    } else {
      return false;
    }
    return true;
  }

  void drop(const tree::Drop& dropped) {
    switch (dropped.kind) {
      case ObjectKind::table:
      case ObjectKind::view:
      case ObjectKind::sequence:
        for (const Name& name : dropped.names) touch(name);
        return;
      case ObjectKind::index:
        return touch(dropped.table);
      case ObjectKind::trigger:
        return drop_triggers(dropped.names);
      case ObjectKind::function:
      case ObjectKind::procedure:
        for (const Name& name : dropped.names) change_routine(dropped.kind, name);
        return;
      case ObjectKind::database:
        writes({});
        [[fallthrough]];
      default:
        return writes(names_.catalogue);
    }
  }

  /// PostgreSQL does not name their tables; false where nothing else tells.
  bool drop_indexes(const std::vector<Name>& names) {
    for (const Name& name : names) {
      const auto tables = catalog_.tables_of_index(name);
      if (tables.empty()) return false;
      writes(names_.entry(name));
      for (const Name& table : tables) touch(table);
    }
    return true;
  }

  void drop_triggers(const std::vector<Name>& names) {
    for (const Name& name : names) {
      const auto triggers = catalog_.triggers(name);
      if (triggers.empty()) writes({});  // of any table
      for (const tree::CreateRoutine* each : triggers) change_trigger(*each);
    }
  }

  // ---- what its first words tell ----

  bool of_utility(const tree::Statement& statement) {
    if (const auto* set = statement.as<tree::Set>()) {
      const bool password = set->settings.size() == 1 && set->settings[0].name == "password";
      if (password) writes(names_.catalogue);
      return password;
    }
    const auto* utility = statement.as<tree::Utility>();
    if (utility == nullptr) return false;
    if (utility->kind == Kind::show) return show(*utility);
    if (utility->kind == Kind::explain) return describe(*utility);
    return by_verb(*utility);
  }

  bool by_verb(const tree::Utility& utility) {
    static constexpr std::array<std::string_view, 6> definitions = {
        "grant", "revoke", "install", "uninstall", "change", "create"};
    static constexpr std::array<std::string_view, 10> without_effect = {
        "kill", "help", "cache", "purge", "get", "signal", "resignal", "lock", "unlock", "flush"};
    static constexpr std::array<std::string_view, 4> maintenance = {"analyze", "optimize", "check",
                                                                    "repair"};
    if (is_among(utility.verb, maintenance)) {
      // Rows stay as they are.
      for (const Name& table : utility.tables) refer(table);
    } else if (utility.verb == "comment") {
      for (const Name& table : utility.tables) writes(names_.entry(table));
      if (utility.tables.empty()) writes(names_.catalogue);
    } else if (is_among(utility.verb, definitions)) {
      writes(names_.catalogue);
    } else if (utility.verb == "reset") {
      return utility.name == "query";
    } else {
      return is_among(utility.verb, without_effect);
    }
    return true;
  }

  /// DESCRIBE table; EXPLAIN of a statement counts rows.
  bool describe(const tree::Utility& utility) {
    if (utility.statement || utility.tables.size() != 1) return false;
    reads(names_.entry(utility.tables[0]));
    return true;
  }

  bool show(const tree::Utility& utility) {
    static constexpr std::array<std::string_view, 18> definitions = {
        "tables",   "databases", "schemas", "character",  "charset",   "collation",
        "engines",  "storage",   "plugins", "privileges", "procedure", "function",
        "triggers", "events",    "grants",  "variables",  "authors",   "contributors"};
    static constexpr std::array<std::string_view, 3> indexes = {"index", "indexes", "keys"};
    const std::string& subject = utility.name;
    const bool of_columns = subject == "columns" || subject == "fields";
    if (of_columns || is_among(subject, indexes) || subject == "create") {
      if (utility.tables.empty()) {
        if (subject == "create") reads(names_.catalogue);
        return subject == "create";
      }
      reads(names_.entry(utility.tables[0]));
      // Cardinalities, AUTO_INCREMENT=7
      if (!of_columns) reads(names_.table(catalog_.family_of(utility.tables[0])));
      return true;
    }
    if (!is_among(subject, definitions)) return false;
    reads(names_.catalogue);
    return true;
  }

  const Catalog& catalog_;
  const KeyNames& names_;
  Dependencies found_;
};

bool is_cast_of_column(const tree::Expression& expression) {
  const auto* cast = expression.as<tree::Cast>();
  return cast != nullptr && cast->operand->as<tree::Column>() != nullptr;
}

bool touches_its_table(const tree::AlterAction& action) {
  using Kind = tree::AlterAction::Kind;
  switch (action.kind) {
    case Kind::add_column:
    case Kind::set_default:
    case Kind::set_not_null:
    case Kind::drop_not_null:
    case Kind::add_constraint:
    case Kind::inert:
      return true;
    case Kind::set_type:  // a function in USING may do anything
      return !action.expression || is_cast_of_column(*action.expression);
    case Kind::drop_column:
    case Kind::drop_constraint:
      return !action.cascade;
    default:
      return false;
  }
}

}  // namespace

bool touches_what_it_names(const tree::Statement& statement) {
  if (const auto* table = statement.as<tree::CreateTable>())
    return !table->temporary && !table->foreign && !table->query && !table->partitioned &&
           table->inherits.empty() && table->like.empty() && table->of_type.name.empty();
  if (const auto* table = statement.as<tree::AlterTable>())
    return table->kind == ObjectKind::table &&
           std::ranges::all_of(table->actions, touches_its_table);
  if (const auto* view = statement.as<tree::CreateView>())
    return !view->replace && !view->temporary;
  if (const auto* other = statement.as<tree::CreateOther>())
    return (other->kind == ObjectKind::schema || other->kind == ObjectKind::extension) &&
           other->elements.empty();
  if (const auto* dropped = statement.as<tree::Drop>()) {
    // No other view shows what is dropped without CASCADE.
    const bool followed =
        dropped->kind == ObjectKind::table || dropped->kind == ObjectKind::index ||
        dropped->kind == ObjectKind::view || dropped->kind == ObjectKind::sequence ||
        dropped->kind == ObjectKind::schema || dropped->kind == ObjectKind::extension;
    return followed && !dropped->cascade;
  }
  if (const auto* altered = statement.as<tree::AlterOther>()) return altered->keeps_numbers;
  if (const auto* utility = statement.as<tree::Utility>()) return utility->verb == "comment";
  return statement.as<tree::CreateIndex>() != nullptr;
}

std::optional<Dependencies> facts_of_definition(const tree::Statement& statement,
                                                const Catalog& catalog, const KeyNames& names) {
  return DefinitionReader(catalog, names).read(statement);
}

}  // namespace understudy::sql
