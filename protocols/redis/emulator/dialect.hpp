// What differs between versions of Redis, told by the replies themselves.
#pragma once

#include <optional>

#include "protocols/redis/numbers.hpp"
#include "protocols/redis/value.hpp"
#include "understudy/document.hpp"

namespace understudy::redis::emulation {

class Dialect {
 public:
  /// Nothing where no reply has shown it, or replies contradict each other.
  [[nodiscard]] std::optional<DoubleStyle> doubles() const;
  /// Whether errors of scripts name the script and its line, as since 7.0.
  [[nodiscard]] bool spells_script_errors() const noexcept { return script_errors_; }
  void learn(const Value& reply);

  /// `doubles` and `script_errors` of a document.
  void merge(const Document& document);
  void write(Document& document) const;

 private:
  bool seventeen_digits_ = false;  // seen where the other style would have differed
  bool shortest_ = false;
  bool script_errors_ = false;
};

}  // namespace understudy::redis::emulation
