#include "protocols/http/evidence.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "protocols/http/ascii.hpp"
#include "protocols/http/redact.hpp"
#include "protocols/http/target.hpp"
#include "understudy/document_text.hpp"

namespace understudy::http {
namespace {

// Further back the cause of a change is not looked for.
constexpr std::size_t writes_looked_at = 64;

constexpr std::uint32_t absent = 0;  // id of the empty text: a field that is not there

/// Calls `visit(name, in a, in b)` for every name whose values differ, `absent` where there is
/// none.
template <class FieldIds, class Visitor>
void for_each_difference(const FieldIds& a, const FieldIds& b, Visitor&& visit) {
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() || right != b.end()) {
    if (right == b.end() || (left != a.end() && left->first < right->first)) {
      visit(left->first, left->second, absent);
      ++left;
    } else if (left == a.end() || right->first < left->first) {
      visit(right->first, absent, right->second);
      ++right;
    } else {
      if (left->second != right->second) visit(left->first, left->second, right->second);
      ++left;
      ++right;
    }
  }
}

std::string content_of(const Document& answer) {
  Document content = answer;
  if (content.is_object()) content.erase("headers");
  return json_text(content);
}

bool is_denial(const Document& answer) {
  const Document status = answer.is_object() ? answer.value("status", Document()) : Document();
  return status == 401 || status == 403;
}

}  // namespace

Evidence::Id Evidence::id_of(std::string_view text) {
  if (texts_.empty()) {
    texts_.emplace_back();
    ids_.emplace(std::string(), absent);
  }
  const auto [found, is_new] = ids_.try_emplace(std::string(text), static_cast<Id>(texts_.size()));
  if (is_new) texts_.emplace_back(text);
  return found->second;
}

void Evidence::add(const SessionHeader& session, const Exchange& exchange, const Asked& asked,
                   const Dependencies& dependencies) {
  Seen seen{id_of(session.recording),
            id_of(canonical_of(asked, {})),
            id_of(pattern_of(asked)),
            exchange.began.tick,
            exchange.ended.tick,
            id_of(content_of(exchange.answer)),
            is_denial(exchange.answer),
            {},
            {}};
  for (const Field& field : asked.headers) {
    // The body says its own kind; conditions are always part of the identity.
    if (field.name == "content-type" || is_condition(field.name)) continue;
    const Id name = id_of(field.name);
    seen.asked.emplace_back(name, id_of("=" + field.value));
    FieldUse& use = uses_[name];
    ++use.requests;
    use.values.insert(seen.asked.back().second);
  }
  const Document headers =
      exchange.answer.is_object() ? exchange.answer.value("headers", Document()) : Document();
  if (headers.is_object())
    for (const auto& [name, value] : headers.items())
      seen.answered.emplace_back(id_of(lowered(name)), id_of("=" + json_text(value)));
  std::ranges::sort(seen.asked);
  std::ranges::sort(seen.answered);
  if (dependencies.changed)
    writes_.push_back({seen.recording, seen.began, seen_.size(), dependencies.writes});
  seen_.push_back(std::move(seen));
}

void Evidence::conclude() {
  std::vector<std::size_t> order(seen_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, {}, [this](std::size_t i) { return std::tuple(seen_[i].recording, seen_[i].began); });
  std::ranges::stable_sort(
      writes_, {}, [](const Write& write) { return std::tuple(write.recording, write.began); });
  std::map<std::pair<Id, Id>, std::size_t> last;  // by recording and request
  for (const std::size_t i : order) {
    const auto [found, is_first] = last.try_emplace({seen_[i].recording, seen_[i].request}, i);
    if (!is_first) compare(seen_[found->second], seen_[i], found->second, i);
    found->second = i;
  }
  settle_suspicions();
  seen_ = {};
  writes_ = {};
}

void Evidence::compare(const Seen& earlier, const Seen& later, std::size_t earlier_index,
                       std::size_t later_index) {
  const bool same_content = earlier.content == later.content;
  if (same_content && earlier.answered == later.answered) return;
  const std::vector<const Write*> writes = writes_between(earlier, later, later_index);
  if (writes.empty()) {
    if (same_content)
      blame_answer_fields(earlier, later);
    else
      suspect_request_fields(earlier, later, Suspects::all);
  } else if (!same_content) {
    const bool own = std::ranges::any_of(
        writes, [&](const Write* write) { return write->seen == earlier_index; });
    if (!own) blame_writes(later, writes);
    if (earlier.denied != later.denied)
      suspect_request_fields(earlier, later, Suspects::credentials);
  }
}

/// The writes that may have changed something from when `earlier` began to when `later` ended, the
/// latest ones.
std::vector<const Evidence::Write*> Evidence::writes_between(const Seen& earlier, const Seen& later,
                                                             std::size_t later_index) const {
  const auto began = [](const Write& write) { return std::tuple(write.recording, write.began); };
  const auto first =
      std::ranges::lower_bound(writes_, std::tuple(earlier.recording, earlier.began), {}, began);
  auto end = std::ranges::lower_bound(writes_, std::tuple(later.recording, later.ended), {}, began);
  std::vector<const Write*> between;
  for (; end != first && between.size() < writes_looked_at; --end)
    if (const Write& write = *std::prev(end); write.seen != later_index) between.push_back(&write);
  return between;
}

/// Being let in is a matter of credentials even where a login came in between.
void Evidence::suspect_request_fields(const Seen& earlier, const Seen& later, Suspects suspects) {
  Suspicion suspicion{later.pattern, {}};
  for_each_difference(earlier.asked, later.asked, [&](Id name, Id before, Id after) {
    const std::string& field = texts_[name];
    const bool counts = suspects == Suspects::all || field == "cookie" || is_secret_field(field);
    if (counts && !is_random(name))
      suspicion.fields.push_back({name, before == absent || after == absent});
  });
  if (!suspicion.fields.empty()) suspicions_.push_back(std::move(suspicion));
}

/// Where one field alone differed, it is the cause. Where several did, those that are a cause
/// elsewhere explain it; where none is, each of them may be.
void Evidence::settle_suspicions() {
  std::set<Id> proven;
  for (const auto& [pattern, fields] : suspicions_)
    if (fields.size() == 1) proven.insert(fields.front().name);
  for (const auto& [pattern, fields] : suspicions_) {
    const auto is_proven = [&](const Difference& field) { return proven.contains(field.name); };
    const bool explained = std::ranges::any_of(fields, is_proven);
    for (const Difference& field : fields)
      if (!explained || is_proven(field)) select(pattern, field);
  }
  suspicions_ = {};
}

void Evidence::select(Id pattern, const Difference& field) {
  Selectors& selectors = selectors_[texts_[pattern]];
  const auto known = std::ranges::find(selectors, texts_[field.name], &Selector::name);
  if (known == selectors.end())
    selectors.push_back({texts_[field.name], field.in_presence});
  else
    known->by_presence = known->by_presence && field.in_presence;
  std::ranges::sort(selectors, {}, &Selector::name);
}

void Evidence::blame_answer_fields(const Seen& earlier, const Seen& later) {
  for_each_difference(earlier.answered, later.answered,
                      [&](Id name, Id, Id) { volatile_.insert(texts_[name]); });
}

void Evidence::blame_writes(const Seen& later, const std::vector<const Write*>& writes) {
  const std::string& pattern = texts_[later.pattern];
  const KeyPath own = segments_of(pattern.substr(pattern.find(' ') + 1));
  std::set<KeyPath> roots;
  for (const Write* write : writes)
    for (const KeyPath& path : write->paths) {
      if (overlaps(path, own)) return;
      roots.insert(resource_root(path));
    }
  further_reads_[pattern].merge(roots);
}

/// Fresh in every request, an idempotency key say: it selects nothing.
bool Evidence::is_random(Id name) const {
  constexpr std::uint64_t enough = 3;
  const auto use = uses_.find(name);
  return use != uses_.end() && use->second.requests >= enough &&
         use->second.values.size() == use->second.requests;
}

const Selectors& Evidence::selectors_of(const std::string& pattern) const {
  static const Selectors none;
  const auto found = selectors_.find(pattern);
  return found == selectors_.end() ? none : found->second;
}

const std::set<KeyPath>& Evidence::further_reads(const std::string& pattern) const {
  static const std::set<KeyPath> none;
  const auto found = further_reads_.find(pattern);
  return found == further_reads_.end() ? none : found->second;
}

}  // namespace understudy::http
