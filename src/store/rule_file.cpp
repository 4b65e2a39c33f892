#include "store/rule_file.hpp"

#include <limits>

#include "store/pin_file.hpp"
#include "store/predicate_shape.hpp"
#include "store/rule_folder.hpp"
#include "understudy/document_text.hpp"

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
                             json_text(*found), highest),
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

}  // namespace

int Rule::line_of(std::string_view json_pointer) const {
  return line_in_slice({yaml, yaml_line, true}, json_pointer, line);
}

std::vector<Rule> read_rules(const std::filesystem::path& mock_set, Diagnostics& problems) {
  std::vector<Rule> rules;
  each_rule_document(mock_set, problems, [&](const RuleDocument& found) {
    if (is_pin(found.document)) return;
    auto rule = read_rule(found.document, found.shape);
    if (!rule) return;
    rule->file = found.file;
    rule->line = found.line;
    rule->yaml = found.slice.text;
    rule->yaml_line = found.slice.line;
    rules.push_back(std::move(*rule));
  });
  return rules;
}

}  // namespace understudy::store
