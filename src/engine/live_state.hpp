// What is alive of a service in one scope: version chains, which writes came last, and the look-up
// of an answer in them. No connection, no bytes, no report.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/doubt.hpp"
#include "engine/emulation.hpp"
#include "engine/hub.hpp"
#include "engine/journal.hpp"
#include "engine/waiting.hpp"
#include "match/change_point.hpp"
#include "match/loop.hpp"
#include "match/overlay.hpp"
#include "match/renamer.hpp"
#include "table/service_section.hpp"
#include "understudy/grade.hpp"
#include "understudy/request.hpp"

namespace understudy::engine {

/// What one live connection adds to the live state of its scope.
struct ConnectionState {
  struct Watched {
    match::KeyId key;
    match::Version version;
  };
  match::Overlay overlay;
  std::vector<Watched> watched;
  /// Where the protocol's emulator sees what is watched, instead of `watched`.
  std::vector<std::shared_ptr<const Emulator::Watch>> watches;
  /// Answers made anew for it, which its machine may hold.
  std::set<std::shared_ptr<const std::string>> images;
  /// Answers computed for it, which its machine holds until they are sent.
  std::vector<std::shared_ptr<const std::string>> computed;
  /// Held through its transaction where computed answers can't be undone.
  std::unique_lock<std::mutex> computing;
  /// Of its transaction where they can.
  ToldTransaction told;
  std::uint64_t number = next_number();  ///< no other connection has it

  /// All but a commit (see LiveState) and `begin`.
  void apply(Control control, std::string_view name);
  [[nodiscard]] bool is_watching() const noexcept { return !watched.empty() || !watches.empty(); }
  void unwatch() noexcept {
    watched.clear();
    watches.clear();
  }

 private:
  [[nodiscard]] static std::uint64_t next_number() noexcept;
};

/// What became of the beginning of a transaction.
enum class Begun : std::uint8_t {
  yes,
  conflict,       ///< something watched has changed: nothing is begun
  maybe_conflict  ///< it may have changed, or not: nothing is begun
};

/// What the table says of a request in the present state. Without an answer, or where the answer is
/// a guess, `doubt` tells why.
struct Verdict {
  Grade grade = Grade::miss;
  const table::format::RequestRecord* request = nullptr;
  const table::format::AnswerRecord* answer = nullptr;
  match::Version state = 0;  ///< that of `request`, before it was answered
  Doubt doubt{};
  /// The image of the answer with the values of this run, or as it was computed; null where it is
  /// that of the table.
  std::shared_ptr<const std::string> image = nullptr;
  bool other_rows = false;  ///< `image` tells of another number of rows than the recorded answer

  [[nodiscard]] bool answers() const noexcept { return answer != nullptr || image != nullptr; }
};

/// Thread-safe. A connection's own state is used by one thread at a time.
class LiveState {
 public:
  /// `protocol` and `section` outlive it. `renaming` is that of its scope.
  LiveState(const Protocol& protocol, const table::ServiceSection& section, Strictness strictness,
            std::shared_ptr<match::Renaming> renaming);

  /// Looks a request up and, where it is a write that was answered, lets it take effect.
  [[nodiscard]] Verdict ask(const Request& request, ConnectionState& connection);
  /// Why a request that was just asked was not computed; empty where there is nothing to say.
  [[nodiscard]] std::string why_not_computed(const Request& request,
                                             const ConnectionState& connection);
  /// Watches end with it.
  [[nodiscard]] Begun begin(ConnectionState& connection, Sight sight = Sight::newest);
  /// A connection that is in a transaction is here from now on, no longer in another scope.
  void take_over(ConnectionState& connection);
  /// With an answer where the recorded commit failed: the transaction is undone. Else without one:
  /// it is merged and `synthesised`, or a `guess` where the recording has it fail and does not have
  /// a transaction like this one. Where that is to be a `miss`, the transaction is undone.
  [[nodiscard]] Verdict commit(std::string_view canonical, std::string_view qualifier,
                               ConnectionState& connection);
  /// A request that is answered when another connection has brought something: a certain answer, or
  /// none. Without one it waits from here on: the thread of the connection that brings it has it
  /// answered, in the order in which they came, and rings.
  [[nodiscard]] Verdict await(const std::shared_ptr<Waiting>& waiting);
  /// It is over: it was answered, or its time is up, and it waits no longer. A guess where it is
  /// not certain that nothing came.
  [[nodiscard]] Verdict stop_waiting(Waiting& waiting);
  /// Its connection is gone.
  void abandon(const Waiting& waiting);
  [[nodiscard]] bool is_answered(const Waiting& waiting);

  [[nodiscard]] Hub& hub() noexcept { return hub_; }

  /// `joined` is a join()ed KeyPath. False where no recorded request depends on it, so that nobody
  /// would see it change.
  [[nodiscard]] bool watch(std::string_view joined, ConnectionState& connection);
  /// The state before the first request of the first recording.
  void reset();
  /// Behind reset(): that of this one, by its number.
  void begin_as(std::uint32_t recording);

 private:
  using Found = table::ServiceSection::Found;
  using RequestId = table::RequestId;
  using Proposal = match::Renamer::Proposal;
  struct Asked;
  enum class Patient : bool { no, yes };
  [[nodiscard]] Verdict ask(const Request& request, ConnectionState& connection, Patient patient);
  [[nodiscard]] Verdict ask_for(const Waiting& waiting);
  [[nodiscard]] std::optional<match::Version> state_with_nothing(const Waiting& waiting,
                                                                 const Verdict& verdict) const;
  void serve_waiting();
  void leave_room(const Waiting& waiting);
  [[nodiscard]] Bytes image_of(const Verdict& verdict) const;
  [[nodiscard]] Verdict commit_alone(std::string_view canonical, std::string_view qualifier,
                                     ConnectionState& connection);
  void let_time_pass(ConnectionState& connection);
  void look(Sight sight, ConnectionState& connection);
  [[nodiscard]] Verdict told(Asked& asked, const Found& found, const Proposal* proposal,
                             Verdict verdict);
  [[nodiscard]] bool writes(const Found& found) const;
  [[nodiscard]] Verdict ask_renamed(Asked& asked);
  [[nodiscard]] Verdict ask_found(Asked& asked, const Found& found, const Proposal* proposal);
  [[nodiscard]] Verdict judge(Asked& asked, const Found& found, const Proposal* proposal);
  [[nodiscard]] Verdict describe(const Request& request, ConnectionState& connection);
  [[nodiscard]] Verdict compute(Asked& asked, const Found& found, const Verdict& recorded = {});
  [[nodiscard]] bool confirms(const Asked& asked, const Verdict& computed,
                              const Verdict& recorded) const;
  [[nodiscard]] Verdict confirmed(const Proposal& proposal, bool writes, Verdict verdict);
  [[nodiscard]] Verdict rewritten(Asked& asked, Verdict verdict);
  [[nodiscard]] Verdict of_rows(Asked& asked, const Proposal& proposal, Verdict verdict);
  [[nodiscard]] Verdict judge_exact(const Found& found, const match::Overlay& overlay);
  [[nodiscard]] Verdict look_up(RequestId id, const match::Overlay& overlay);
  [[nodiscard]] Verdict guess(const Found& found, const match::Overlay& overlay);
  [[nodiscard]] Verdict next_of_volatile(RequestId id, const match::Overlay& overlay);
  [[nodiscard]] Verdict judge_commit(RequestId id, const match::Overlay& overlay);
  [[nodiscard]] bool counts_asks(const Found& found) const;
  [[nodiscard]] match::Version state_of_request(RequestId id, const match::Overlay& overlay) const;
  [[nodiscard]] const table::format::AnswerRecord* last_ask(RequestId id) const;
  void note_asked(const Found& found, const match::Overlay& overlay);
  [[nodiscard]] Doubt doubt_of_state(const table::format::RequestRecord& request,
                                     const match::Overlay& overlay) const;
  [[nodiscard]] Verdict allowed(const Verdict& verdict) const;
  void take_effect(const Asked& asked, const Verdict& verdict);

  const table::ServiceSection& section_;
  Strictness strictness_;
  match::Renamer renamer_;
  match::Scope scope_;
  std::unique_ptr<Emulation> emulation_;  // null where the protocol computes no answers
  std::unordered_map<RequestId, std::size_t> volatile_cursor_;  // next of a volatile request
  Hub hub_;
  WaitingRoom waiting_;
};

}  // namespace understudy::engine
