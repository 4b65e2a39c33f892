// What a protocol computes by itself where no recording holds the answer: the rules of its service,
// run on what the recording shows of its contents.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/analyser.hpp"
#include "understudy/bytes.hpp"
#include "understudy/catalogue.hpp"
#include "understudy/document.hpp"
#include "understudy/request.hpp"

namespace understudy {

/// A request as an emulator is asked it.
struct EmulatedRequest {
  std::string_view canonical, qualifier = {};  ///< see Request
  /// Who asks. What a connection does in a transaction others do not see before it is committed.
  std::uint64_t connection = 0;
  std::string_view session = {};  ///< see Request
  bool describes = false;         ///< see Request: it has no effect
  Sight sight = Sight::newest;

  EmulatedRequest(std::string_view canonical_,
                  std::string_view qualifier_ = {},  // NOLINT: a request is one
                  std::uint64_t connection_ = 0, std::string_view session_ = {})
      : canonical(canonical_), qualifier(qualifier_), connection(connection_), session(session_) {}
  EmulatedRequest(const std::string& canonical_) : canonical(canonical_) {}  // NOLINT
  EmulatedRequest(const char* canonical_) : canonical(canonical_) {}         // NOLINT
};

/// What a service held when a recording began, see CatalogueReader.
struct Held {
  std::string catalogue;
  HeldRows rows;
  std::string user;  ///< as whom the recorded clients logged in
};

/// One of its tables, and why what it holds is not all known; empty: it is.
struct HeldState {
  std::string table, gap;
};

/// The contents of one service in one scope, as far as they are known. It is sure or says nothing:
/// what it can't be sure of it has no part in. No clock, no threads; used by one thread at a time.
///
/// Compiling, it follows the recordings and gathers what is known: what was there before the first
/// write, and which requests it answers otherwise than the real service did. Serving, it is made of
/// that knowledge, follows what the table answers and computes what the table does not hold.
class Emulator {
 public:
  /// The time now, since 1970; nothing where it is not known, as while a recording is followed.
  using Moment = std::optional<std::chrono::milliseconds>;

  struct Computed {
    std::string image;  ///< as the protocol's Analyser makes it
    /// What the request may have changed; empty where it changed nothing.
    std::vector<KeyPath> writes;
    /// It was recorded where all that it depends on was as it is now.
    bool recorded = false;
  };

  /// What WATCH sees of one dependency. Kept by who watches, for as long as he does.
  struct Watch {
    bool touched = false;  ///< something has changed, or may have changed, what is there
    bool certain = true;   ///< of `touched`: it has
  };

  /// Of the requests that were followed and are of a kind that may be computed: how many could be,
  /// and why the others could not, the reason of most requests first.
  struct Coverage {
    struct Missed {
      std::string reason;
      std::uint64_t requests = 0;
      std::size_t patterns = 0;  ///< different ones
      std::string example;       ///< the pattern of most requests, for a person
    };
    std::uint64_t requests = 0, computed = 0;
    std::vector<Missed> missed;
  };

  virtual ~Emulator() = default;

  /// Before any recording, of an emulator that knows nothing yet: what every scope begins with.
  virtual std::vector<HeldState> hold(const Held& /*held*/) { return {}; }
  /// A recording begins of whose first state nothing is known yet.
  virtual void begin_recording() = 0;
  /// A recording begins with what is held.
  virtual void begin_held_recording() { begin_recording(); }
  /// What all recordings that were followed agree on; for new_emulator() of the Protocol.
  [[nodiscard]] virtual Document knowledge() const = 0;

  /// Octets that belong to the knowledge and are too many to be part of it.
  [[nodiscard]] virtual std::string contents() const { return {}; }
  /// Of one that is made of knowledge(): these octets, which outlive it, like the knowledge. Once,
  /// before anything else.
  virtual void use_contents(Bytes /*octets*/) {}

  /// The tables, as paths name them, of which every insert that was followed was computed with the
  /// number that the service gave it.
  [[nodiscard]] virtual std::set<std::string> numbered() const { return {}; }

  /// The state before the first request again.
  virtual void reset() = 0;
  /// The answer to a request, which has taken effect; nothing, and nothing has changed, where it
  /// is not sure.
  [[nodiscard]] virtual std::optional<Computed> compute(const EmulatedRequest& asked,
                                                        Moment now) = 0;
  /// The request was answered so, for certain. Where that is not what would have been computed,
  /// what the request is about is no longer known and, while a recording is followed and
  /// `in_order`, its like are never computed. `in_order`: nothing else happened meanwhile that
  /// could have come first.
  virtual void follow(const EmulatedRequest& asked, Bytes image, Moment now, bool in_order) = 0;
  /// The request may have been answered in any way: what it could have changed is not known.
  virtual void forget(const EmulatedRequest& asked) = 0;

  [[nodiscard]] virtual Coverage coverage() const { return {}; }
  /// Why the request would not be computed as things are; empty where it would be, and where there
  /// is nothing to say.
  [[nodiscard]] virtual std::string why_not(const EmulatedRequest& /*asked*/) { return {}; }

  /// Whether it can take back what a transaction did: then it is told of each request as it is
  /// answered and of what control() says. Else requests of a transaction are given to it when they
  /// have taken effect, and while they do nothing else is.
  [[nodiscard]] virtual bool undoes() const noexcept { return false; }
  /// The connection's transaction begins, ends, or goes back to a savepoint. With a name it began
  /// before: what it has done and seen so far is not known here.
  virtual void control(Control /*control*/, std::string_view /*name*/,
                       std::uint64_t /*connection*/) {}

  /// What the connection's transaction sees of others in requests of another Sight than `newest` is
  /// what is here now.
  virtual void look(std::uint64_t /*connection*/) {}

  /// Whether the connection's transaction is sure to be committed: what is looked at only when one
  /// ends holds, and all that it did is known.
  [[nodiscard]] virtual bool commits(std::uint64_t /*connection*/) { return false; }
  /// The connection's transaction, which has ended, was committed or was not: nobody knows.
  virtual void end_doubted(std::uint64_t /*connection*/) {}

  /// The next moment at which something ends by itself, as keys of Redis do; nothing where that
  /// will not happen.
  [[nodiscard]] virtual Moment next_end() const { return std::nullopt; }
  /// What has ended by now, once each. Call it before anything else is asked of that moment.
  virtual std::vector<KeyPath> end_due(std::chrono::milliseconds /*now*/) { return {}; }
  /// Null where it does not follow what is at this path.
  virtual std::shared_ptr<const Watch> watch(const KeyPath& /*path*/) { return nullptr; }
};

}  // namespace understudy
