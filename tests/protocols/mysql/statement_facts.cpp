// mysql_statement_facts FILE…
//
// What the analysis makes of every statement of a corpus, one line a fact: its plan of rows, its
// ordering, and the keys that it reads and writes after all of its file was learned. For comparing
// two states of the program over many statements. Files are scripts, or recorded sessions (*.yaml).
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "protocols/mysql/mysql.hpp"
#include "protocols/mysql/row_planner.hpp"
#include "protocols/sql/values.hpp"
#include "tests/protocols/sql/corpus.hpp"
#include "tests/protocols/sql/plan_text.hpp"

namespace {

using namespace understudy;

constexpr sql::Mode mode{sql::Dialect::mysql, true, false};

std::string text_of(std::vector<KeyPath> paths) {
  std::ranges::sort(paths);
  const auto repeated = std::ranges::unique(paths);
  paths.erase(repeated.begin(), repeated.end());
  std::string text;
  for (const KeyPath& path : paths) {
    text += text.empty() ? "" : ", ";
    for (const std::string& segment : path) text += (&segment == path.data() ? "" : "/") + segment;
    if (path.empty()) text += "everything";
  }
  return text;
}

void print_plan(const std::string& statement) {
  sql::Statement taken_apart;
  taken_apart.assign(statement, mode);
  const mysql::StatementPlan plan = mysql::statement_plan_of(taken_apart.pattern(), mode);
  std::cout << "  plan    " << sql::test::text_of(plan.rows) << "\n  shows   "
            << (plan.rows.each_once ? "once " : "") << (plan.rows.returning ? "returning " : "")
            << (plan.insert_id_is_of_row ? "numbered " : "");
  for (const auto item : plan.items) std::cout << "c*?"[static_cast<int>(item)];
  std::cout << "\n  ordered";
  for (const std::string& name : sql::ordered_by(taken_apart.pattern())) std::cout << ' ' << name;
  std::cout << '\n';
}

void print_keys(const Analysis& analysis) {
  constexpr const char* effects[] = {"none", "read", "write"};
  std::cout << "  effect  " << effects[static_cast<int>(analysis.effect)]
            << (analysis.understood ? "" : " not understood")
            << (analysis.unsteady.empty() ? "" : " unsteady ") << analysis.unsteady
            << "\n  reads   " << text_of(analysis.reads) << "\n  writes  "
            << text_of(analysis.writes) << '\n';
}

void print(const std::string& file) {
  std::unique_ptr<Analyser> analyser = mysql::protocol().new_analyser();
  SessionHeader session{"db", "mysql", "r1", 1, "", {{"database", "main"}}};
  std::vector<Exchange> exchanges;
  for (const std::string& statement : sql::test::statements_of(file, mode)) {
    const std::uint64_t tick = 2 * exchanges.size();
    exchanges.push_back({{{"sql", statement}}, {{"affected", 1}}, {tick, {}}, {tick + 1, {}}});
    analyser->learn(session, exchanges.back());
  }
  for (const Exchange& exchange : exchanges) {
    const auto statement = exchange.request["sql"].get<std::string>();
    std::vector<Problem> problems;
    std::cout << statement << '\n';
    print_plan(statement);
    print_keys(analyser->analyse(session, exchange, problems));
  }
}

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) print(arguments[i]);
}
