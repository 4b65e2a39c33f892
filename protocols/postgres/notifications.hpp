// LISTEN, UNLISTEN and NOTIFY of one connection: they count when their transaction is committed.
#pragma once

#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/postgres/backend.hpp"
#include "understudy/message.hpp"

namespace understudy::postgres {

/// The numbers by which spaces of messages are told apart.
enum class Space : std::uint32_t { channels, cancelling };

class Notifications {
 public:
  /// What the engine is to be told, in this order.
  using Told = std::variant<Listen, Message>;

  /// Before anything else. Another database has other channels; `process` is told with each
  /// message.
  void begin_session(std::string_view database, std::uint32_t process);

  void listen(std::string_view channel) { step({Step::Kind::listen, std::string(channel), {}}); }
  void unlisten(std::string_view channel) {
    step({Step::Kind::unlisten, std::string(channel), {}});
  }
  void unlisten_all() { step({Step::Kind::unlisten_all, {}, {}}); }
  void notify(std::string_view channel, std::string_view payload) {
    step({Step::Kind::notify, std::string(channel), std::string(payload)});
  }

  // As of Settings. Outside of a transaction each step counts at once.
  void begin() { in_transaction_ = true; }
  void commit();
  void rollback();
  void savepoint() { savepoints_.push_back(steps_.size()); }
  void rollback_to(std::size_t depth);
  void release(std::size_t depth);

  [[nodiscard]] bool has_told() const noexcept { return !told_.empty(); }
  [[nodiscard]] Told take_told();

  /// Of another connection.
  void hear(const understudy::Delivery& delivery);
  /// Appends what was heard as NotificationResponse messages: between transactions only.
  void tell(Octets& out);

 private:
  struct Step {
    enum class Kind : std::uint8_t { listen, unlisten, unlisten_all, notify } kind;
    std::string channel, payload;
    bool operator==(const Step&) const = default;
  };
  struct Heard {
    std::uint32_t process = 0;
    std::string channel, payload;
  };

  void step(Step step);
  void carry_out(const Step& step);
  void tell_listen(const std::string& channel, bool on);

  std::string prefix_;  // of topics: the database
  std::uint32_t process_ = 0;
  bool in_transaction_ = false;
  std::vector<Step> steps_;              // of the transaction under way
  std::vector<std::size_t> savepoints_;  // how many steps there were
  std::set<std::string, std::less<>> channels_;
  std::deque<Told> told_;
  std::vector<Heard> heard_;
};

}  // namespace understudy::postgres
