#include "store/pin_file.hpp"

#include <doctest/doctest.h>

#include "store/rule_file.hpp"
#include "support.hpp"

using namespace understudy;
using namespace understudy::store;

namespace {

std::string problems_in(std::string_view content) {
  const TemporaryFolder folder;
  folder.write("rules/r.yaml", content);
  Diagnostics found;
  static_cast<void>(read_pins(folder.path(), found));
  for (Diagnostic& problem : found)
    problem.file = std::filesystem::path(problem.file).filename().string();
  return all(found);
}

}  // namespace

TEST_CASE("pins are read beside rules, each by its own reader") {
  const TemporaryFolder folder;
  folder.write("rules/r.yaml",
               "# a\n---\npin: {service: pg, request: 'INSERT INTO t VALUES (?, ?)'}\n"
               "values:\n  1: constant\n  2.1: inferred\n---\n"
               "rule: {service: cart}\nrequest: [GET, a]\nanswer: b\n");
  Diagnostics problems;
  const auto pins = read_pins(folder.path(), problems);
  CHECK(read_rules(folder.path(), problems).size() == 1);
  CHECK(problems.empty());
  REQUIRE(pins.size() == 1);
  CHECK(pins[0].service == "pg");
  CHECK(pins[0].request == "INSERT INTO t VALUES (?, ?)");
  REQUIRE(pins[0].values.size() == 2);
  CHECK(pins[0].values[0].place == "1");
  CHECK(pins[0].values[0].word == "constant");
  CHECK(pins[0].values[0].line == 5);
  CHECK(pins[0].values[1].place == "2.1");
}

TEST_CASE("flaws of pins are told with their lines") {
  CHECK(problems_in("pin: {service: pg}\nvalues: {1: fresh}\n").find("r.yaml:1") == 0);
  CHECK(problems_in("pin: {service: pg, request: A}\nvalues:\n  zero: fresh\n")
            .find("`zero` names no value") != std::string::npos);
  CHECK(
      problems_in("pin: {service: pg, request: A}\nvalues:\n  0: fresh\n").starts_with("r.yaml:3"));
  CHECK(problems_in("pin: {service: pg, request: A}\nvalues:\n  1: 7\n").find("expected text") !=
        std::string::npos);
  CHECK(problems_in("pin: {service: pg, request: A}\n").find("`values`") != std::string::npos);
}

TEST_CASE("what is written is read back") {
  const Pin pin{
      "pg", "SELECT '?' \n -- ?", {{"1", "inferred", 0}, {"2.1", "object id", 0}}, nullptr, {}, 0};
  const TemporaryFolder folder;
  folder.write("rules/r.yaml", "---\n" + pin_text(pin, "one\ntwo: {"));
  Diagnostics problems;
  const auto pins = read_pins(folder.path(), problems);
  CHECK(problems.empty());
  REQUIRE(pins.size() == 1);
  CHECK(pins[0].request == pin.request);
  REQUIRE(pins[0].values.size() == 2);
  CHECK(pins[0].values[1].word == "object id");
}
