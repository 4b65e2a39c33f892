#include "cli/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace understudy::cli {
namespace {

using engine::Incident;
using engine::Strictness;

constexpr std::size_t kept_incidents = 1000;
constexpr std::size_t shown_incidents = 20;
constexpr std::size_t shown_never_asked = 5;

std::uint64_t of(const net::ServiceReport& service, Grade grade) {
  return service.answers[static_cast<std::size_t>(grade)];
}

std::string_view name_of(Incident::Kind kind) {
  return kind == Incident::Kind::miss ? "miss" : kind == Incident::Kind::guess ? "guess" : "note";
}

std::string_view name_of(Strictness strictness) {
  switch (strictness) {
    case Strictness::strict:
      return "strict";
    case Strictness::allow_guess:
      return "allow guess";
    case Strictness::normal:
      break;
  }
  return "normal";
}

/// "orders (postgres): 120 exact, 3 static, 1 miss".
std::string grades_line(const net::ServiceReport& service) {
  std::string line;
  for (std::size_t grade = 0; grade < grade_names.size(); ++grade)
    if (service.answers[grade] > 0)
      line += fmt::format("{}{} {}", line.empty() ? "" : ", ", service.answers[grade],
                          grade_names[grade]);
  return fmt::format("  {} ({}): {}\n", service.service, service.protocol,
                     line.empty() ? "nothing was asked" : line);
}

std::string never_asked_lines(const net::ServiceReport& service) {
  if (service.never_asked_total == 0) return {};
  std::string text =
      fmt::format("  {}: {} recorded answer{} never asked for\n", service.service,
                  service.never_asked_total, service.never_asked_total == 1 ? " was" : "s were");
  const std::size_t shown = std::min(service.never_asked.size(), shown_never_asked);
  for (std::size_t i = 0; i < shown; ++i) text += "    " + service.never_asked[i] + "\n";
  if (service.never_asked_total > shown)
    text += fmt::format("    … and {} more\n", service.never_asked_total - shown);
  return text;
}

std::string incident_lines(const Incidents& incidents) {
  std::string text;
  std::size_t shown = 0;
  const std::vector<Incidents::Entry> entries = incidents.entries();
  for (const auto& [incident, times] : entries) {
    if (shown == shown_incidents) break;
    ++shown;
    text += fmt::format("  {} [{}] {}{}\n", name_of(incident.kind), incident.service,
                        incident.summary, times > 1 ? fmt::format(" ({} times)", times) : "");
    for (std::string_view rest = incident.detail; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      text += fmt::format("      {}\n", rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  const std::uint64_t hidden = entries.size() - shown + incidents.dropped();
  if (hidden > 0) text += fmt::format("  … and {} more\n", hidden);
  return text;
}

std::string verdict_line(const std::vector<net::ServiceReport>& services, Strictness strictness) {
  std::uint64_t misses = 0;
  std::uint64_t guesses = 0;
  for (const net::ServiceReport& service : services) {
    misses += of(service, Grade::miss);
    guesses += of(service, Grade::guess);
  }
  if (misses + guesses == 0) return "understudy: every answer was certain\n";
  std::string what;
  if (misses > 0)
    what = fmt::format("{} request{} not answered", misses, misses == 1 ? " was" : "s were");
  if (guesses > 0)
    what += fmt::format("{}{} answer{} guessed{}", what.empty() ? "" : ", ", guesses,
                        guesses == 1 ? " was" : "s were",
                        strictness == Strictness::allow_guess ? " (allowed)" : "");
  return "understudy: " + what + "\n";
}

}  // namespace

std::uint64_t Incidents::add(const Incident& incident) {
  const std::lock_guard lock(mutex_);
  std::string key = fmt::format("{}\n{}\n{}\n{}", name_of(incident.kind), incident.service,
                                incident.summary, incident.detail);
  const auto known = index_.find(key);
  if (known != index_.end()) return ++entries_[known->second].times;
  if (entries_.size() == kept_incidents) {
    ++dropped_;
    return 0;
  }
  index_.emplace(std::move(key), entries_.size());
  entries_.push_back({incident, 1});
  return 1;
}

std::vector<Incidents::Entry> Incidents::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

std::uint64_t Incidents::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

bool strictness_broken(const std::vector<net::ServiceReport>& services, Strictness strictness) {
  return std::ranges::any_of(services, [strictness](const net::ServiceReport& service) {
    return of(service, Grade::miss) > 0 ||
           (of(service, Grade::guess) > 0 && strictness != Strictness::allow_guess);
  });
}

std::string report_text(const std::vector<net::ServiceReport>& services, const Incidents& incidents,
                        Strictness strictness) {
  std::string text = "understudy: answers by grade\n";
  for (const net::ServiceReport& service : services) text += grades_line(service);
  for (const net::ServiceReport& service : services) text += never_asked_lines(service);
  const std::string incidents_told = incident_lines(incidents);
  if (!incidents_told.empty())
    text += "understudy: what a person should look at\n" + incidents_told;
  return text + verdict_line(services, strictness);
}

Document report_document(const std::vector<net::ServiceReport>& services,
                         const Incidents& incidents, Strictness strictness) {
  Document report = {{"strictness", name_of(strictness)},
                     {"broken", strictness_broken(services, strictness)},
                     {"services", Document::object()},
                     {"incidents", Document::array()},
                     {"incidents_left_out", incidents.dropped()}};
  for (const net::ServiceReport& service : services) {
    Document grades = Document::object();
    for (std::size_t grade = 0; grade < grade_names.size(); ++grade)
      grades[std::string(grade_names[grade])] = service.answers[grade];
    report["services"][service.service] = {{"protocol", service.protocol},
                                           {"answers", std::move(grades)},
                                           {"never_asked", service.never_asked},
                                           {"never_asked_total", service.never_asked_total}};
  }
  for (const auto& [incident, times] : incidents.entries())
    report["incidents"].push_back({{"kind", name_of(incident.kind)},
                                   {"service", incident.service},
                                   {"summary", incident.summary},
                                   {"detail", incident.detail},
                                   {"hint", incident.hint},
                                   {"times", times}});
  return report;
}

}  // namespace understudy::cli
