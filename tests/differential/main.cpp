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
  /// Per cent of the reads of private rows that must be certain and right. The goal is 99, which
  /// not every workload reaches yet; the default only shows that nothing got worse.
  std::uint64_t bar = 99;
  std::string only;
  bool verbose = false;
  bool tell = false;
};

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

struct Result {
  Tally reads, writes;
  std::uint64_t unshown = 0;
  std::optional<Wrong> wrong;
  std::uint64_t wrong_seed = 0;
  std::map<std::string, std::uint64_t> uncertain;
};

Result run(const Workload& workload, const Options& options, std::uint64_t reads) {
  Result result;
  Random sizes(options.seed);
  for (std::uint64_t seed = options.seed * 1000; result.reads.asked < reads; ++seed) {
    const Outcome outcome =
        experiment(workload, seed, 2 + sizes.below(4), 10 + sizes.below(40), false);
    result.reads.add(outcome.reads);
    result.writes.add(outcome.writes);
    result.unshown += outcome.unshown;
    for (const std::string& sql : outcome.uncertain) ++result.uncertain[sql];
    if (outcome.wrong && !result.wrong) {
      result.wrong = outcome.wrong;
      result.wrong_seed = seed;
    }
  }
  return result;
}

void print_head() {
  fmt::print("{:<30}{:>9} | {:^31} {:>6} | {:^7} | {:^7} | {:^7} | {:^15}\n", "", "", "mock", "",
             "recor-", "FIFO,", "first", "writes");
  fmt::print("{:<30}{:>9} | {:>7} {:>7} {:>7} {:>7} {:>6} | {:>7} | {:>7} | {:>7} | {:>7} {:>7}\n",
             "workload", "reads", "certain", "guess+", "guess-", "miss", "WRONG", "ding no",
             "wrong", "wrong", "certain", "WRONG");
}

void print_row(const std::string& name, const Tally& reads, const Tally& writes) {
  const auto of = [&](std::uint64_t part) { return share(part, reads.asked); };
  fmt::print(
      "{:<30}{:>9} | {:>7.2f} {:>7.2f} {:>7.2f} {:>7.2f} {:>6} | {:>7.2f} | {:>7.2f} | "
      "{:>7.2f} | {:>7.2f} {:>7}\n",
      name, reads.asked, of(reads.certain), of(reads.right_guess), of(reads.wrong_guess),
      of(reads.miss), reads.wrong, of(reads.unknowable), of(reads.fifo_wrong),
      of(reads.first_wrong), share(writes.certain, writes.asked), writes.wrong);
}

void print_wrong(const Workload& workload, const Result& result) {
  fmt::print("  FAILED  {}: a certain answer that is not true (seed {})\n", workload.name,
             result.wrong_seed);
  const auto small = smallest_failure(workload);
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
void print_run(const Workload& workload, std::uint64_t seed) {
  const Outcome outcome = experiment(workload, seed, 3, 6, true);
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
    if (i + 1 == argc) return false;
    const std::string_view value = argv[++i];
    const auto number = [&](std::uint64_t& into) {
      return std::from_chars(value.data(), value.data() + value.size(), into).ec == std::errc{};
    };
    if (name == "--only")
      options.only = value;
    else if (!(name == "--reads" && number(options.reads)) &&
             !(name == "--seed" && number(options.seed)) &&
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
  int finish() const {
    fmt::print("differential: {} passed, {} failed, 0 skipped\n", passed_, failed_);
    return failed_ == 0 ? 0 : 1;
  }

 private:
  int passed_ = 0, failed_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    fmt::print(stderr,
               "usage: differential [--reads N] [--seed N] [--bar PERCENT] [--only WORKLOAD] "
               "[--verbose]\n");
    return 64;
  }
  std::vector<Workload> workloads;  // each without and with its schema
  for (auto& list : {private_workloads(), shared_workloads(), odd_workloads()})
    for (Workload each : list) {
      if (options.only.empty() || each.name == options.only) workloads.push_back(each);
      // The triggers of SQLite are no SQL of PostgreSQL's.
      if (each.schema.find("TRIGGER") != std::string::npos) continue;
      each.name += ", schema";
      each.declared = true;
      if (options.only.empty() || each.name == options.only) workloads.push_back(each);
    }
  if (options.tell) {
    for (const Workload& workload : workloads) print_run(workload, options.seed);
    return 0;
  }
  Checks checks;
  Tally reads, writes;
  print_head();
  for (const Workload& workload : workloads) {
    const Result result = run(workload, options, options.reads / workloads.size());
    print_row(workload.name, result.reads, result.writes);
    std::fflush(stdout);
    reads.add(result.reads);
    writes.add(result.writes);
    if (result.unshown > 0)
      fmt::print("  {} more were wrong, of which the recording holds no trace\n", result.unshown);
    checks.expect(!result.wrong, workload.name + ": an answer was wrong without a trace");
    if (result.wrong) print_wrong(workload, result);
    const double certain = share(result.reads.certain, result.reads.asked);
    if (workload.private_rows)
      checks.expect(certain >= static_cast<double>(options.bar),
                    fmt::format("{}: {:.2f} % certain and right, expected {} %", workload.name,
                                certain, options.bar));
    if (options.verbose)
      for (const auto& [sql, count] : result.uncertain) fmt::print("    {:>6}  {}\n", count, sql);
  }
  print_row("all", reads, writes);
  return checks.finish();
}
