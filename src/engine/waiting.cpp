#include "engine/waiting.hpp"

#include "engine/live_state.hpp"

namespace understudy::engine {

Waiting::Waiting(const Request& request, ConnectionState& asking, std::shared_ptr<Mailbox> rung)
    : canonical(request.canonical),
      qualifier(request.qualifier),
      nothing(request.patience->nothing),
      only_new(request.patience->only_new),
      at_most(request.patience->at_most),
      connection(asking),
      mailbox(std::move(rung)) {}
Waiting::~Waiting() = default;

bool Waiting::is_something(const Verdict& verdict, Bytes image) const noexcept {
  return verdict.answers() && as_text(image) != nothing;
}

}  // namespace understudy::engine
