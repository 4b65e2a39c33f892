#include "protocols/sql/facts/dependencies.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/sql/facts/definitions.hpp"
#include "protocols/sql/facts/effects.hpp"
#include "protocols/sql/facts/relation_order.hpp"

namespace understudy::sql {
namespace {

const KeyPath whole_service = {};

class FactReader {
 public:
  FactReader(const Catalog& catalog, Dialect dialect, const KeyNames& names)
      : catalog_(catalog), dialect_(dialect), names_(names) {}

  StatementFacts read(const tree::Statement& statement) {
    node(statement);
    Dependencies& found = facts_.dependencies;
    if (!found.writes.empty()) found.effect = Effect::write;
    if (found.effect == Effect::write && found.writes.empty()) add(found.writes, whole_service);
    // What a write is answered with depends on what it writes to.
    for (const KeyPath& path : found.writes)
      if (!definition_ || !path.empty()) add(found.reads, path);
    if (!names_.places.empty()) places(statement);
    return std::move(facts_);
  }

 private:
  static void add(std::vector<KeyPath>& paths, const KeyPath& path) {
    if (std::ranges::find(paths, path) == paths.end()) paths.push_back(path);
  }
  void reads(const KeyPath& path) { add(facts_.dependencies.reads, path); }
  void writes(const KeyPath& path) { add(facts_.dependencies.writes, path); }
  void anything() {
    reads(whole_service);
    writes(whole_service);
    facts_.dependencies.understood = false;
    facts_.indirect = facts_.writes_uncounted = true;
  }

  /// Of relations in the catalogue: no write is answered by them.
  void places(const tree::Statement& statement) {
    if (statement.as<tree::Truncate>() != nullptr) writes(names_.places);
    if (shows_places(statement)) reads(names_.places);
  }

  void node(const tree::Statement& statement) {
    if (names_.entry && definition(statement)) return;
    if (const auto* utility = statement.as<tree::Utility>()) return this->utility(*utility);
    const bool followed =
        statement.as<tree::Query>() != nullptr || statement.as<tree::Insert>() != nullptr ||
        statement.as<tree::Update>() != nullptr || statement.as<tree::Delete>() != nullptr ||
        statement.as<tree::Merge>() != nullptr || statement.as<tree::Truncate>() != nullptr ||
        statement.as<tree::Transfer>() != nullptr;
    if (followed) return effects(statement);
    if (const auto* set = statement.as<tree::Set>()) {
      if (set->statement) return node(*set->statement);
      effects(statement);
      if (facts_.dependencies.writes.empty()) facts_.dependencies.effect = Effect::none;
      return;
    }
    if (!statement.understood()) return anything();
    // A definition.
    reads(whole_service);
    writes(whole_service);
  }

  /// It touches what it names.
  bool definition(const tree::Statement& statement) {
    if (dialect_ == Dialect::postgres && !touches_what_it_names(statement)) return false;
    auto found = facts_of_definition(statement, catalog_, names_);
    if (found) facts_.dependencies = *std::move(found);
    definition_ = found.has_value();
    return definition_;
  }

  void utility(const tree::Utility& utility) {
    switch (utility.kind) {
      case Kind::explain:
        return explain(utility);
      case Kind::declare_cursor:
        if (utility.statement) effects(*utility.statement);
        return;
      case Kind::call:
        // Variables may be there for what comes out.
        for (const tree::Expression& call : utility.arguments) give_out(call);
        return effects_of_arguments(utility);
      case Kind::show:
        return reads(whole_service);
      case Kind::fetch:
        facts_.dependencies.understood = false;
        return reads(whole_service);
      case Kind::execute:
        return anything();
      case Kind::ddl:
        reads(whole_service);
        return writes(whole_service);
      case Kind::unknown:
      case Kind::other_write:
      case Kind::copy:
        return by_verb(utility);
      case Kind::lock:
      case Kind::set:
        if (dialect_ == Dialect::postgres) return;  // a question that no table answers
        [[fallthrough]];
      default:
        facts_.dependencies.effect = Effect::none;
    }
  }

  void by_verb(const tree::Utility& utility) {
    static constexpr std::array<std::string_view, 6> inert = {"vacuum",     "cluster", "reindex",
                                                              "checkpoint", "load",    "kill"};
    static constexpr std::array<std::string_view, 5> of_tables = {"analyze", "optimize", "check",
                                                                  "repair", "refresh"};
    if (std::ranges::find(inert, utility.verb) != inert.end()) return;
    if (std::ranges::find(of_tables, utility.verb) != of_tables.end()) {
      for (const tree::Name& table : utility.tables) writes(names_.table(table));
      if (utility.verb == "refresh") refresh(utility);
      return;
    }
    if (utility.verb == "do" && dialect_ == Dialect::mysql) return effects_of_arguments(utility);
    anything();
  }

  void give_out(const tree::Expression& expression) {
    const auto* call = expression.as<tree::Call>();
    if (call == nullptr) return;
    for (const tree::Expression& argument : call->arguments)
      if (const auto* variable = argument.as<tree::Variable>();
          variable != nullptr && !variable->is_system)
        writes({"@" + variable->name});
  }

  /// What it makes anew follows from the tables of a query that stands elsewhere.
  void refresh(const tree::Utility& utility) {
    for (const tree::Name& table : utility.tables) {
      const Relation* const view = catalog_.find(table);
      if (view == nullptr || view->materialized.empty()) return reads(whole_service);
      for (const tree::Query& query : view->materialized) {
        tree::Statement statement;
        statement.node = query;
        effects(statement);
      }
    }
  }

  /// CALL and DO: what their expressions do.
  void effects_of_arguments(const tree::Utility& utility) {
    tree::Statement statement;
    statement.node = utility;
    effects(statement);
  }

  /// Costs follow statistics, which follow everything.
  void explain(const tree::Utility& utility) {
    if (dialect_ == Dialect::postgres) reads(whole_service);
    if (utility.statement && (utility.executes || dialect_ == Dialect::mysql))
      effects(*utility.statement);
    if (!utility.executes) {
      for (const KeyPath& path : std::exchange(facts_.dependencies.writes, {}))
        if (path != whole_service) reads(path);
    }
    if (facts_.dependencies.reads.empty()) reads(whole_service);
  }

  void effects(const tree::Statement& statement) {
    const Effects effects = effects_of(statement, catalog_, dialect_);
    for (const tree::Name& name : effects.reads) reads(names_.table(name));
    for (const tree::Name& name : effects.writes) writes(names_.table(name));
    for (const tree::Name& name : effects.numbered) {
      const KeyPath table = names_.table(name);
      if (!table.empty()) writes({std::string(outside_transactions), table.front()});
    }
    if (names_.routine)
      for (const tree::Name& name : effects.routines) reads(names_.routine(name));
    for (const tree::Name& name : effects.cascades) add(facts_.cascades, names_.table(name));
    if (effects.moves_sequence) {
      // Inserting moves a sequence as well, unseen: what comes next depends on everything.
      writes({std::string(outside_transactions)});
      reads(whole_service);
    }
    if (effects.locks) writes(names_.locks);
    if (effects.reads_catalogue) reads(names_.catalogue);
    if (effects.reads_everything) reads(whole_service);
    if (effects.writes_everything) writes(whole_service);
    for (const std::string& name : effects.variables_read) reads({"@" + name});
    for (const std::string& name : effects.variables_written) writes({"@" + name});
    facts_.dependencies.understood = facts_.dependencies.understood && effects.understood;
    const auto* transfer = statement.as<tree::Transfer>();
    if (transfer != nullptr && transfer->server_file && dialect_ == Dialect::postgres)
      facts_.dependencies.understood = false;
    facts_.indirect = facts_.indirect || effects.indirect;
    facts_.writes_uncounted = facts_.writes_uncounted || effects.writes_uncounted;
    facts_.fires_triggers = facts_.fires_triggers || effects.fires_triggers;
  }

  const Catalog& catalog_;
  Dialect dialect_;
  const KeyNames& names_;
  StatementFacts facts_;
  bool definition_ = false;
};

}  // namespace

StatementFacts facts_of(const tree::Statement& statement, const Catalog& catalog, Dialect dialect,
                        const KeyNames& names) {
  return FactReader(catalog, dialect, names).read(statement);
}

StatementFacts facts_of_names(const std::vector<tree::Name>& names, const KeyNames& keys) {
  StatementFacts facts;
  facts.indirect = facts.writes_uncounted = true;
  Dependencies& found = facts.dependencies;
  found.effect = Effect::write;
  found.understood = false;
  for (const tree::Name& name : names)
    for (std::vector<KeyPath>* paths : {&found.reads, &found.writes}) {
      paths->push_back(keys.table(name));
      if (keys.entry) paths->push_back(keys.entry(name));
    }
  if (!names.empty()) return facts;
  found.reads = {whole_service};
  found.writes = {whole_service};
  return facts;
}

}  // namespace understudy::sql
