#include "protocols/mysql/emulator/runner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/mysql/emulator/errors.hpp"

namespace understudy::mysql::emulation {
namespace {

using sql::contents::Default;
using sql::contents::is_null;
using sql::contents::Outcome;
using sql::contents::Reference;
using sql::contents::UniqueKey;
using sql::emulator::Part;
using Clash = Plan::Clash;

/// As many rows are changed one by one at most.
constexpr std::size_t most_places = 5000;

std::string list_of_places(const std::vector<std::int64_t>& places) {
  std::string list;
  for (const std::int64_t each : places) list += (list.empty() ? "(" : ",") + std::to_string(each);
  return list + ")";
}

/// Whether the change gives other values to columns that other tables refer to.
bool moves_parents(const TableBook& book, const std::string& key, const Definition& table,
                   const std::set<std::size_t>& assigned) {
  for (const auto& [name, state] : book.tables)
    for (const Reference& reference : state.definition->references) {
      if (reference.parent != key) continue;
      const auto columns = sql::emulator::referred_columns(reference, table);
      if (!columns || sql::emulator::contains_any(assigned, *columns)) return true;
    }
  return false;
}

bool moves_keys(const Definition& table, const std::set<std::size_t>& assigned) {
  return std::ranges::any_of(table.keys, [&](const UniqueKey& key) {
    return sql::emulator::contains_any(assigned, key.columns);
  });
}

/// How the row's values of a key are found.
struct Lookup {
  std::string where;
  std::vector<Datum> values;
};

Lookup lookup_of(const Definition& table, const UniqueKey& key, const DatumRow& row) {
  Lookup lookup;
  for (const std::size_t each : key.columns) {
    lookup.values.push_back(row[each]);
    lookup.where += fmt::format("{}{} = ?{}", lookup.where.empty() ? "" : " AND ",
                                table.sql_column(each), lookup.values.size());
  }
  return lookup;
}

std::string records(std::size_t rows, std::size_t duplicates, std::size_t warnings) {
  return fmt::format("Records: {}  Duplicates: {}  Warnings: {}", rows, duplicates, warnings);
}

}  // namespace

std::optional<Done> Runner::run(const Plan& plan, std::span<const Value> values) {
  Done done;
  if (!plan.missing.name.empty()) {
    done.error = no_table(plan.missing, mysql_);
    return done;
  }
  if (!may_read(plan)) return std::nullopt;
  if (plan.needs_now && !moment_ && !took_effect_) {
    why_not_ = "a value of this moment";
    return std::nullopt;
  }
  why_not_ = plan.writes() ? "a write that the server may refuse" : "a value that is not sure";
  bool sure = false;
  switch (plan.action) {
    case Plan::Action::select:
      sure = select(plan, values, done);
      break;
    case Plan::Action::insert:
      sure = insert(plan, values, done);
      break;
    case Plan::Action::update:
      sure = update(plan, values, done);
      break;
    case Plan::Action::remove:
      sure = remove(plan, values, done);
      break;
    case Plan::Action::truncate:
      sure = truncate(plan, done);
      break;
    case Plan::Action::call:
      sure = call(plan, values, done);
      break;
    default:  // PostgreSQL's
      break;
  }
  if (sure) return done;
  if (took_effect_ || !refused_ || !error_) return std::nullopt;
  Done refused;
  refused.error = error_;
  return refused;
}

/// Of several reasons none is told.
bool Runner::refuse(std::optional<ErrorPacket> error) {
  error_ = refused_ ? std::nullopt : std::move(error);
  refused_ = true;
  return false;
}

bool Runner::tell_orphans(const Definition& child, const Reference& reference,
                          const Definition& parent, const std::string&, bool as_parent) {
  return refuse(broken_reference(child, reference, parent, mysql_, as_parent));
}

namespace {

/// To how many digits behind the second a moment is cut off.
std::optional<std::int64_t> digits_of(const Bound& bound, std::span<const Value> values) {
  if (const auto* digits = std::get_if<std::int64_t>(&bound.constant)) return *digits;
  if (bound.slot == Bound::no_slot) return 0;
  if (bound.slot >= values.size() || !values[bound.slot].text) return std::nullopt;
  const std::string_view text = *values[bound.slot].text;
  const bool one = text.size() == 1 && text.front() >= '0' && text.front() <= '6';
  return one ? std::optional<std::int64_t>(text.front() - '0') : std::nullopt;
}

}  // namespace

/// This moment in a column of that type.
std::optional<Datum> Runner::moment_in(const ColumnType& type, std::int64_t digits) const {
  if (!moment_) return std::nullopt;
  constexpr std::int64_t second = 1'000'000, day = 86'400 * second;
  std::int64_t time = *moment_;
  if (type.kind != TypeKind::timestamptz) {
    if (!mysql_.reading.offset) return std::nullopt;
    time += mysql_.reading.offset->count() * second;
  }
  const auto cut = [&](std::int64_t unit) { return time - ((time % unit) + unit) % unit; };
  if (type.kind == TypeKind::date) return Datum(cut(day) / day);
  std::int64_t unit = second;
  for (std::int64_t i = std::min<std::int64_t>(digits, type.scale); i > 0; --i) unit /= 10;
  return Datum(cut(unit));
}

std::optional<Datum> Runner::value_of(const Bound& bound, std::span<const Value> values) {
  if (bound.source == Bound::Source::clock) {
    const auto digits = digits_of(bound, values);
    const auto moment = digits ? moment_in(bound.type, *digits) : std::nullopt;
    return moment || !bound.may_hide ? moment : std::optional(Datum());
  }
  if (bound.source == Bound::Source::row) {
    const bool known = row_ != nullptr && !fresh_.contains(bound.slot);
    return known ? std::optional((*row_)[bound.slot]) : std::nullopt;
  }
  if (bound.source == Bound::Source::variable) {
    const bool known = frame_ != nullptr && frame_->variables[bound.slot].known;
    return known ? std::optional(frame_->variables[bound.slot].value) : std::nullopt;
  }
  if (bound.slot == Bound::no_slot) return bound.constant;
  if (bound.slot >= values.size()) return std::nullopt;
  const Value& value = values[bound.slot];
  if (!value.text) return Datum();
  const bool number = value.value_class == sql::ValueClass::number;
  // A text that is compared with a number is one itself, and a number that is calculated with a
  // text a floating one.
  if (bound.compared && sql::contents::is_text(bound.type.kind) && number) return std::nullopt;
  const bool counts =
      sql::contents::is_whole(bound.type.kind) || bound.type.kind == TypeKind::numeric;
  if (counts && !number && value.value_class != sql::ValueClass::boolean && !bound.compared &&
      !bound.assigned)
    return std::nullopt;
  if (bound.type.kind != TypeKind::opaque)
    return mysql_.read_value(bound.type, value.value_class, *value.text);
  // Shown as it was written.
  if (value.value_class == sql::ValueClass::string) return Datum(std::string(*value.text));
  return mysql_.read_value({.kind = TypeKind::int8, .length = 8}, value.value_class, *value.text);
}

bool Runner::select(const Plan& plan, std::span<const Value> values, Done& done) {
  std::vector<Datum> bound;
  if (!bind(plan.text.bounds, values, bound) ||
      contents_.database().run(plan.text.sql, bound, &done.rows) != Outcome::done ||
      !cut(plan, values, done.rows))
    return false;
  const auto shown = static_cast<std::ptrdiff_t>(plan.shown.size());
  for (std::size_t i = 0; i < done.rows.size(); ++i) {
    const bool tied = i > 0 && std::equal(done.rows[i].begin() + shown, done.rows[i].end(),
                                          done.rows[i - 1].begin() + shown, done.rows[i - 1].end());
    done.runs.push_back(i == 0 ? 0 : done.runs.back() + (tied ? 0 : 1));
  }
  return true;
}

// ---- INSERT ----

bool Runner::fill_error(const Plan& plan, std::size_t place, const Value& value) {
  const TableColumn& column = contents_.find(plan.target)->definition->columns[place];
  why_not_ = "a value of the request for column " + plan.target + "." + column.name;
  if (took_effect_ || !strict_ || ignores_ || !value.text) return false;
  if (place_in_statement_ == 1) numbers_.clear();
  return refuse(refused_value(column, value.value_class, *value.text, place_in_statement_));
}

/// The next number, where the row has none of its own.
bool Runner::number(const Plan& plan, std::size_t place, DatumRow& row) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  const sql::contents::Contents::Sequence sequence{table->id, place};
  auto& last = numbers_.try_emplace(sequence, contents_.last_number(sequence)).first->second;
  const auto* given = std::get_if<std::int64_t>(&row[place]);
  if (given != nullptr && *given != 0) {
    last_given_ = *given;
    return *given > 0;
  }
  const bool alone = plan.rows.size() == 1 && !plan.source;
  // Of a row that was met, the answer tells its number.
  const bool put = plan.clash != Clash::updates || told_.affected == 1;
  if (took_effect_ && !last && told_.insert_id != 0 && put && (alone || plan.clash == Clash::fails))
    last = static_cast<std::int64_t>(told_.insert_id) - 1;
  if (!last) {
    why_not_ = "the next number of table " + plan.target;
    return false;
  }
  row[place] = ++*last;
  return *last <= limits_of(table->columns[place].type).high;
}

bool Runner::fill(const Plan& plan, std::size_t at, std::span<const Value> values,
                  const DatumRow* source, DatumRow& row) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  for (std::size_t i = 0; i < table->columns.size(); ++i) {
    const TableColumn& column = table->columns[i];
    const Given& given = plan.rows[at][i];
    const auto from = source == nullptr ? plan.places.end() : std::ranges::find(plan.places, i);
    std::optional<Datum> value;
    if (from != plan.places.end()) {
      value = (*source)[static_cast<std::size_t>(from - plan.places.begin())];
    } else if (given.kind == Given::Kind::value) {
      value = value_of(given.bound, values);
      if (!value) return fill_error(plan, i, values[given.bound.slot]);
    } else if (given.kind == Given::Kind::computed) {
      value = computed_.at(given.place);
    } else if (given.kind == Given::Kind::fresh) {
      value = moment_given(given, column);
      if (!value) contents_.forget_column(plan.target, i);
      if (!value && column.not_null && column.lacks_default && !took_effect_ &&
          column.default_.kind == Default::Kind::elsewhere)
        return false;
    }
    const bool numbers = column.default_.kind == Default::Kind::number;
    if (value && is_null(*value) && column.not_null && !numbers) {
      // A TIMESTAMP gets this moment in its place.
      if (took_effect_ || column.type.kind == TypeKind::timestamptz || !strict_ || ignores_ ||
          has_triggers(*table, "insert"))
        return false;
      if (place_in_statement_ == 1) numbers_.clear();
      return refuse(no_null(column));
    }
    Datum& taken = row.emplace_back();
    if (value) taken = *std::move(value);
  }
  return true;
}

/// Of a value that is this moment's.
std::optional<Datum> Runner::moment_given(const Given& given, const TableColumn& column) const {
  if (given.bound.source != Bound::Source::clock && given.bound.source != Bound::Source::now)
    return std::nullopt;
  if (given.bound.source == Bound::Source::clock) {
    const auto told = digits_of(given.bound, values_);
    return told ? moment_in(column.type, *told) : std::nullopt;
  }
  const auto* digits = std::get_if<std::int64_t>(&column.default_.value);
  return moment_in(column.type, digits != nullptr ? *digits : 0);
}

/// In a strict mode a column without a value and a default is looked for first.
bool Runner::lacks_values(const Plan& plan) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  for (std::size_t i = 0; i < table->columns.size() && !took_effect_; ++i) {
    const TableColumn& column = table->columns[i];
    if (plan.rows.front()[i].kind != Given::Kind::fresh || !column.not_null ||
        !column.lacks_default || column.default_.kind != Default::Kind::elsewhere ||
        plan.rows.front()[i].bound.source != Bound::Source::request ||
        std::ranges::find(plan.places, i) != plan.places.end())
      continue;
    // VALUES(column) of what is done to the row that is met gives it one.
    const bool told = strict_ && !ignores_ && plan.clash != Clash::updates &&
                      column.type.kind != TypeKind::opaque && !has_triggers(*table, "insert");
    if (told) static_cast<void>(refuse(no_default(column)));
    return true;
  }
  return false;
}

/// Which unique key the row meets: the first in the server's order.
bool Runner::meets_key(const Plan& plan, const DatumRow& row, Done& done) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  // Rows of a query come in any order: which of two that meet each other is left out, it tells.
  if (any_order_ && !(ignores_ && met_before_)) return refuse(std::nullopt);
  if (ignores_) {
    ++done.ok.warnings;
    return true;
  }
  for (const UniqueKey* key : keys_in_order(*table)) {
    const auto [where, values] = lookup_of(*table, *key, row);
    if (holds(fmt::format("SELECT 1 FROM {} WHERE {} LIMIT 1", table->sql_name(), where), values))
      continue;
    const auto texts = printed(*table, key->columns, values);
    return refuse(texts && !may_lack_parents(*table, *key, row)
                      ? duplicate_entry(*table, *key, *texts, mysql_.reading.mariadb)
                      : std::nullopt);
  }
  return refuse(std::nullopt);
}

/// Whether a reference of the row may be looked at before the key: each of them is where its index
/// is, of which the primary key comes first.
bool Runner::may_lack_parents(const Definition& table, const UniqueKey& key, const DatumRow& row) {
  return std::ranges::any_of(table.references, [&](const Reference& reference) {
    const bool later = key.primary && reference.columns.front() != key.columns.front();
    const auto* parent = contents_.find(reference.parent);
    const auto of = parent == nullptr
                        ? std::nullopt
                        : sql::emulator::referred_columns(reference, *parent->definition);
    if (later || !checks_references_) return false;
    if (!of || of->size() != reference.columns.size() || !parent->known) return true;
    std::string where;
    std::vector<Datum> values;
    for (std::size_t i = 0; i < of->size(); ++i) {
      values.push_back(row[reference.columns[i]]);
      if (is_null(values.back())) return false;
      where += fmt::format("{}{} = ?{}", where.empty() ? "" : " AND ",
                           parent->definition->sql_column((*of)[i]), values.size());
    }
    return holds(
        fmt::format("SELECT 1 FROM {} WHERE {} LIMIT 1", parent->definition->sql_name(), where),
        values);
  });
}

/// Whether a row that is there has a key of it.
bool Runner::is_met(const Definition& table, const DatumRow& row) {
  return std::ranges::any_of(table.keys, [&](const UniqueKey& key) {
    const auto [where, values] = lookup_of(table, key, row);
    return !holds(fmt::format("SELECT 1 FROM {} WHERE {} LIMIT 1", table.sql_name(), where),
                  values);
  });
}

/// The rows that it meets go first.
bool Runner::replace(const Plan& plan, const DatumRow& row, Done& done) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  for (const auto& [name, state] : contents_.book().tables)
    for (const Reference& reference : state.definition->references)
      if (reference.parent == plan.target) return false;
  for (const UniqueKey& key : table->keys) {
    const auto [where, values] = lookup_of(*table, key, row);
    std::vector<DatumRow> met;
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < table->columns.size(); ++i) all.push_back(i);
    const std::string select =
        fmt::format("SELECT {} FROM {} WHERE {}", sql::emulator::list_of(*table, all),
                    table->sql_name(), where);
    if (contents_.database().run(select, values, &met) != Outcome::done) return false;
    if (met.empty()) continue;
    // A row that is replaced by itself counts once.
    if (met.front() == row) return false;
    if (contents_.database().run(fmt::format("DELETE FROM {} WHERE {}", table->sql_name(), where),
                                 values) != Outcome::done)
      return false;
    done.ok.affected += met.size();
  }
  return true;
}

/// Whether the row, which is not in the table yet, has what the conditions of the table say. They
/// are looked at before its keys.
bool Runner::satisfies(const Plan& plan, const Definition& table, const DatumRow& row) {
  std::string list;
  for (std::size_t i = 0; i < row.size(); ++i)
    list += fmt::format("{}?{} AS {}", list.empty() ? "" : ", ", i + 2, table.sql_column(i));
  const std::string from = fmt::format("FROM {} WHERE rowid > ?1 AND ", table.sql_name());
  std::vector<Datum> bound = {Datum()};
  bound.insert(bound.end(), row.begin(), row.end());
  const sql::emulator::PlannedCheck* broken = nullptr;
  for (const auto& check : plan.checks) {
    std::string text = check.text.sql;
    const std::size_t at = text.find(from);
    const bool known = std::ranges::none_of(
        fresh_, [&](std::size_t each) { return text.find(table.sql_column(each)) != text.npos; });
    if (check.text.bounds.size() != 1 || at == std::string::npos || !known) return false;
    text.replace(at, from.size(),
                 fmt::format("FROM (SELECT {}) AS {} WHERE ", list, table.sql_name()));
    if (holds(text, bound)) continue;
    // Which of several is told is the order in which they were declared.
    if (broken != nullptr || took_effect_) return false;
    broken = &check;
  }
  if (broken == nullptr) return true;
  // No number was given yet.
  if (place_in_statement_ == 1) numbers_.clear();
  return ignores_ ? false : refuse(broken_check(table, broken->name, mysql_));
}

/// The same of the rows that an UPDATE has changed, behind that place.
bool Runner::satisfy(const Plan& plan, std::int64_t place) {
  const sql::emulator::PlannedCheck* broken = nullptr;
  for (const auto& check : plan.checks) {
    const std::vector<Datum> bound = {place};
    if (check.text.bounds.size() != 1) return false;
    if (holds(check.text.sql, bound)) continue;
    if (broken != nullptr || took_effect_) return false;
    broken = &check;
  }
  if (broken == nullptr) return true;
  return refuse(broken_check(*contents_.find(plan.target)->definition, broken->name, mysql_));
}

/// The row that has one of its keys is changed.
bool Runner::update_met(const Plan& plan, std::span<const Value> values, const DatumRow& row,
                        Done& done) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  const Part& part = plan.parts.front();
  for (const UniqueKey* key : keys_in_order(*table)) {
    const auto [where, found] = lookup_of(*table, *key, row);
    std::vector<DatumRow> met;
    const std::string select =
        fmt::format("SELECT rowid FROM {} WHERE {}", table->sql_name(), where);
    if (contents_.database().run(select, found, &met) != Outcome::done) return false;
    if (met.empty()) continue;
    std::vector<Datum> bound;
    row_ = &row;
    const bool sure = met.size() == 1 && !may_lack_parents(*table, *key, row) &&
                      bind(part.set.bounds, values, bound);
    row_ = nullptr;
    if (!sure) return false;
    const std::string list = "(" + std::to_string(std::get<std::int64_t>(met[0][0])) + ")";
    if (contents_.database().run(part.set.sql + list, bound) != Outcome::done) return false;
    const bool changed = contents_.database().changed() > 0;
    done.ok.affected += changed ? 2 : 0;
    matched_ += changed ? 2 : 1;
    duplicates_ += changed ? 1 : 0;
    if (!changed) return true;
    const bool parents = moves_parents(contents_.book(), part.target, *table, part.assigned);
    sql::emulator::add_written(done.written, plan.target);
    for (const std::size_t column : part.refreshed) contents_.forget_column(part.target, column);
    if (!moment_)
      for (const std::size_t column : part.momentary) contents_.forget_column(part.target, column);
    if (checks_references_ &&
        !follow_references(part.target, &part.assigned, parents, done.written))
      return false;
    const auto after = row_behind(*table, contents_.database().last_place() - 1);
    for (std::size_t i = 0; i < table->columns.size(); ++i) {
      if (table->columns[i].default_.kind != Default::Kind::number) continue;
      if (part.assigned.contains(i) || !after) return false;
      met_id_ = std::get<std::int64_t>((*after)[i]);
    }
    return true;
  }
  return false;
}

bool Runner::put_in(const Plan& plan, std::size_t at, DatumRow& row, Done& done) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  auto& database = contents_.database();
  fresh_.clear();
  for (std::size_t i = 0; i < table->columns.size(); ++i)
    if (plan.rows[at][i].kind == Given::Kind::fresh &&
        !moment_given(plan.rows[at][i], table->columns[i]) &&
        std::ranges::find(plan.places, i) == plan.places.end())
      fresh_.insert(i);
  if (!table->triggers.empty() && !fire(*table, "before", "insert", nullptr, &row, done))
    return false;
  if (!plan.checks.empty() && !satisfies(plan, *table, row)) return false;
  if (plan.clash == Clash::replaces && (any_order_ || !replace(plan, row, done))) return false;
  if (database.run("SAVEPOINT row") != Outcome::done) return false;
  const auto back = [&] {
    static_cast<void>(database.run("ROLLBACK TO row"));
    static_cast<void>(database.run("RELEASE row"));
  };
  const Outcome outcome = database.run(plan.text.sql, row);
  if (outcome != Outcome::done) {
    back();
    if (outcome == Outcome::refused && plan.clash == Clash::updates)
      return update_met(plan, values_, row, done);
    return outcome == Outcome::refused && !took_effect_ && meets_key(plan, row, done);
  }
  std::set<std::size_t> all;
  for (std::size_t i = 0; i < table->columns.size(); ++i) all.insert(i);
  if (checks_references_ && !follow_references(plan.target, &all, false, done.written)) {
    back();
    if (!ignores_ || took_effect_ || !error_) return false;
    refused_ = false;
    ++done.ok.warnings;
    return true;
  }
  static_cast<void>(database.run("RELEASE row"));
  if (!table->triggers.empty() && !fire(*table, "after", "insert", nullptr, &row, done))
    return false;
  ++done.ok.affected;
  ++matched_;
  ++copied_;
  if (plan.shown.empty()) return true;
  done.runs.push_back(done.rows.size());
  DatumRow& shown = done.rows.emplace_back();
  for (const auto& each : plan.shown) shown.push_back(row[each.origin->column]);
  return true;
}

bool Runner::insert_all(const Plan& plan, std::span<const Value> values, Done& done,
                        std::size_t& rows) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  std::optional<std::size_t> numbered;
  for (std::size_t i = 0; i < table->columns.size(); ++i)
    if (table->columns[i].default_.kind == Default::Kind::number) numbered = i;
  values_ = values;
  if (lacks_values(plan)) return false;
  if (!plan.sources.empty()) {
    std::vector<Datum> bound;
    std::vector<DatumRow> made;
    const Plan& source = plan.sources.front();
    if (!bind(source.text.bounds, values, bound) ||
        contents_.database().run(source.text.sql, bound, &made) != Outcome::done)
      return false;
    computed_ = std::move(made.front());
  }
  std::vector<DatumRow> sources;
  if (plan.source) {
    std::vector<Datum> bound;
    if (!bind(plan.source->bounds, values, bound) ||
        contents_.database().run(plan.source->sql, bound, &sources) != Outcome::done)
      return false;
  }
  rows = plan.source ? sources.size() : plan.rows.size();
  // All of them are filled before any is put in: so all values are known to be taken.
  std::vector<DatumRow> filled(rows);
  std::size_t own = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    place_in_statement_ = i + 1;
    if (!fill(plan, plan.source ? 0 : i, values, plan.source ? &sources[i] : nullptr, filled[i]))
      return i > 0 ? refuse(std::nullopt) : false;
    const auto* given = numbered ? std::get_if<std::int64_t>(&filled[i][*numbered]) : nullptr;
    own += given != nullptr && *given != 0 ? 1 : 0;
  }
  const bool generates = numbered && own < rows;
  // Of several rows of which only some have numbers, or whose number is not known before, the
  // server reserves more than it uses.
  const bool reserves = generates && rows > 1 && (own > 0 || plan.source);
  if (reserves && !took_effect_) return false;
  if (reserves) contents_.forget_column(plan.target, *numbered);
  any_order_ = plan.source && rows > 1;
  std::vector<bool> met;
  if (any_order_)
    for (const DatumRow& row : filled) met.push_back(is_met(*table, row));
  std::int64_t first = 0;
  // A statement of the same routine may have taken some before.
  std::optional<std::int64_t> began;
  if (numbered) {
    const auto taken = numbers_.find({table->id, *numbered});
    began = taken != numbers_.end() ? taken->second : contents_.last_number({table->id, *numbered});
  }
  for (DatumRow& row : filled) {
    if (numbered && reserves) row[*numbered] = Datum();
    if (numbered && !reserves && !number(plan, *numbered, row)) return false;
    const std::size_t before = copied_;
    place_in_statement_ = static_cast<std::size_t>(&row - filled.data()) + 1;
    const std::size_t at = plan.source ? 0 : static_cast<std::size_t>(&row - filled.data());
    if (any_order_) met_before_ = met[static_cast<std::size_t>(&row - filled.data())];
    const bool first_row = place_in_statement_ == 1;
    if (!put_in(plan, at, row, done)) {
      if (first_row && numbers_.empty()) return false;
      // The numbers of all rows were taken before the first was put in.
      if (numbered && generates && !reserves && began)
        numbers_[{table->id, *numbered}] = began.value_or(0) + static_cast<std::int64_t>(rows);
      // Of a query, the row that was refused moved it as well.
      if (numbered && plan.source) numbers_[{table->id, *numbered}] = std::nullopt;
      return false;
    }
    if (!numbered || reserves) continue;
    const std::int64_t value = std::get<std::int64_t>(row[*numbered]);
    auto& last = numbers_[{table->id, *numbered}];
    // Of a query, rows that were left out may have moved it as well.
    if (copied_ == before && plan.source && last && value > *last) last.reset();
    // The next row of the statement gets the number of one that was left out.
    if (copied_ == before && own == 0) last = value - 1;
    if (copied_ == before) continue;
    if (own > 0 && last) last = std::max(*last, value);
    if (first == 0) first = value;
  }
  // Of rows that all have one, that of the last is told, whether it was put in or not.
  // Behind a query the server has put defaults back into it where the table has triggers.
  const bool restored = plan.source && !table->triggers.empty();
  if (numbered && own == rows && copied_ > 0)
    first = restored ? 0 : std::get<std::int64_t>(filled.back()[*numbered]);
  if (any_order_ && numbered && copied_ > 0) {
    if (!took_effect_) return false;
    first = 0;
  }
  if (reserves) numbers_[{table->id, *numbered}] = std::nullopt;
  // All of them were taken before the first row was put in.
  if (generates && !reserves && began)
    numbers_[{table->id, *numbered}] = began.value_or(0) + static_cast<std::int64_t>(rows);
  // Where no number was given, that of the last row that was changed is told.
  if (plan.clash == Clash::updates && copied_ == 0) first = met_id_;
  // Of several rows of which some were met, the number of the one that came last is told.
  if (plan.clash == Clash::updates && numbered && rows > 1 && copied_ < rows) {
    if (!took_effect_) return false;
    first = 0;
  }
  done.ok.insert_id = static_cast<std::uint64_t>(first);
  return true;
}

bool Runner::insert(const Plan& plan, std::span<const Value> values, Done& done) {
  ignores_ = plan.clash == Clash::ignored;
  std::size_t rows = 0;
  if (!insert_all(plan, values, done, rows)) return false;
  if (copied_ > 0) sql::emulator::add_written(done.written, plan.target);
  const std::size_t duplicates = plan.clash == Clash::updates ? duplicates_
                                 : ignores_                   ? rows - copied_
                                                              : done.ok.affected - copied_;
  if (rows != 1 || plan.source) done.ok.info = records(rows, duplicates, done.ok.warnings);
  if (plan.clash == Clash::updates) done.ok.matched = matched_;
  return true;
}

// ---- UPDATE and DELETE ----

bool Runner::find_rows(const Plan& plan, std::span<const Value> values,
                       std::vector<std::vector<std::int64_t>>& places) {
  for (const Part& part : plan.parts) {
    std::vector<Datum> bound;
    std::vector<DatumRow> rows;
    if (!bind(part.find.bounds, values, bound) ||
        contents_.database().run(part.find.sql, bound, &rows) != Outcome::done)
      return false;
    auto& found = places.emplace_back();
    for (const DatumRow& row : rows)
      if (const auto* place = std::get_if<std::int64_t>(&row.front())) found.push_back(*place);
    if (found.size() > most_places) return false;
  }
  return true;
}

/// A row was refused by a unique key: of one row it is told by which.
void Runner::tell_clash(const Plan& plan, const Part& part, std::span<const Datum> bound,
                        const std::string& list) {
  constexpr std::string_view verb = "UPDATE ";
  const std::shared_ptr<const Definition> table = contents_.find(part.target)->definition;
  auto& database = contents_.database();
  const std::int64_t place = database.last_place();
  static_cast<void>(database.run("SAVEPOINT told"));
  const bool one = database.run("UPDATE OR REPLACE " + part.set.sql.substr(verb.size()) + list,
                                bound) == Outcome::done &&
                   database.changed() == 1;
  const auto row = one ? row_behind(*table, place) : std::nullopt;
  static_cast<void>(database.run("ROLLBACK TO told"));
  static_cast<void>(database.run("RELEASE told"));
  const bool refers = moves_parents(contents_.book(), part.target, *table, part.assigned) ||
                      std::ranges::any_of(table->references, [&](const Reference& reference) {
                        return sql::emulator::contains_any(part.assigned, reference.columns);
                      });
  if (!row || refers || plan.parts.size() != 1) return void(refuse(std::nullopt));
  const UniqueKey* met = nullptr;
  for (const UniqueKey* key : keys_in_order(*table)) {
    if (!sql::emulator::contains_any(part.assigned, key->columns)) continue;
    const auto [met_by, values] = lookup_of(*table, *key, *row);
    const std::string where = "rowid NOT IN " + list + " AND " + met_by;
    if (holds(fmt::format("SELECT 1 FROM {} WHERE {} LIMIT 1", table->sql_name(), where), values))
      continue;
    if (met != nullptr) return void(refuse(std::nullopt));
    met = key;
  }
  if (met == nullptr) return void(refuse(std::nullopt));
  std::vector<Datum> values;
  for (const std::size_t each : met->columns) values.push_back((*row)[each]);
  const auto texts = printed(*table, met->columns, values);
  static_cast<void>(
      refuse(texts ? duplicate_entry(*table, *met, *texts, mysql_.reading.mariadb) : std::nullopt));
}

/// Whether the server is sure to look for rows, though there are none.
bool Runner::looks_for_rows(const Plan& plan, std::span<const Value> values) {
  return plan.equal_to && std::ranges::all_of(*plan.equal_to, [&](const Bound& bound) {
           const auto value = value_of(bound, values);
           return value && !is_null(*value);
         });
}

std::optional<DatumRow> Runner::row_at(const Definition& table, std::int64_t place) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < table.columns.size(); ++i) all.push_back(i);
  std::vector<DatumRow> rows;
  const std::string select =
      fmt::format("SELECT {} FROM {} WHERE rowid = {}", sql::emulator::list_of(table, all),
                  table.sql_name(), place);
  const bool one = contents_.database().run(select, {}, &rows) == Outcome::done && rows.size() == 1;
  return one ? std::optional(std::move(rows.front())) : std::nullopt;
}

/// A row of a table with triggers. They run whether it changes or not.
bool Runner::update_one(const Part& part, std::int64_t place, std::span<const Datum> bound,
                        Done& done, std::size_t& changed) {
  const std::shared_ptr<const Definition> table = contents_.find(part.target)->definition;
  const std::string list = "(" + std::to_string(place) + ")";
  const auto before = row_at(*table, place);
  if (!before || contents_.database().run(part.set.sql + list, bound) != Outcome::done)
    return false;
  bool moved = contents_.database().changed() > 0;
  fresh_ = part.refreshed;
  if (!moment_) fresh_.insert(part.momentary.begin(), part.momentary.end());
  const auto written = moved ? row_behind(*table, contents_.database().last_place() - 1) : before;
  const std::int64_t now = moved ? contents_.database().last_place() : place;
  const bool refers = std::ranges::any_of(table->references, [&](const Reference& reference) {
    return sql::emulator::contains_any(part.assigned, reference.columns);
  });
  // Whether a reference or the trigger behind it is looked at first is not followed.
  if (!written || refers || moves_parents(contents_.book(), part.target, *table, part.assigned))
    return false;
  DatumRow after = *written;
  if (!fire(*table, "before", "update", &*before, &after, done)) return false;
  if (after != *written) {
    // What a trigger assigns to a key or a reference is not followed.
    std::string set = "rowid = next_place()";
    std::vector<Datum> values;
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (after[i] == (*written)[i]) continue;
      const auto has = [&](const auto& each) {
        return std::ranges::find(each.columns, i) != each.columns.end();
      };
      if (std::ranges::any_of(table->keys, has) || std::ranges::any_of(table->references, has))
        return false;
      values.push_back(after[i]);
      set += fmt::format(", {} = ?{}", table->sql_column(i), values.size());
    }
    if (contents_.database().run(
            fmt::format("UPDATE {} SET {} WHERE rowid = {}", table->sql_name(), set, now),
            values) != Outcome::done)
      return false;
    moved = after != *before;
  }
  changed += moved ? 1 : 0;
  return fire(*table, "after", "update", &*before, &after, done);
}

bool Runner::update(const Plan& plan, std::span<const Value> values, Done& done) {
  std::vector<std::vector<std::int64_t>> places;
  if (!find_rows(plan, values, places)) return false;
  std::size_t matched = 0, changed = 0;
  for (std::size_t i = 0; i < plan.parts.size(); ++i) {
    const Part& part = plan.parts[i];
    const std::shared_ptr<const Definition> table = contents_.find(part.target)->definition;
    matched += places[i].size();
    if (places[i].empty()) continue;
    std::vector<Datum> bound;
    if (!bind(part.set.bounds, values, bound)) return false;
    const std::string list = list_of_places(places[i]);
    const std::int64_t begin = contents_.database().last_place();
    std::size_t count = 0;
    if (has_triggers(*table, "update")) {
      if (plan.multiple || (places[i].size() > 1 && !fires_in_any_order(*table, "update")))
        return false;
      for (const std::int64_t place : places[i])
        if (!update_one(part, place, bound, done, count)) return false;
    } else {
      const Outcome outcome = contents_.database().run(part.set.sql + list, bound);
      if (outcome == Outcome::refused && !took_effect_ && places[i].size() == 1)
        tell_clash(plan, part, bound, list);
      if (outcome != Outcome::done) return false;
      count = static_cast<std::size_t>(contents_.database().changed());
    }
    changed += count;
    if (count == 0) continue;
    if (!satisfy(plan, begin)) return false;
    const bool moves = moves_keys(*table, part.assigned);
    // Whether one that moves meets another on its way depends on the order of the rows.
    if (moves && count > 1) return false;
    const bool parents = moves_parents(contents_.book(), part.target, *table, part.assigned);
    // Which of several tables comes first is the server's choice.
    if (plan.parts.size() > 1 && (moves || parents)) return false;
    sql::emulator::add_written(done.written, part.target);
    for (const std::size_t column : part.refreshed) contents_.forget_column(part.target, column);
    if (!moment_)
      for (const std::size_t column : part.momentary) contents_.forget_column(part.target, column);
    if (checks_references_ &&
        !follow_references(part.target, &part.assigned, parents, done.written))
      return false;
    for (std::size_t column = 0; column < table->columns.size(); ++column)
      if (table->columns[column].default_.kind == Default::Kind::number &&
          part.assigned.contains(column))
        numbers_[{table->id, column}] = std::nullopt;
  }
  // Of a statement of a routine nobody is told that.
  if (matched == 0 && !took_effect_ && !plan.multiple && depth_ == 0 &&
      !looks_for_rows(plan, values))
    return false;
  done.ok.affected = changed;
  done.ok.info = fmt::format("Rows matched: {}  Changed: {}  Warnings: 0", matched, changed);
  return true;
}

/// Rows that follow one that is removed are looked at in an order that matters only where some of
/// them both go and keep others from going.
bool Runner::removes_in_one_order(const std::string& key, std::size_t count) {
  std::set<std::string> going = {key};
  const auto follows = [](const Reference& reference) {
    return reference.on_delete == tree::ForeignAction::cascade;
  };
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& [name, state] : contents_.book().tables)
      for (const Reference& reference : state.definition->references)
        if (follows(reference) && going.contains(reference.parent))
          grew = going.insert(name).second || grew;
  }
  for (const std::string& name : going)
    for (const Reference& reference : contents_.find(name)->definition->references) {
      if (!going.contains(reference.parent)) continue;
      const bool itself = name == reference.parent;
      if (!follows(reference) && (going.size() > 1 || count > 1 || !itself)) return false;
    }
  return true;
}

bool Runner::fire_removed(const Definition& table, std::string_view timing,
                          const std::vector<DatumRow>& rows, Done& done) {
  return std::ranges::all_of(rows, [&](const DatumRow& row) {
    return fire(table, timing, "delete", &row, nullptr, done);
  });
}

bool Runner::remove(const Plan& plan, std::span<const Value> values, Done& done) {
  std::vector<std::vector<std::int64_t>> places;
  const bool known = contents_.find(plan.target)->known;
  if (!find_rows(plan, values, places)) return false;
  // All rows go before what refers to them is looked at, which may give other rows new places.
  for (std::size_t i = 0; i < plan.parts.size(); ++i) {
    const Part& part = plan.parts[i];
    if (places[i].empty() && known) continue;
    if (!took_effect_ && checks_references_ && !removes_in_one_order(part.target, places[i].size()))
      return false;
    const std::string list = places[i].empty() ? "(NULL)" : list_of_places(places[i]);
    const std::shared_ptr<const Definition> table = contents_.find(part.target)->definition;
    std::vector<DatumRow> rows;
    if (has_triggers(*table, "delete")) {
      const bool referred = std::ranges::any_of(contents_.book().tables, [&](const auto& each) {
        return std::ranges::any_of(each.second.definition->references, [&](const auto& reference) {
          return reference.parent == part.target;
        });
      });
      if (plan.multiple || took_effect_ || referred ||
          (places[i].size() > 1 && !fires_in_any_order(*table, "delete")))
        return false;
      for (const std::int64_t place : places[i])
        if (auto row = row_at(*table, place)) rows.push_back(*std::move(row));
    }
    if (!fire_removed(*table, "before", rows, done)) return false;
    if (contents_.database().run(part.set.sql + list) != Outcome::done) return false;
    if (!fire_removed(*table, "after", rows, done)) return false;
    done.ok.affected += places[i].size();
    sql::emulator::add_written(done.written, part.target);
  }
  std::vector<std::string> targets;
  for (const Part& part : plan.parts)
    if (std::ranges::count(done.written, part.target) > 0) targets.push_back(part.target);
  for (const std::string& key : targets) {
    // Rows that go with those of another table were counted, or were not, or keep them from going.
    for (const Reference& reference : contents_.find(key)->definition->references)
      if (targets.size() > 1 && std::ranges::find(targets, reference.parent) != targets.end())
        done.counts_known = false;
    if (checks_references_ && !follow_references(key, nullptr, true, done.written)) return false;
    if (plan.all_rows) contents_.empty(key);
    contents_.note_removed(key);
  }
  if (!known) done.counts_known = false;
  return done.counts_known || took_effect_;
}

bool Runner::truncate(const Plan& plan, Done& done) {
  for (const std::string& key : plan.targets) {
    for (const auto& [name, state] : contents_.book().tables)
      for (const Reference& reference : state.definition->references)
        if (reference.parent == key && name != key && checks_references_ && !took_effect_)
          return false;
    contents_.empty(key);
    contents_.restart_numbers(key);
    sql::emulator::add_written(done.written, key);
  }
  return true;
}

}  // namespace understudy::mysql::emulation
