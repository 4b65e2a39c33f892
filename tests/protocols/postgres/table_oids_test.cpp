// Tables that are made anew have other numbers in each recording.
#include "support.hpp"

namespace understudy::postgres {
namespace {

Exchange shown(int table, int id) {
  return {{{"sql", "SELECT id FROM stall"}},
          {{"columns", {{{"name", "id"}, {"type", "int4"}, {"table", table}, {"attribute", 1}}}},
           {"rows", {{id}}},
           {"tag", "SELECT 1"}},
          {},
          {}};
}

SessionHeader header(const std::string& recording) {
  return {.service = "db",
          .protocol = "postgres",
          .recording = recording,
          .connection = 1,
          .started = {},
          .facts = Document::object()};
}

/// The images that are made of them.
std::vector<std::string> images(const std::vector<std::pair<std::string, Exchange>>& recorded) {
  const auto analyser = protocol().new_analyser();
  for (const auto& [recording, exchange] : recorded) analyser->learn(header(recording), exchange);
  std::vector<std::string> made;
  std::vector<Problem> problems;
  for (const auto& [recording, exchange] : recorded)
    made.push_back(analyser->analyse(header(recording), exchange, problems).image);
  CHECK(problems.empty());
  return made;
}

TEST_CASE("another number of a table is no other answer") {
  const auto made = images({{"r1", shown(16400, 1)}, {"r2", shown(17000, 1)}});
  CHECK(made[1] == made[0]);
}

TEST_CASE("another row or a table of another place is another answer") {
  const auto made = images({{"r1", shown(16400, 1)}, {"r2", shown(17000, 2)}});
  CHECK(made[1] != made[0]);
  // Of one recording two tables stay two, the first and the second of each other recording.
  const auto two = images({{"r1", shown(16400, 1)},
                           {"r1", shown(16500, 1)},
                           {"r2", shown(17000, 1)},
                           {"r2", shown(17100, 1)}});
  CHECK(two[0] != two[1]);
  CHECK(two[2] == two[0]);
  CHECK(two[3] == two[1]);
  // Tables of the catalogue have their numbers for good.
  CHECK(images({{"r1", shown(1259, 1)}, {"r2", shown(1260, 1)}})[0] !=
        images({{"r1", shown(1260, 1)}})[0]);
}

TEST_CASE("the answer that an image was made of is told where it is not the recorded one") {
  const auto analyser = protocol().new_analyser();
  analyser->learn(header("r1"), shown(16400, 1));
  analyser->learn(header("r2"), shown(17000, 1));
  std::vector<Problem> problems;
  CHECK(analyser->analyse(header("r1"), shown(16400, 1), problems).settled.is_null());
  CHECK(analyser->analyse(header("r2"), shown(17000, 1), problems).settled ==
        shown(16400, 1).answer);
}

}  // namespace
}  // namespace understudy::postgres
