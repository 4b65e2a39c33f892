#include "simulate.hpp"

#include <algorithm>

namespace differential {
namespace {

class Simulation {
 public:
  Simulation(const Workload& workload, const Plan& plan, Execute execute, const Listener& listener)
      : plan_(plan),
        listener_(listener),
        execute_(std::move(execute)),
        random_(plan.order),
        overlapping_(workload.overlapping) {
    for (int i = 0; i < plan.clients; ++i) {
      const auto seed = plan.program * 64 + static_cast<std::uint64_t>(i);
      clients_.push_back({workload.client(i + 1, seed, plan.units), {}});
    }
  }

  void run() {
    for (std::vector<std::uint32_t> ready = ready_clients(); !ready.empty();
         ready = ready_clients())
      step(random_.of(ready));
  }

 private:
  struct Playing {
    std::unique_ptr<Client> client;
    std::vector<Statement> reads;  ///< since it last changed something
    bool has_written = false;      ///< in its transaction
  };

  [[nodiscard]] std::vector<std::uint32_t> ready_clients() {
    std::vector<std::uint32_t> ready;
    for (std::uint32_t i = 0; i < clients_.size(); ++i) {
      const Statement* next = clients_[i].client->peek();
      if (next == nullptr) continue;
      const bool reads = next->kind == Statement::Kind::read;
      if (reads || !others_hold(i)) ready.push_back(i);
    }
    return ready;
  }

  /// Whether another client's transaction keeps this one from writing.
  [[nodiscard]] bool others_hold(std::uint32_t number) const {
    for (std::uint32_t i = 0; i < clients_.size(); ++i) {
      const bool open = i != number && clients_[i].client->in_transaction();
      if (open && (clients_[i].has_written || !overlapping_)) return true;
    }
    return false;
  }

  void step(std::uint32_t number) {
    Playing& playing = clients_[number];
    const Statement statement = *playing.client->peek();
    const bool reads = statement.kind == Statement::Kind::read;
    if (plan_.perturbed && reads && !statement.then && random_.percent(20))
      return playing.client->done(nullptr);
    const Reply reply = execute(number, statement);
    const bool was_open = playing.client->in_transaction();
    playing.client->done(&reply);
    const bool writes = statement.kind == Statement::Kind::write;
    playing.has_written = playing.client->in_transaction() && was_open &&
                          (playing.has_written || writes);
    if (!reads) return playing.reads.clear();
    playing.reads.push_back(statement);
    if (plan_.perturbed && random_.percent(20)) execute(number, random_.of(playing.reads));
  }

  Reply execute(std::uint32_t number, const Statement& statement) {
    if (listener_.accept && !listener_.accept(number, statement)) {
      Reply refused;
      refused.error_code = "UX404";
      return refused;
    }
    const Reply reply = execute_(number, statement);
    listener_.said({number, &statement, &reply});
    return reply;
  }

  const Plan& plan_;
  const Listener& listener_;
  Execute execute_;
  Random random_;
  bool overlapping_;
  std::vector<Playing> clients_;
};

}  // namespace

void simulate(const Workload& workload, const Plan& plan, Execute execute,
              const Listener& listener) {
  Simulation(workload, plan, std::move(execute), listener).run();
}

}  // namespace differential
