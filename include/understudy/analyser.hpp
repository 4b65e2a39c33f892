// The compiling role of a protocol: what a recorded exchange reads, writes and
// is answered with.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "understudy/diagnostic.hpp"
#include "understudy/document.hpp"
#include "understudy/exchange.hpp"
#include "understudy/request.hpp"
#include "understudy/rows.hpp"
#include "understudy/schema.hpp"
#include "understudy/secrets.hpp"
#include "understudy/service_table.hpp"

namespace understudy {

/// A dependency: something that a write changes and a read depends on, as a path from the widest
/// to the narrowest. `{}` is the whole service, `{"orders"}` a table, `{"orders", "id=7"}` a row;
/// `{"0", "cart:7"}` a Redis key of database 0; `{"charges", "ch_1"}` an HTTP resource.
/// A write to a path changes what is read at that path, at every wider and at every narrower one.
/// A path that begins with `outside_transactions` is changed at once and for good, whatever becomes
/// of the transaction and even where the write failed: a sequence's numbers are never given back.
using KeyPath = std::vector<std::string>;
inline constexpr std::string_view outside_transactions = "@sequence";
/// A path that begins with this stands for writes of which nothing proves that they leave an answer
/// alone, and nothing that they don't.
inline constexpr std::string_view unproven_writes = "@unproven";

/// The path as one string, segments parted by 0x1f (US).
[[nodiscard]] inline std::string join(const KeyPath& path) {
  std::string joined;
  for (const std::string& segment : path) {
    if (!joined.empty()) joined += '\x1f';
    joined += segment;
  }
  return joined;
}

enum class Effect : std::uint8_t {
  none,  ///< connection-scoped, the machine's own business: not put into the table
  read,
  write  ///< looked up like a read, then bumps `writes`
};

/// A flaw of a recorded or written document. `path` is a JSON pointer below the exchange's root.
struct Problem {
  std::string path;
  std::string what;  ///< what stands there and what was expected
  std::string hint;  ///< what to do; may be empty
};

/// What is at a path behind a write, whatever had been there before.
struct Determined {
  KeyPath path;         ///< one of the write's
  std::string content;  ///< equal only where all that is there, at and below the path, is equal
  /// It follows from the request alone, else from the request and its answer.
  bool whatever_answered = false;
};

struct Analysis {
  Identity identity;
  std::string session;  ///< as Request has it
  Effect effect = Effect::read;
  Control control = Control::none;
  std::string control_name;
  std::vector<KeyPath> reads;  ///< for a write as well: what its own answer depends on
  /// The same, where only that matters which is there now at and below the path, not the writes
  /// that led to it: after a write that determines it the state is one and the same.
  std::vector<KeyPath> contents;
  std::vector<KeyPath> writes;
  /// What it may write besides where it is answered otherwise than it was here.
  std::vector<KeyPath> writes_otherwise;
  std::vector<Determined> determined;
  RowFacts rows;        ///< of the tables among `reads` and `writes`: which of their rows
  bool changed = true;  ///< false for a write that failed or touched nothing: bumps nothing,
                        ///< but what it determines is there all the same;
                        ///< false for a commit that failed: undoes the transaction
  /// It took effect when it was answered and not before: it had to wait for what another brought.
  bool waited = false;
  bool understood = true;  ///< false where the keys are the widest for want of a parse
  /// What a read shows of the clock or of chance (`now()`): asked again, it may be told another
  /// one in the very same state. Empty where it shows none.
  std::string unsteady;
  std::string image;  ///< the answer as the protocol's ServerMachine wants it back
  /// The answer that `image` was made of, where that is not the recorded one; else null.
  Document settled;
  Sight sight = Sight::newest;  ///< see Request
};

/// One per service and compile. First shown everything, then asked.
class Analyser {
 public:
  virtual ~Analyser() = default;
  /// Called once, before anything else: how secrets are replaced.
  virtual void use(const Secrets& /*secrets*/) {}
  /// First pass, sessions in order: parameter types, columns, server profile.
  virtual void learn(const SessionHeader& session, const Exchange& exchange) = 0;
  /// Between the passes: what the statements of a schema file declare, added to what those of
  /// earlier files did.
  virtual void declare(const SchemaFile& file, Schema& /*schema*/, Diagnostics& problems) {
    problems.push_back({Severity::error, file.name, 0, "the protocol of this service has no schema",
                        "remove `schema` from its entry in understudy.yaml"});
  }
  /// Before anything is learned: what a person says of the service in a pin of a rule file that is
  /// not about values: {request?, effect?, independent?}.
  virtual void pin(const Document& /*said*/, std::vector<Problem>& problems) {
    problems.push_back({"", "the protocol of this service has no such pins", "remove it"});
  }
  /// Second pass. Deterministic. Problems are appended, all of them, not the first.
  virtual Analysis analyse(const SessionHeader& session, const Exchange& exchange,
                           std::vector<Problem>& problems) = 0;
  /// The identity of a request document alone (rules, `explain`).
  virtual Identity identify(const Document& request, std::vector<Problem>& problems) = 0;
  /// What a rule's request asks of a live request, where that is more than identity compares: a
  /// condition (match::Condition) over ServerMachine::whole_request(). Nothing: the described
  /// identity is all of it.
  virtual std::optional<Document> condition(const Document& /*request*/,
                                            std::vector<Problem>& /*problems*/) {
    return std::nullopt;
  }
  /// A request document as ServerMachine::whole_request() would tell it.
  virtual std::optional<Document> whole_request(const Document& /*request*/) {
    return std::nullopt;
  }
  /// The image of an answer document alone (rules).
  virtual std::string encode(const Document& request, const Document& answer,
                             std::vector<Problem>& problems) = 0;
  [[nodiscard]] virtual Document profile() const = 0;
  /// To a new analyser, instead of learning: what profile() gave, so that `encode` makes the same
  /// images as after learning.
  virtual void restore(const Document& /*profile*/) {}
  /// To a new analyser, instead of learning: the table that was made of what was learned, so that
  /// `identify` knows what a person leaves out. Outlives the analyser.
  virtual void consult(const ServiceTable& /*table*/) {}
  /// Key and content of what ServiceTable::shape() is to find.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> shapes() const = 0;
};

}  // namespace understudy
