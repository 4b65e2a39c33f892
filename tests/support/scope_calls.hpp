// What a machine asked about scopes, answered as an engine would that knows no scope "full".
#pragma once

#include <string>
#include <vector>

#include "understudy/server_machine.hpp"

namespace understudy::test {

/// "enter w1", "reset w1", "drop"; replies to the machine.
inline void answer_scope_call(const ScopeCall& call, ServerMachine& machine,
                              std::vector<std::string>& calls) {
  static constexpr const char* names[] = {"enter", "reset", "drop"};
  calls.push_back(names[static_cast<std::size_t>(call.action)]);
  if (!call.name.empty()) calls.back() += " " + std::string(call.name);
  if (call.name == "full") return machine.reply(Miss{"understudy: no room", {}, "docs/scopes.md"});
  machine.reply(Answer{Grade::synthesised, {}});
}

}  // namespace understudy::test
