#include "protocols/http/evidence.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "protocols/http/ascii.hpp"
#include "protocols/http/target.hpp"

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
  return content.dump(-1, ' ', false, Document::error_handler_t::replace);
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
            id_of(base_of(asked)),
            id_of(pattern_of(asked)),
            exchange.began.tick,
            exchange.ended.tick,
            id_of(content_of(exchange.answer)),
            {},
            {}};
  Id host = absent;
  for (const Field& field : context_of(asked, {})) {
    const Id name = id_of(field.name);
    seen.asked.emplace_back(name, id_of("=" + field.value));
    if (field.name == "host") host = seen.asked.back().second;
    FieldUse& use = uses_[name];
    ++use.requests;
    use.values.insert(seen.asked.back().second);
  }
  hosts_.insert(host);
  const Document headers =
      exchange.answer.is_object() ? exchange.answer.value("headers", Document()) : Document();
  if (headers.is_object())
    for (const auto& [name, value] : headers.items())
      seen.answered.emplace_back(
          id_of(lowered(name)),
          id_of("=" + value.dump(-1, ' ', false, Document::error_handler_t::replace)));
  std::ranges::sort(seen.asked);
  std::ranges::sort(seen.answered);
  if (dependencies.changed)
    writes_.push_back({seen.recording, seen.began, seen_.size(), dependencies.writes});
  seen_.push_back(std::move(seen));
}

void Evidence::conclude() {
  find_irrelevant();
  name_requests();
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
  seen_ = {};
  writes_ = {};
}

void Evidence::find_irrelevant() {
  for (const auto& [name, use] : uses_)
    if (varies(texts_[name], use)) irrelevant_.fields.push_back(texts_[name]);
  std::ranges::sort(irrelevant_.fields);
  if (hosts_.size() == 1 && *hosts_.begin() != absent)
    irrelevant_.host = texts_[*hosts_.begin()].substr(1);
}

/// By all its uses. Who asks is never noise, and neither is what is known to select an answer.
bool Evidence::varies(const std::string& name, const FieldUse& use) const {
  constexpr std::uint64_t enough = 3;
  const bool distinct = use.values.size() == use.requests;
  const bool generated = std::ranges::all_of(
      use.values, [this](Id value) { return looks_generated(texts_[value]); });
  switch (role_of(name)) {
    case FieldRole::irrelevant:
    case FieldRole::selecting:
      return false;
    case FieldRole::credential:
      // A signature is made of the request and of its time.
      return name.find("signature") != std::string::npos && distinct && use.requests > 1;
    case FieldRole::unknown:
      break;
  }
  if (is_named_per_request(name)) return generated || (distinct && use.requests > 1);
  return generated && distinct && use.requests >= enough;
}

void Evidence::name_requests() {
  for (Seen& seen : seen_) {
    Fields context;
    for (const auto& [name, value] : seen.asked) {
      const std::string& field = texts_[name];
      const std::string text = texts_[value].substr(1);
      if (std::ranges::binary_search(irrelevant_.fields, field)) continue;
      if (field == "host" && text == irrelevant_.host) continue;
      context.push_back({field, text});
    }
    std::ranges::sort(context, {}, [](const Field& field) { return std::tie(field.name, field.value); });
    const std::string base = texts_[seen.base];
    seen.request = id_of(canonical_of(base, context));
    auto& contexts = contexts_[base];
    const auto same = [&](const Fields& known) {
      return std::ranges::equal(known, context, [](const Field& a, const Field& b) {
        return a.name == b.name && a.value == b.value;
      });
    };
    if (std::ranges::none_of(contexts, same)) contexts.push_back(std::move(context));
  }
}

void Evidence::compare(const Seen& earlier, const Seen& later, std::size_t earlier_index,
                       std::size_t later_index) {
  const bool same_content = earlier.content == later.content;
  if (same_content && earlier.answered == later.answered) return;
  const std::vector<const Write*> writes = writes_between(earlier, later, later_index);
  if (writes.empty()) {
    if (same_content) blame_answer_fields(earlier, later);
  } else if (!same_content) {
    const bool own = std::ranges::any_of(
        writes, [&](const Write* write) { return write->seen == earlier_index; });
    if (!own) blame_writes(later, writes);
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

const std::set<KeyPath>& Evidence::further_reads(const std::string& pattern) const {
  static const std::set<KeyPath> none;
  const auto found = further_reads_.find(pattern);
  return found == further_reads_.end() ? none : found->second;
}

}  // namespace understudy::http
