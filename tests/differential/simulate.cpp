#include "simulate.hpp"

#include <algorithm>

namespace differential {
namespace {

class Simulation {
 public:
  Simulation(const Workload& workload, const Plan& plan, Execute execute, const Listener& listener)
      : plan_(plan), listener_(listener), execute_(std::move(execute)), random_(plan.order) {
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
  };

  [[nodiscard]] std::vector<std::uint32_t> ready_clients() {
    const bool held = std::ranges::any_of(
        clients_, [](const Playing& each) { return each.client->in_transaction(); });
    std::vector<std::uint32_t> ready;
    for (std::uint32_t i = 0; i < clients_.size(); ++i) {
      const Statement* next = clients_[i].client->peek();
      if (next == nullptr) continue;
      const bool reads = next->kind == Statement::Kind::read;
      if (!held || reads || clients_[i].client->in_transaction()) ready.push_back(i);
    }
    return ready;
  }

  void step(std::uint32_t number) {
    Playing& playing = clients_[number];
    const Statement statement = *playing.client->peek();
    const bool reads = statement.kind == Statement::Kind::read;
    if (plan_.perturbed && reads && !statement.then && random_.percent(20))
      return playing.client->done(nullptr);
    const Reply reply = execute(number, statement);
    playing.client->done(&reply);
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
  std::vector<Playing> clients_;
};

}  // namespace

void simulate(const Workload& workload, const Plan& plan, Execute execute,
              const Listener& listener) {
  Simulation(workload, plan, std::move(execute), listener).run();
}

}  // namespace differential
