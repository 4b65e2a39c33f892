#include "experiment.hpp"

#include <fmt/format.h>

#include <chrono>

#include "mock.hpp"
#include "protocols/postgres/postgres.hpp"
#include "understudy/document_text.hpp"

namespace differential {
namespace {

using namespace understudy;

std::string line_of(std::uint32_t client, const Statement& statement) {
  std::string line = fmt::format("client {}: {}", client + 1, statement.sql);
  for (std::size_t i = 0; i < statement.values.size(); ++i)
    line += fmt::format("{} ${} = {}", i == 0 ? "  --" : ",", i + 1, text_of(statement.values[i]));
  return line;
}

std::string line_of(const Said& said) {
  return line_of(said.client, *said.statement) + "  ->  " + text_of(*said.reply);
}

/// A schema of SQLite's as PostgreSQL would be told: each INTEGER PRIMARY KEY has a sequence.
std::string for_postgres(std::string schema) {
  const auto replace = [&](std::string_view from, std::string_view to) {
    for (std::size_t at = schema.find(from); at != std::string::npos; at = schema.find(from, at))
      schema.replace(at, from.size(), to);
  };
  replace(" AUTOINCREMENT", "");
  replace("INTEGER PRIMARY KEY", "SERIAL PRIMARY KEY");
  return schema;
}

class Experiment {
 public:
  Experiment(const Workload& workload, std::uint64_t seed, int clients, int units, bool tell)
      : workload_(workload), plan_{seed, seed * 2 + 1, clients, units, false}, tell_(tell) {}

  Outcome run() {
    std::vector<Recorded> recording;
    simulate(workload_, plan_, truth([](const Statement& statement) { return statement.sql; }),
             {{}, [&](const Said& said) {
                const Document request = document_of(said.statement->sql, said.statement->values);
                recording.push_back({said.client, request, document_of(*said.reply)});
                if (tell_) outcome_.recording.push_back(line_of(said));
              }});
    Mock mock(postgres::protocol(), recording, static_cast<std::uint32_t>(plan_.clients),
              workload_.declared ? for_postgres(workload_.schema) : "");
    Baselines baselines;
    for (const compile::Step& step : mock.steps())
      if (step.analysis.effect != Effect::none)
        baselines.record(step.analysis.identity.canonical, step.analysis.image);
    plan_.order = plan_.order * 2 + 77;
    plan_.perturbed = true;
    const auto told_so = [&](const Statement& statement) {
      return told(statement, mock, recording);
    };
    simulate(workload_, plan_, truth(told_so),
             {[&](std::uint32_t client, const Statement& statement) {
                return ask(client, statement, mock);
              },
              [&](const Said& said) { compare(said, mock, baselines); }});
    if (workload_.hidden && !mock.widened()) {
      outcome_.unshown = outcome_.reads.wrong + outcome_.writes.wrong;
      outcome_.reads.wrong = outcome_.writes.wrong = 0;
      outcome_.wrong.reset();
    }
    if (outcome_.wrong) outcome_.wrong->answered = answer_of(mock, recording);
    return std::move(outcome_);
  }

 private:
  using Telling = std::function<std::string(const Statement&)>;
  /// A database of its own for each run, which is told `telling` of a statement in its place.
  Execute truth(const Telling& telling) {
    truth_ = std::make_unique<Truth>(workload_.schema, static_cast<std::size_t>(plan_.clients));
    return [this, telling](std::uint32_t client, const Statement& statement) {
      return truth_->execute(client, telling(statement), statement.values);
    };
  }

  /// False where the mock refuses a write: the client is told an error, so it never happened.
  bool ask(std::uint32_t client, const Statement& statement, Mock& mock) {
    if (statement.kind == Statement::Kind::control) return true;
    asked_ = mock.ask(client, document_of(statement.sql, statement.values));
    if (statement.kind == Statement::Kind::read || asked_.verdict.answer != nullptr) return true;
    ++outcome_.writes.asked;
    ++outcome_.writes.miss;
    if (tell_) outcome_.replay.push_back(line_of(client, statement) + "  [miss]");
    return false;
  }

  /// Which number a sequence gives is the server's own choice, as long as no other row has it:
  /// where the mock is certain of one, the truth is made to choose it, and refuses if it can't.
  std::string told(const Statement& statement, const Mock& mock,
                   const std::vector<Recorded>& recording) const {
    constexpr std::string_view returning = " RETURNING id";
    const std::size_t names = statement.sql.find('(');
    if (!statement.sql.starts_with("INSERT") || !statement.sql.ends_with(returning) ||
        !is_certain(asked_.verdict.grade))
      return statement.sql;
    const Document* answer = find_answer(asked_.answer, mock, recording);
    if (answer == nullptr || !answer->contains("rows") || (*answer)["rows"].size() != 1)
      return statement.sql;
    std::string sql = statement.sql;
    sql.insert(sql.find("VALUES (") + 8, json_text((*answer)["rows"][0][0]) + ", ");
    return sql.insert(names + 1, "id, ");
  }

  void compare(const Said& said, Mock& mock, Baselines& baselines) {
    const Statement& statement = *said.statement;
    const Document request = document_of(statement.sql, statement.values);
    const Document truth = document_of(*said.reply);
    if (tell_) outcome_.replay.push_back(line_of(said));
    if (statement.kind == Statement::Kind::control)
      return mock.control(said.client, request, truth);
    const bool reads = statement.kind == Statement::Kind::read;
    Tally& tally = reads ? outcome_.reads : outcome_.writes;
    const std::string image = mock.image_of(request, truth);
    const Grade grade = asked_.verdict.answer == nullptr ? Grade::miss : asked_.verdict.grade;
    count(grade, asked_.answer == image, tally);
    baselines.count(asked_.identity.canonical, image, tally);
    if (tell_)
      outcome_.replay.back() += fmt::format("  [{}{}]", name_of(grade), mock.keys_of(asked_));
    if (reads && !is_certain(grade)) outcome_.uncertain.push_back(statement.sql);
    if (!is_certain(grade) || asked_.answer == image || outcome_.wrong) return;
    wrong_image_ = asked_.answer;
    outcome_.wrong = Wrong{line_of(said), {}, text_of(*said.reply)};
  }

  /// The recorded answer that was given, as a person reads it.
  std::string answer_of(const Mock& mock, const std::vector<Recorded>& recording) const {
    const Document* answer = find_answer(wrong_image_, mock, recording);
    return answer == nullptr ? "?" : json_text(*answer);
  }
  static const Document* find_answer(const std::string& image, const Mock& mock,
                                     const std::vector<Recorded>& recording) {
    for (std::size_t i = 0; i < recording.size(); ++i)
      if (mock.steps()[i].analysis.image == image) return &recording[i].answer;
    return nullptr;
  }

  const Workload& workload_;
  Plan plan_;
  bool tell_;
  std::unique_ptr<Truth> truth_;
  Outcome outcome_;
  Mock::Asked asked_;  // of the statement under way
  std::string wrong_image_;
};

}  // namespace

Outcome experiment(const Workload& workload, std::uint64_t seed, int clients, int units,
                   bool tell) {
  return Experiment(workload, seed, clients, units, tell).run();
}

std::optional<Outcome> smallest_failure(const Workload& workload, const Run& run) {
  const auto began = std::chrono::steady_clock::now();
  for (int units = 2; units <= 16; ++units)
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
      if (std::chrono::steady_clock::now() - began > std::chrono::seconds(20)) return std::nullopt;
      const int clients = 1 + static_cast<int>(seed % 4);
      if (run(workload, seed, clients, units, false).wrong)
        return run(workload, seed, clients, units, true);
    }
  return std::nullopt;
}

}  // namespace differential
