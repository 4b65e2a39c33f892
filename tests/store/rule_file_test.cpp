#include <doctest/doctest.h>

#include "store/rule_file.hpp"
#include "support.hpp"

namespace understudy::store {

namespace {

std::vector<Rule> read(const TemporaryFolder& folder, std::string& problems) {
  Diagnostics found;
  auto rules = read_rules(folder.path(), found);
  for (Diagnostic& problem : found)
    problem.file = std::filesystem::path(problem.file).filename().string();
  problems = all(found);
  return rules;
}

std::string problems_in(std::string_view content, std::size_t sound_rules) {
  const TemporaryFolder folder;
  folder.write("rules/r.yaml", content);
  std::string problems;
  CHECK(read(folder, problems).size() == sound_rules);
  return problems;
}

}  // namespace

TEST_CASE("rules are read in the order of file names, and of documents in a file") {
  const TemporaryFolder folder;
  folder.write("rules/20-b.yaml",
               "rule: {service: cart}\nrequest: [GET, {any: true}]\nanswer: null\n");
  folder.write(
      "rules/10-a.yaml",
      "# decline\n---\nrule:\n  service: payments\n  priority: -3\nrequest:\n  path: /charges\n"
      "answer:\n  status: 402\n---\nrule: {service: orders, priority: 7}\nrequest: {sql: SELECT "
      "1}\n"
      "answer: {rows: [[1]]}\n");
  folder.write("rules/README.md", "no rule");
  std::string problems;
  const auto rules = read(folder, problems);
  CHECK(problems.empty());
  REQUIRE(rules.size() == 3);
  CHECK(rules[0].service == "payments");
  CHECK(rules[0].priority == -3);
  CHECK(rules[0].line == 3);
  CHECK(rules[0].file == (folder.path() / "rules" / "10-a.yaml").string());
  CHECK(same(rules[0].answer, {{"status", 402u}}));
  CHECK(rules[1].service == "orders");
  CHECK(rules[1].priority == 7);
  CHECK(rules[1].line == 11);
  CHECK(rules[2].service == "cart");
  CHECK(rules[2].priority == 0);
  CHECK(rules[2].answer.is_null());
}

TEST_CASE("a mock set without rules has none") {
  const TemporaryFolder folder;
  std::string problems;
  CHECK(read(folder, problems).empty());
  CHECK(problems.empty());
}

TEST_CASE("every flaw of every rule is reported, and the sound rules are read") {
  CHECK(problems_in("rule: {servce: a, priority: high}\nrequst: 1\nanswer: 2\n"
                    "---\nrule: {service: a, priority: 1.5}\nrequest: 1\nanswer: 2\n"
                    "---\n- 1\n"
                    "---\nrule: {service: a}\nrequest: 1\nanswer: [\n"
                    "---\nrule: {service: a}\nrequest: 1\nanswer: 2\n",
                    1) ==
        "r.yaml:2: error: unknown key `requst` (did you mean `request`?)\n"
        "r.yaml:1: error: unknown key `servce` (did you mean `service`?)\n"
        "r.yaml:1: error: the key `service` is missing, expected text (add `service: …`)\n"
        "r.yaml:1: error: `priority` is the text `high`, expected a number\n"
        "r.yaml:1: error: the key `request` is missing, expected a value (add `request: …`)\n"
        "r.yaml:5: error: `priority` is 1.5, expected a whole number of at most 1000000 either way "
        "(the "
        "higher wins; rules without one have 0)\n"
        "r.yaml:9: error: `the rule` is a list, expected a map (write it as `key: value` lines, "
        "indented)\n"
        "r.yaml:14: error: the list that begins with [ has no end, expected , or ] (close it with "
        "])\n");
}

TEST_CASE("a misspelt predicate is reported with its line") {
  CHECK(problems_in("rule: {service: a}\n"
                    "request:\n"
                    "  a: {any: 1}\n"
                    "  b: {regex: 7}\n"
                    "  c: {one_of: []}\n"
                    "  d: {one_of: x}\n"
                    "  e: {uuid: false}\n"
                    "  f: {time: now}\n"
                    "  g: {range: [1]}\n"
                    "  h: {range: [2, 1]}\n"
                    "  i: {range: [a, b]}\n"
                    "  j: [{range: [null, null]}]\n"
                    "answer: 1\n",
                    0) ==
        "r.yaml:3: error: `any` is the number 1, expected true (write {any: true})\n"
        "r.yaml:4: error: `regex` is the number 7, expected text (quote it)\n"
        "r.yaml:5: error: `one_of` is empty and would match nothing, expected values (list what "
        "may stand "
        "there)\n"
        "r.yaml:6: error: `one_of` is the text `x`, expected a list (write it as [a, b])\n"
        "r.yaml:7: error: `uuid` is false, expected true (write {uuid: true})\n"
        "r.yaml:8: error: `time` is the text `now`, expected true (write {time: true})\n"
        "r.yaml:9: error: `range` is a list, expected [lowest, highest] (two numbers; leave one "
        "end open "
        "with null)\n"
        "r.yaml:10: error: `range` ends before it begins and would match nothing (swap its ends)\n"
        "r.yaml:11: error: `range` is a list, expected [lowest, highest] (two numbers; leave one "
        "end open "
        "with null)\n"
        "r.yaml:12: error: `range` is a list, expected [lowest, highest] (two numbers; leave one "
        "end open "
        "with null)\n");
  CHECK(
      problems_in(
          "rule: {service: a}\n"
          "request: {a: {any: true, b: 1}, c: {regex: x+}, d: {one_of: [1, x]}, e: {uuid: true},\n"
          "          f: [{range: [1, null]}, {time: true}], any: {range: [-1.5, 1]}}\n"
          "answer: {any: 7}\n",
          1)
          .empty());
}

}  // namespace understudy::store
