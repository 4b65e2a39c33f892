#include "compile/output/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "match/predicate.hpp"
#include "store/rule_file.hpp"
#include "store/shape.hpp"

namespace understudy::compile {
namespace {

/// A predicate can't be put through a protocol's canonical form, a text can: so each is replaced by
/// a text of its own and put back into what the protocol then describes.
class Placeholders {
 public:
  Document replace(const Document& node) {
    if (match::Condition::is_predicate(node)) {
      predicates_.push_back(node);
      returned_.push_back(false);
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
          returned_[i] = true;
          return predicates_[i];
        }
      return node;
    }
    if (!node.is_structured()) return node;
    Document copy = node;
    for (auto& item : copy) item = put_back(item);
    return copy;
  }

  /// A predicate may come back in more than one place: as a field and as the kind of the body.
  [[nodiscard]] bool all_returned() const noexcept {
    return std::ranges::all_of(returned_, [](bool one) { return one; });
  }

 private:
  static std::string placeholder(std::size_t number) {
    return fmt::format("understudyplaceholder{}", number);
  }
  std::vector<Document> predicates_;
  std::vector<bool> returned_;  // beside predicates_
};

void report(const store::Rule& rule, const std::vector<Problem>& found, Diagnostics& problems) {
  for (const Problem& problem : found)
    problems.push_back({Severity::error, rule.file, rule.line_of(problem.path),
                        problem.path.empty() ? problem.what : problem.path + ": " + problem.what,
                        problem.hint});
}

/// What a request of a rule asks for, predicates as texts.
Document condition_of(const LoadedService& service, const Document& request,
                      std::vector<Problem>& problems) {
  if (auto condition = service.analyser->condition(request, problems)) return *std::move(condition);
  const Identity identity = service.analyser->identify(request, problems);
  return service.protocol->describe(identity.canonical);
}

/// Everything that a rule writes must be something that it asks for: one that is heeded in part
/// answers requests that it was not written for. So each leaf in turn is given another value, which
/// must ask for something else.
class UnusedParts {
 public:
  UnusedParts(const LoadedService& service, const Document& request, std::vector<Problem>& problems)
      : service_(service), request_(request), problems_(problems) {
    plain_ = asked();
    visit(request_, "/request");
  }

 private:
  static constexpr std::size_t looked_at = 500;  // leaves; each costs a look at the whole request

  struct Asked {
    Document condition;
    Identity identity;
    std::size_t problems = 0;
    bool operator==(const Asked& other) const {
      return condition == other.condition && identity.canonical == other.identity.canonical &&
             identity.qualifier == other.identity.qualifier && problems == other.problems;
    }
  };

  [[nodiscard]] Asked asked() const {
    std::vector<Problem> found;
    Asked asked{condition_of(service_, request_, found), {}, 0};
    asked.identity = service_.analyser->identify(request_, found);
    asked.problems = found.size();
    return asked;
  }

  void visit(Document& node, const std::string& path) {
    if (node.is_object())
      for (const auto& [key, value] : node.items()) visit(value, store::pointer_to(path, key));
    else if (node.is_array())
      for (std::size_t i = 0; i < node.size(); ++i) visit(node[i], fmt::format("{}/{}", path, i));
    else if (++leaves_ <= looked_at)
      check(node, path);
  }

  void check(Document& leaf, const std::string& path) {
    const Document written = std::exchange(leaf, another(leaf));
    if (asked() == plain_)
      problems_.push_back({path, "nothing is compared with this, so it would not be heeded",
                           "remove it, or write it as the protocol's README spells requests"});
    leaf = written;
  }

  static Document another(const Document& leaf) {
    if (leaf.is_boolean()) return !leaf.get<bool>();
    if (leaf.is_number_integer()) return leaf.get<std::int64_t>() ^ 1;
    if (leaf.is_number()) return leaf.get<double>() + 1;
    return leaf.is_string() ? "x" + leaf.get<std::string>() : "x";
  }

  const LoadedService& service_;
  Document request_;
  std::vector<Problem>& problems_;
  Asked plain_;
  std::size_t leaves_ = 0;
};

void add_rule(const store::Rule& rule, const LoadedService& service, table::ServiceBuilder& builder,
              Diagnostics& problems) {
  Placeholders placeholders;
  std::vector<Problem> found;
  const Document request = placeholders.replace(rule.request);
  table::RuleEntry entry;
  entry.condition = placeholders.put_back(condition_of(service, request, found));
  entry.image = service.analyser->encode(request, rule.answer, found);
  entry.file = rule.file;
  entry.line = static_cast<std::uint32_t>(rule.line);
  entry.priority = rule.priority;
  if (!placeholders.all_returned())
    found.push_back(
        {"/request", "a predicate stands where it can't be compared as a whole value",
         "a predicate takes the place of one whole value: a parameter, an argument, a leaf"});
  else if (found.empty())
    UnusedParts(service, request, found);
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
