#include "protocols/sql/facts/effects.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/sql/facts/function_use.hpp"
#include "protocols/sql/facts/routine_body.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/tree/parse_mysql.hpp"
#include "protocols/sql/tree/qualify.hpp"
#include "protocols/sql/tree/visitor.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::sql {
namespace {

using tree::Name;

enum class Event : std::uint8_t { insert, update, remove, truncate };
/// What calls a function; a trigger that is counted runs for nothing but rows that were touched.
enum class Caller : std::uint8_t { expression, trigger, counted_trigger };

std::string name_of_event(Event event) {
  static constexpr std::array<const char*, 4> names = {"insert", "update", "delete", "truncate"};
  return names[static_cast<std::size_t>(event)];
}

/// The functions that an expression calls and that are not built in.
class CalledFunctions : public tree::Visitor {
 public:
  explicit CalledFunctions(Dialect dialect) : dialect_(dialect) {}
  using Visitor::visit;
  void visit(const tree::Expression& expression) override {
    const auto* node = expression.as<tree::Call>();
    const bool built_in =
        node == nullptr || ((node->name.schema.empty() || node->name.schema == "pg_catalog") &&
                            use_of_function(node->name.name, dialect_) != FunctionUse::unknown);
    if (!built_in) names.push_back(node->name);
    descend(expression);
  }
  std::vector<Name> names;

 private:
  Dialect dialect_;
};

class EffectReader : public tree::Visitor {
 public:
  EffectReader(const Catalog& catalog, Dialect dialect)
      : catalog_(catalog), dialect_(dialect), mysql_(dialect == Dialect::mysql) {}
  using Visitor::visit;

  Effects take() { return std::move(effects_); }
  void run(const tree::CreateRoutine& routine);

  void visit(const tree::Statement& statement) override {
    const std::size_t known = expressions_.size();
    descend(statement);
    // Behind the walk: names of common table expressions are none of targets.
    expressions_.resize(known);
    change(statement);
  }

  void visit(const tree::With& with) override {
    for (const tree::CommonTable& each : with.tables)
      if (with.recursive) expressions_.push_back(each.name);
    for (const tree::CommonTable& each : with.tables) {
      const std::size_t written = effects_.writes.size();
      visit_child(each.statement);
      if (effects_.writes.size() > written) effects_.writes_uncounted = true;
      if (!with.recursive) expressions_.push_back(each.name);
    }
  }

  void visit(const tree::Query& query) override {
    const std::size_t known = expressions_.size();
    if (const auto* select = query.as<tree::Select>()) into(select->into);
    descend(query);
    expressions_.resize(known);
  }

  void visit(const tree::Relation& relation) override {
    if (const auto* table = relation.as<tree::TableName>())
      if (!is_expression(table->name)) read(table->name);
    descend(relation);
  }

  void visit(const tree::Expression& expression) override {
    if (const auto* call = expression.as<tree::Call>()) {
      called(*call);
    } else if (const auto* variable = expression.as<tree::Variable>()) {
      if (!variable->is_system) effects_.variables_read.insert(variable->name);
    } else if (const auto* assign = expression.as<tree::AssignVariable>()) {
      assigned(assign->variable.name);
    }
    descend(expression);
  }

 private:
  static void add(std::vector<Name>& names, const Name& name) {
    if (!name.name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  bool is_expression(const Name& name) const {
    return name.schema.empty() && std::ranges::find(expressions_, name.name) != expressions_.end();
  }
  void everything() {
    effects_.reads_everything = effects_.writes_everything = effects_.indirect = true;
    effects_.writes_uncounted = true;
    effects_.understood = false;
  }

  // ---- what changes ----

  void change(const tree::Statement& statement) {
    if (const auto* insert = statement.as<tree::Insert>()) return inserted(*insert);
    if (const auto* update = statement.as<tree::Update>())
      for (const tree::Relation& each : update->tables) write_tables(each, Event::update);
    if (const auto* remove = statement.as<tree::Delete>()) return removed(*remove);
    if (const auto* merge = statement.as<tree::Merge>())
      for (const Event event : {Event::insert, Event::update, Event::remove})
        write_tables(merge->table, event);
    if (const auto* truncate = statement.as<tree::Truncate>()) return truncated(*truncate);
    if (const auto* transfer = statement.as<tree::Transfer>()) return transferred(*transfer);
    if (const auto* set = statement.as<tree::Set>())
      for (const auto& setting : set->settings)
        if (setting.scope == tree::Set::Setting::Scope::user) assigned(setting.name);
  }

  void inserted(const tree::Insert& insert) {
    using Action = tree::Conflict::Action;
    const auto* table = insert.table.as<tree::TableName>();
    if (table == nullptr) return;
    write(table->name, Event::insert);
    add(effects_.numbered, catalog_.family_of(table->name));
    fill_in(table->name);
    if (insert.conflict.action == Action::update) write(table->name, Event::update);
    if (insert.conflict.action == Action::replace) write(table->name, Event::remove);
  }

  /// What gives a row the values that the statement leaves out. Of sequences `numbered` tells.
  void fill_in(const Name& table) {
    CalledFunctions called(dialect_);
    for (const Relation* member : catalog_.members(table))
      for (const tree::ColumnDefinition& column : member->columns)
        for (const auto* value : {&column.default_, &column.generated})
          if (*value) called.visit(**value);
    for (const Name& function : called.names) call(function, Caller::expression);
  }

  void removed(const tree::Delete& remove) {
    if (remove.targets.empty()) return write_tables(remove.table, Event::remove);
    for (const Name& target : remove.targets)
      if (!write_target(target, remove.from)) write(target, Event::remove);
  }

  /// A target of a DELETE from several tables is called by its alias; false where none is so.
  bool write_target(const Name& target, const std::vector<tree::Relation>& relations) {
    return std::ranges::any_of(relations, [&](const tree::Relation& relation) {
      if (const auto* join = relation.as<tree::Join>())
        return write_target(target, {*join->left, *join->right});
      const auto* table = relation.as<tree::TableName>();
      if (table == nullptr || !target.schema.empty()) return false;
      if (!same(relation.alias.empty() ? table->name.name : relation.alias, target.name))
        return false;
      write(table->name, Event::remove);
      return true;
    });
  }

  /// Letters of MySQL's aliases may mean the same in either case.
  static bool same(const std::string& one, const std::string& other) {
    return std::ranges::equal(one, other,
                              [](char a, char b) { return to_lower(a) == to_lower(b); });
  }

  void truncated(const tree::Truncate& truncate) {
    for (const tree::TableName& table : truncate.tables) {
      write(table.name, Event::truncate);
      if (truncate.cascade) truncate_dependants(table.name);
    }
    // Which tables refer to it, only a catalogue that knows it tells.
    for (const tree::TableName& table : truncate.tables)
      if (truncate.cascade && catalog_.find(table.name) == nullptr)
        effects_.writes_everything = true;
  }

  void truncate_dependants(const Name& table) {
    for (const Relation* member : catalog_.members(table))
      for (const Dependant& each : member->dependants)
        if (follow("truncate " + each.child.name)) {
          write(each.child, Event::truncate);
          truncate_dependants(each.child);
        }
  }

  void transferred(const tree::Transfer& transfer) {
    if (transfer.table.name.empty()) return;
    read(transfer.table);
    if (!transfer.into_table) return;
    write(transfer.table, Event::insert);
    if (mysql_) add(effects_.numbered, catalog_.family_of(transfer.table));
    if (transfer.conflict == tree::Conflict::Action::replace) write(transfer.table, Event::remove);
  }

  void write_tables(const tree::Relation& relation, Event event) {
    if (const auto* join = relation.as<tree::Join>()) {
      write_tables(*join->left, event);
      write_tables(*join->right, event);
    } else if (const auto* table = relation.as<tree::TableName>()) {
      if (!is_expression(table->name)) write(table->name, event);
    }
  }

  // ---- what names mean ----

  /// False where it is being followed already: nothing new comes of it.
  bool follow(const std::string& what) { return followed_.insert(what).second; }

  void read(const Name& name) {
    add(effects_.reads, catalog_.family_of(name));
    const bool first = follow("read " + name.name);
    for (const Relation* member : catalog_.members(name)) {
      // What a materialised view shows is its own until it is refreshed.
      if (!member->materialized.empty()) effects_.indirect = true;
      if (member->views.empty() && member->policies.empty() && member->rules.empty()) continue;
      effects_.indirect = true;
      if (!first) continue;
      const auto outside = std::exchange(expressions_, {});
      for (const tree::Query& view : member->views) visit(view);
      for (const tree::Expression& policy : member->policies) visit(policy);
      for (const tree::CreateRule& rule : member->rules)
        if (rule.event == "select") visit_all_of(rule);
      expressions_ = outside;
    }
  }

  void write(const Name& name, Event event) {
    read(name);
    add(effects_.writes, catalog_.family_of(name));
    const std::string what = name_of_event(event);
    if (!follow(what + " " + name.name)) return;
    for (const Relation* member : catalog_.members(name)) {
      const auto outside = std::exchange(expressions_, {});
      for (const tree::Query& view : member->views) write_view(view, event);
      for (const tree::CreateRoutine& trigger : member->triggers) fire(trigger, event);
      for (const tree::CreateRule& rule : member->rules)
        if (rule.event == what) visit_all_of(rule);
      for (const Dependant& each : member->dependants) cascade(each, event);
      expressions_ = outside;
    }
  }

  /// A change of a view is one of the tables that it shows.
  void write_view(const tree::Query& view, Event event) {
    effects_.indirect = true;
    const auto* select = view.as<tree::Select>();
    if (select == nullptr) return;
    for (const tree::Relation& each : select->from) write_tables(each, event);
  }

  void visit_all_of(const tree::CreateRule& rule) {
    effects_.indirect = effects_.writes_uncounted = true;
    visit_child(rule.where);
    for (const tree::Statement& action : rule.actions) visit(action);
  }

  /// Rows of another table change with these: deleted, or with NULL or a default in their place.
  void cascade(const Dependant& dependant, Event event) {
    const bool removed = event == Event::remove && dependant.follows_delete;
    const bool updated = event == Event::update && dependant.follows_update;
    if (!removed && !updated) return;
    const Name& child = catalog_.family_of(dependant.child);
    EffectReader inside(catalog_, dialect_);
    inside.followed_ = followed_;
    if (removed) inside.write(dependant.child, Event::remove);
    inside.write(dependant.child, Event::update);
    followed_ = inside.followed_;
    Effects found = inside.take();
    std::erase(found.reads, child);
    std::erase(found.writes, child);
    merge(std::move(found), false, true);
    add(effects_.cascades, child);
  }

  // ---- functions, triggers, procedures ----

  void fire(const tree::CreateRoutine& trigger, Event event) {
    if (std::ranges::find(trigger.events, name_of_event(event)) == trigger.events.end()) return;
    effects_.fires_triggers = true;
    // It runs for rows that are counted.
    const bool counted = trigger.each_row && (mysql_ || trigger.timing == "after");
    EffectReader inside(catalog_, dialect_);
    inside.followed_ = followed_;
    if (trigger.function.name.empty())
      inside.run(trigger);
    else
      inside.call(trigger.function, counted ? Caller::counted_trigger : Caller::trigger);
    followed_ = inside.followed_;
    Effects found = inside.take();
    // Of what a trigger does behind the change no row of the change itself is touched, unless it
    // writes to the same table.
    const bool elsewhere =
        trigger.timing == "after" && !found.writes_everything &&
        std::ranges::none_of(found.writes, [&](const Name& name) {
          return std::ranges::find(effects_.writes, name) != effects_.writes.end();
        });
    if (counted) found.writes_uncounted = false;
    const bool indirect = effects_.indirect;
    merge(std::move(found), false, counted);
    if (elsewhere) effects_.indirect = indirect;
  }

  void called(const tree::Call& node) {
    const Name& name = node.name;
    const bool declared = mysql_ && !catalog_.routines(name).empty();
    const bool built_in = !declared && (name.schema.empty() || name.schema == "pg_catalog");
    switch (built_in ? use_of_function(name.name, dialect_) : FunctionUse::unknown) {
      case FunctionUse::pure:
        return;
      case FunctionUse::sequence:
        effects_.moves_sequence = true;
        return;
      case FunctionUse::advisory_lock:
        effects_.locks = true;
        return;
      case FunctionUse::reads_anything:
        effects_.reads_everything = true;
        effects_.understood = false;
        return;
      case FunctionUse::reads_catalogue:
        effects_.reads_catalogue = true;
        return;
      case FunctionUse::unknown:
        return call(name, Caller::expression);
    }
  }

  /// A routine that a statement declares; whatever else there may be does whatever it likes.
  void call(const Name& name, Caller caller) {
    if (caller != Caller::expression && use_of_function(name.name, dialect_) == FunctionUse::pure)
      return;
    const auto routines = catalog_.routines(name);
    if (routines.empty()) return everything();
    const bool counted = caller == Caller::counted_trigger;
    if (!follow((counted ? "call for rows " : "call ") + name.name)) return;
    for (const tree::CreateRoutine* each : routines) {
      if (caller == Caller::expression) add(effects_.routines, each->name);
      run(*each);
    }
  }

  void run_body(const tree::CreateRoutine& routine) {
    const bool text = routine.language == "sql" || routine.language == "plpgsql";
    if (!text || routine.body.empty()) return everything();
    const Dependencies found = dependencies_of_body(routine.body, dialect_);
    if (!found.understood) effects_.understood = false;
    const auto take = [](const std::vector<KeyPath>& paths, bool& all, const auto& use) {
      for (const KeyPath& path : paths) {
        if (path.empty()) all = true;
        if (path.size() == 1 && !path[0].starts_with('@'))
          use(Name{"", path[0].substr(path[0].rfind('.') + 1)});
      }
    };
    take(found.reads, effects_.reads_everything, [this](const Name& name) { read(name); });
    take(found.writes, effects_.writes_everything, [this](const Name& name) {
      for (const Event event : {Event::insert, Event::update, Event::remove}) write(name, event);
    });
    for (const KeyPath& path : found.writes)
      if (path.size() == 2 && path[0] == outside_transactions)
        add(effects_.numbered, Name{"", path[1]});
  }

  /// MySQL's: names without a database are those of the routine's.
  void run_statements(const tree::CreateRoutine& routine) {
    if (routine.language != "sql" || routine.body.empty()) return everything();
    constexpr Mode mode{Dialect::mysql, true, false};
    for (const std::string& text : statements_of_body(routine.body, Dialect::mysql)) {
      tree::Statement statement = tree::parse_mysql(text, mode);
      if (controls_only(text)) continue;
      if (!statement.understood() || statement.depends_on_version) return everything();
      tree::qualify(statement, routine.name.schema);
      if (is_data(statement))
        visit(statement);
      else
        everything();  // a definition, or SQL that is made at run time
    }
  }

  /// Of a routine's language: no statement and no expression is in it.
  static bool controls_only(std::string_view text) {
    static constexpr std::array<std::string_view, 9> words = {
        "leave", "iterate", "open", "close", "fetch", "signal", "resignal", "get", "declare"};
    Lexer lexer(text, {Dialect::mysql, true, false});
    static_cast<void>(lexer.next());  // SELECT, which was put there
    const Token first = lexer.next();
    const bool word = std::ranges::any_of(
        words, [&](std::string_view each) { return equals_folded(first.text, each); });
    Token token = lexer.next();
    if (token.is(':') && lexer.next().kind == TokenKind::end) return true;
    // Types have parentheses as well; values stand behind DEFAULT and SET.
    bool type = equals_folded(first.text, "declare");
    for (; word && token.kind != TokenKind::end; token = lexer.next()) {
      if (token.word() == Word::default_ || token.word() == Word::set) type = false;
      if (token.is('(') && !type) return false;
    }
    return word;
  }

  static bool is_data(const tree::Statement& statement) {
    const auto* utility = statement.as<tree::Utility>();
    if (utility != nullptr) return utility->kind == Kind::call;
    return statement.as<tree::Query>() != nullptr || statement.as<tree::Insert>() != nullptr ||
           statement.as<tree::Update>() != nullptr || statement.as<tree::Delete>() != nullptr ||
           statement.as<tree::Truncate>() != nullptr || statement.as<tree::Set>() != nullptr;
  }

  /// What runs inside of a routine is not seen where rows are planned. `counted`: it does nothing
  /// where no row is touched.
  void merge(Effects inside, bool only_reads, bool counted) {
    for (const Name& each : inside.reads) add(effects_.reads, each);
    for (const Name& each : inside.routines) add(effects_.routines, each);
    effects_.reads_everything = effects_.reads_everything || inside.reads_everything;
    effects_.reads_catalogue = effects_.reads_catalogue || inside.reads_catalogue;
    effects_.fires_triggers = effects_.fires_triggers || inside.fires_triggers;
    effects_.indirect = effects_.indirect || !inside.reads.empty() || inside.reads_everything;
    if (only_reads) return;
    effects_.indirect = effects_.indirect || !inside.writes.empty() || inside.writes_everything;
    const bool writes = !inside.writes.empty() || inside.writes_everything;
    effects_.writes_uncounted =
        effects_.writes_uncounted || (counted ? inside.writes_uncounted : writes);
    for (const Name& each : inside.writes) add(effects_.writes, each);
    for (const Name& each : inside.numbered) add(effects_.numbered, each);
    for (const Name& each : inside.cascades) add(effects_.cascades, each);
    effects_.writes_everything = effects_.writes_everything || inside.writes_everything;
    effects_.moves_sequence = effects_.moves_sequence || inside.moves_sequence;
    effects_.locks = effects_.locks || inside.locks;
    effects_.understood = effects_.understood && inside.understood;
    effects_.variables_read.merge(inside.variables_read);
    effects_.variables_written.merge(inside.variables_written);
  }

  // ---- variables and tables that a query makes ----

  void assigned(const std::string& name) {
    effects_.variables_read.insert(name);
    effects_.variables_written.insert(name);
  }

  void into(const tree::Into& into) {
    for (const tree::Variable& variable : into.variables) assigned(variable.name);
    if (!into.table.name.empty()) effects_.writes_everything = true;  // a definition
  }

  const Catalog& catalog_;
  Dialect dialect_;
  bool mysql_;
  Effects effects_;
  std::vector<std::string> expressions_;  // names of common table expressions in reach
  std::set<std::string> followed_;        // views, routines and changes, each once
};

void EffectReader::run(const tree::CreateRoutine& routine) {
  using Volatility = tree::CreateRoutine::Volatility;
  if (!mysql_ && routine.volatility == Volatility::immutable) return;
  // What MySQL's routines say of themselves (NO SQL, READS SQL DATA), the server does not check.
  const bool only_reads = !mysql_ && routine.volatility == Volatility::stable;
  EffectReader inside(catalog_, dialect_);
  inside.followed_ = followed_;
  for (const tree::Statement& statement : routine.statements) inside.visit(statement);
  if (routine.statements.empty())
    mysql_ ? inside.run_statements(routine) : inside.run_body(routine);
  merge(inside.take(), only_reads, false);
}

}  // namespace

Effects effects_of(const tree::Statement& statement, const Catalog& catalog, Dialect dialect) {
  EffectReader reader(catalog, dialect);
  reader.visit(statement);
  return reader.take();
}

Effects effects_of(const tree::CreateRoutine& routine, const Catalog& catalog, Dialect dialect) {
  EffectReader reader(catalog, dialect);
  reader.run(routine);
  return reader.take();
}

}  // namespace understudy::sql
