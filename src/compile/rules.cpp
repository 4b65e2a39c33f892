#include "compile/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "match/predicate.hpp"
#include "store/rule_file.hpp"

namespace understudy::compile {
namespace {

/// A predicate can't be put through a protocol's canonical form, a text can: so each is replaced by
/// a text of its own and put back into what the protocol then describes.
class Placeholders {
 public:
  Document replace(const Document& node) {
    if (match::Condition::is_predicate(node)) {
      predicates_.push_back(node);
      return placeholder(predicates_.size() - 1);
    }
    if (!node.is_structured()) return node;
    Document copy = node;
    for (auto& item : copy) item = replace(item);
    return copy;
  }

  [[nodiscard]] Document put_back(const Document& node) {
    if (node.is_string()) {
      for (std::size_t i = 0; i < predicates_.size(); ++i)
        if (node.get_ref<const std::string&>() == placeholder(i)) {
          ++returned_;
          return predicates_[i];
        }
      return node;
    }
    if (!node.is_structured()) return node;
    Document copy = node;
    for (auto& item : copy) item = put_back(item);
    return copy;
  }

  [[nodiscard]] bool all_returned() const noexcept { return returned_ == predicates_.size(); }

 private:
  static std::string placeholder(std::size_t number) {
    return fmt::format("understudyplaceholder{}", number);
  }
  std::vector<Document> predicates_;
  std::size_t returned_ = 0;
};

void report(const store::Rule& rule, const std::vector<Problem>& found, Diagnostics& problems) {
  for (const Problem& problem : found)
    problems.push_back({Severity::error, rule.file, rule.line,
                        problem.path.empty() ? problem.what : problem.path + ": " + problem.what,
                        problem.hint});
}

void add_rule(const store::Rule& rule, const LoadedService& service, table::ServiceBuilder& builder,
              Diagnostics& problems) {
  Placeholders placeholders;
  std::vector<Problem> found;
  const Document request = placeholders.replace(rule.request);
  const Identity identity = service.analyser->identify(request, found);
  table::RuleEntry entry;
  entry.condition = placeholders.put_back(service.protocol->describe(identity.canonical));
  entry.image = service.analyser->encode(request, rule.answer, found);
  entry.file = rule.file;
  entry.line = static_cast<std::uint32_t>(rule.line);
  entry.priority = rule.priority;
  if (!placeholders.all_returned())
    found.push_back(
        {"/request", "a predicate stands where it can't be compared as a whole value",
         "a predicate takes the place of one whole value: a parameter, an argument, a leaf"});
  std::vector<std::string> flaws;
  const match::Condition checked(entry.condition, flaws);
  for (std::string& flaw : flaws) found.push_back({"/request", std::move(flaw), ""});
  report(rule, found, problems);
  builder.add(std::move(entry));
}

}  // namespace

void add_rules(const std::filesystem::path& mock_set, const std::vector<LoadedService>& services,
               std::vector<table::ServiceBuilder>& builders, Diagnostics& problems) {
  std::vector<store::Rule> rules = store::read_rules(mock_set, problems);
  std::ranges::stable_sort(rules, std::ranges::greater(), &store::Rule::priority);
  for (const store::Rule& rule : rules) {
    const auto service = std::ranges::find_if(
        services, [&](const LoadedService& s) { return s.service->name == rule.service; });
    if (service == services.end()) {
      problems.push_back(
          {Severity::error, rule.file, rule.line,
           fmt::format("the rule is for service '{}', which understudy.yaml does not name",
                       rule.service),
           "correct the name, or add the service to understudy.yaml"});
      continue;
    }
    const auto number = static_cast<std::size_t>(service - services.begin());
    add_rule(rule, *service, builders[number], problems);
  }
}

}  // namespace understudy::compile
