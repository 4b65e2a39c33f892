// The scripts that a server knows by their digests.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocols/redis/value.hpp"
#include "understudy/document.hpp"

namespace understudy::redis::emulation {

/// In lower case, as EVALSHA takes it.
[[nodiscard]] std::string digest_of(std::string_view body);

class ScriptCache {
 public:
  struct Script {
    std::shared_ptr<const std::string> body;  ///< null where nobody has shown it
    std::optional<bool> loaded;               ///< nothing where that is not known
  };

  /// As it is now; `digest` in any case.
  [[nodiscard]] Script find(std::string_view digest) const;
  /// EVAL or SCRIPT LOAD. Returns the digest.
  std::string load(std::string_view body);
  void flush();
  /// What a request and its reply show of it: EVAL, EVALSHA, SCRIPT LOAD and SCRIPT FLUSH.
  void follow(std::string_view name, std::span<const std::string_view> words, const Value& reply);

  /// What a recording shows of its beginning is kept for all that follow.
  void begin_recording();
  /// At the beginning of the recordings, as far as they agree.
  void begin_serving();
  void merge(const Document& knowledge);
  void write(Document& knowledge) const;

 private:
  void seen_at_first(const std::string& digest, bool loaded);

  std::map<std::string, Script> scripts_;
  bool flushed_ = false;  // those that are not in `scripts_` are not loaded
  /// Whether it was loaded before anything was recorded; nothing where recordings differ.
  std::map<std::string, std::optional<bool>> first_;
};

}  // namespace understudy::redis::emulation
