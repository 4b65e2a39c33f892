#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "engine/serve.hpp"
#include "experiment.hpp"
#include "protocols/redis/keys.hpp"
#include "protocols/redis/redis.hpp"
#include "protocols/redis/reply_document.hpp"
#include "protocols/redis/resp_decoder.hpp"
#include "redis_truth.hpp"
#include "understudy/document_text.hpp"

namespace differential {
namespace {

using namespace understudy;

using Words = std::vector<std::string>;

Words words_of(const Statement& statement) {
  Words words = {statement.sql};
  for (const Value& value : statement.values) words.push_back(std::get<std::string>(value));
  return words;
}

/// The keys that a command names.
Words keys_in(const Words& words) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  redis::ResolvedCommand resolved;
  redis::resolve(views, resolved);
  Words keys;
  for (const redis::KeyUse& use : redis::keys_of(*resolved.command, views))
    keys.emplace_back(use.key);
  return keys;
}

/// Asks for one member of what is in a key: the reply is all that matters of it.
bool is_of_member(const std::string& command) {
  static const Words commands = {"HEXISTS", "HGET", "SISMEMBER", "ZSCORE"};
  return std::ranges::find(commands, command) != commands.end();
}

void sort_items(redis::Value& value) {
  for (redis::Value& item : value.items) sort_items(item);
  const auto text = [](const redis::Value& item) { return json_text(redis::reply_document(item)); };
  if (value.kind == redis::Kind::set) std::ranges::sort(value.items, {}, text);
  if (value.kind != redis::Kind::map) return;
  std::vector<std::pair<redis::Value, redis::Value>> pairs;
  for (std::size_t i = 0; i + 1 < value.items.size(); i += 2)
    pairs.emplace_back(value.items[i], value.items[i + 1]);
  std::ranges::sort(pairs, {}, [&](const auto& pair) { return text(pair.first); });
  value.items.clear();
  for (auto& [key, item] : pairs) {
    value.items.push_back(std::move(key));
    value.items.push_back(std::move(item));
  }
}

/// What a reply says: sets and maps have no order.
std::string meaning_of(const std::string& reply) {
  auto value = redis::decode_value(as_bytes(reply), {});
  if (!value) return "?" + reply;
  sort_items(*value);
  return json_text(redis::reply_document(*value));
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
                                           baselines_.record(request_, meaning_of(reply_));
                                           if (is_read(said)) held_.insert(basis());
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
      static_cast<void>(serve(i, {"HELLO", "3"}));
    }
    if (workload_.schema.empty()) static_cast<void>(serve(0, {"FLUSHALL"}));
    plan_.order = plan_.order * 2 + 77;
    plan_.perturbed = true;
    simulate(
        workload_, plan_, truth(),
        {[&](std::uint32_t client, const Statement& statement) { return ask(client, statement); },
         [&](const Said& said) { compare(said); }});
    return std::move(outcome_);
  }

 private:
  /// A server that begins anew for each run.
  Execute truth() {
    truth_ = std::make_unique<RedisTruth>(port_, static_cast<std::uint32_t>(plan_.clients),
                                          workload_.schema);
    return [this](std::uint32_t client, const Statement& statement) {
      const Words words = words_of(statement);
      request_ = command_octets(words);
      if (statement.kind == Statement::Kind::read)
        contents_ = is_of_member(words[0]) ? "" : truth_->contents(client, keys_in(words));
      reply_ = truth_->execute(client, words);
      return Reply();
    };
  }

  static bool is_read(const Said& said) { return said.statement->kind == Statement::Kind::read; }

  /// All that decides what the read that was just answered is answered with.
  [[nodiscard]] std::string basis() const {
    return request_ + (contents_.empty() ? meaning_of(reply_) : contents_);
  }

  std::string serve(std::uint32_t client, const Words& words) {
    const std::string command = command_octets(words);
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
    const std::uint64_t guesses = counted(Grade::guess), misses = counted(Grade::miss),
                        computed = counted(Grade::computed);
    answer_ = serve(client, words_of(statement));
    // A transaction is as sure as the least sure of its answers.
    grade_ = counted(Grade::miss) > misses         ? Grade::miss
             : counted(Grade::guess) > guesses     ? Grade::guess
             : counted(Grade::computed) > computed ? Grade::computed
                                                   : Grade::exact;
    if (grade_ != Grade::miss || statement.kind != Statement::Kind::write) return true;
    ++outcome_.writes.asked;
    ++outcome_.writes.miss;
    if (statement.sql == "EXEC") truth_->execute(client, {"DISCARD"});
    return false;
  }

  void compare(const Said& said) {
    if (tell_)
      outcome_.replay.push_back(
          fmt::format("{}  [{}] {}", told(said), name_of(grade_), readable(answer_)));
    if (said.statement->kind == Statement::Kind::control) return;
    const bool reads = is_read(said);
    Tally& tally = reads ? outcome_.reads : outcome_.writes;
    const std::string truth = meaning_of(reply_);
    const bool right = meaning_of(answer_) == truth;
    count(grade_, right, tally);
    baselines_.count(request_, truth, tally);
    const bool certain = is_certain(grade_);
    tally.computed += grade_ == Grade::computed && right ? 1 : 0;
    if (reads && held_.contains(basis())) {
      ++tally.held;
      tally.held_certain += certain && right ? 1 : 0;
      if (!certain) outcome_.uncertain.push_back(said.statement->sql);
    }
    if (certain && !right && !outcome_.wrong)
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
  std::unordered_set<std::string> held_;             // see basis()
  std::string request_, contents_, reply_, answer_;  // of the statement under way
  Grade grade_ = Grade::miss;
};

}  // namespace

Run redis_experiments(std::uint16_t port) {
  return [port](const Workload& workload, std::uint64_t seed, int clients, int units, bool tell) {
    return RedisExperiment(workload, seed, clients, units, tell, port).run();
  };
}

}  // namespace differential
