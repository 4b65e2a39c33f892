#include <fmt/format.h>

#include <algorithm>

#include "experiment.hpp"
#include "postgres_truth.hpp"
#include "protocols/postgres/postgres.hpp"
#include "served_mock.hpp"
#include "understudy/document_text.hpp"

namespace differential {
namespace {

using namespace understudy;

std::string line_of(std::uint32_t client, const Statement& statement) {
  return fmt::format("client {}: {}", client + 1, statement.sql);
}

std::string cell_text(const std::optional<std::string>& cell) {
  return cell ? "'" + *cell + "'" : "NULL";
}

/// What an answer says, and how it left the transaction. Rows without ORDER BY have no order.
std::string meaning_of(const std::string& sql, const std::string& octets) {
  char status = '?';
  const postgres::StatementAnswer answer = answer_in(octets, &status);
  std::string text = fmt::format("[{}] ", status);
  if (answer.error)
    return text + fmt::format("{} {}", postgres::field(*answer.error, 'C'),
                              postgres::field(*answer.error, 'M'));
  for (const postgres::Column& column : answer.columns)
    text += fmt::format("{}:{} ", column.name, column.type);
  std::vector<std::string> rows;
  for (const postgres::Row& row : answer.rows) {
    rows.emplace_back("(");
    for (const auto& cell : row) rows.back() += cell_text(cell) + " ";
  }
  if (sql.find("ORDER BY") == std::string::npos) std::ranges::sort(rows);
  for (const std::string& row : rows) text += row + ") ";
  return text + answer.tag;
}

Reply reply_of(const std::string& octets) {
  const postgres::StatementAnswer answer = answer_in(octets);
  Reply reply;
  reply.tag = answer.tag;
  for (const postgres::Row& row : answer.rows) {
    reply.rows.emplace_back();
    for (const auto& cell : row) reply.rows.back().push_back(cell ? Value(*cell) : Value());
  }
  if (answer.error) reply.error_code = std::string(postgres::field(*answer.error, 'C'));
  return reply;
}

/// The whole way: octets observed, compiled with the schema that `record` reads, and served by the
/// protocol's server, strictly. What it is not certain of never happens, so that both stay alike.
class PostgresExperiment {
 public:
  PostgresExperiment(const Workload& workload, std::uint64_t seed, int clients, int units,
                     bool tell, std::uint16_t port)
      : workload_(workload),
        plan_{seed, seed * 2 + 1, clients, units, false},
        tell_(tell),
        port_(port) {}

  Outcome run() {
    const auto clients = static_cast<std::uint32_t>(plan_.clients);
    simulate(workload_, plan_, truth(), {{}, [&](const Said& said) {
                                           baselines_.record(said.statement->sql, meaning());
                                           if (tell_) outcome_.recording.push_back(told(said));
                                         }});
    const Mock mock(postgres::protocol(), truth_->recording(), clients, workload_.schema, nullptr,
                    truth_->facts());
    served_ = std::make_unique<ServedMock>(postgres::protocol(), mock, clients,
                                           engine::Strictness::strict);
    for (std::uint32_t i = 0; i < clients; ++i)
      static_cast<void>(served_->ask(i, startup_octets(postgres_user, postgres_database)));
    plan_.order = plan_.order * 2 + 77;
    plan_.perturbed = true;
    simulate(
        workload_, plan_, truth(),
        {[&](std::uint32_t client, const Statement& statement) { return ask(client, statement); },
         [&](const Said& said) { compare(said); }});
    return std::move(outcome_);
  }

 private:
  Execute truth() {
    truth_.reset();
    truth_ = std::make_unique<PostgresTruth>(port_, static_cast<std::uint32_t>(plan_.clients),
                                             workload_.schema);
    return [this](std::uint32_t client, const Statement& statement) {
      sql_ = statement.sql;
      reply_ = truth_->execute(client, sql_);
      return reply_of(reply_);
    };
  }

  [[nodiscard]] std::string meaning() const { return meaning_of(sql_, reply_); }

  Tally& tally_of(const Statement& statement) {
    return statement.kind == Statement::Kind::read ? outcome_.reads : outcome_.writes;
  }

  /// False where the mock refuses a statement.
  bool ask(std::uint32_t client, const Statement& statement) {
    auto [octets, grade] = served_->ask(client, query_octets(statement.sql));
    answer_ = std::move(octets);
    grade_ = grade;
    if (grade_ != Grade::miss) return true;
    Tally& tally = tally_of(statement);
    ++tally.asked;
    ++tally.miss;
    if (statement.kind == Statement::Kind::read) outcome_.uncertain.push_back(statement.sql);
    if (tell_) outcome_.replay.push_back(line_of(client, statement) + "  [miss]");
    // Its transaction is over, and so is that of the truth.
    static_cast<void>(truth_->execute(client, "ROLLBACK"));
    static_cast<void>(served_->ask(client, query_octets("ROLLBACK")));
    return false;
  }

  void compare(const Said& said) {
    const std::string answered = meaning_of(sql_, answer_);
    if (tell_)
      outcome_.replay.push_back(fmt::format("{}  [{}] {}", told(said), name_of(grade_), answered));
    Tally& tally = tally_of(*said.statement);
    const std::string truth = meaning();
    count(grade_, answered == truth, tally);
    baselines_.count(sql_, truth, tally);
    tally.computed += grade_ == Grade::computed && answered == truth ? 1 : 0;
    if (answered != truth && !outcome_.wrong) outcome_.wrong = Wrong{told(said), answered, truth};
  }

  [[nodiscard]] std::string told(const Said& said) const {
    return line_of(said.client, *said.statement) + "  ->  " + meaning();
  }

  const Workload& workload_;
  Plan plan_;
  bool tell_;
  std::uint16_t port_;
  Outcome outcome_;
  Baselines baselines_;
  std::unique_ptr<PostgresTruth> truth_;
  std::unique_ptr<ServedMock> served_;
  std::string sql_, reply_, answer_;  // of the statement under way
  Grade grade_ = Grade::miss;
};

}  // namespace

Run postgres_experiments(std::uint16_t port) {
  return [port](const Workload& workload, std::uint64_t seed, int clients, int units, bool tell) {
    return PostgresExperiment(workload, seed, clients, units, tell, port).run();
  };
}

}  // namespace differential
