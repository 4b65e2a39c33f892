// The part of a compiled table that a server machine may read by itself.
#pragma once

#include <optional>
#include <string_view>

#include "understudy/bytes.hpp"
#include "understudy/document.hpp"

namespace understudy {

/// Immutable and thread-safe; outlives every machine that it was given to.
class ServiceTable {
 public:
  virtual ~ServiceTable() = default;
  /// What Analyser::profile() made of the recorded sessions: server version, parameters, greeting.
  [[nodiscard]] virtual const Document& profile() const noexcept = 0;
  /// What Analyser::shapes() stored under `key` (say, the columns of a statement that was prepared
  /// and not executed); nothing where nothing was.
  [[nodiscard]] virtual std::optional<Bytes> shape(std::string_view key) const noexcept = 0;
};

}  // namespace understudy
