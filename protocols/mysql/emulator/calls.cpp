// Calls of routines, and the values of expressions in their bodies.
#include <set>
#include <utility>

#include "protocols/mysql/emulator/program.hpp"
#include "protocols/mysql/emulator/translator.hpp"
#include "protocols/sql/emulator/typed.hpp"
#include "protocols/sql/facts/function_use.hpp"

namespace understudy::mysql::emulation {
namespace {

const tree::Select* plain_select(const tree::Query& query) {
  const auto* select = query.as<tree::Select>();
  const bool plain = select != nullptr && select->outputs.size() == 1 && select->from.empty() &&
                     !select->where && select->group.empty() && !select->having &&
                     !select->distinct && select->into.empty() && query.with.tables.empty() &&
                     query.order.empty() && !query.limit && !query.offset && query.locking.empty();
  return plain ? select : nullptr;
}

}  // namespace

Typed Translator::variable(const ScopeColumn& column) {
  if (column.type.kind == TypeKind::opaque) throw Unsure{"the type of variable " + column.name};
  Bound bound;
  bound.source = Bound::Source::variable;
  bound.slot = *column.variable;
  bound.type = column.type;
  return sql::emulator::typed(bind(std::move(bound)), column.type);
}

Plan Translator::value(const tree::Statement& shows, const ColumnType& type) {
  const auto* query = shows.as<tree::Query>();
  const tree::Select* const select = query != nullptr ? plain_select(*query) : nullptr;
  if (select == nullptr) throw Unsure{"an expression of this kind"};
  const Scope scope{outermost_, {}};
  const tree::Expression& expression = select->outputs.front().expression;
  TableColumn place;
  place.type = type;
  Plan plan;
  plan.text.sql = "SELECT " + (type.kind == TypeKind::boolean
                                   ? condition(expression, scope).sql
                                   : assigned(this->expression(expression, scope), place));
  plan.shown.push_back({"", type, std::nullopt, {}, false});
  plan.text.bounds = std::move(bounds_);
  plan.reads = std::move(reads_);
  plan.columns = std::move(columns_);
  return plan;
}

/// `SELECT f(values)` of a function that a statement made; false where it is anything else.
bool Translator::query_otherwise(const tree::Query& query, Plan& plan) {
  const tree::Select* const select = plain_select(query);
  const auto* call =
      select != nullptr ? select->outputs.front().expression.as<tree::Call>() : nullptr;
  if (call == nullptr ||
      sql::use_of_function(call->name.name, sql::Dialect::mysql) != sql::FunctionUse::unknown)
    return false;
  this->call(*call, tree::ObjectKind::function, plan);
  const ColumnType returns = mysql_.type_of_variable(plan.routine->returns, plan.routine->name);
  if (returns.kind == TypeKind::opaque) throw Unsure{"the type of function " + call->name.name};
  const std::string& alias = select->outputs.front().alias;
  plan.shown.push_back({alias, returns, std::nullopt, {}, false});
  // Without an alias the column is called by the text.
  if (!plan.sources.empty() && alias.empty())
    for (const Bound& each : plan.sources.front().text.bounds)
      if (each.slot != Bound::no_slot) shaping_.insert(each.slot);
  return true;
}

void Translator::other(const tree::Statement& statement, Plan& plan) {
  const auto* utility = statement.as<tree::Utility>();
  const bool calls =
      utility != nullptr && utility->kind == sql::Kind::call && utility->arguments.size() == 1;
  const auto* call = calls ? utility->arguments.front().as<tree::Call>() : nullptr;
  if (call == nullptr) throw Unsure{"this kind of statement"};
  this->call(*call, tree::ObjectKind::procedure, plan);
}

void Translator::call(const tree::Call& call, tree::ObjectKind kind, Plan& plan) {
  const auto found = book_.routines.find(key_of(call.name));
  const auto routine = found == book_.routines.end() ? nullptr : found->second;
  const bool plain = !call.star && !call.distinct && !call.filter && !call.over &&
                     call.order.empty() && call.argument_names.empty() && call.words.empty();
  const auto program =
      routine != nullptr && routine->kind == kind ? program_of(*routine) : std::nullopt;
  if (took_effect_ || !plain || !program || call.arguments.size() != routine->parameters.size())
    throw Unsure{(kind == tree::ObjectKind::function ? "the function " : "the procedure ") +
                 call.name.name};
  const Scope scope{outermost_, {}};
  std::string list;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    TableColumn place;
    place.type = mysql_.type_of_variable(routine->parameter_types[i], routine->name);
    if (place.type.kind == TypeKind::opaque)
      throw Unsure{"a parameter of routine " + call.name.name};
    list += (list.empty() ? "" : ", ") + assigned(expression(call.arguments[i], scope), place);
  }
  plan.action = Plan::Action::call;
  plan.routine = routine;
  plan.named = tables_named(*program, mysql_);
  // A connection that has run it before may still see the columns of then.
  for (const std::string& key : plan.named)
    if (const auto table = book_.tables.find(key);
        table != book_.tables.end() && table->second.definition->altered)
      throw Unsure{"a routine of a table that was altered"};
  if (list.empty()) return;
  Plan& source = plan.sources.emplace_back();
  source.text.sql = "SELECT " + list;
  source.text.bounds = std::exchange(bounds_, {});
}

}  // namespace understudy::mysql::emulation
