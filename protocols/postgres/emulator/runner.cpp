#include "protocols/postgres/emulator/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "protocols/postgres/emulator/array.hpp"
#include "protocols/postgres/emulator/catalogue.hpp"
#include "protocols/postgres/emulator/time_values.hpp"
#include "protocols/postgres/emulator/typed.hpp"
#include "protocols/postgres/emulator/violations.hpp"
#include "protocols/postgres/time_zone.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::postgres::emulation {

using sql::lower;
using sql::contents::DatumRow;
using sql::contents::Definition;
using sql::contents::is_null;
using sql::contents::is_whole;
using sql::contents::Outcome;

namespace {

std::string quoted_json(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20)
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else if (c == '"' || c == '\\')
      (quoted += '\\') += c;
    else
      quoted += c;
  }
  return quoted + "\"";
}

/// Rows as a JSON list of lists.
std::string json_of(const std::vector<DatumRow>& rows) {
  std::string json = "[";
  for (const DatumRow& row : rows) {
    json += json.size() > 1 ? ",[" : "[";
    for (const sql::contents::Datum& datum : row) {
      if (json.back() != '[') json += ',';
      if (const auto* number = std::get_if<std::int64_t>(&datum))
        json += std::to_string(*number);
      else if (const auto* text = std::get_if<std::string>(&datum))
        json += quoted_json(*text);
      else
        json += "null";
    }
    json += ']';
  }
  return json + "]";
}

}  // namespace

std::optional<Result> Runner::run(const Plan& plan, std::span<const Value> values) {
  Result result;
  std::vector<DatumRow> rows;
  part_rows_.clear();
  // What the server took is not NULL where it must not be.
  contents_.database().allow_nulls(took_effect_);
  const bool done = run_commons(plan, values, result) && perform(plan, values, rows, result);
  contents_.database().allow_nulls(false);
  if (done) {
    const bool shows = plan.action == Plan::Action::select || !plan.shown.empty();
    if (!shows || show(plan, std::move(rows), result)) return result;
    return std::nullopt;
  }
  // Which part of it the server would refuse first is not known.
  const bool alone = std::ranges::none_of(plan.commons, &Plan::writes);
  const auto error = took_effect_ || !alone ? std::nullopt : refusal();
  if (!error) return std::nullopt;
  Result refused;
  refused.answer.error = *error;
  return refused;
}

/// All parts see what there was before the statement: none may read what another one wrote.
bool Runner::run_commons(const Plan& plan, std::span<const Value> values, Result& result) {
  const bool took_effect = std::exchange(took_effect_, false);
  for (const Plan& part : plan.commons) {
    std::vector<DatumRow> rows;
    if (!perform(part, values, rows, result)) return false;
    for (DatumRow& row : rows) row.resize(part.shown.size());
    part_rows_.push_back(std::move(rows));
    result.runs.clear();
    result.given_order = false;
  }
  took_effect_ = took_effect;
  return true;
}

bool Runner::perform(const Plan& plan, std::span<const Value> values, std::vector<DatumRow>& rows,
                     Result& result) {
  const Restored<std::string> target(target_, plan.target);
  for (const std::string& key : result.written)
    if (plan.reads.contains(key) || plan.target == key ||
        std::ranges::count(plan.targets, key) > 0) {
      why_not_ = "a part that reads what another one writes";
      return false;
    }
  if (!may_read(plan)) return false;
  if (plan.needs_now && !moment_.now) {
    why_not_ = "a value of this moment";
    return false;
  }
  if (!keeps_within(plan) || !gave_within(plan)) {
    why_not_ = "a number that may leave its type";
    return false;
  }
  why_not_ = plan.writes() ? "a write that the server may refuse" : "a value that is not sure";
  switch (plan.action) {
    case Plan::Action::select:
      if (!query(plan, values, rows)) return false;
      result.answer.tag = fmt::format("SELECT {}", rows.size());
      return true;
    case Plan::Action::insert:
      return insert(plan, values, rows, result);
    case Plan::Action::update:
    case Plan::Action::remove:
      return plan.by_rows ? change_rows(plan, values, rows, result)
                          : change(plan, values, rows, result);
    case Plan::Action::truncate:
      return truncate(plan, result);
    case Plan::Action::merge:
      return merge(plan, values, result);
    case Plan::Action::call:
      return call(plan, values, rows, result);
    case Plan::Action::refresh:
      return refresh(plan, values, result);
    case Plan::Action::number:
      result.answer.tag = "SELECT 1";
      return number(plan, values, rows);
  }
  return false;
}

/// Numbers that common tables gave may be as far from 0.
bool Runner::gave_within(const Plan& plan) const {
  for (const auto& [place, most] : plan.part_guards) {
    if (place.part == Bound::no_slot) continue;  // see insert_row()
    for (const DatumRow& row : part_rows_[place.part]) {
      const auto* number = std::get_if<std::int64_t>(&row[place.column]);
      if (number != nullptr && (*number < -most || *number > most)) return false;
    }
  }
  return true;
}

// ---- values ----

std::optional<Datum> Runner::value_of(const Bound& bound, std::span<const Value> values) {
  auto value = readable_value(bound, values);
  if (!bound.put_into) return value;
  const bool lacks = value ? bound.may_hide && is_null(*value) : took_effect_;
  if (!lacks) return value;
  if (!may_hide(*contents_.find(target_)->definition, *bound.put_into))
    unread_.insert(*bound.put_into);
  return hidden(bound, *bound.put_into);
}

/// A value that is put into one row of the table that is written, and that nobody knows.
Datum Runner::hidden(const Bound& bound, std::size_t column) {
  const auto made =
      bound.source == Bound::Source::request ? std::nullopt : momentary(bound, unseen_);
  return contents_.hidden_cell(target_, column, made.value_or(Datum()));
}

std::optional<Datum> Runner::readable_value(const Bound& bound, std::span<const Value> values) {
  if (bound.source == Bound::Source::part) return Datum(json_of(part_rows_[bound.slot]));
  if (bound.source >= Bound::Source::catalogue) return of_catalogue(bound, values);
  if (bound.source == Bound::Source::begin) return Datum(begin_place_);
  if (bound.source == Bound::Source::setting) return setting(bound, values);
  if (bound.source == Bound::Source::variable) {
    if (frame_ == nullptr || !frame_->variables[bound.slot].known) return std::nullopt;
    const Datum& datum = frame_->variables[bound.slot].value;
    const auto* number = std::get_if<std::int64_t>(&datum);
    const bool far =
        bound.most != 0 && number != nullptr && (*number < -bound.most || *number > bound.most);
    return far ? std::nullopt : std::optional(datum);
  }
  if (bound.source != Bound::Source::request) return momentary(bound, moment_);
  if (bound.slot == Bound::no_slot)
    return meets_demand(bound, bound.constant) ? std::optional(bound.constant) : std::nullopt;
  if (bound.slot >= values.size()) return std::nullopt;
  const Value& value = values[bound.slot];
  if (bound.demand == Bound::Demand::presence) return value.text ? Datum(std::int64_t{1}) : Datum();
  if (bound.demand == Bound::Demand::sameness) {
    const auto* same = std::get_if<std::string>(&bound.constant);
    return same != nullptr && value.text == *same ? std::optional(Datum()) : std::nullopt;
  }
  if (!value.text) return bound.array ? std::nullopt : std::optional(Datum());
  const bool is_number = value.value_class == sql::ValueClass::number;
  const bool is_boolean = value.value_class == sql::ValueClass::boolean;
  const bool counts = bound.demand == Bound::Demand::count;
  if (((bound.demand == Bound::Demand::number || counts) && !is_number) ||
      (bound.demand == Bound::Demand::text && (is_number || is_boolean)))
    return std::nullopt;
  if (bound.array) return read_array(bound.type, value.value_class, *value.text, printing_);
  ColumnType type = bound.type;
  const bool any_number = value.value_class == sql::ValueClass::number && bound.compared;
  if (any_number && is_whole(type.kind)) type = {TypeKind::int8};
  if (!bound.assigned && !keeps_scale(type, *value.text, bound.compared)) return std::nullopt;
  // What is compared may be written with any zeros.
  const bool as_written = any_number && type.scale == ColumnType::own_scale;
  auto datum = read_value(type, as_written ? sql::ValueClass::unknown : value.value_class,
                          *value.text, printing_);
  if (datum && !meets_demand(bound, *datum)) return std::nullopt;
  if (datum && bound.printed) {
    bool sure = true;
    auto text = print_value(type, *datum, printing_, sure);
    return sure && text ? std::optional(Datum(std::move(*text))) : std::nullopt;
  }
  if (!datum || bound.most == 0) return datum;
  const auto* number = std::get_if<std::int64_t>(&*datum);
  const bool near = number == nullptr || (*number >= -bound.most && *number <= bound.most);
  return near ? datum : std::nullopt;
}

/// What is known of the catalogue.
std::optional<Datum> Runner::of_catalogue(const Bound& bound, std::span<const Value> values) {
  const Catalogue catalogue(contents_.book(), oids_, printing_);
  switch (bound.source) {
    case Bound::Source::catalogue:
      return Datum(catalogue.rows(bound.slot));
    case Bound::Source::settled:
      return Datum(catalogue.settled(bound.slot));
    case Bound::Source::settles:
      return Datum(std::int64_t{catalogue.settles(bound.slot) ? 1 : 0});
    case Bound::Source::objects:
      return Datum(catalogue.objects());
    case Bound::Source::told:
      return Datum(catalogue.told(static_cast<Telling>(bound.slot)));
    default:
      break;
  }
  std::string_view name;
  if (const auto* constant = std::get_if<std::string>(&bound.constant))
    name = *constant;
  else if (bound.slot < values.size() && values[bound.slot].text)
    name = *values[bound.slot].text;
  const auto oid = catalogue.oid_of_table(name);
  return oid ? std::optional(Datum(std::int64_t{*oid})) : std::nullopt;
}

namespace {

bool starts_at(std::string_view field) {
  constexpr std::array<std::string_view, 8> fields = {"year", "quarter", "month",  "week",
                                                      "day",  "hour",    "minute", "second"};
  return std::ranges::find(fields, field) != fields.end();
}

}  // namespace

/// Whether the server takes it for what it is put in place of.
bool Runner::meets_demand(const Bound& bound, const Datum& datum) {
  const auto* text = std::get_if<std::string>(&datum);
  const auto* number = std::get_if<std::int64_t>(&datum);
  if (bound.demand == Bound::Demand::count) return number != nullptr && *number > 0;
  if (text == nullptr) return true;
  if (bound.demand == Bound::Demand::field) return starts_at(*text);
  if (bound.demand == Bound::Demand::pattern) return is_common_pattern(*text);
  if (bound.demand != Bound::Demand::zone) return true;
  return *text == "utc" || *text == "UTC" ||
         (text->find('/') != std::string::npos && seconds_east(*text, 0).has_value());
}

/// A value of this moment or of chance.
std::optional<Datum> Runner::momentary(const Bound& bound, const StatementMoment& moment) {
  const auto none = bound.may_hide ? std::optional(Datum()) : std::nullopt;
  if (bound.source == Bound::Source::uuid) {
    if (moment.chance == nullptr) return none;
    const std::uint64_t high = (*moment.chance)(), low = (*moment.chance)();
    return Datum(fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32U,
                             (high >> 16U) & 0xFFFFU, high & 0xFFFU,
                             0x8000U | ((low >> 48U) & 0x3FFFU), low & 0xFFFF'FFFF'FFFFU));
  }
  const auto& time = bound.source == Bound::Source::now ? moment.now : moment.clock;
  if (!time) return none;
  if (bound.type.kind == TypeKind::timestamptz) return Datum(*time);
  const auto clock = printing_.utc ? time : local_time(*time, printing_.zone);
  constexpr std::int64_t day = 86'400'000'000;
  if (!clock) return std::nullopt;
  return Datum(bound.type.kind == TypeKind::date ? *clock / day : *clock);
}

/// Columns that get a value which nobody knows.
std::set<std::size_t> Runner::unknown_values(const Plan& plan) const {
  std::set<std::size_t> columns = plan.refreshed;
  columns.insert(unread_.begin(), unread_.end());
  // Of the others it is kept in each row, see value_of().
  const Definition& table = *contents_.find(plan.target)->definition;
  if (!moment_.now || moment_.chance == nullptr)
    for (const std::size_t each : plan.momentary)
      if (!may_hide(table, each)) columns.insert(each);
  return columns;
}

/// What the application set; nothing where the server may know of another value.
std::optional<Datum> Runner::setting(const Bound& bound, std::span<const Value> values) {
  std::string name;
  if (bound.slot == Bound::no_slot)
    name = std::get<std::string>(bound.constant);
  else if (bound.slot < values.size() && values[bound.slot].text)
    name = lower(*values[bound.slot].text);
  const auto found = printing_.custom.find(name);
  if (found != printing_.custom.end()) return Datum(found->second);
  const bool none = printing_.knows_custom && bound.missing_ok && name.find('.') != name.npos;
  return none ? std::optional(Datum()) : std::nullopt;
}

// ---- rows of the answer ----

bool Runner::show(const Plan& plan, std::vector<DatumRow> rows, Result& result) {
  result.answer.returns_rows = true;
  result.answer.columns = columns_of(plan.shown, oids_);
  const auto shown = static_cast<std::ptrdiff_t>(plan.shown.size());
  if (std::ranges::any_of(plan.shown,
                          [](const auto& each) { return each.type.kind == TypeKind::oid; }))
    result.objects = Catalogue(contents_.book(), oids_, printing_).by_oid();
  bool sure = true;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool tied = i > 0 && !result.given_order &&
                      std::equal(rows[i].begin() + shown, rows[i].end(),
                                 rows[i - 1].begin() + shown, rows[i - 1].end());
    result.runs.push_back(i == 0 ? 0 : result.runs.back() + (tied ? 0 : 1));
    Row& row = result.answer.rows.emplace_back();
    for (std::size_t column = 0; column < plan.shown.size(); ++column)
      row.push_back(print_value(plan.shown[column].type, rows[i][column], printing_, sure));
  }
  return sure;
}

/// The rows, with what they are sorted by behind what is shown.
bool Runner::query(const Plan& plan, std::span<const Value> values, std::vector<DatumRow>& rows) {
  std::vector<Datum> bound;
  return bind(plan.text.bounds, values, bound) &&
         contents_.database().run(plan.text.sql, bound, &rows) == Outcome::done &&
         tell_apart(plan, rows) && cut(plan, values, rows);
}

/// DISTINCT ON: the first row of each group stays; false where it may be another one.
bool Runner::tell_apart(const Plan& plan, std::vector<DatumRow>& rows) {
  if (plan.told_apart == 0) return true;
  const auto shown = static_cast<std::ptrdiff_t>(plan.shown.size());
  const auto told = shown + static_cast<std::ptrdiff_t>(plan.told_apart);
  std::vector<DatumRow> kept;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool first = i == 0 || !std::equal(rows[i].begin() + shown, rows[i].begin() + told,
                                             rows[i - 1].begin() + shown);
    if (!first) continue;
    for (std::size_t next = i + 1; next < rows.size(); ++next) {
      if (!std::equal(rows[i].begin() + shown, rows[i].end(), rows[next].begin() + shown)) break;
      if (rows[i] != rows[next]) return false;
    }
    kept.push_back(rows[i]);
  }
  rows = std::move(kept);
  return true;
}

}  // namespace understudy::postgres::emulation
