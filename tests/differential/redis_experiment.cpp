#include <fmt/format.h>

#include "engine/serve.hpp"
#include "experiment.hpp"
#include "protocols/redis/redis.hpp"
#include "redis_truth.hpp"

namespace differential {
namespace {

using namespace understudy;

std::string octets_of(const Statement& statement) {
  std::vector<std::string> words = {statement.sql};
  for (const Value& value : statement.values) words.push_back(std::get<std::string>(value));
  return command_octets(words);
}

std::string line_of(std::uint32_t client, const Statement& statement) {
  std::string line = fmt::format("client {}: {}", client + 1, statement.sql);
  for (const Value& value : statement.values) line += " " + text_of(value);
  return line;
}

/// A reply on one line.
std::string readable(std::string reply) {
  for (char& octet : reply)
    if (octet == '\r' || octet == '\n') octet = ' ';
  return reply;
}

/// The whole way: octets observed, compiled, and served by the protocol's server.
class RedisExperiment {
 public:
  RedisExperiment(const Workload& workload, std::uint64_t seed, int clients, int units, bool tell,
                  std::uint16_t port)
      : workload_(workload),
        plan_{seed, seed * 2 + 1, clients, units, false},
        tell_(tell),
        port_(port) {}

  Outcome run() {
    const auto clients = static_cast<std::uint32_t>(plan_.clients);
    simulate(workload_, plan_, truth(), {{}, [&](const Said& said) {
                                           baselines_.record(octets_of(*said.statement), reply_);
                                           if (tell_) outcome_.recording.push_back(told(said));
                                         }});
    const Mock mock(redis::protocol(), truth_->recording(), clients);
    service_ = std::make_shared<engine::ServedService>(
        redis::protocol(), mock.table(), 0, Document::object(), engine::Strictness::normal,
        [](const engine::Incident&) {});
    for (std::uint32_t i = 0; i < clients; ++i) {
      served_.push_back(std::make_unique<engine::ServedConnection>(service_, i + 1,
                                                                   std::array<std::uint8_t, 32>{}));
      static_cast<void>(served_.back()->start());
      static_cast<void>(serve(i, command_octets({"HELLO", "3"})));
    }
    plan_.order = plan_.order * 2 + 77;
    plan_.perturbed = true;
    simulate(
        workload_, plan_, truth(),
        {[&](std::uint32_t client, const Statement& statement) { return ask(client, statement); },
         [&](const Said& said) { compare(said); }});
    return std::move(outcome_);
  }

 private:
  /// A server emptied for each run.
  Execute truth() {
    truth_ = std::make_unique<RedisTruth>(port_, static_cast<std::uint32_t>(plan_.clients));
    return [this](std::uint32_t client, const Statement& statement) {
      reply_ = truth_->execute(client, octets_of(statement));
      return Reply();
    };
  }

  std::string serve(std::uint32_t client, const std::string& command) {
    static_cast<void>(served_[client]->feed(as_bytes(command)));
    std::string reply;
    served_[client]->output().for_each_slice([&](Bytes slice) { reply += as_text(slice); });
    served_[client]->output().clear();
    return reply;
  }

  [[nodiscard]] std::uint64_t counted(Grade grade) const {
    return service_->counters().by_grade[static_cast<std::size_t>(grade)];
  }

  /// False where the mock refuses a write: it never happened.
  bool ask(std::uint32_t client, const Statement& statement) {
    const std::uint64_t guesses = counted(Grade::guess), misses = counted(Grade::miss);
    answer_ = serve(client, octets_of(statement));
    grade_ = counted(Grade::miss) > misses     ? Grade::miss
             : counted(Grade::guess) > guesses ? Grade::guess
                                               : Grade::exact;
    if (grade_ != Grade::miss || statement.kind != Statement::Kind::write) return true;
    ++outcome_.writes.asked;
    ++outcome_.writes.miss;
    if (statement.sql == "EXEC") truth_->execute(client, command_octets({"DISCARD"}));
    return false;
  }

  void compare(const Said& said) {
    if (tell_)
      outcome_.replay.push_back(
          fmt::format("{}  [{}] {}", told(said), name_of(grade_), readable(answer_)));
    if (said.statement->kind == Statement::Kind::control) return;
    const bool reads = said.statement->kind == Statement::Kind::read;
    Tally& tally = reads ? outcome_.reads : outcome_.writes;
    count(grade_, answer_ == reply_, tally);
    baselines_.count(octets_of(*said.statement), reply_, tally);
    if (reads && grade_ != Grade::exact) outcome_.uncertain.push_back(said.statement->sql);
    if (grade_ == Grade::exact && answer_ != reply_ && !outcome_.wrong)
      outcome_.wrong = Wrong{told(said), readable(answer_), readable(reply_)};
  }

  [[nodiscard]] std::string told(const Said& said) const {
    return line_of(said.client, *said.statement) + "  ->  " + readable(reply_);
  }

  const Workload& workload_;
  Plan plan_;
  bool tell_;
  std::uint16_t port_;
  Outcome outcome_;
  Baselines baselines_;
  std::unique_ptr<RedisTruth> truth_;
  std::shared_ptr<engine::ServedService> service_;
  std::vector<std::unique_ptr<engine::ServedConnection>> served_;
  std::string reply_, answer_;  // of the statement under way
  Grade grade_ = Grade::miss;
};

}  // namespace

Run redis_experiments(std::uint16_t port) {
  return [port](const Workload& workload, std::uint64_t seed, int clients, int units, bool tell) {
    return RedisExperiment(workload, seed, clients, units, tell, port).run();
  };
}

}  // namespace differential
