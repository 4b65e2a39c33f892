#include "store/rule_file.hpp"

#include <limits>

#include "store/file.hpp"
#include "store/predicate_shape.hpp"
#include "store/shape.hpp"
#include "store/yaml_stream.hpp"

namespace understudy::store {

namespace {

void read_priority(const Document& head, Shape& shape, Rule& rule) {
  const Document* found = shape.member(head, "/rule", "priority", Kind::number, Presence::optional);
  if (!found) return;
  constexpr int highest = 1'000'000;
  if (found->is_number_integer() && *found >= -highest && *found <= highest)
    rule.priority = found->get<int>();
  else
    shape.report("/rule/priority",
                 fmt::format("`priority` is {}, expected a whole number of at most {} either way",
                             found->dump(), highest),
                 "the higher wins; rules without one have 0");
}

std::optional<Rule> read_rule(const Document& document, Shape& shape) {
  if (!shape.is(document, "", Kind::map, "the rule")) return std::nullopt;
  shape.only(document, "", {"rule", "request", "answer"});
  Rule rule;
  if (const Document* head = shape.member(document, "", "rule", Kind::map, Presence::required)) {
    shape.only(*head, "/rule", {"service", "priority"});
    if (const Document* service =
            shape.member(*head, "/rule", "service", Kind::text, Presence::required))
      rule.service = service->get<std::string>();
    read_priority(*head, shape, rule);
  }
  if (const Document* request =
          shape.member(document, "", "request", Kind::any, Presence::required)) {
    check_predicates(*request, "/request", shape);
    rule.request = *request;
  }
  if (const Document* answer = shape.member(document, "", "answer", Kind::any, Presence::required))
    rule.answer = *answer;
  return shape.count() == 0 ? std::optional(std::move(rule)) : std::nullopt;
}

void read_file_of_rules(const std::filesystem::path& path, std::vector<Rule>& rules,
                        Diagnostics& problems) {
  const std::string file = path.string();
  std::string problem;
  const auto text = read_file(path, Links::follow, problem);
  if (!text) {
    problems.push_back({.file = file, .what = problem, .hint = ""});
    return;
  }
  YamlStream stream(*text);
  while (const auto slice = stream.next()) {
    int line = 0;
    const auto document = parse_slice(*slice, file, {}, problems, line);
    if (!document) continue;
    Shape shape(*slice, line, file, problems);
    auto rule = read_rule(*document, shape);
    if (!rule) continue;
    rule->file = file;
    rule->line = line;
    rules.push_back(std::move(*rule));
  }
}

}  // namespace

std::vector<Rule> read_rules(const std::filesystem::path& mock_set, Diagnostics& problems) {
  const std::filesystem::path folder = mock_set / "rules";
  std::vector<Rule> rules;
  try {
    std::string problem;
    auto files = files_in(folder, ".yaml", problem);
    if (!problem.empty())
      problems.push_back(
          {.file = folder.string(), .what = problem, .hint = "check its permissions"});
    std::ranges::sort(files, [](const auto& a, const auto& b) {
      return a.filename().string() < b.filename().string();
    });
    for (const auto& file : files) read_file_of_rules(file, rules, problems);
  } catch (const std::exception& failure) {
    problems.push_back({.file = folder.string(), .what = failure.what(), .hint = ""});
  }
  return rules;
}

}  // namespace understudy::store
