#include "server_experiment.hpp"

#include <fmt/format.h>

#include "served_mock.hpp"

namespace differential {
namespace {

using namespace understudy;

std::string line_of(std::uint32_t client, const Statement& statement) {
  return fmt::format("client {}: {}", client + 1, statement.sql);
}

/// The whole way: octets observed, compiled with the schema that `record` reads, and served by the
/// protocol's server, strictly. What it is not certain of never happens, so that both stay alike.
class ServerExperiment {
 public:
  ServerExperiment(const Speech& speech, const Workload& workload, std::uint64_t seed, int clients,
                   int units, bool tell)
      : speech_(speech),
        workload_(workload),
        plan_{seed, seed * 2 + 1, clients, units, false},
        tell_(tell) {}

  Outcome run() {
    const auto clients = static_cast<std::uint32_t>(plan_.clients);
    simulate(workload_, plan_, truth(), {{}, [&](const Said& said) {
                                           baselines_.record(said.statement->sql, meaning());
                                           if (tell_) outcome_.recording.push_back(told(said));
                                         }});
    const Mock mock(speech_.protocol, truth_->recording(), clients, workload_.schema, nullptr,
                    truth_->facts());
    served_ = std::make_unique<ServedMock>(speech_.protocol, mock, clients,
                                           engine::Strictness::strict);
    for (std::uint32_t i = 0; i < clients; ++i)
      static_cast<void>(served_->ask(i, speech_.login));
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
    truth_ = std::make_unique<ServerTruth>(speech_, static_cast<std::uint32_t>(plan_.clients),
                                           workload_.schema);
    return [this](std::uint32_t client, const Statement& statement) {
      sql_ = statement.sql;
      reply_ = truth_->execute(client, sql_);
      return speech_.reply(reply_);
    };
  }

  [[nodiscard]] std::string meaning() const { return speech_.meaning(sql_, reply_); }

  Tally& tally_of(const Statement& statement) {
    return statement.kind == Statement::Kind::read ? outcome_.reads : outcome_.writes;
  }

  /// False where the mock refuses a statement.
  bool ask(std::uint32_t client, const Statement& statement) {
    auto [octets, grade] = served_->ask(client, speech_.query(statement.sql));
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
    static_cast<void>(served_->ask(client, speech_.query("ROLLBACK")));
    return false;
  }

  void compare(const Said& said) {
    const std::string answered = speech_.meaning(sql_, answer_);
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

  const Speech& speech_;
  const Workload& workload_;
  Plan plan_;
  bool tell_;
  Outcome outcome_;
  Baselines baselines_;
  std::unique_ptr<ServerTruth> truth_;
  std::unique_ptr<ServedMock> served_;
  std::string sql_, reply_, answer_;  // of the statement under way
  Grade grade_ = Grade::miss;
};

}  // namespace

Run server_experiments(std::shared_ptr<const Speech> speech) {
  return [speech = std::move(speech)](const Workload& workload, std::uint64_t seed, int clients,
                                      int units, bool tell) {
    return ServerExperiment(*speech, workload, seed, clients, units, tell).run();
  };
}

}  // namespace differential
