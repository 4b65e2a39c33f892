#include "compile/pipeline.hpp"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "mock_set.hpp"
#include "table/service_section.hpp"

using namespace understudy;
namespace fs = std::filesystem;

namespace {

using toy::MockSet;
const std::array<const Protocol*, 1> toys = {&toy::protocol()};

}  // namespace

TEST_CASE("a mock set becomes a table that replays itself") {
  const MockSet set;
  set.record({{"GET t.1", "a"}, {"SET t.1 b", "ok"}, {"GET t.1", "b"}});
  Diagnostics problems;
  const auto compiled = compile::compile_mock_set(set.folder(), toys, problems);
  REQUIRE(compiled);
  CHECK(problems.empty());
  REQUIRE(compiled->services.size() == 1);
  CHECK(compiled->services[0].exchanges == 3);
  REQUIRE(compiled->services[0].tests.size() == 7);
  for (const compile::TestedReplay& test : compiled->services[0].tests) {
    CAPTURE(test.name);
    CHECK(test.replay.asked > 0);
    CHECK(test.replay.wrong == 0);
  }
  CHECK(compiled->services[0].tests[0].replay.certain == 3);
  CHECK(compiled->services[0].tests[0].replay.asked == 3);
  Diagnostics again;
  CHECK(std::ranges::equal(compile::compile_mock_set(set.folder(), toys, again)->table->octets(),
                           compiled->table->octets()));
}

TEST_CASE("many keys below one path are told as one; what is being done is told meanwhile") {
  const MockSet set;
  set.record(
      {{"GET t.1", "a"}, {"GET t.2", "a"}, {"GET t.3", "a"}, {"GET t.4", "a"}, {"GET u.1", "a"}});
  Diagnostics problems;
  std::vector<std::string> told;
  const auto compiled = compile::compile_mock_set(
      set.folder(), toys, problems, [&](const std::string& doing) { told.push_back(doing); });
  REQUIRE(compiled);
  REQUIRE(compiled->services[0].patterns.size() == 1);
  const compile::PatternSummary& pattern = compiled->services[0].patterns[0];
  CHECK(pattern.keys == std::vector<std::string>{"t.1", "t.2", "t.3", "t.4", "u.1"});
  CHECK(pattern.key_groups == std::vector<std::string>{"t.* (4)", "u.1"});
  REQUIRE(told.size() >= 3);
  CHECK(told.back() == "svc: replaying the recording against its table");
}

TEST_CASE("every problem of a mock set is reported with its file and line") {
  const MockSet set;
  set.record({{"GET t.1", "a"}, {"", "empty"}, {"", "empty"}});
  set.write("rules/a.yaml", "rule: {service: nobody}\nrequest: {line: GET t.1}\nanswer: x\n");
  Diagnostics problems;
  CHECK_FALSE(compile::compile_mock_set(set.folder(), toys, problems));
  REQUIRE(problems.size() == 3);
  for (const Diagnostic& problem : problems) CHECK(problem.line > 0);
  CHECK(problems[0].file.ends_with("r1.svc.001.yaml"));
  CHECK(problems[0].line < problems[1].line);
  CHECK(problems[2].what.find("nobody") != std::string::npos);
}

TEST_CASE("a rule with predicates goes before what was recorded, the highest priority first") {
  const MockSet set;
  set.record({{"GET t.1", "recorded"}});
  set.write("rules/a.yaml",
            "rule: {service: svc}\nrequest: {line: GET t.1}\nanswer: plain\n---\n"
            "rule: {service: svc, priority: 5}\nrequest: {line: GET t.1}\nanswer: important\n");
  Diagnostics problems;
  const auto table = compile::load(set.folder(), toys, problems);
  for (const Diagnostic& problem : problems) MESSAGE(to_string(problem));
  REQUIRE(table);
  const auto rules = table->service(0).rules();
  REQUIRE(rules.size() == 2);
  CHECK(as_text(table->service(0).octets(rules[0].image)) == "important");
}

TEST_CASE("a time that ends in zeros in one recording only is the same request in both") {
  const MockSet set;
  set.record({{"SET t.1 2026-01-01 00:00:41.370", "ok"}, {"SET u.1 x", "ok"}, {"GET t.1", "a"}});
  set.record({{"SET t.1 2026-01-01 00:01:00.353", "ok"}, {"SET u.1 x", "ok"}, {"GET t.1", "a"}},
             "r2");
  Diagnostics problems;
  const auto compiled = compile::compile_mock_set(set.folder(), toys, problems);
  REQUIRE(compiled);
  CHECK(problems.empty());
  CHECK(compiled->services[0].refuted.empty());
  const auto& table = compiled->table;
  CHECK(table->service(0).requests().size() == 3);
  for (const compile::TestedReplay& test : compiled->services[0].tests)
    CHECK(test.replay.certain == test.replay.asked);
}

TEST_CASE("what a recording holds behind a gap is a guess") {
  const MockSet set;
  set.record({{"GET t.1", "a"}, {"GET t.2", "b"}});
  std::string problem;
  store::SessionWriter lost(set.folder() / "sessions",
                            {"svc", "toy", "r1", 2, "2026-01-01T00:00:00Z", {}});
  REQUIRE(lost.append(Gap{"the server was gone", {3, {}}, {9, {}}}, problem));
  set.record({{"GET t.3", "c"}}, "r2");
  Diagnostics problems;
  const auto compiled = compile::compile_mock_set(set.folder(), toys, problems);
  REQUIRE(compiled);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].severity == Severity::warning);
  CHECK(problems[0].what.find("the server was gone") != std::string::npos);
  CHECK(problems[0].file.find("r1.svc.002.yaml:") != std::string::npos);
  CHECK(compiled->services[0].guesses == 1);
  REQUIRE(compiled->services[0].inferences.size() == 1);
  CHECK(compiled->services[0].inferences[0].pattern == "GET");
  CHECK(compiled->services[0].exchanges == 3);
}

TEST_CASE("what is neither a mock set nor a table is refused with its name") {
  Diagnostics problems;
  CHECK_FALSE(compile::load("/nonexistent/mocks", toys, problems));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].file == "/nonexistent/mocks");
  const MockSet set;
  Diagnostics foreign;
  CHECK_FALSE(compile::load(set.folder() / "understudy.yaml", toys, foreign));
  REQUIRE(foreign.size() == 1);
  CHECK(foreign[0].what.find("no understudy table") != std::string::npos);
}
