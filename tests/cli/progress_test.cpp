#include "cli/progress.hpp"

#include <doctest/doctest.h>

using namespace understudy;

TEST_CASE("what became of secrets is told over all services, the most frequent first") {
  cli::RecordCounters counters;
  counters["api"].replaced_secrets = {{"password", 1}, {"authorization", 9}};
  counters["db"].replaced_secrets = {{"password", 2}};
  CHECK(cli::secrets_text(counters, "m") ==
        std::vector<std::string>{"replaced secrets: 9 authorization, 3 password"});
  counters["db"].kept_secrets = {{"password hash", 4}};
  CHECK(cli::secrets_text(counters, "m").back() ==
        "kept what looks like secrets, as who reads it needs it: 4 password hash "
        "(`understudy inspect m --secrets` shows where)");
}

TEST_CASE("kinds beyond the eighth are counted together") {
  cli::RecordCounters counters;
  for (char name = 'a'; name <= 'k'; ++name)
    counters["api"].replaced_secrets[std::string(1, name)] = 2;
  CHECK(cli::secrets_text(counters, "m").front() ==
        "replaced secrets: 2 a, 2 b, 2 c, 2 d, 2 e, 2 f, 2 g, 2 h, 6 others");
}

TEST_CASE("a recording without secrets says nothing of them") {
  cli::RecordCounters counters;
  counters["api"].exchanges = 3;
  CHECK(cli::secrets_text(counters, "m").empty());
}
