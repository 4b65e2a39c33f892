// One recording of a workload and one replay of it in another order, each answer compared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policies.hpp"
#include "simulate.hpp"

namespace differential {

struct Wrong {
  std::string statement, answered, truth;
};

struct Outcome {
  Tally reads, writes;
  std::uint64_t unshown = 0;   ///< wrong, where the recording holds no trace of the cause
  std::optional<Wrong> wrong;  ///< the first one
  std::vector<std::string> recording, replay;  ///< what was said, where `tell` was set
  std::vector<std::string> uncertain;  ///< patterns of reads that were not certain and right
};

[[nodiscard]] Outcome experiment(const Workload& workload, std::uint64_t seed, int clients,
                                 int units, bool tell);

using Run = std::function<Outcome(const Workload& workload, std::uint64_t seed, int clients,
                                  int units, bool tell)>;
/// The same against the redis-server on a port of this machine, which is emptied.
[[nodiscard]] Run redis_experiments(std::uint16_t port);

/// The same against a PostgreSQL on a port of this machine that trusts `postgres`, in its database
/// of that name, and with a mock that guesses nothing: what it is not certain of is left out of the
/// truth as well.
[[nodiscard]] Run postgres_experiments(std::uint16_t port);

/// The same against a MariaDB that trusts `root`, in databases and with users of its own.
[[nodiscard]] Run mysql_experiments(std::uint16_t port);

/// What a mock is kept from knowing, to see that its wrong answers are noticed.
enum class HttpFault : std::uint8_t {
  none,
  no_credentials,   ///< who asks is no part of a request
  no_other_fields,  ///< nor are formats, languages and tenants
  all_independent,  ///< no write to one resource changes another one
  writes_that_ask   ///< what changes the cart is taken for a question
};
/// The same against a small service, see http_model.hpp.
[[nodiscard]] Run http_experiments(HttpFault fault = HttpFault::none);

/// A small example of a wrong answer, searched among small runs.
[[nodiscard]] std::optional<Outcome> smallest_failure(const Workload& workload, const Run& run);

}  // namespace differential
