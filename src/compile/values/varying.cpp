#include "compile/values/varying.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "compile/model/full_step.hpp"
#include "compile/rows/row_names.hpp"
#include "compile/values/align.hpp"
#include "match/batch.hpp"
#include "table/cbor.hpp"
#include "table/format.hpp"
#include "table/hash.hpp"

namespace understudy::compile {
namespace {

constexpr std::int64_t day = 86'400'000'000;

/// Appends those that look like anything.
void collect_texts(const LoadedService& service, const Document& document,
                   std::vector<std::string>& values) {
  if (!service.alignment || service.alignment->texts.empty()) return;
  service.alignment->texts.each_part(document, [&](const std::string& text) {
    values.push_back(match::fold(match::ValueKind::text, text));
  });
}

std::vector<std::string> shown_values(const LoadedService& service, const Step& step) {
  std::vector<std::string> values;
  const Document answer = answer_of(step);
  match::collect_values(answer, values);
  collect_texts(service, answer, values);
  return values;
}

/// Whether a time far from that of the recording is that of the clock and a constant, as of what
/// ends in two weeks: it has a fraction of a second, as what people write has not, or is whole
/// hours away from the minutes after the recording began.
bool is_from_clock(std::string_view folded, std::int64_t recorded_at) {
  constexpr std::int64_t second = 1'000'000, minutes = 300 * second, hour = 3'600 * second;
  if (match::kind_of_folded(folded) == match::ValueKind::date) return false;
  const std::int64_t time = match::time_of(folded);
  if (time % second != 0) return true;
  if (time % hour == 0) return false;
  const std::int64_t away = (time - recorded_at) % hour;
  return (away < 0 ? away + hour : away) < minutes;
}

std::uint32_t bit_of(std::string_view folded) {
  return 1U << static_cast<unsigned>(match::kind_of_folded(folded));
}

/// A generated value in a cell of a row.
struct Written {
  const std::string& table;
  const std::string& column;
  std::string value;  ///< folded
};

template <class Take>
void each_cell(const LoadedService& service, const std::string& table, const Row& row,
               const Take& take) {
  for (const auto& [column, cell] : row) {
    if (!cell) continue;
    std::vector<std::string> values;
    match::collect_values(std::string_view(*cell), values);
    collect_texts(service, *cell, values);
    for (std::string& value : values) take(Written{table, column, std::move(value)});
  }
}

template <class Take>
void each_written(const LoadedService& service, const FullStep& step, const Take& take) {
  for (const RowChange& change : step.rows.changes) {
    for (const Row& row : change.rows) each_cell(service, change.table, row, take);
    each_cell(service, change.table, change.set, take);
  }
}

/// Where one recording shows a value.
struct Seen {
  std::uint64_t tick = 0;  ///< of the first time
  ValueFinding first;
  bool made = false;    ///< by a write that took effect, at whatever time
  bool near = true;     ///< a time about that of the recording
  bool clock = true;    ///< the same, or a constant before or behind it
  bool refers = false;  ///< written to a column that refers to another table
};

class Finder {
 public:
  Finder(std::span<const LoadedService> services, Diagnostics& problems)
      : services_(services), problems_(problems) {}

  Findings run() {
    for (std::uint32_t s = 0; s < services_.size(); ++s)
      for (StepId i; i != services_[s].steps.next(); ++i) look_at(s, i);
    Findings findings;
    for (const auto& [value, by_recording] : seen_)
      findings.emplace(value, finding_of(value, by_recording));
    report_unused_pins();
    return findings;
  }

 private:
  using ByRecording = std::map<std::uint32_t, Seen>;

  void look_at(std::uint32_t service, StepId id) {
    const Step& step = services_[service].steps[id];
    if (step.analysis.effect == Effect::none) return;
    const auto masked = match::mask(*services_[service].protocol, step.analysis.identity.canonical,
                                    services_[service].places);
    const bool writes = step.analysis.effect == Effect::write && step.analysis.changed;
    for (const match::MaskedValue& value : masked.values) {
      ValueFinding where{.service = service, .step = id, .value = value.value};
      where.token = value.token;
      Seen& seen = see(value.folded, step, step.began, where);
      seen.made |= writes && value.role == ValueRole::made;
      note_pin(pin_of(services_[service], masked, value), value.folded);
    }
    if (writes) note_references(service, step);
    for (const std::string& value : shown_values(services_[service], step))
      see(value, step, step.ended, {.service = service, .step = id, .in_answer = true});
  }

  /// `product_id` of orders, where products are a table that the recording knows: it was there
  /// before, and is not made by being written here.
  void note_references(std::uint32_t service, const Step& step) {
    each_written(services_[service], FullStep(step), [&](const Written& written) {
      if (is_key_name(written.table, written.column)) return;
      const auto seen = seen_.find(written.value);
      if (seen == seen_.end()) return;
      const auto refers = [&](const std::string& table) {
        return table != written.table && may_refer(written.column, table);
      };
      const auto found = seen->second.find(step.recording);
      if (found == seen->second.end()) return;
      Seen& here = found->second;
      const bool first = &services_[here.first.service].steps[here.first.step] == &step;
      if (first && !here.first.in_answer)
        here.refers = std::ranges::any_of(tables_of(service), refers);
    });
  }

  /// The tables that a service's statements name.
  const std::set<std::string>& tables_of(std::uint32_t service) {
    const auto [found, added] = tables_.try_emplace(service);
    if (!added) return found->second;
    for (const Step& packed : services_[service].steps) {
      const FullStep step(packed);
      for (const auto* paths : {&step.reads, &step.writes})
        for (const KeyPath& path : *paths)
          if (!path.empty()) found->second.insert(path.front());
    }
    return found->second;
  }

  void note_pin(const PinnedPlace* pinned, const std::string& value) {
    if (pinned == nullptr) return;
    used_.insert(pinned);
    const auto [found, added] = pinned_.emplace(value, pinned);
    const match::ValueKind kind = match::kind_of_folded(value);
    if (added || found->second->is_fresh(kind) == pinned->is_fresh(kind)) return;
    if (!disputed_.emplace(found->second, pinned).second) return;
    problems_.push_back({Severity::error, pinned->file, pinned->line,
                         fmt::format("the value '{}' is pinned otherwise at {}:{}",
                                     match::spell(value), found->second->file, found->second->line),
                         "it stands in both places, which are to be pinned alike"});
  }

  void report_unused_pins() {
    if (services_.empty() || !services_.front().pins) return;
    for (const auto& [place, pinned] : services_.front().pins->all())
      if (!used_.contains(&pinned))
        problems_.push_back(
            {Severity::error, pinned.file, pinned.line,
             fmt::format("no recorded request '{}' of service '{}' has a value of a "
                         "kind that may vary there",
                         std::get<1>(place), std::get<0>(place)),
             "`understudy learn` lists the places; remove the pin if it is of an "
             "older recording"});
  }

  Seen& see(const std::string& value, const Step& step, std::uint64_t tick, ValueFinding where) {
    const auto [found, added] = seen_[value].try_emplace(step.recording);
    Seen& seen = found->second;
    if (added || tick < seen.tick) {
      seen.tick = tick;
      seen.first = where;
    }
    if (added && match::is_time(match::kind_of_folded(value))) {
      seen.near = std::abs(match::time_of(value) - step.recorded_at) <= day;
      seen.clock = seen.near || is_from_clock(value, step.recorded_at);
    }
    return seen;
  }

  [[nodiscard]] ValueFinding finding_of(const std::string& value,
                                        const ByRecording& by_recording) const {
    const Seen& seen = by_recording.begin()->second;
    ValueFinding finding = seen.first;
    if (by_recording.size() > 1) {
      const ValueFinding& other = std::next(by_recording.begin())->second.first;
      finding.also.emplace(other.service, other.step);
    }
    const auto pinned = pinned_.find(value);
    if (pinned != pinned_.end()) {
      finding.pinned = pinned->second;
      finding.proven = pinned->second->is_fresh(match::kind_of_folded(value));
      finding.value_class = finding.proven ? ValueClass::fresh : ValueClass::constant;
      return finding;
    }
    finding.proven = is_proven(value);
    finding.refers = seen.refers && !finding.proven;
    finding.near = seen.near;
    finding.recording = by_recording.begin()->first;
    finding.value_class = finding.proven            ? proven_class(seen)
                          : by_recording.size() > 1 ? ValueClass::constant
                                                    : class_of(seen);
    return finding;
  }

  [[nodiscard]] bool is_proven(const std::string& value) const {
    return !services_.empty() && services_.front().alignment &&
           services_.front().alignment->proven.contains(value);
  }

  static ValueClass proven_class(const Seen& seen) {
    return seen.first.in_answer ? ValueClass::echo : ValueClass::fresh;
  }

  static ValueClass class_of(const Seen& seen) {
    if (seen.first.in_answer) return ValueClass::echo;
    if (!seen.made) return ValueClass::sought;
    return seen.clock ? ValueClass::fresh : ValueClass::fixed;
  }

  std::span<const LoadedService> services_;
  Diagnostics& problems_;
  std::map<std::string, ByRecording> seen_;
  std::map<std::uint32_t, std::set<std::string>> tables_;  // by service
  std::map<std::string, const PinnedPlace*> pinned_;       // by value
  std::set<const PinnedPlace*> used_;
  std::set<std::pair<const PinnedPlace*, const PinnedPlace*>> disputed_;
};

}  // namespace

Document answer_of(const Step& step) {
  if (step.document.empty()) return {};
  return table::document_from_cbor(as_bytes(step.document)).value("answer", Document());
}

Findings find_values(std::span<const LoadedService> services, Diagnostics& problems) {
  return Finder(services, problems).run();
}

const PinnedPlace* pin_of(const LoadedService& service, const match::Masked& masked,
                          const match::MaskedValue& value) {
  if (!service.pins) return nullptr;
  const std::string request = match::template_of(masked.mask);
  return service.pins->find({service.service->name, request, value.value, value.token});
}

Varying::Varying(const LoadedService& service, const Findings& findings, bool shifts_times)
    : service_(&service),
      findings_(&findings),
      shifts_times_(shifts_times),
      plain_(service.protocol->new_analyser()) {
  plain_->restore(service.analyser->profile());
  for (const Step& step : service.steps) {
    if (step.analysis.effect == Effect::none) continue;
    const auto masked =
        match::mask(*service.protocol, step.analysis.identity.canonical, service.places);
    for (const auto& value : masked.values) note(value.folded);
    for (const std::string& value : shown_values(service, step)) note(value);
    note_columns(step, masked);
  }
  note_unplaced();
  if (all_kinds_ == 0) values_.clear();
  note_shifted();
}

/// Times that the server made, and what is left of them where a client keeps less of their
/// fraction.
void Varying::note_shifted() {
  if (!shifts_times_) return;
  constexpr std::int64_t units[] = {1, 1'000, 1'000'000};
  for (const auto& [value, finding] : *findings_) {
    if (match::kind_of_folded(value) != match::ValueKind::instant || !finding.near ||
        finding.value_class != ValueClass::echo)
      continue;
    for (const std::int64_t unit : units) {
      std::string kept = value.substr(0, 1) + std::to_string(match::time_of(value) / unit * unit);
      const auto found = findings_->find(kept);
      const bool is_other = found != findings_->end() && kept != value;
      if (is_other && found->second.value_class == ValueClass::fresh) continue;
      if (unit != 1 && !is_other) continue;
      values_.insert_or_assign(
          std::move(kept), table::VaryingEntry{table::format::value_shifted, finding.recording});
    }
  }
}

bool Varying::is_shifted(std::string_view folded) const {
  const auto found = values_.find(std::string(folded));
  return found != values_.end() && (found->second.flags & table::format::value_shifted) != 0;
}

void Varying::note(const std::string& value) {
  const auto found = findings_->find(value);
  if (found == findings_->end()) return;
  const ValueFinding& finding = found->second;
  if (finding.value_class != ValueClass::fresh) {
    if (!match::is_time(match::kind_of_folded(value)))
      values_.emplace(value, table::VaryingEntry{table::format::value_constant});
    return;
  }
  all_kinds_ |= bit_of(value);
  hidden_.add(value);
  const bool unclear = service_->alignment && service_->alignment->unclear.contains(value);
  const std::uint32_t flags = (finding.proven ? std::uint32_t{table::format::value_proven} : 0U) |
                              (finding.refers ? std::uint32_t{table::format::value_refers} : 0U) |
                              (unclear ? std::uint32_t{table::format::value_unclear} : 0U);
  values_.emplace(value, table::VaryingEntry{flags});
}

/// In which columns which kinds stand.
void Varying::note_columns(const Step& step, const match::Masked& masked) {
  const auto place = [&](const Written& written) {
    if (!is_fresh(written.value)) return;
    kinds_in_[folded_name(written.column)] |= bit_of(written.value);
    placed_.insert(written.value);
  };
  const FullStep full(step);
  each_written(*service_, full, place);
  for (const RowsSeen& seen : full.rows.seen)
    for (const Row& row : seen.rows) each_cell(*service_, seen.table, row, place);
  if (step.analysis.effect != Effect::write) return;
  for (const KeyPath& path : full.writes)
    for (const match::MaskedValue& value : masked.values)
      if (value.role == ValueRole::made && is_fresh(value.folded))
        made_in_[path.empty() ? "" : path.front()].insert(value.folded);
}

void Varying::note_unplaced() {
  for (const auto& [table, values] : made_in_)
    for (const std::string& value : values)
      if (!placed_.contains(value)) unplaced_[table] |= bit_of(value);
}

std::uint32_t Varying::ordered_kinds(const Step& asked) const {
  if (all_kinds_ == 0) return 0;
  const FullStep request(asked);
  constexpr std::uint32_t numbers = 1U << static_cast<unsigned>(match::ValueKind::epoch) |
                                    1U << static_cast<unsigned>(match::ValueKind::snowflake);
  std::uint32_t anywhere = 0;
  for (const auto& [table, kinds] : unplaced_)
    if (table.empty() || std::ranges::any_of(request.reads, [&](const KeyPath& path) {
          return path.empty() || path.front() == table;
        }))
      anywhere |= kinds;
  std::uint32_t ordered = 0;
  for (const std::string& name :
       service_->protocol->ordered_by(request.analysis.identity.canonical)) {
    if (name == Protocol::by_anything) return all_kinds_;
    const auto column = kinds_in_.find(folded_name(name));
    if (name == Protocol::by_numbers)
      ordered |= all_kinds_ & numbers;
    else
      ordered |= anywhere | (column == kinds_in_.end() ? 0U : column->second);
  }
  return ordered;
}

bool Varying::is_fresh(std::string_view folded) const {
  if (findings_ == nullptr) return false;
  const auto found = findings_->find(folded);
  return found != findings_->end() && found->second.value_class == ValueClass::fresh;
}

std::uint64_t Varying::mask_of(std::string_view canonical) const {
  if (values_.empty()) return 0;
  const match::Masked masked = match::mask(*service_->protocol, canonical, service_->places);
  const bool varies = std::ranges::any_of(
      masked.values, [&](const match::MaskedValue& value) { return is_fresh(value.folded); });
  return varies ? table::hash_of(masked.mask) : 0;
}

/// A value that makes a row another one by being written there.
bool Varying::is_own(std::string_view folded) const {
  return is_fresh(folded) && !findings_->find(folded)->second.refers;
}

std::uint64_t Varying::batch_of(const Identity& request) const {
  if (values_.empty()) return 0;
  const auto batch = match::batch_of(*service_->protocol, request.canonical, request.qualifier);
  if (!batch || batch->rows.size() < 2) return 0;
  bool own = false;
  for (std::size_t place = 0; place < batch->spreads.size(); ++place) {
    if (batch->spreads[place] == match::Spread::shared) continue;
    own = true;
    for (const match::Masked& row : batch->rows)
      if (!is_own(row.values[place].folded)) return 0;
  }
  return own ? batch->hash() : 0;
}

bool Varying::counts(const Step& step) const {
  const Identity& request = step.analysis.identity;
  const std::size_t rows = service_->protocol->rows_of(request.canonical, request.qualifier).size();
  return step.analysis.understood && step.analysis.changed && !step.document.empty() &&
         !service_->protocol->answer_of_rows(answer_of(step), rows, rows).is_null() &&
         !document_of(step).empty();
}

bool Varying::shown_by(const Step& step) const {
  return !values_.empty() &&
         std::ranges::any_of(shown_values(*service_, step), [&](const std::string& value) {
           return is_fresh(value) || is_shifted(value);
         });
}

std::string Varying::document_of(const Step& step) const {
  const Document document = table::document_from_cbor(as_bytes(step.document));
  std::vector<Problem> problems;
  const std::string image = plain_->encode(document["request"], document["answer"], problems);
  return image == step.analysis.image ? step.document : std::string();
}

bool Varying::hidden_in(const Step& step) const {
  if (hidden_.in(step.hidden_in)) return true;
  return service_->alignment && service_->alignment->texts.hidden_in(answer_of(step));
}

void keep_values(const LoadedService& service, const KeptExchange& exchange, Keep keep,
                 Step& step) {
  constexpr std::size_t largest = 65'536;  // bytes of an image of which all is kept
  const Document& answer = exchange.answer;
  step.hidden_in = suspicious_text(answer);
  std::vector<std::string> values;
  match::collect_values(answer, values);
  match::collect_placeholders(answer, values);
  collect_texts(service, answer, values);
  const Identity& request = step.analysis.identity;
  const bool kept = !values.empty() ||
                    (keep == Keep::all && step.analysis.image.size() <= largest) ||
                    (service.alignment && service.alignment->texts.hidden_in(answer)) ||
                    service.protocol->rows_of(request.canonical, request.qualifier).size() > 1;
  if (!kept) return;
  const auto cbor = Document::to_cbor({{"request", exchange.request}, {"answer", answer}});
  step.document.assign(cbor.begin(), cbor.end());
}

}  // namespace understudy::compile
