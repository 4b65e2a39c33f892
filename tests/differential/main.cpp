// The differential harness: generated clients against a real SQL engine and against a mock that was
// recorded from it, answer by answer.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <map>
#include <string_view>

#include "experiment.hpp"

namespace {

using namespace differential;

struct Options {
  std::uint64_t reads = 100'000;
  std::uint64_t seed = 1;
  /// Per cent of the reads of private rows, and in Redis of those that the recording holds in the
  /// same state (of a server that it saw emptied), that must be certain and right.
  std::uint64_t bar = 99;
  std::string only;
  bool verbose = false;
  bool tell = false;
  std::uint16_t redis = 0, postgres = 0, mysql = 0;
  bool http = false;
  Run run = experiment;

  [[nodiscard]] bool tells_held() const { return redis != 0; }
};

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

struct Result {
  Tally reads, writes;
  std::uint64_t unshown = 0;
  std::optional<Wrong> wrong;
  std::uint64_t wrong_seed = 0;
  int wrong_clients = 0, wrong_units = 0;
  std::map<std::string, std::uint64_t> uncertain;
};

/// So many reads; where less of them is certain than `bar` percent, ten times as many: one
/// recording that leaves much open is a chance of the seed among few.
Result repeat(const Workload& workload, const Options& options, std::uint64_t reads, double bar) {
  const std::uint64_t most = reads * 10;
  Result result;
  Random sizes(options.seed);
  const auto goes_on = [&] {
    const Tally& told = result.reads;
    if (told.asked >= reads && share(told.certain, told.asked) < bar) reads = most;
    return told.asked < reads;
  };
  for (std::uint64_t seed = options.seed * 1000; goes_on(); ++seed) {
    const int clients = 2 + sizes.below(4), units = 10 + sizes.below(40);
    const Outcome outcome = options.run(workload, seed, clients, units, false);
    result.reads.add(outcome.reads);
    result.writes.add(outcome.writes);
    result.unshown += outcome.unshown;
    for (const std::string& sql : outcome.uncertain) ++result.uncertain[sql];
    if (outcome.wrong && !result.wrong) {
      result.wrong = outcome.wrong;
      result.wrong_seed = seed;
      result.wrong_clients = clients;
      result.wrong_units = units;
    }
  }
  return result;
}

void print_head(bool redis) {
  fmt::print("{:<30}{:>9} | {:^31} {:>6} | {:^7} | {:^7} | {:^7} | {:^15}{}\n", "", "", "mock", "",
             "recor-", "FIFO,", "first", "writes",
             redis ? " | computed | recorded in  certain" : "");
  fmt::print(
      "{:<30}{:>9} | {:>7} {:>7} {:>7} {:>7} {:>6} | {:>7} | {:>7} | {:>7} | {:>7} {:>7}{}\n",
      "workload", "reads", "certain", "guess+", "guess-", "miss", "WRONG", "ding no", "wrong",
      "wrong", "certain", "WRONG", redis ? " |          |  that state of those" : "");
}

/// `redis`: whether it is known which reads the recording holds in the same state.
void print_row(const std::string& name, const Tally& reads, const Tally& writes, bool redis) {
  const auto of = [&](std::uint64_t part) { return share(part, reads.asked); };
  fmt::print(
      "{:<30}{:>9} | {:>7.2f} {:>7.2f} {:>7.2f} {:>7.2f} {:>6} | {:>7.2f} | {:>7.2f} | "
      "{:>7.2f} | {:>7.2f} {:>7}",
      name, reads.asked, of(reads.certain), of(reads.right_guess), of(reads.wrong_guess),
      of(reads.miss), reads.wrong, of(reads.unknowable), of(reads.fifo_wrong),
      of(reads.first_wrong), share(writes.certain, writes.asked), writes.wrong);
  if (redis)
    fmt::print(" | {:>8.2f} | {:>11.2f} {:>8.2f}", of(reads.computed), of(reads.held),
               share(reads.held_certain, reads.held));
  fmt::print("\n");
}

void print_wrong(const Workload& workload, const Result& result, const Run& run) {
  fmt::print("  FAILED  {}: a certain answer that is not true (seed {})\n", workload.name,
             result.wrong_seed);
  auto small = smallest_failure(workload, run);
  if (!small)
    small = run(workload, result.wrong_seed, result.wrong_clients, result.wrong_units, true);
  if (!small->wrong) small.reset();
  const Wrong& wrong = small ? *small->wrong : *result.wrong;
  fmt::print("    {}\n    answered: {}\n    true:     {}\n", wrong.statement, wrong.answered,
             wrong.truth);
  if (!small) return;
  fmt::print("  recorded:\n");
  for (const std::string& line : small->recording) fmt::print("    {}\n", line);
  fmt::print("  replayed:\n");
  for (const std::string& line : small->replay) {
    fmt::print("    {}\n", line);
    if (line.starts_with(wrong.statement)) break;
  }
}

/// One small run in full.
void print_run(const Workload& workload, std::uint64_t seed, const Run& run) {
  const Outcome outcome = run(workload, seed, 3, 6, true);
  fmt::print("recorded:\n");
  for (const std::string& line : outcome.recording) fmt::print("  {}\n", line);
  fmt::print("replayed:\n");
  for (const std::string& line : outcome.replay) fmt::print("  {}\n", line);
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--verbose") {
      options.verbose = true;
      continue;
    }
    if (name == "--tell") {
      options.tell = true;
      continue;
    }
    if (name == "--http") {
      options.http = true;
      continue;
    }
    if (i + 1 == argc) return false;
    const std::string_view value = argv[++i];
    const auto number = [&](auto& into) {
      const std::string_view digits = value.substr(value.rfind(':') + 1);  // of a URL the port
      return std::from_chars(digits.data(), digits.data() + digits.size(), into).ec == std::errc{};
    };
    if (name == "--only")
      options.only = value;
    else if (!(name == "--reads" && number(options.reads)) &&
             !(name == "--seed" && number(options.seed)) &&
             !(name == "--redis" && number(options.redis)) &&
             !(name == "--postgres" && number(options.postgres)) &&
             !(name == "--mysql" && number(options.mysql)) &&
             !(name == "--bar" && number(options.bar)))
      return false;
  }
  return true;
}

class Checks {
 public:
  void expect(bool holds, const std::string& what) {
    ++(holds ? passed_ : failed_);
    if (!holds) fmt::print("  FAILED  {}\n", what);
  }
  int finish(std::string_view suite) const {
    fmt::print("{}: {} passed, {} failed, 0 skipped\n", suite, passed_, failed_);
    return failed_ == 0 ? 0 : 1;
  }

 private:
  int passed_ = 0, failed_ = 0;
};

/// Those of SQL each without and with its schema.
std::vector<Workload> all_workloads(const Options& options) {
  if (options.redis != 0) return redis_workloads();
  if (options.postgres != 0) return postgres_workloads();
  if (options.mysql != 0) return mysql_workloads();
  if (options.http) return http_workloads();
  std::vector<Workload> workloads;
  for (auto& list : {private_workloads(), shared_workloads(), odd_workloads()})
    for (Workload each : list) {
      workloads.push_back(each);
      // The triggers of SQLite are no SQL of PostgreSQL's.
      if (each.schema.find("TRIGGER") != std::string::npos) continue;
      each.name += ", schema";
      each.declared = true;
      workloads.push_back(std::move(each));
    }
  return workloads;
}

std::vector<Workload> chosen(const Options& options) {
  std::vector<Workload> workloads = all_workloads(options);
  std::erase_if(workloads, [&](const Workload& each) {
    return !options.only.empty() && each.name != options.only;
  });
  return workloads;
}

/// A harness that finds nothing wrong proves something only if it finds what is.
void expect_faults_noticed(const Options& options, const std::vector<Workload>& workloads,
                           Checks& checks) {
  if (!options.only.empty()) return;
  for (const auto& [fault, name] :
       {std::pair{HttpFault::no_credentials, "who asks is left out"},
        std::pair{HttpFault::no_other_fields, "formats and tenants are left out"},
        std::pair{HttpFault::all_independent, "resources are taken for independent"},
        std::pair{HttpFault::writes_that_ask, "a write is taken for a question"}}) {
    const Run run = http_experiments(fault);
    bool noticed = false;
    for (std::uint64_t seed = 1; seed <= 40 && !noticed; ++seed)
      for (const Workload& workload : workloads)
        noticed = noticed || run(workload, seed, 3, 20, false).wrong.has_value();
    checks.expect(noticed, fmt::format("nothing is wrong where {}", name));
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    fmt::print(stderr,
               "usage: differential [--reads N] [--seed N] [--bar PERCENT] [--only WORKLOAD] "
               "[--redis URL] [--postgres PORT] [--mysql PORT] [--http] [--verbose] [--tell]\n");
    return 64;
  }
  if (options.redis != 0) options.run = redis_experiments(options.redis);
  if (options.postgres != 0) options.run = postgres_experiments(options.postgres);
  if (options.mysql != 0) options.run = mysql_experiments(options.mysql);
  if (options.http) options.run = http_experiments();
  const std::vector<Workload> workloads = chosen(options);
  if (options.tell) {
    for (const Workload& workload : workloads) print_run(workload, options.seed, options.run);
    return 0;
  }
  Checks checks;
  Tally reads, writes;
  print_head(options.redis != 0);
  for (const Workload& workload : workloads) {
    const bool barred = options.redis == 0 && workload.private_rows;
    const Result result = repeat(workload, options, options.reads / workloads.size(),
                                 barred ? static_cast<double>(options.bar) : 0);
    print_row(workload.name, result.reads, result.writes, options.redis != 0);
    std::fflush(stdout);
    reads.add(result.reads);
    writes.add(result.writes);
    if (result.unshown > 0)
      fmt::print("  {} more were wrong, of which the recording holds no trace\n", result.unshown);
    checks.expect(!result.wrong, workload.name + ": an answer was wrong without a trace");
    if (result.wrong) print_wrong(workload, result, options.run);
    const bool redis = options.redis != 0;
    const double certain = redis ? share(result.reads.held_certain, result.reads.held)
                                 : share(result.reads.certain, result.reads.asked);
    // What was in a server before the recording, nobody knows from the beginning.
    if (redis ? workload.schema.empty() : workload.private_rows)
      checks.expect(certain >= static_cast<double>(options.bar),
                    fmt::format("{}: {:.2f} % certain and right, expected {} %", workload.name,
                                certain, options.bar));
    if (options.verbose)
      for (const auto& [sql, count] : result.uncertain) fmt::print("    {:>6}  {}\n", count, sql);
  }
  print_row("all", reads, writes, options.redis != 0);
  if (options.http) expect_faults_noticed(options, workloads, checks);
  return checks.finish(options.redis != 0      ? "differential-redis"
                       : options.postgres != 0 ? "differential-postgres"
                       : options.mysql != 0    ? "differential-mysql"
                       : options.http          ? "differential-http"
                                               : "differential");
}
