// Runs functions, procedures and triggers.
//
// MySQL: chapter 25 of its manual (Stored Objects).
#include "protocols/mysql/emulator/routines.hpp"

#include <algorithm>

#include "protocols/mysql/emulator/runner.hpp"
#include "protocols/mysql/emulator/translator.hpp"
#include "protocols/mysql/names.hpp"

namespace understudy::mysql::emulation {

using sql::contents::Default;
using sql::contents::is_null;

// ---- variables ----

void Frame::add(const std::string& name, Variable variable) {
  ScopeColumn column;
  column.name = name;
  column.type = variable.type;
  column.variable = variables.size();
  variables.push_back(std::move(variable));
  scope.relations.front().columns.push_back(std::move(column));
}

void Frame::add_row(const std::string& name, const Definition& table, const DatumRow* row,
                    const std::set<std::size_t>& unknown) {
  ScopeRelation relation{name, {}, false, true};
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const ColumnType type = table.columns[i].type;
    ScopeColumn column;
    column.name = table.columns[i].name;
    column.type = type;
    column.variable = variables.size();
    relation.columns.push_back(std::move(column));
    const bool known = row != nullptr && !unknown.contains(i) && type.kind != TypeKind::opaque;
    variables.push_back({type, row != nullptr ? (*row)[i] : Datum(), known});
  }
  scope.relations.push_back(std::move(relation));
}

std::optional<std::size_t> Frame::find(const std::string& name) const {
  const std::size_t dot = name.find('.');
  const std::string relation = dot == std::string::npos ? std::string() : name.substr(0, dot);
  const std::string column = dot == std::string::npos ? name : name.substr(dot + 1);
  for (const ScopeRelation& each : scope.relations) {
    if (each.name != relation) continue;
    for (const ScopeColumn& one : each.columns)
      if (sql::emulator::is_called(each, one, column)) return one.variable;
  }
  return std::nullopt;
}

namespace {

constexpr std::size_t deepest_call = 12, most_turns = 10'000;

/// As a value of another type, where that is the same value.
std::optional<Datum> converted(const Datum& datum, const ColumnType& from, const ColumnType& to) {
  using sql::contents::is_text;
  using sql::contents::is_whole;
  if (is_null(datum)) return datum;
  const bool whole = is_whole(from.kind) || (from.kind == TypeKind::numeric && from.scale == 0);
  if (whole && is_whole(to.kind)) {
    const std::int64_t number = std::get<std::int64_t>(datum);
    const Limits limits = limits_of(to);
    return number >= limits.low && number <= limits.high ? std::optional(datum) : std::nullopt;
  }
  if (is_text(from.kind) && is_text(to.kind)) {
    const bool fits = to.scale == 0 && characters_of(std::get<std::string>(datum)) <= to.length;
    return fits && from.collation == to.collation ? std::optional(datum) : std::nullopt;
  }
  return from.kind == to.kind && from.scale == to.scale ? std::optional(datum) : std::nullopt;
}

}  // namespace

// ---- steps ----

/// Carries a plan out within the statement under way.
bool Runner::run_inside(const Plan& plan, Frame& frame, Done& done) {
  Runner inner(contents_, mysql_, programs_);
  inner.frame_ = &frame;
  inner.moment_ = moment_;
  inner.depth_ = depth_ + 1;
  inner.checks_references_ = checks_references_;
  inner.numbers_ = numbers_;
  auto made = inner.depth_ < deepest_call ? inner.run(plan, {}) : std::nullopt;
  if (!inner.numbers_.empty()) numbers_ = std::move(inner.numbers_);
  if (!made) {
    why_not_ = inner.why_not_;
    return false;
  }
  if (made->error) return refuse(std::move(made->error));
  for (const std::string& key : made->written) sql::emulator::add_written(done.written, key);
  done.rows = std::move(made->rows);
  done.runs = std::move(made->runs);
  done.ok.affected += made->ok.affected;
  if (made->ok.warnings != 0 || !made->counts_known) return false;
  for (ShownRows& each : made->sets) done.sets.push_back(std::move(each));
  return true;
}

/// The value of an expression for a place of that type.
std::optional<Datum> Runner::evaluate(const tree::Statement& shows, const ColumnType& type,
                                      Frame& frame) {
  const Plan plan = mysql_.plan_of_value(shows, type, contents_.book(), frame.scope);
  Done done;
  if (!plan.reason.empty() || !run_inside(plan, frame, done) || done.rows.size() != 1) {
    if (!plan.reason.empty()) why_not_ = plan.reason;
    return std::nullopt;
  }
  return done.rows.front().front();
}

bool Runner::carry_out(const Step& step, Frame& frame, Done& done) {
  auto plan = std::make_shared<const Plan>(
      mysql_.plan_inside(step.statement, contents_.book(), frame.scope));
  if (!plan->reason.empty()) {
    why_not_ = plan->reason;
    return false;
  }
  done.rows.clear();
  if (!run_inside(*plan, frame, done)) return false;
  if (plan->shown.empty()) return true;
  if (step.into.empty()) {
    if (!shows_sets_) return false;
    done.sets.push_back({plan, std::move(done.rows), std::move(done.runs)});
    return true;
  }
  // No row at all leaves the variables as they were, with a warning.
  if (done.rows.size() != 1 || step.into.size() != plan->shown.size()) return false;
  for (std::size_t i = 0; i < step.into.size(); ++i) {
    const auto variable = frame.find(step.into[i]);
    if (!variable) return false;
    Variable& into = frame.variables[*variable];
    const auto value = converted(done.rows.front()[i], plan->shown[i].type, into.type);
    if (!value) return false;
    into.value = *value;
    into.known = true;
  }
  done.rows.clear();
  ++done.ok.affected;
  return true;
}

bool Runner::assign(const Step& step, Frame& frame) {
  const auto variable = frame.find(step.target);
  if (!variable || step.target.starts_with("old.")) return false;
  auto value = evaluate(step.statement, frame.variables[*variable].type, frame);
  if (!value) return false;
  frame.variables[*variable].value = std::move(*value);
  frame.variables[*variable].known = true;
  return true;
}

/// Nothing where it is not known.
std::optional<bool> Runner::holds_here(const tree::Statement& condition, Frame& frame) {
  const auto value = evaluate(condition, {TypeKind::boolean}, frame);
  if (!value) return std::nullopt;
  return !is_null(*value) && std::get<std::int64_t>(*value) != 0;
}

/// False where it is not sure; `given` gets the step that ended it, if one did.
bool Runner::run_steps(const std::vector<Step>& steps, Frame& frame, Done& done,
                       const Step** given) {
  for (const Step& step : steps) {
    if (*given != nullptr) return true;
    bool sure = true;
    switch (step.kind) {
      case Step::Kind::assign:
        sure = assign(step, frame);
        break;
      case Step::Kind::statement:
        sure = carry_out(step, frame, done);
        break;
      case Step::Kind::branch:
        sure = run_branch(step, frame, done, given);
        break;
      case Step::Kind::loop:
        sure = run_loop(step, frame, done, given);
        break;
      case Step::Kind::give_back:
        *given = &step;
        return true;
      case Step::Kind::signal:
        return refuse(ErrorPacket{1644, step.target, step.message});
    }
    if (!sure) return false;
  }
  return true;
}

bool Runner::run_branch(const Step& step, Frame& frame, Done& done, const Step** given) {
  const std::vector<Step>* chosen = &step.otherwise;
  for (const Branch& branch : step.branches) {
    const auto holds = holds_here(branch.condition, frame);
    if (!holds) return false;
    if (!*holds) continue;
    chosen = &branch.steps;
    break;
  }
  return run_steps(*chosen, frame, done, given);
}

bool Runner::run_loop(const Step& step, Frame& frame, Done& done, const Step** given) {
  const Branch& turn = step.branches.front();
  for (std::size_t turns = 0; turns < most_turns; ++turns) {
    const auto holds = holds_here(turn.condition, frame);
    if (!holds) return false;
    if (!*holds || *given != nullptr) return true;
    if (!run_steps(turn.steps, frame, done, given)) return false;
  }
  return false;
}

bool Runner::declare(const Program& program, const tree::Name& routine, Frame& frame) {
  for (const DeclaredVariable& each : program.variables) {
    const ColumnType type = mysql_.type_of_variable(each.type, routine);
    if (type.kind == TypeKind::opaque || frame.find(each.name)) return false;
    Variable variable{type, {}, true};
    if (each.initial) {
      auto value = evaluate(*each.initial, type, frame);
      if (!value) return false;
      variable.value = std::move(*value);
    }
    frame.add(each.name, std::move(variable));
  }
  return true;
}

// ---- functions and procedures ----

bool Runner::call(const Plan& plan, std::span<const Value> values, Done& done) {
  const tree::CreateRoutine& routine = *plan.routine;
  const Program* const program = programs_ != nullptr ? programs_->of(plan.routine) : nullptr;
  why_not_ = "the routine " + routine.name.name;
  if (program == nullptr || took_effect_) return false;
  std::vector<DatumRow> arguments(1);
  if (!plan.sources.empty()) {
    std::vector<Datum> bound;
    if (!bind(plan.sources.front().text.bounds, values, bound) ||
        contents_.database().run(plan.sources.front().text.sql, bound, &(arguments = {})) !=
            sql::contents::Outcome::done)
      return false;
  }
  Frame frame;
  for (std::size_t i = 0; i < routine.parameters.size(); ++i)
    frame.add(routine.parameters[i],
              {mysql_.type_of_variable(routine.parameter_types[i], routine.name),
               arguments.front()[i], true});
  const bool function = routine.kind == tree::ObjectKind::function;
  shows_sets_ = !function;
  const Step* end = nullptr;
  if (!declare(*program, routine.name, frame) || !run_steps(program->steps, frame, done, &end)) {
    // What statements of a procedure did before one failed stays done.
    if (!function && !done.written.empty()) error_.reset();
    return false;
  }
  if (!function) return end == nullptr;
  if (end == nullptr) return false;
  auto given = evaluate(end->statement, plan.shown.front().type, frame);
  if (!given) return false;
  done.rows = {{std::move(*given)}};
  done.runs = {0};
  return true;
}

// ---- triggers ----

bool has_triggers(const Definition& table, std::string_view event) {
  return std::ranges::any_of(table.triggers,
                             [&](const auto& trigger) { return trigger->events.front() == event; });
}

/// Whether it does not matter in which order rows of the table are changed.
bool Runner::fires_in_any_order(const Definition& table, std::string_view event) {
  return std::ranges::all_of(table.triggers, [&](const auto& trigger) {
    const Program* const program = programs_ != nullptr ? programs_->of(trigger) : nullptr;
    return trigger->events.front() != event ||
           (program != nullptr && !looks_beyond_its_row(*program));
  });
}

/// Before a row is put in, changed (`before` is what it was) or removed: `row` is what becomes of
/// it. After it: nothing becomes of what a trigger does to it.
bool Runner::fire(const Definition& table, std::string_view timing, std::string_view event,
                  const DatumRow* before, DatumRow* row, Done& done) {
  std::size_t fired = 0;
  for (const auto& trigger : table.triggers) {
    if (trigger->timing != timing || trigger->events.front() != event) continue;
    why_not_ = "the trigger " + trigger->name.name;
    const Program* const program = programs_ != nullptr ? programs_->of(trigger) : nullptr;
    // Of several the order is that in which they were made.
    if (program == nullptr || took_effect_ || ignores_ || ++fired > 1) return false;
    std::set<std::size_t> unknown = contents_.find(table.key)->unknown;
    Frame frame;
    frame.add_row("old", table, before, unknown);
    unknown.insert(fresh_.begin(), fresh_.end());
    if (event == "insert") unknown = fresh_;
    // The number that a row gets it has when it is put in.
    for (std::size_t i = 0; event == "insert" && timing == "before" && i < table.columns.size();
         ++i)
      if (table.columns[i].default_.kind == Default::Kind::number) unknown.insert(i);
    frame.add_row("new", table, row, unknown);
    const Step* end = nullptr;
    Done inside;
    shows_sets_ = false;
    if (!declare(*program, table.spelled, frame) ||
        !run_steps(program->steps, frame, inside, &end) || end != nullptr)
      return false;
    // What reads or writes the table that its own statement changes is refused.
    if (std::ranges::count(inside.written, table.key) > 0) return false;
    for (const std::string& key : inside.written) sql::emulator::add_written(done.written, key);
    if (timing != "before" || row == nullptr) continue;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const Variable& variable = frame.variables[*frame.find("new." + table.columns[i].name)];
      if (!variable.known) continue;
      (*row)[i] = variable.value;
      fresh_.erase(i);
      if (is_null((*row)[i]) && table.columns[i].not_null &&
          table.columns[i].default_.kind != Default::Kind::number)
        return false;
    }
  }
  return true;
}

}  // namespace understudy::mysql::emulation
