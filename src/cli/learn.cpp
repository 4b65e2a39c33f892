// Which values vary, why, and a file in which a person can pin them.
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <set>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/error_stream.hpp"
#include "cli/exit_status.hpp"
#include "compile/pipeline.hpp"
#include "protocols/registry.hpp"
#include "store/file.hpp"
#include "store/pin_file.hpp"
#include "store/rule_file.hpp"

namespace understudy::cli {
namespace {

using compile::Decision;
using compile::ServiceSummary;

constexpr std::string_view introduction =
    "# Which values vary from run to run: written by `understudy learn`, see docs/values.md.\n"
    "# In place of `inferred` write `constant`, `fresh`, or a kind (fresh where it is of that "
    "kind).\n"
    "# That is kept when learn is run again; comments are not.\n";

Path file_of(const LearnOptions& options) {
  return options.mock_set / "rules" / "learned.yaml";
}

std::string_view certainty(const Decision& decision) {
  return decision.certain ? "" : " (a guess)";
}

/// "fresh, uuid (a guess): …"
std::string text_of(const Decision& decision) {
  return fmt::format(
      "{}: {}, {}{}: {}\n    {}{} ({})", decision.place, compile::name_of(decision.place_class),
      match::name_of(decision.kind), certainty(decision), decision.because, decision.example,
      decision.values == 1 ? std::string() : fmt::format(" and {} more", decision.values - 1),
      joined(decision.evidence));
}

Document document_of(const Decision& decision) {
  return {{"request", decision.request},
          {"place", decision.place},
          {"kind", match::name_of(decision.kind)},
          {"is", compile::name_of(decision.place_class)},
          {"certain", decision.certain},
          {"because", decision.because},
          {"values", decision.values},
          {"example", decision.example},
          {"evidence", decision.evidence}};
}

Document decisions_of(const ServiceSummary& service) {
  Document places = Document::array();
  for (const Decision& decision : service.decisions) places.push_back(document_of(decision));
  return {{"service", service.service}, {"places", std::move(places)}};
}

void print_decisions(const ServiceSummary& service) {
  fmt::print("{} ({})\n", service.service, service.protocol);
  const std::string* request = nullptr;
  for (const Decision& decision : service.decisions) {
    if (request == nullptr || *request != decision.request)
      fmt::print("  {}\n", printable(decision.request));
    request = &decision.request;
    std::string text = text_of(decision);
    text.insert(text.find('\n') + 1, "    ");
    fmt::print("    {}\n", printable(text));
  }
}

/// What was written there before: by service, template and place.
using Words = std::map<std::pair<std::string, std::string>, std::map<std::string, std::string>>;

Words words_of(const Path& mock_set, const Path& file) {
  Diagnostics reported_before;
  Words words;
  for (const store::Pin& pin : store::read_pins(mock_set, reported_before))
    if (Path(pin.file) == file)
      for (const store::PinnedValue& value : pin.values)
        if (value.word != store::inferred)
          words[{pin.service, pin.request}].emplace(value.place, value.word);
  return words;
}

/// The pins of one template, with the words that a person gave.
std::string pin_of(const std::string& service, std::span<const Decision> decisions, Words& words) {
  store::Pin pin{.service = service,
                 .request = decisions.front().request,
                 .values = {},
                 .said = {},
                 .file = {}};
  auto kept = std::move(words[{pin.service, pin.request}]);
  std::string comment;
  for (const Decision& decision : decisions) {
    comment += text_of(decision) + "\n";
    if (!pin.values.empty() && pin.values.back().place == decision.place) continue;
    const auto word = kept.extract(decision.place);
    pin.values.push_back(
        {decision.place, word.empty() ? std::string(store::inferred) : word.mapped()});
  }
  for (const auto& [place, word] : kept) pin.values.push_back({place, word});
  return "---\n" + store::pin_text(pin, comment);
}

std::string text_of(const std::vector<ServiceSummary>& services, Words words) {
  std::string text(introduction);
  for (const ServiceSummary& service : services) {
    const std::span<const Decision> all(service.decisions);
    for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
      while (end < all.size() && all[end].request == all[begin].request) ++end;
      text += pin_of(service.service, all.subspan(begin, end - begin), words);
    }
  }
  return text;
}

/// Rules in that file would be lost.
bool holds_rules(const Path& mock_set, const Path& file) {
  Diagnostics reported_before;
  const auto rules = store::read_rules(mock_set, reported_before);
  const bool found =
      std::ranges::any_of(rules, [&](const store::Rule& rule) { return Path(rule.file) == file; });
  if (found)
    complain(fmt::format("{} holds rules, which would be lost: move them to another file",
                         file.string()));
  return found;
}

bool write(const Path& file, const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  std::string problem;
  if (store::replace_file(file, text, problem)) return true;
  complain(fmt::format("{} {}", file.string(), problem));
  return false;
}

}  // namespace

int run_command(const LearnOptions& options) {
  Diagnostics problems;
  const auto compiled = compile::compile_mock_set(options.mock_set, protocols(), problems);
  print(problems);
  const Path file = file_of(options);
  if (!compiled || has_errors(problems) || holds_rules(options.mock_set, file)) return bad_input;
  bool any = false;
  Document services = Document::array();
  for (const ServiceSummary& service : compiled->services) {
    services.push_back(decisions_of(service));
    if (!options.json && !service.decisions.empty()) print_decisions(service);
    any |= !service.decisions.empty();
  }
  if (options.json) print_json({{"services", std::move(services)}});
  if (!any) {
    if (!options.json) fmt::print("no value of a kind that may vary was recorded\n");
    return all_certain;
  }
  if (!write(file, text_of(compiled->services, words_of(options.mock_set, file)))) return failed;
  if (!options.json) fmt::print("wrote {}\n", file.string());
  return all_certain;
}

}  // namespace understudy::cli
