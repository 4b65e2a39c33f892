// Predicates of rules: what may stand in place of a value.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "understudy/document.hpp"

namespace understudy::match {

/// A described request in which some nodes are predicates: a map with the one key `any`, `regex`,
/// `one_of`, `uuid`, `time`, `range`, `includes` or `absent` (docs/rules.md). Compiled once,
/// matched without allocation beyond what comparing documents needs. Thread-safe.
class Condition {
 public:
  /// `problems` gets a line for every predicate that is unsound: unknown option, bad regex, …
  Condition(const Document& condition, std::vector<std::string>& problems);
  ~Condition();
  Condition(Condition&&) noexcept;
  Condition& operator=(Condition&&) noexcept;

  /// `whole`: the same request with more of what was sent, secrets not replaced
  /// (ServerMachine::whole_request), or null. A value may be that of either.
  [[nodiscard]] bool matches(const Document& described, const Document& whole = nullptr) const;

  /// Whether `node` is a predicate and not a value.
  [[nodiscard]] static bool is_predicate(const Document& node);

 private:
  struct Asked;
  struct Node;
  std::unique_ptr<Node> root_;
};

}  // namespace understudy::match
