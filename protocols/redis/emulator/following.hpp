// What the emulator knows, and how a request with its answer changes that.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "protocols/redis/emulator/dialect.hpp"
#include "protocols/redis/emulator/request.hpp"
#include "protocols/redis/emulator/seeds.hpp"

namespace understudy::redis::emulation {

struct State {
  Keyspace keys;
  Seeds seeds;
  Dialect dialect;
  ScriptCache scripts;           ///< as the recordings so far show them
  std::set<std::string> pinned;  ///< names of commands that are not computed
  bool recording = false;        ///< whether what is followed is a recording

  /// Whether there is a function for it, and no recording contradicted it.
  [[nodiscard]] bool computes(const Request& request) const;
  void forget(const std::vector<KeyPath>& paths);
  /// As forget(), of what a request may have changed, or has.
  void forget_written(const std::vector<KeyPath>& writes, bool changed = false);
};

/// A request that was answered so; see Emulator::follow.
class Followed {
 public:
  Followed(State& state, const Request& request, const Value& reply, Emulator::Moment now,
           bool in_order);
  void follow();

 private:
  // A key that the request is about, as it was before.
  struct Concerned {
    KeyName name;
    Entry without_value;  // absent or unknown, where it was that
    bool present;
    Expiry expiry;
  };

  void look_at_keys();
  [[nodiscard]] Answer compute(Keyspace& keys);
  [[nodiscard]] bool agrees(const Answer& answer) const;
  [[nodiscard]] bool may_have_ended(const Concerned& key) const;
  [[nodiscard]] bool is_explained_by_expiry();
  void settle_doubt();
  void agree();
  void disagree();
  void refuse();
  void learn_before();
  void learn_after();
  void pin();

  State& state_;
  const Request& request_;
  const Value& reply_;
  Emulator::Moment now_;
  bool in_order_;
  Effects effects_;
  bool changes_;  // whether it may have changed something
  std::string meaning_;
  std::vector<Concerned> concerned_;
};

}  // namespace understudy::redis::emulation
