// Calls of functions that statements made, and the values of their expressions.
#include <algorithm>

#include "protocols/postgres/emulator/typed.hpp"
#include "protocols/sql/facts/function_use.hpp"

namespace understudy::postgres::emulation {
namespace {

const tree::Select* plain_select(const tree::Statement& statement) {
  const auto* query = statement.as<tree::Query>();
  const auto* select = query != nullptr ? query->as<tree::Select>() : nullptr;
  const bool plain = select != nullptr && select->outputs.size() == 1 && select->from.empty() &&
                     !select->where && select->group.empty() && !select->having &&
                     !select->distinct && select->distinct_on.empty() && select->into.empty() &&
                     query->with.tables.empty() && query->order.empty() && !query->limit &&
                     !query->offset && query->locking.empty();
  return plain ? select : nullptr;
}

}  // namespace

bool shows_moment(const tree::Statement& shows) {
  const tree::Select* const select = plain_select(shows);
  const auto* call =
      select != nullptr ? select->outputs.front().expression.as<tree::Call>() : nullptr;
  static const std::set<std::string_view> names = {"now",
                                                   "current_timestamp",
                                                   "transaction_timestamp",
                                                   "statement_timestamp",
                                                   "clock_timestamp",
                                                   "gen_random_uuid"};
  return call != nullptr && call->arguments.empty() && names.contains(call->name.name);
}

Plan Translator::value(const tree::Statement& shows, ColumnType type) {
  const tree::Select* const select = plain_select(shows);
  if (select == nullptr) throw Unsure{"an expression of this kind"};
  const Scope scope{outermost_, {}};
  sql::contents::TableColumn place;
  place.type = type;
  Plan plan;
  plan.text.sql =
      "SELECT " + assigned(expression(select->outputs.front().expression, scope), place);
  plan.shown.push_back({"", type, std::nullopt, {}, false});
  plan.text.bounds = std::move(bounds_);
  plan.reads = std::move(reads_);
  plan.columns = std::move(columns_);
  plan.guards.assign(guards_.begin(), guards_.end());
  return plan;
}

/// `SELECT f(values)` of a function that a statement made; false where it is anything else.
bool Translator::query_otherwise(const tree::Query& query, Plan& plan) {
  if (sequence_call(query, plan)) return true;
  tree::Statement whole;
  whole.node = query;
  const tree::Select* const select = plain_select(whole);
  const auto* call =
      select != nullptr ? select->outputs.front().expression.as<tree::Call>() : nullptr;
  if (call == nullptr) return false;
  const auto found = book_.routines.find(emulation::key_of(call->name));
  if (found == book_.routines.end()) return false;
  const std::shared_ptr<const tree::CreateRoutine>& routine = found->second;
  const bool plain = !call->star && !call->distinct && !call->variadic && !call->filter &&
                     !call->over && call->order.empty() && call->argument_names.empty();
  const bool built_in =
      sql::use_of_function(call->name.name, sql::Dialect::postgres) != sql::FunctionUse::unknown;
  const bool reached =
      !call->name.schema.empty() || printing_.path == std::vector<std::string>{"public"};
  if (!plain || routine == nullptr || routine->has_more || routine->returns.is_set || built_in ||
      !reached || routine->kind != tree::ObjectKind::function ||
      call->arguments.size() != routine->parameters.size())
    throw Unsure{"the function " + call->name.name};
  ColumnType returns = column_type(routine->returns, {});
  if (returns.kind == TypeKind::opaque) throw Unsure{"the type of function " + call->name.name};
  returns.length = returns.kind == TypeKind::numeric ? returns.length : 0;
  if (returns.kind == TypeKind::numeric) throw Unsure{"the type of function " + call->name.name};
  const Scope scope{outermost_, {}};
  std::vector<std::string> list;
  for (std::size_t i = 0; i < call->arguments.size(); ++i) {
    sql::contents::TableColumn place;
    place.type = column_type(routine->parameter_types[i], {});
    if (place.type.kind == TypeKind::opaque || place.type.length != 0)
      throw Unsure{"a parameter of function " + call->name.name};
    list.push_back(assigned(expression(call->arguments[i], scope), place));
  }
  const std::string& alias = select->outputs.front().alias;
  plan.action = Plan::Action::call;
  plan.routine = routine;
  plan.shown.push_back({alias.empty() ? call->name.name : alias, returns, std::nullopt, {}, false});
  if (!list.empty()) {
    Plan& source = plan.sources.emplace_back();
    source.text.sql = "SELECT " + joined(list, ", ");
    source.shown.resize(list.size());
    source.text.bounds = std::exchange(bounds_, {});
  }
  return true;
}

}  // namespace understudy::postgres::emulation
