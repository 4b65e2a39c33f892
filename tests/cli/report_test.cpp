#include "cli/report.hpp"

#include <doctest/doctest.h>

using namespace understudy;
using engine::Incident;
using engine::Strictness;

namespace {

net::ServiceReport service_with(std::initializer_list<std::pair<Grade, std::uint64_t>> answers) {
  net::ServiceReport report;
  report.service = "cart";
  report.protocol = "redis";
  for (const auto& [grade, count] : answers)
    report.answers[static_cast<std::size_t>(grade)] = count;
  return report;
}

Incident miss_of(const std::string& summary) {
  return {Incident::Kind::miss, "cart", summary, "nearest: GET a\nand more", "record it"};
}

}  // namespace

TEST_CASE("misses always break the strictness, guesses only where they are not allowed") {
  const auto exact = service_with({{Grade::exact, 3}, {Grade::synthesised, 1}});
  const auto guess = service_with({{Grade::guess, 1}});
  const auto miss = service_with({{Grade::miss, 1}});
  for (const Strictness strictness :
       {Strictness::normal, Strictness::allow_guess, Strictness::strict}) {
    CHECK_FALSE(cli::strictness_broken({exact}, strictness));
    CHECK(cli::strictness_broken({exact, miss}, strictness));
    CHECK(cli::strictness_broken({guess}, strictness) == (strictness != Strictness::allow_guess));
  }
}

TEST_CASE("equal incidents are kept once and counted") {
  cli::Incidents incidents;
  CHECK(incidents.add(miss_of("GET x")) == 1);
  CHECK(incidents.add(miss_of("GET y")) == 1);
  CHECK(incidents.add(miss_of("GET x")) == 2);
  const auto entries = incidents.entries();
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].times == 2);
  CHECK(entries[1].incident.summary == "GET y");
}

TEST_CASE("different incidents are kept up to a limit and counted beyond") {
  cli::Incidents incidents;
  for (int i = 0; i < 1100; ++i) incidents.add(miss_of("GET " + std::to_string(i)));
  CHECK(incidents.entries().size() == 1000);
  CHECK(incidents.dropped() == 100);
  CHECK(incidents.add(miss_of("GET 5")) == 2);
}

TEST_CASE("the text names grades, misses, what was never asked for, and the verdict") {
  cli::Incidents incidents;
  incidents.add(miss_of("GET x"));
  incidents.add(miss_of("GET x"));
  auto service = service_with({{Grade::exact, 3}, {Grade::miss, 2}});
  service.never_asked = {"a.yaml:1 GET b", "a.yaml:5 GET c"};
  service.never_asked_total = 9;
  const std::string text = cli::report_text({service}, incidents, Strictness::normal);
  CHECK(text.find("cart (redis): 3 exact, 2 miss") != std::string::npos);
  CHECK(text.find("9 recorded answers were never asked for") != std::string::npos);
  CHECK(text.find("a.yaml:5 GET c") != std::string::npos);
  CHECK(text.find("and 7 more") != std::string::npos);
  CHECK(text.find("GET x (2 times)") != std::string::npos);
  CHECK(text.find("      and more\n") != std::string::npos);
  CHECK(text.ends_with("understudy: 2 requests were not answered\n"));
}

TEST_CASE("the verdict on certain answers is one line") {
  const std::string text =
      cli::report_text({service_with({})}, cli::Incidents(), Strictness::normal);
  CHECK(text.find("nothing was asked") != std::string::npos);
  CHECK(text.ends_with("understudy: every answer was certain\n"));
}

TEST_CASE("allowed guesses are called so") {
  const std::string text = cli::report_text({service_with({{Grade::guess, 1}})}, cli::Incidents(),
                                            Strictness::allow_guess);
  CHECK(text.ends_with("understudy: 1 answer was guessed (allowed)\n"));
}

TEST_CASE("the document has everything that the text has") {
  cli::Incidents incidents;
  incidents.add(miss_of("GET x"));
  const Document document =
      cli::report_document({service_with({{Grade::miss, 1}})}, incidents, Strictness::strict);
  CHECK(document["strictness"] == "strict");
  CHECK(document["broken"] == true);
  CHECK(document["services"]["cart"]["answers"]["miss"] == 1);
  CHECK(document["incidents"][0]["hint"] == "record it");
  CHECK(document["incidents"][0]["times"] == 1);
}
