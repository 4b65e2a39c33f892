// Runs functions and triggers.
//
// PostgreSQL: chapters 38.3 and 39 of its manual (Query Language Functions, Triggers).
#include "protocols/postgres/emulator/routines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "protocols/postgres/emulator/runner.hpp"
#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {

using sql::contents::DatumRow;
using sql::contents::is_null;
using sql::contents::is_text;
using sql::contents::is_whole;

// ---- variables ----

void Frame::add_name(const std::string& name, std::size_t variable) {
  ScopeColumn column;
  column.name = name;
  column.type = variables[variable].type;
  column.variable = variable;
  scope.relations.front().columns.push_back(std::move(column));
}

std::size_t Frame::add(const std::string& name, Variable variable) {
  variables.push_back(std::move(variable));
  add_name(name, variables.size() - 1);
  return variables.size() - 1;
}

void Frame::add_row(const std::string& name, const sql::contents::Definition& table,
                    const DatumRow* row, const std::set<std::size_t>& hidden) {
  ScopeRelation relation{name, {}, false};
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    ScopeColumn column;
    column.name = table.columns[i].name;
    column.type = table.columns[i].type;
    column.variable = variables.size();
    relation.columns.push_back(std::move(column));
    const bool known =
        row != nullptr && !hidden.contains(i) && table.columns[i].type.kind != TypeKind::opaque;
    variables.push_back({table.columns[i].type, row != nullptr ? (*row)[i] : Datum(), known});
  }
  scope.relations.push_back(std::move(relation));
}

std::optional<std::size_t> Frame::find(const std::string& name) const {
  const std::size_t dot = name.find('.');
  for (const ScopeRelation& relation : scope.relations) {
    if (relation.name != (dot == std::string::npos ? std::string() : name.substr(0, dot))) continue;
    for (const ScopeColumn& column : relation.columns)
      if (column.name == (dot == std::string::npos ? name : name.substr(dot + 1)))
        return column.variable;
  }
  return std::nullopt;
}

namespace {

bool looks_beyond(const std::vector<Step>& steps, const ServerRules& rules) {
  return std::ranges::any_of(steps, [&](const Step& step) {
    const auto looks = [&](const sql::tree::Statement& each) {
      return !sql::emulator::tables_named(each, rules).empty();
    };
    return step.kind == Step::Kind::statement || looks(step.statement) ||
           looks_beyond(step.otherwise, rules) ||
           std::ranges::any_of(step.branches, [&](const Branch& branch) {
             return looks(branch.condition) || looks_beyond(branch.steps, rules);
           });
  });
}

}  // namespace

bool looks_beyond_its_row(const Program& program, const ServerRules& rules) {
  return looks_beyond(program.steps, rules) ||
         std::ranges::any_of(program.variables, [&](const DeclaredVariable& each) {
           return each.has_initial && !sql::emulator::tables_named(each.initial, rules).empty();
         });
}

const Program* Programs::of(const std::shared_ptr<const sql::tree::CreateRoutine>& routine) {
  auto found = programs_.find(routine);
  if (found == programs_.end()) found = programs_.emplace(routine, program_of(*routine)).first;
  return found->second ? &*found->second : nullptr;
}

namespace {

/// A plan of the first reach with which there is one.
template <class Make>
std::optional<Plan> planned(const Make& make) {
  for (const Reach& reach : reaches) {
    try {
      return make(reach);
    } catch (const Unsure&) {
      return std::nullopt;
    } catch (const TooFar&) {
    }
  }
  return std::nullopt;
}

/// As a value of another type, where that is the same value.
std::optional<Datum> converted(const Datum& datum, const ColumnType& from, const ColumnType& to) {
  if (is_null(datum)) return datum;
  if (is_whole(from.kind) && is_whole(to.kind)) {
    const std::int64_t number = std::get<std::int64_t>(datum);
    const Typed::Range all = limits_of(to.kind);
    return number >= all.low && number <= all.high ? std::optional(datum) : std::nullopt;
  }
  if (is_text(from.kind) && is_text(to.kind))
    return to.length == 0 ? std::optional(datum) : std::nullopt;
  return from.kind == to.kind && from.scale == to.scale ? std::optional(datum) : std::nullopt;
}

/// How many rows a tag tells of.
std::int64_t count_of(std::string_view tag) {
  std::int64_t count = 0;
  const std::string_view digits = tag.substr(tag.rfind(' ') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  return count;
}

constexpr std::size_t deepest_call = 12;

}  // namespace

// ---- steps ----

/// Carries a plan out within the statement under way.
bool Runner::run_inside(const Plan& plan, Frame& frame, std::vector<DatumRow>& rows,
                        Result& result) {
  Runner inner(contents_, own_rules_, oids_, programs_);
  inner.frame_ = &frame;
  inner.moment_ = moment_;
  inner.depth_ = depth_ + 1;
  inner.numbers_ = std::move(numbers_);
  Result made;
  const bool done = inner.depth_ < deepest_call && inner.run_commons(plan, {}, made) &&
                    inner.perform(plan, {}, rows, made);
  numbers_ = std::move(inner.numbers_);
  for (const std::string& key : made.written) add_written(result.written, key);
  for (DatumRow& row : rows) row.resize(plan.shown.size());
  result.answer.tag = made.answer.tag;
  if (!done) why_not_ = inner.why_not_;
  return done;
}

/// The value of an expression for a place of that type.
std::optional<Datum> Runner::evaluate(const sql::tree::Statement& shows, ColumnType type,
                                      Frame& frame) {
  const auto plan = planned([&](const Reach& reach) {
    return Translator(contents_.book(), own_rules_, reach, false, &frame.scope).value(shows, type);
  });
  std::vector<DatumRow> rows;
  Result ignored;
  if (!plan || !run_inside(*plan, frame, rows, ignored) || rows.size() != 1) return std::nullopt;
  return rows.front().front();
}

bool Runner::carry_out(const Step& step, Frame& frame, Result& result,
                       std::optional<Typed_value>* last) {
  const auto plan = planned([&](const Reach& reach) {
    return Translator(contents_.book(), own_rules_, reach, false, &frame.scope)
        .plan(step.statement);
  });
  std::vector<DatumRow> rows;
  if (!plan || !run_inside(*plan, frame, rows, result)) return false;
  const bool shows = !plan->shown.empty();
  if (const auto found = frame.find("found"))
    frame.variables[*found].value = Datum(std::int64_t{
        (shows && !plan->writes() ? !rows.empty() : count_of(result.answer.tag) > 0) ? 1 : 0});
  if (last != nullptr && shows) {
    if (rows.size() > 1) return false;  // which comes first is not looked at
    *last = Typed_value{plan->shown.front().type, rows.empty() ? Datum() : rows.front().front()};
  }
  if (step.into.empty()) return true;
  if (rows.size() > 1 || step.into.size() != plan->shown.size()) return false;
  for (std::size_t i = 0; i < step.into.size(); ++i) {
    const auto variable = frame.find(step.into[i]);
    if (!variable) return false;
    Variable& into = frame.variables[*variable];
    const auto value = rows.empty() ? std::optional(Datum())
                                    : converted(rows.front()[i], plan->shown[i].type, into.type);
    if (!value) return false;
    into.value = *value;
    into.known = true;
  }
  return true;
}

bool Runner::assign(const Step& step, Frame& frame) {
  const auto variable = frame.find(step.target);
  if (!variable) return false;
  Variable& target = frame.variables[*variable];
  if (!moment_.now && shows_moment(step.statement)) {
    target.known = false;
    target.value = Datum();
    return true;
  }
  auto value = evaluate(step.statement, target.type, frame);
  if (!value) return false;
  target.value = std::move(*value);
  target.known = true;
  return true;
}

/// False where it is not sure; `given` gets the step that ended it, if one did.
bool Runner::run_steps(const std::vector<Step>& steps, Frame& frame, Result& result,
                       const Step** given) {
  for (const Step& step : steps) {
    if (*given != nullptr) return true;
    switch (step.kind) {
      case Step::Kind::assign:
        if (!assign(step, frame)) return false;
        break;
      case Step::Kind::statement:
        if (!carry_out(step, frame, result, nullptr)) return false;
        break;
      case Step::Kind::give_back:
        *given = &step;
        return true;
      case Step::Kind::branch: {
        const std::vector<Step>* chosen = &step.otherwise;
        for (const Branch& branch : step.branches) {
          const auto value = evaluate(branch.condition, boolean_type, frame);
          if (!value) return false;
          if (is_null(*value) || std::get<std::int64_t>(*value) == 0) continue;
          chosen = &branch.steps;
          break;
        }
        if (!run_steps(*chosen, frame, result, given)) return false;
        break;
      }
    }
  }
  return true;
}

bool Runner::declare(const Program& program, Frame& frame) {
  frame.add("found", {boolean_type, Datum(std::int64_t{0}), true});
  for (const DeclaredVariable& each : program.variables) {
    const ColumnType type = column_type(each.type, {});
    if (type.kind == TypeKind::opaque || frame.find(each.name)) return false;
    Variable variable{type, {}, true};
    if (each.has_initial) {
      auto value = evaluate(each.initial, type, frame);
      if (!value) return false;
      variable.value = std::move(*value);
    }
    frame.add(each.name, std::move(variable));
  }
  return true;
}

// ---- functions ----

bool Runner::call(const Plan& plan, std::span<const Value> values, std::vector<DatumRow>& rows,
                  Result& result) {
  const sql::tree::CreateRoutine& routine = *plan.routine;
  const Program* const program = programs_ != nullptr ? programs_->of(plan.routine) : nullptr;
  const auto unsure = [&] {
    why_not_ = "the function " + routine.name.name;
    return false;
  };
  std::vector<DatumRow> arguments(1);
  if (program == nullptr || took_effect_) return unsure();
  if (!plan.sources.empty() && !query(plan.sources.front(), values, arguments = {})) return false;
  Frame frame;
  for (std::size_t i = 0; i < routine.parameters.size(); ++i) {
    const ColumnType type = column_type(routine.parameter_types[i], {});
    const std::size_t variable =
        frame.add("$" + std::to_string(i + 1), {type, arguments.front()[i], true});
    if (!routine.parameters[i].empty()) frame.add_name(routine.parameters[i], variable);
  }
  const ColumnType type = plan.shown.front().type;
  std::optional<Datum> given;
  if (program->in_sql) {
    std::optional<Typed_value> last;
    for (const Step& step : program->steps) {
      last.reset();
      if (!carry_out(step, frame, result, &last)) return unsure();
    }
    if (last) given = converted(last->value, last->type, type);
  } else {
    const Step* end = nullptr;
    if (!declare(*program, frame) || !run_steps(program->steps, frame, result, &end) ||
        end == nullptr)
      return unsure();
    if (end->has_statement) given = evaluate(end->statement, type, frame);
    if (end->target == "null") given = Datum();
  }
  if (!given) return unsure();
  rows.push_back({std::move(*given)});
  result.answer.tag = "SELECT 1";
  return true;
}

// ---- triggers ----

/// Before a row is put in, changed (`before` is what it was) or removed: `row` is what becomes of
/// it. After it: nothing becomes of what a trigger does to it.
bool Runner::fire(const sql::contents::Definition& table, std::string_view timing,
                  std::string_view event, const DatumRow* before, DatumRow* row, Result& result) {
  for (const auto& trigger : table.triggers) {
    if (trigger->timing != timing || std::ranges::count(trigger->events, event) == 0) continue;
    const auto routine = contents_.book().routines.find(key_of(trigger->function));
    const Program* const program =
        programs_ != nullptr && routine != contents_.book().routines.end() && routine->second
            ? programs_->of(routine->second)
            : nullptr;
    why_not_ = "the trigger " + trigger->name.name;
    if (program == nullptr || took_effect_) return refuse(std::nullopt);
    Frame frame;
    const auto upper = [](std::string_view text) {
      std::string word(text);
      for (char& c : word)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      return word;
    };
    const std::string name = table.key.substr(table.key.find('.') + 1);
    frame.add("tg_op", {{TypeKind::text}, Datum(upper(event)), true});
    frame.add("tg_when", {{TypeKind::text}, Datum(upper(timing)), true});
    frame.add("tg_level", {{TypeKind::text}, Datum(std::string("ROW")), true});
    frame.add("tg_table_name", {{TypeKind::text}, Datum(name), true});
    std::set<std::size_t> hidden;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      if (!contents_.find(table.key)->knows(i)) hidden.insert(i);
    frame.add_row("old", table, before, hidden);
    frame.add_row("new", table, row, hidden_);
    const Step* end = nullptr;
    if (!declare(*program, frame) || !run_steps(program->steps, frame, result, &end) ||
        end == nullptr)
      return refuse(std::nullopt);
    if (timing != "before") continue;
    // A row that is left out is not told of here.
    const bool removes = row == nullptr;
    if (end->target != (removes ? "old" : "new")) return refuse(std::nullopt);
    for (std::size_t i = 0; !removes && i < table.columns.size(); ++i) {
      const Variable& variable = frame.variables[*frame.find("new." + table.columns[i].name)];
      if (table.columns[i].type.kind == TypeKind::opaque) continue;
      (*row)[i] = variable.value;
      variable.known ? hidden_.erase(i) : hidden_.insert(i).second;
    }
  }
  return true;
}

/// Whether it does not matter in which order rows of the table are changed.
bool Runner::fires_in_any_order(const sql::contents::Definition& table) {
  return std::ranges::all_of(table.triggers, [&](const auto& trigger) {
    const auto routine = contents_.book().routines.find(key_of(trigger->function));
    const Program* const program =
        programs_ != nullptr && routine != contents_.book().routines.end() && routine->second
            ? programs_->of(routine->second)
            : nullptr;
    return program != nullptr && !looks_beyond_its_row(*program, own_rules_);
  });
}

bool Runner::fire_pending(const sql::contents::Definition& table, Result& result) {
  for (Fired& each : std::exchange(pending_, {})) {
    hidden_ = each.hidden;
    if (!fire(table, "after", each.event, each.before ? &*each.before : nullptr,
              each.row ? &*each.row : nullptr, result))
      return false;
  }
  return true;
}

void Runner::note_fired(const sql::contents::Definition& table, std::string_view event,
                        std::optional<DatumRow> before, std::optional<DatumRow> row) {
  if (!table.triggers.empty())
    pending_.push_back({std::string(event), std::move(before), std::move(row), hidden_});
}

}  // namespace understudy::postgres::emulation
