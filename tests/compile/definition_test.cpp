// Random recordings against the definition of matching, spelled out: no hashes, no keys, no index,
// only a search through everything that was written and recorded.
#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <random>

#include "compile/pipeline.hpp"
#include "engine/live_state.hpp"
#include "support/toy_recording.hpp"
#include "table/service_section.hpp"

using namespace understudy;
using namespace understudy::compile;

namespace {

bool is_at_or_below(const KeyPath& path, const KeyPath& wider) {
  return wider.size() <= path.size() && std::equal(wider.begin(), wider.end(), path.begin());
}

struct Write {
  KeyPath path;
  std::string identity;
  std::optional<std::string> content;  ///< what it determines
};
using Log = std::vector<Write>;

/// The writes at exactly a path, or at and below it.
std::string writes_to(const Log& log, const KeyPath& path, bool below) {
  std::string list = "[";
  for (const Write& write : log)
    if (write.path == path || (below && is_at_or_below(write.path, path)))
      list += write.identity + ",";
  return list + "]";
}

/// What the last write that determined a path, and those since then, left at exactly it.
std::string content_at(const Log& log, const KeyPath& path) {
  std::string content;
  for (const Write& write : log)
    if (is_at_or_below(path, write.path))
      content = write.content ? "=" + *write.content : content + "," + write.identity;
  return content + ";";
}

/// The definition of docs/matching.md.
class Definition {
 public:
  explicit Definition(const std::vector<Step>& steps) : steps_(steps) {
    for (const Step& step : steps) {
      const FullStep full(step);
      const std::string state = state_of(full, step.connection);
      if (step.analysis.control == Control::none)
        recorded_.push_back({step.analysis.identity.canonical, state, step.analysis.image});
      write(full, step.connection, state, step.analysis.image, true);
      control(full, step.connection);
    }
    shared_.clear();
    open_.clear();
  }

  /// What was recorded for the request in this state, if anything.
  [[nodiscard]] std::optional<std::string> ask(const FullStep& a, std::uint32_t connection) const {
    const std::string state = state_of(a, connection);
    for (const Recorded& each : recorded_)
      if (each.canonical == a.analysis.identity.canonical && each.state == state)
        return each.answer;
    return std::nullopt;
  }
  /// A write was answered with `image`, which was recorded for this state or not.
  void take_effect(const FullStep& a, std::uint32_t connection, const std::string& image,
                   bool known) {
    write(a, connection, state_of(a, connection), image, known);
  }
  void control(const FullStep& a, std::uint32_t connection) {
    if (a.analysis.control == Control::begin) open_[connection];
    if (a.analysis.control == Control::commit)
      for (const Write& write : open_[connection]) shared_.push_back(write);
    if (a.analysis.control == Control::commit || a.analysis.control == Control::rollback)
      open_.erase(connection);
  }

 private:
  struct Recorded {
    std::string canonical, state, answer;
  };

  /// As the connection sees it.
  [[nodiscard]] Log seen_by(std::uint32_t connection) const {
    Log log = shared_;
    if (const auto own = open_.find(connection); own != open_.end())
      log.insert(log.end(), own->second.begin(), own->second.end());
    return log;
  }

  [[nodiscard]] std::string state_of(const FullStep& a, std::uint32_t connection) const {
    const Log log = seen_by(connection);
    std::string state;
    for (const KeyPath& path : a.reads) {
      state += writes_to(log, path, true);
      for (std::size_t wider = 0; wider < path.size(); ++wider)
        state +=
            writes_to(log, KeyPath(path.begin(), path.begin() + static_cast<long>(wider)), false);
    }
    for (const KeyPath& path : a.contents) {
      std::map<KeyPath, std::string> contents = {{path, content_at(log, path)}};
      for (const Step& step : steps_) {
        const FullStep full(step);
        for (const KeyPath& written : full.writes)
          if (is_at_or_below(written, path)) contents[written] = content_at(log, written);
      }
      for (const auto& [at, content] : contents) state += content;
    }
    // Short, and as injective.
    return std::to_string(numbers_.emplace(state, numbers_.size()).first->second);
  }

  void write(const FullStep& a, std::uint32_t connection, const std::string& state,
             const std::string& image, bool known) {
    if (a.analysis.effect != Effect::write) return;
    Write write{a.writes.front(), a.analysis.identity.canonical + "|" + state + "|" + image, {}};
    for (const Determined& each : a.determined)
      if (known || each.whatever_answered)
        write.content = each.whatever_answered ? each.content : image;
    const auto own = open_.find(connection);
    (own == open_.end() ? shared_ : own->second).push_back(std::move(write));
  }

  const std::vector<Step>& steps_;
  std::vector<Recorded> recorded_;
  Log shared_;
  std::map<std::uint32_t, Log> open_;  // transactions
  mutable std::map<std::string, std::size_t> numbers_;
};

/// What clients of a toy store say and hear.
class Store {
 public:
  explicit Store(std::uint32_t seed) : random_(seed) {}

  std::string random_line() {
    static const std::vector<std::string> verbs = {"GET", "GET", "PEEK", "PEEK",
                                                   "SET", "PUT", "ADD",  "BEGIN"};
    static const std::vector<std::string> keys = {"t.1", "t.2", "t.1", "t.2", "t", "u.1", "*"};
    const std::string verb = verbs[random_() % verbs.size()];
    if (verb == "BEGIN") return verb;
    std::string line = verb + " " + keys[random_() % keys.size()];
    if (verb != "GET" && verb != "PEEK") line += " " + std::to_string(random_() % 2);
    return line;
  }
  std::uint32_t random(std::uint32_t below) {
    return static_cast<std::uint32_t>(random_() % below);
  }

  std::string answer(const std::string& line) {
    const toy::Parsed said = toy::parse(line);
    const KeyPath path = toy::path_of(said.key);
    if (said.verb == "SET" || said.verb == "PUT") put(path, said.value);
    if (said.verb == "ADD") {
      const std::string sum = std::to_string(number_at(path) + std::stoi(said.value));
      put(path, sum);
      return sum;
    }
    return said.verb == "GET" || said.verb == "PEEK" ? all_at(path) : "ok";
  }

 private:
  void put(const KeyPath& path, const std::string& value) {
    std::erase_if(values_, [&](const auto& each) { return is_at_or_below(each.first, path); });
    values_[path] = value;
  }
  /// That of the narrowest path at or above which has one.
  [[nodiscard]] std::string value_at(KeyPath path) const {
    for (;; path.pop_back()) {
      if (const auto found = values_.find(path); found != values_.end()) return found->second;
      if (path.empty()) return "0";
    }
  }
  [[nodiscard]] int number_at(const KeyPath& path) const { return std::stoi(value_at(path)); }
  [[nodiscard]] std::string all_at(const KeyPath& path) const {
    static const std::vector<KeyPath> paths = {{"t"}, {"t", "1"}, {"t", "2"}, {"u"}, {"u", "1"}};
    std::string all = value_at(path);
    for (const KeyPath& each : paths)
      if (each != path && is_at_or_below(each, path)) all += " " + value_at(each);
    return all;
  }

  std::mt19937 random_;
  std::map<KeyPath, std::string> values_;
};

/// A transaction is one connection's alone: the store has no isolation.
class Speaker {
 public:
  explicit Speaker(std::uint32_t seed) : store_(seed) {}

  template <class Say>
  void speak(int lines, Say&& say) {
    for (int i = 0; i < lines; ++i) {
      if (!holder_) {
        const std::uint32_t connection = 1 + store_.random(3);
        const std::string line = store_.random_line();
        if (line == "BEGIN") holder_ = connection;
        say(connection, line, line == "BEGIN" ? "" : store_.answer(line));
      } else if (store_.random(4) == 0) {
        say(*holder_, std::string("COMMIT"), std::string());
        holder_.reset();
      } else {
        std::string line = store_.random_line();
        if (line == "BEGIN") line = "GET t.1";
        say(*holder_, line, store_.answer(line));
      }
    }
    if (holder_) say(*holder_, std::string("COMMIT"), std::string());
  }

 private:
  Store store_;
  std::optional<std::uint32_t> holder_;
};

Step analysed(const std::string& line, const std::string& answer) {
  Step step;
  std::vector<Problem> problems;
  keep_analysis(
      toy::protocol().new_analyser()->analyse({}, {{{"line", line}}, answer, {}, {}}, problems),
      step);
  return step;
}

}  // namespace

TEST_CASE("what the table answers for certain is what a search through the recording finds") {
  int certain = 0, uncertain = 0, contents = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    toy::Recorded recorded;
    Speaker(seed).speak(
        60, [&](std::uint32_t connection, const std::string& line, const std::string& answer) {
          recorded.say(connection, line, answer);
        });
    const auto table = recorded.table();
    Definition definition(recorded.loaded().steps);
    engine::LiveState live(toy::protocol(), table->service(0), engine::Strictness::normal,
                           std::make_shared<match::Renaming>());
    std::map<std::uint32_t, engine::ConnectionState> connections;
    const auto ask = [&](std::uint32_t connection, const std::string& line, const std::string&) {
      engine::ConnectionState& state = connections[connection];
      const Step asked = analysed(line, "");
      const FullStep a(asked);
      if (a.analysis.control != Control::none) {
        if (a.analysis.control == Control::begin) CHECK(live.begin(state) == engine::Begun::yes);
        if (a.analysis.control == Control::commit)
          static_cast<void>(
              live.commit(a.analysis.identity.canonical, a.analysis.identity.qualifier, state));
        return definition.control(a, connection);
      }
      const auto expected = definition.ask(a, connection);
      const Request request{.canonical = a.analysis.identity.canonical,
                            .qualifier = a.analysis.identity.qualifier};
      const auto verdict = live.ask(request, state);
      CAPTURE(line);
      REQUIRE(is_certain(verdict.grade) == expected.has_value());
      if (verdict.answer == nullptr) return;
      const std::string image(as_text(table->service(0).image(verdict.answer->image)));
      if (expected) CHECK(image == *expected);
      ++(expected ? certain : uncertain);
      if (expected && !a.contents.empty()) ++contents;
      definition.take_effect(a, connection, image, expected.has_value());
    };
    Speaker(seed % 3 == 0 ? seed : seed + 1000).speak(60, ask);
  }
  // Neither side was trivial.
  CHECK(certain > 500);
  CHECK(uncertain > 300);
  CHECK(contents > 100);
}

TEST_CASE("whatever the recording hides, its unchanged replay is never wrong") {
  std::size_t widened = 0;
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    toy::Recorded recorded;
    std::string hidden = "0";
    std::mt19937 random(seed);
    Speaker(seed).speak(
        50, [&](std::uint32_t connection, const std::string& line, const std::string& answer) {
          // What is written to u shows in t, which no request tells; and a clock in one read of
          // some.
          if (line.starts_with("SET u")) hidden = toy::parse(line).value;
          const bool tells = line.starts_with("GET t") || line.starts_with("PEEK t");
          const bool ticks = line == "GET t.1" && seed % 4 == 0 && random() % 3 == 0;
          recorded.say(connection, line,
                       answer + (tells ? " hidden " + hidden : "") + (ticks ? " tick" : ""));
        });
    store::Config config;
    config.services.push_back(*recorded.loaded().service);
    auto services = recorded.take();
    Diagnostics problems;
    const auto compiled = compile_services({}, config, services, problems);
    REQUIRE(compiled);
    bool volatile_ = false;
    for (const PatternSummary& pattern : compiled->services[0].patterns)
      volatile_ |= pattern.volatile_;
    for (const Inference& each : compiled->services[0].inferences)
      widened += each.kind == Inference::Kind::widened ? 1 : 0;
    for (const TestedReplay& test : compiled->services[0].tests) {
      CAPTURE(test.title);
      CHECK(test.replay.wrong == 0);
      CHECK(test.replay.miss == 0);
      if (test.name == "identity" && !volatile_) CHECK(test.replay.certain == test.replay.asked);
    }
  }
  CHECK(widened > 10);
}
