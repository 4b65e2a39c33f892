#include "protocols/http/independence.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "protocols/http/keys.hpp"
#include "protocols/http/operation.hpp"

namespace understudy::http {
namespace {

// Longer intervals show too little of each of their writes.
constexpr std::size_t most_writers = 16;
// Beyond these, all writes count for all requests.
constexpr std::size_t most_pairs = 4'000'000;
constexpr std::uint32_t most_sets = 64;

bool intersect(const Independence::Words& a, const Independence::Words& b) {
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() && right != b.end()) {
    if (*left == *right) return true;
    ++(*left < *right ? left : right);
  }
  return false;
}

bool has_identifier(const KeyPath& path) {
  return std::ranges::any_of(path,
                             [](const std::string& segment) { return is_identifier(segment); });
}

/// `pattern` may have `*` for a segment.
bool is_below(const KeyPath& path, const KeyPath& pattern) {
  if (path.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i)
    if (pattern[i] != "*" && pattern[i] != path[i]) return false;
  return true;
}

}  // namespace

std::uint32_t Independence::add(Request request) {
  requests_.push_back(std::move(request));
  return static_cast<std::uint32_t>(requests_.size() - 1);
}

void Independence::conclude() {
  std::ranges::stable_sort(said_, {},
                           [](const Said& said) { return std::tuple(said.recording, said.began); });
  outcomes_.resize(requests_.size());
  for (std::size_t i = 0; i < said_.size(); ++i) {
    if (requests_[said_[i].request].reads) continue;
    outcomes_[said_[i].request].push_back(i);
    if (said_[i].changed) writes_.push_back(i);
  }
  find_idle();
  find_intervals();
  weigh();
  find_families();
  find_sets();
  idle_ = {};
  intervals_ = {};
  shown_ = {};
  culprits_ = {};
  said_ = {};
}

/// The second of two alike may find all done, and so may the first that says what is to be there,
/// until another one said otherwise or what is read there has changed. What removes may find
/// nothing unless something was put there. Alike is what is called alike, of the same resource, and
/// says the same.
void Independence::find_idle() {
  struct Resource {
    Id body = 0;
    std::optional<std::size_t> write;  // the only one since that was read
    std::optional<std::uint32_t> set_by;
    bool was_read = false, several = false, filled = false;
  };
  std::set<std::tuple<Id, Id, KeyPath, Words>> before;
  std::map<std::pair<Id, KeyPath>, Resource> resources;
  for (std::size_t i = 0; i < said_.size(); ++i) {
    const Said& said = said_[i];
    const Request& request = requests_[said.request];
    Resource& resource = resources[{said.recording, request.path}];
    if (request.reads) {
      if (resource.was_read && resource.write && !resource.several && resource.body != said.body)
        idle_.erase(*resource.write);
      resource = {said.body, std::nullopt, resource.set_by, true, false, resource.filled};
      continue;
    }
    if (!said.changed) continue;
    const bool repeats =
        !before.emplace(said.recording, request.written_as, request.path, request.words).second;
    const bool found_other = resource.set_by && *resource.set_by != said.request;
    if (repeats || (request.sets && !said.made && !found_other) ||
        (request.removes && !resource.filled))
      idle_.insert(i);
    resource.filled = !request.removes;
    resource.several = resource.write.has_value();
    resource.write = i;
    resource.set_by = said.request;
    if (said.collection.empty()) continue;
    for (const KeyPath& member : said.writes) resources[{said.recording, member}].filled = true;
  }
}

/// A read is compared with the same read before it, or with what the last write to its own path was
/// answered with; a write with the last one of its kind.
void Independence::find_intervals() {
  std::map<std::pair<Id, std::uint32_t>, std::size_t> last_read;  // by recording and request
  std::map<std::pair<Id, Id>, std::size_t> last_of_kind;          // by recording and kind
  for (std::size_t i = 0; i < said_.size(); ++i) {
    const Said& said = said_[i];
    const Request& request = requests_[said.request];
    if (!request.reads) {
      const auto [last, first] = last_of_kind.try_emplace({said.recording, request.read_as}, i);
      // The very same one again may be answered alike because the other undid what it had done.
      if (!first && said_[last->second].request != said.request)
        add_interval(last->second, i, said_[last->second].content == said.content, true);
      last->second = i;
      continue;
    }
    std::size_t own = i;  // the last write to its own path, or itself
    for (auto write = std::ranges::lower_bound(writes_, i); write != writes_.begin() && own == i;) {
      --write;
      if (said_[*write].recording != said.recording || i - *write > 256) break;
      if (is_own(said.request, said_[*write])) own = *write;
    }
    const auto [last, first] = last_read.try_emplace({said.recording, said.request}, i);
    if (!first && (own == i || own < last->second))
      add_interval(last->second, i, said_[last->second].content == said.content, false);
    else if (own != i && said_[own].body == said.body)
      add_interval(own, i, true, false);
    last->second = i;
  }
}

/// `own_too`: writes to its own path may lie in between.
void Independence::add_interval(std::size_t from, std::size_t to, bool same, bool own_too) {
  Interval interval{said_[to].request, {}, same};
  auto write = std::ranges::upper_bound(writes_, from);
  for (; write != writes_.end() && said_[*write].began < said_[to].ended; ++write) {
    const Said& between = said_[*write];
    if (between.recording != said_[to].recording) break;
    if (*write == to) continue;
    if (is_own(interval.reader, between)) {
      if (!own_too) return;
      continue;
    }
    if (interval.writers.size() == most_writers) return;
    interval.writers.push_back({between.request, idle_.contains(*write)});
  }
  // What is still being written when the first answer comes may be before it or behind it.
  if (!interval.writers.empty()) intervals_.push_back(std::move(interval));
}

/// A write that did something is shown to leave an answer alone where it came alone, or with such
/// as are shown to. A change takes back what it contradicts, and all that followed from that.
void Independence::weigh() {
  find_culprits();
  do {
    shown_.clear();
    find_shown();
  } while (find_suspects());
}

void Independence::find_culprits() {
  for (const Interval& interval : intervals_)
    if (!interval.same && interval.writers.size() == 1)
      culprits_.insert(kind_of(interval.reader, interval.writers[0].request));
}

void Independence::find_shown() {
  for (bool changed = true; changed;) {
    changed = false;
    for (const Interval& interval : intervals_) {
      if (!interval.same) continue;
      const Writer* open = nullptr;
      std::size_t count = 0;
      for (const Writer& writer : interval.writers)
        if (!is_independent(interval.reader, writer.request)) {
          open = &writer;
          ++count;
        }
      if (count == 1 && !open->idle) changed |= show(interval.reader, open->request);
    }
  }
}

/// Where an answer changed and all writes in between are shown to leave it alone, none of these
/// kinds is. Where one is not, it may be another's doing nevertheless: that of any which only
/// others of its kind were shown of, unless one came that is known to make such a change. Whether
/// there were new ones.
bool Independence::find_suspects() {
  bool found = false;
  for (const Interval& interval : intervals_) {
    if (interval.same || !requests_[interval.reader].reads) continue;
    bool all = true, explained = false;
    for (const Writer& writer : interval.writers) {
      if (is_independent(interval.reader, writer.request)) continue;
      all = false;
      explained |= culprits_.contains(kind_of(interval.reader, writer.request));
    }
    if (explained) continue;
    for (const Writer& writer : interval.writers) {
      const Kind kind = kind_of(interval.reader, writer.request);
      if (all) {
        found |= disproved_.insert(kind).second;
      } else if (const auto shown = shown_.find(kind);
                 shown != shown_.end() && !shown->second.writers.contains(writer.request)) {
        found |= suspects_.emplace(kind, writer.request).second;
      }
    }
  }
  return found;
}

bool Independence::show(std::uint32_t reader, std::uint32_t writer) {
  const Kind kind = kind_of(reader, writer);
  if (disproved_.contains(kind)) return false;
  const Place read{requests_[reader].path, requests_[reader].said};
  const Place written{requests_[writer].path, requests_[writer].said};
  Shown& shown = shown_[kind];
  const bool fresh = shown.writers.insert(writer).second;
  shown.read.add(read);
  shown.written.add(written);
  return shown.pairs.emplace(read, written).second || fresh;
}

void Independence::Places::add(const Place& place) {
  paths.insert(place.path);
  said.insert(place.said);
}

bool Independence::Places::tell_of(const Place& place, const Place& shown) const {
  const bool any_path = !has_identifier(place.path) || paths.size() > 1;
  const bool any_said = said.size() > 1;
  return (any_path || place.path == shown.path) && (any_said || place.said == shown.said);
}

Independence::Kind Independence::kind_of(std::uint32_t reader, std::uint32_t writer) const {
  const Request& read = requests_[reader];
  const Request& write = requests_[writer];
  return {read.read_as, write.written_as, read.who == write.who,
          intersect(read.words, write.words)};
}

bool Independence::is_own(std::uint32_t reader, const Said& write) const {
  return std::ranges::any_of(
      write.writes, [&](const KeyPath& path) { return overlaps(path, requests_[reader].path); });
}

/// Of a collection the one makes a member and the other reads another one.
bool Independence::is_apart(std::uint32_t reader, std::uint32_t writer) const {
  const Request& read = requests_[reader];
  if (!read.reads || intersect(read.words, requests_[writer].words)) return false;
  bool made = false;  // where it always failed, nobody knows what it would do
  for (const std::size_t i : outcomes_[writer]) {
    if (!said_[i].changed) continue;
    const KeyPath& collection = said_[i].collection;
    made = !collection.empty() && read.path.size() > collection.size() &&
           overlaps(read.path, collection) && is_identifier(read.path[collection.size()]) &&
           !is_own(reader, said_[i]);
    if (!made) return false;
  }
  return made;
}

bool Independence::is_shown(std::uint32_t reader, std::uint32_t writer) const {
  const auto found = shown_.find(kind_of(reader, writer));
  if (found == shown_.end()) return false;
  const Place read{requests_[reader].path, requests_[reader].said};
  const Place written{requests_[writer].path, requests_[writer].said};
  const Shown& shown = found->second;
  return !suspects_.contains({found->first, writer}) &&
         std::ranges::any_of(shown.pairs, [&](const auto& pair) {
           return shown.read.tell_of(read, pair.first) &&
                  shown.written.tell_of(written, pair.second);
         });
}

bool Independence::is_pinned(const KeyPath& read, const KeyPath& written) const {
  for (const auto& paths : pins_)
    for (const KeyPath& a : paths)
      for (const KeyPath& b : paths)
        if (&a != &b && is_below(read, a) && is_below(written, b)) return true;
  return false;
}

bool Independence::is_of_another_session(std::uint32_t reader, std::uint32_t writer) const {
  const Request& read = requests_[reader];
  const Request& write = requests_[writer];
  if (!write.signs_in || (read.who == write.who && !read.credentials.empty())) return false;
  return std::ranges::none_of(outcomes_[writer], [&](std::size_t i) {
    return intersect(read.credentials, said_[i].gives);
  });
}

bool Independence::is_independent(std::uint32_t reader, std::uint32_t writer) const {
  const Request& read = requests_[reader];
  if (read.constant || is_pinned(read.path, requests_[writer].path)) return true;
  if (disproved_.contains(kind_of(reader, writer))) return false;
  return is_apart(reader, writer) || is_of_another_session(reader, writer) ||
         is_shown(reader, writer);
}

/// What a write to its own path does, a request depends on anyhow.
bool Independence::is_always_own(std::uint32_t reader, std::uint32_t writer) const {
  return std::ranges::all_of(outcomes_[writer],
                             [&](std::size_t i) { return is_own(reader, said_[i]); });
}

/// A family is what lies below the same segment behind those that all paths have in common.
void Independence::find_families() {
  families_.resize(requests_.size());
  if (requests_.empty()) return;
  std::size_t common = requests_[0].path.size();
  for (const Request& request : requests_)
    common = static_cast<std::size_t>(
        std::ranges::mismatch(request.path, std::span(requests_[0].path).first(common)).in1 -
        request.path.begin());
  std::map<std::string, std::uint32_t> numbers;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const KeyPath& path = requests_[i].path;
    const auto number = static_cast<std::uint32_t>(numbers.size());
    families_[i] =
        numbers.emplace(path.size() > common ? path[common] : std::string(), number).first->second;
  }
}

/// Those that are not shown to leave it alone; what comes of its own path is known anyhow. One that
/// failed whenever it was recorded may succeed in another state.
std::vector<std::uint32_t> Independence::writers_of(std::uint32_t reader) const {
  std::vector<std::uint32_t> writers;
  for (std::uint32_t i = 0; i < requests_.size(); ++i)
    if (!requests_[i].reads && !is_always_own(reader, i) && !is_independent(reader, i))
      writers.push_back(i);
  return writers;
}

/// And those that change something else of its family, but for what does not follow from shown
/// ones.
std::vector<std::uint32_t> Independence::writers_in_any_state(
    std::uint32_t reader, const std::vector<std::uint32_t>& family) const {
  std::vector<std::uint32_t> writers;
  for (const std::uint32_t i : family) {
    const bool independent = requests_[reader].constant || is_always_own(reader, i) ||
                             is_pinned(requests_[reader].path, requests_[i].path) ||
                             (!disproved_.contains(kind_of(reader, i)) &&
                              (is_apart(reader, i) || is_of_another_session(reader, i)));
    if (!independent) writers.push_back(i);
  }
  return writers;
}

/// Numbers for sets, equal ones the same; beyond a bound one for all.
std::uint32_t Independence::number_of(std::vector<std::uint32_t> set, Numbers& known) {
  if (known.size() + 1 >= most_sets && !known.contains(set)) set = all_writers_;
  const auto [found, added] = known.emplace(std::move(set), sets_);
  if (added) ++sets_;
  return found->second;
}

void Independence::find_sets() {
  depends_on_.resize(requests_.size());
  for (std::uint32_t i = 0; i < requests_.size(); ++i)
    if (!requests_[i].reads) all_writers_.push_back(i);
  if (requests_.size() * all_writers_.size() > most_pairs) return depend_on_all();
  std::vector<std::vector<std::uint32_t>> sets;
  std::map<std::uint32_t, std::set<std::uint32_t>> of_family;
  for (std::uint32_t reader = 0; reader < requests_.size(); ++reader) {
    sets.push_back(writers_of(reader));
    of_family[families_[reader]].insert(sets.back().begin(), sets.back().end());
  }
  Numbers numbers, wide_numbers;
  for (std::uint32_t reader = 0; reader < requests_.size(); ++reader) {
    const std::set<std::uint32_t>& family = of_family[families_[reader]];
    std::vector<std::uint32_t> wide = writers_in_any_state(reader, {family.begin(), family.end()});
    if (!sets[reader].empty()) depends_on_[reader].push_back(number_of(sets[reader], numbers));
    if (wide != sets[reader])
      depends_on_[reader].push_back(number_of(std::move(wide), wide_numbers));
  }
  is_part_of_ = parts_of(numbers);
  may_be_part_of_ = parts_of(wide_numbers);
}

/// One set for all of them: to weigh each request against each write would take for ever.
void Independence::depend_on_all() {
  Numbers numbers;
  const std::uint32_t all = number_of(all_writers_, numbers);
  for (auto& depends_on : depends_on_) depends_on.push_back(all);
  is_part_of_ = parts_of(numbers);
  may_be_part_of_.resize(requests_.size());
}

/// Of each request the sets that it is in.
std::vector<std::vector<std::uint32_t>> Independence::parts_of(const Numbers& numbers) const {
  std::vector<std::vector<std::uint32_t>> parts(requests_.size());
  for (const auto& [set, number] : numbers)
    for (const std::uint32_t writer : set) parts[writer].push_back(number);
  for (auto& part_of : parts) std::ranges::sort(part_of);
  return parts;
}

}  // namespace understudy::http
