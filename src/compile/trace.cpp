#include "compile/trace.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "match/overlay.hpp"
#include "table/hash.hpp"

namespace understudy::compile {
namespace {

/// When a write became visible to other connections: the interval in which it did.
struct Visible {
  std::uint64_t began, ended;
  std::uint32_t connection;
};

bool overlaps(const Visible& write, const Step& step) {
  return write.connection != step.connection && write.began < step.ended &&
         step.began < write.ended;
}

class Tracer {
 public:
  Tracer(const LoadedService& service, const std::set<std::string>& widened)
      : service_(service), widened_(widened) {}

  Trace run() {
    collect_requests();
    number_keys();
    find_visible_writes();
    play([this](std::size_t i, match::Version state) { record(i, state); });
    return std::move(trace_);
  }

 private:
  /// Names of the keys, before they have numbers.
  struct Names {
    std::set<std::string> reads, writes;
  };

  void collect_requests() {
    std::unordered_map<std::string, std::uint32_t> numbers;
    for (const Step& step : service_.steps) {
      const Analysis& a = step.analysis;
      std::string identity = a.identity.canonical;
      identity += '\xFF';
      identity += a.identity.qualifier;
      const auto [found, added] =
          numbers.emplace(std::move(identity), static_cast<std::uint32_t>(trace_.requests.size()));
      if (added) {
        trace_.requests.push_back({a.identity, {}, {}, false, a.control});
        names_.emplace_back();
      }
      request_of_.push_back(found->second);
      // What is watched must be tracked, though WATCH itself is no look-up.
      if (a.effect != Effect::none || a.control == Control::watch) add_keys(a, found->second);
    }
  }

  void add_keys(const Analysis& a, std::uint32_t request) {
    Names& names = names_[request];
    trace_.requests[request].is_write |= a.effect == Effect::write;
    const bool widest = widened_.contains(std::string(pattern_of(a.identity.canonical)));
    const std::vector<KeyPath> everything = {{}};
    for (const KeyPath& path : widest ? everything : a.reads)
      names.reads.merge(as_set(match::read_keys(path)));
    for (const KeyPath& path : a.writes) names.writes.merge(as_set(match::write_keys(path)));
  }

  static std::set<std::string> as_set(std::vector<std::string> names) {
    return {std::make_move_iterator(names.begin()), std::make_move_iterator(names.end())};
  }

  void number_keys() {
    for (std::size_t i = 0; i < names_.size(); ++i)
      for (const std::string& name : names_[i].reads) {
        const auto [found, added] =
            numbers_.emplace(name, static_cast<std::uint32_t>(trace_.keys.size()));
        if (added) trace_.keys.push_back(name);
        trace_.requests[i].reads.push_back(found->second);
      }
    for (std::size_t i = 0; i < names_.size(); ++i)
      for (const std::string& name : names_[i].writes)
        if (const auto found = numbers_.find(name); found != numbers_.end())
          trace_.requests[i].writes.push_back(found->second);
  }

  // --- the loop itself -----------------------------------------------------------------------

  /// Calls `visit(step number, state)` for every step that goes into the table, in order.
  template <class Visit>
  void play(Visit&& visit) {
    std::uint32_t recording = 0;
    for (std::size_t i = 0; i < service_.steps.size(); ++i) {
      const Step& step = service_.steps[i];
      if (i == 0 || step.recording != recording) start_recording(recording = step.recording);
      match::Overlay& overlay = overlays_[step.connection];
      const TracedRequest& request = trace_.requests[request_of_[i]];
      if (step.analysis.effect != Effect::none)
        visit(i, match::state_of(request.reads, [&](std::uint32_t key) {
                return overlay.effective(key, versions_[key]);
              }));
      apply(i, request, overlay);
    }
  }

  void start_recording(std::uint32_t) {
    versions_.assign(trace_.keys.size(), 0);
    tainted_.assign(trace_.keys.size(), false);
    overlays_.clear();
  }

  void apply(std::size_t i, const TracedRequest& request, match::Overlay& overlay) {
    const Analysis& a = service_.steps[i].analysis;
    if (a.control != Control::none) return control(i, overlay);
    if (a.effect != Effect::write) return;
    const std::uint64_t write = table::hash_of(a.identity.canonical);
    for (const std::uint32_t key : request.writes) {
      if (match::is_immediate(trace_.keys[key]) || (a.changed && !overlay.active()))
        make_visible(i, key, write);
      else if (a.changed)
        overlay.bump(key, write);
    }
  }

  void control(std::size_t i, match::Overlay& overlay) {
    const Analysis& a = service_.steps[i].analysis;
    if (a.control != Control::commit) return overlay.apply(a.control, a.control_name);
    // A commit that failed in the recording undid the transaction.
    if (!a.changed) return overlay.drop();
    for (const auto& [key, write] : overlay.commit()) make_visible(i, key, write);
  }

  void make_visible(std::size_t i, std::uint32_t key, std::uint64_t write) {
    versions_[key] = match::extend(versions_[key], write);
    const Step& step = service_.steps[i];
    const auto found = visible_.find({step.recording, key});
    if (found == visible_.end()) {
      // The first of two runs: only collects the intervals.
      collected_[{step.recording, key}].push_back({step.began, step.ended, step.connection});
    } else if (any_overlap(found->second, step)) {
      tainted_[key] = true;
    }
  }

  // --- who overlapped whom -------------------------------------------------------------------

  using VisibleWrites = std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Visible>>;

  void find_visible_writes() {
    play([](std::size_t, match::Version) {});
    visible_ = std::move(collected_);
  }

  /// `writes` are sorted by their end, because the steps are.
  static bool any_overlap(const std::vector<Visible>& writes, const Step& step) {
    auto write = std::ranges::upper_bound(writes, step.began, {}, &Visible::ended);
    // A write that ended long after the step may still have begun before it; connections are
    // few, so it is found soon or not at all.
    for (std::size_t beyond = 0; write != writes.end() && beyond < overlap_window; ++write) {
      if (overlaps(*write, step)) return true;
      if (write->began >= step.ended) ++beyond;
    }
    return false;
  }

  void record(std::size_t i, match::Version state) {
    const Step& step = service_.steps[i];
    const TracedRequest& request = trace_.requests[request_of_[i]];
    const bool uncertain = std::ranges::any_of(request.reads, [&](std::uint32_t key) {
      const auto writes = visible_.find({step.recording, key});
      return tainted_[key] || (writes != visible_.end() && any_overlap(writes->second, step));
    });
    trace_.steps.push_back({static_cast<std::uint32_t>(i), request_of_[i], state, uncertain});
  }

  static constexpr std::size_t overlap_window = 1024;

  const LoadedService& service_;
  const std::set<std::string>& widened_;
  Trace trace_;
  std::vector<std::uint32_t> request_of_;
  std::vector<Names> names_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<match::Version> versions_;
  std::vector<bool> tainted_;
  std::map<std::uint32_t, match::Overlay> overlays_;
  VisibleWrites visible_, collected_;
};

}  // namespace

Trace trace_chains(const LoadedService& service, const std::set<std::string>& widened) {
  return Tracer(service, widened).run();
}

}  // namespace understudy::compile
