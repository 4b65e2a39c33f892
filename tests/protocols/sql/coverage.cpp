// sql_coverage [--failures] [--at-least PERCENT] mysql|postgres FILE…
//
// Which share of the statements of a corpus has a tree, and of how many it is known what they read
// and write. Files are scripts, or recorded sessions (*.yaml) of which the statements are taken.
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "protocols/postgres/tree_from_pg_query.hpp"
#include "protocols/sql/facts/dependencies.hpp"
#include "protocols/sql/tree/parse_mysql.hpp"
#include "tests/protocols/sql/corpus.hpp"

namespace {

using namespace understudy;

struct Tally {
  std::size_t all = 0, parsed = 0, followed = 0;
  std::map<std::string, std::size_t> reasons;
  std::vector<std::string> failures;
};

void count(const std::string& statement, sql::Mode mode, Tally& tally) {
  static const sql::Catalog nothing(mode.dialect);
  static const sql::KeyNames names{
      [](const sql::tree::Name& name) { return KeyPath{name.name}; }, {"@lock"}, {"@catalog"}};
  ++tally.all;
  const sql::tree::Statement parsed = mode.dialect == sql::Dialect::mysql
                                          ? sql::tree::parse_mysql(statement, mode)
                                          : postgres::parse_postgres(statement);
  if (const auto* unknown = parsed.as<sql::tree::Unknown>()) {
    ++tally.reasons[unknown->reason];
    tally.failures.push_back(unknown->reason + ": " + statement.substr(0, 300));
    return;
  }
  ++tally.parsed;
  if (sql::facts_of(parsed, nothing, mode.dialect, names).dependencies.understood) ++tally.followed;
}

double percent(std::size_t part, std::size_t all) {
  return all == 0 ? 100 : 100.0 * static_cast<double>(part) / static_cast<double>(all);
}

}  // namespace

int main(int count_of_arguments, char** arguments) {
  bool failures = false;
  double at_least = 0;
  std::string dialect;
  std::vector<std::string> files;
  for (int i = 1; i < count_of_arguments; ++i) {
    const std::string argument = arguments[i];
    if (argument == "--failures")
      failures = true;
    else if (argument == "--at-least" && i + 1 < count_of_arguments)
      at_least = std::atof(arguments[++i]);
    else if (dialect.empty())
      dialect = argument;
    else
      files.push_back(argument);
  }
  const bool mysql = dialect == "mysql";
  const sql::Mode mode{mysql ? sql::Dialect::mysql : sql::Dialect::postgres, mysql, false};
  Tally tally;
  for (const std::string& file : files)
    for (const std::string& statement : sql::test::statements_of(file, mode))
      count(statement, mode, tally);
  std::cout << dialect << ": " << tally.all << " statements, " << percent(tally.parsed, tally.all)
            << " % parsed, " << percent(tally.followed, tally.all)
            << " % with known effects without a catalogue\n";
  if (failures)
    for (const std::string& each : tally.failures) std::cout << "  " << each << '\n';
  return tally.all > 0 && percent(tally.parsed, tally.all) >= at_least ? 0 : 1;
}
