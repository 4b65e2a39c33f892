// What a person pins, and what compile tells of its decisions.
#include "compile/values/pins.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "compile/pipeline.hpp"
#include "mock_set.hpp"
#include "table/service_section.hpp"

using namespace understudy;
using namespace understudy::compile;
using toy::MockSet;
namespace fs = std::filesystem;

namespace {

const std::array<const Protocol*, 1> toys = {&toy::protocol()};

const std::string a = "919108f7-52d1-4320-9bac-f847db4148a8";
const std::string b = "c232ab00-9414-41ec-b3c8-9f6bdeced846";
const std::string x = "5f0c1b2a-7d3e-4f60-8a1b-2c3d4e5f6071";

std::string pin(const std::string& request, const std::string& values) {
  return "pin: {service: svc, request: " + request + "}\nvalues: " + values + "\n";
}

/// Errors as "file:line: what", without the folder.
std::string problems_of(const MockSet& set, std::optional<Compiled>& compiled) {
  Diagnostics problems;
  compiled = compile_mock_set(set.folder(), toys, problems);
  std::string text;
  for (const Diagnostic& problem : problems)
    text += fs::path(problem.file).filename().string() + ":" + std::to_string(problem.line) + ": " +
            problem.what + "\n";
  return text;
}

std::string problems_of(const MockSet& set) {
  std::optional<Compiled> compiled;
  return problems_of(set, compiled);
}

const table::format::VaryingRecord* varying(const Compiled& compiled, const std::string& uuid) {
  static std::shared_ptr<const table::MappedTable> kept;
  kept = compiled.table;
  return kept->service(0).varying(match::fold(match::ValueKind::uuid, uuid));
}

void record_orders(const MockSet& set) {
  set.record({{"SET orders." + a + " ann", "ok"},
              {"GET orders." + a, "ann"},
              {"GET orders." + b, "none"}});
}

}  // namespace

TEST_CASE("a place that is pinned as constant is constant, one as fresh is fresh") {
  const MockSet set;
  record_orders(set);
  std::optional<Compiled> compiled;
  CHECK(problems_of(set, compiled).empty());
  REQUIRE(varying(*compiled, a) != nullptr);
  CHECK(varying(*compiled, a)->flags == 0);
  CHECK(varying(*compiled, b) == nullptr);

  set.write("rules/pins.yaml", pin("SET", "{1: constant}"));
  CHECK(problems_of(set, compiled).empty());
  CHECK(varying(*compiled, a) == nullptr);

  set.write("rules/pins.yaml", pin("GET", "{1: fresh}"));
  CHECK(problems_of(set, compiled).empty());
  REQUIRE(varying(*compiled, b) != nullptr);
  CHECK(varying(*compiled, b)->flags == table::format::value_proven);

  set.write("rules/pins.yaml", pin("GET", "{1.1: inferred}"));
  CHECK(problems_of(set, compiled).empty());
  CHECK(varying(*compiled, b) == nullptr);
}

TEST_CASE("a place that is pinned as a kind varies where it is of that kind") {
  const MockSet set;
  record_orders(set);
  std::optional<Compiled> compiled;
  set.write("rules/pins.yaml", pin("GET", "{1: uuid}"));
  CHECK(problems_of(set, compiled).empty());
  CHECK(varying(*compiled, b) != nullptr);
  set.write("rules/pins.yaml", pin("GET", "{1: epoch}"));
  CHECK(problems_of(set, compiled).empty());
  CHECK(varying(*compiled, b) == nullptr);
}

TEST_CASE("a pin that says nothing, or says two things, is an error at its line") {
  const MockSet set;
  record_orders(set);
  set.write("rules/pins.yaml", pin("GET", "{1: varying}"));
  CHECK(problems_of(set) == "pins.yaml:2: a value can't be pinned as `varying`\n");
  set.write("rules/pins.yaml", pin("GET", "{7: fresh}"));
  CHECK(problems_of(set).starts_with("pins.yaml:2: no recorded request 'GET' of service 'svc'"));
  set.write("rules/pins.yaml", pin("DEL", "{1: fresh}"));
  CHECK(problems_of(set).starts_with("pins.yaml:2: no recorded request 'DEL'"));
  set.write("rules/pins.yaml", pin("GET", "{1: fresh}") + "---\n" + pin("GET", "\n  1: constant"));
  CHECK(problems_of(set).find("pins.yaml:6: this value is pinned at ") != std::string::npos);
  set.write("rules/pins.yaml", pin("GET", "{1: fresh}") + "---\n" + pin("SET", "{1: constant}"));
  CHECK(problems_of(set).find("is pinned otherwise at") != std::string::npos);
}

TEST_CASE("several recordings are not aligned over a place that is pinned as constant") {
  const MockSet set;
  set.record({{"SET orders." + a + " ann", "ok"}});
  set.record({{"SET orders." + x + " ann", "ok"}}, "r2");
  std::optional<Compiled> compiled;
  CHECK(problems_of(set, compiled).empty());
  REQUIRE(varying(*compiled, a) != nullptr);
  CHECK(varying(*compiled, a)->flags == table::format::value_proven);
  set.write("rules/pins.yaml", pin("SET", "{1: constant}"));
  CHECK(problems_of(set, compiled).empty());
  CHECK(varying(*compiled, a) == nullptr);
}

TEST_CASE("what was decided of a place is told with the exchanges that it rests on") {
  const MockSet set;
  record_orders(set);
  std::optional<Compiled> compiled;
  CHECK(problems_of(set, compiled).empty());
  const auto& decisions = compiled->services[0].decisions;
  REQUIRE(decisions.size() == 3);
  CHECK(decisions[0].request == "GET");
  const auto of = [&](PlaceClass place_class) -> const Decision& {
    return *std::ranges::find(decisions, place_class, &Decision::place_class);
  };
  CHECK(of(PlaceClass::fresh).request == "SET");
  CHECK(of(PlaceClass::fresh).example == a);
  CHECK_FALSE(of(PlaceClass::fresh).certain);
  CHECK(of(PlaceClass::fresh).evidence.size() == 1);
  CHECK(of(PlaceClass::echo).example == a);
  CHECK(of(PlaceClass::echo).evidence.size() == 2);
  CHECK(of(PlaceClass::constant).example == b);
  CHECK(summary_of(decisions) ==
        "values in 1 places are fresh (in 0 of them proven or pinned), in 1 echo, in 1 constant");
}

TEST_CASE("a proof names both recordings") {
  const MockSet set;
  set.record({{"SET orders." + a + " ann", "ok"}, {"SET t.1 " + b, "ok"}});
  set.record({{"SET orders." + x + " ann", "ok"}, {"SET t.1 " + b, "ok"}}, "r2");
  std::optional<Compiled> compiled;
  CHECK(problems_of(set, compiled).empty());
  const auto& decisions = compiled->services[0].decisions;
  REQUIRE(decisions.size() == 2);
  for (const Decision& decision : decisions) {
    CHECK(decision.certain);
    CHECK(decision.evidence.size() == 2);
    CHECK((decision.place_class == PlaceClass::fresh) == (decision.example == a));
  }
}

TEST_CASE("other values in place of those that vary are answered right in the self-test") {
  const MockSet set;
  record_orders(set);
  std::optional<Compiled> compiled;
  CHECK(problems_of(set, compiled).empty());
  const auto& tests = compiled->services[0].tests;
  const auto fresh = std::ranges::find(tests, "fresh_values", &TestedReplay::name);
  REQUIRE(fresh != tests.end());
  CHECK(fresh->replay.asked == 3);
  CHECK(fresh->replay.certain == 3);
  CHECK(fresh->replay.wrong == 0);
}
