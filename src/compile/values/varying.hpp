// Which recorded values the client made anew in that run, and will make anew in the next one.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compile/model/steps.hpp"
#include "compile/values/hidden.hpp"
#include "compile/values/pins.hpp"
#include "match/masked.hpp"
#include "table/builder.hpp"

namespace understudy::compile {

/// Why a value counts as made anew, or not.
enum class ValueClass : std::uint8_t {
  fresh,     ///< its first appearance is in a write of the client, that puts it there
  echo,      ///< a server made it: it comes back from the mock, as recorded
  constant,  ///< several recordings have it, or a person pinned it
  sought,    ///< the client never made it, it only asked for it
  fixed      ///< a time far from that of the recording
};

/// A generated value of the recordings and where it was seen first.
struct ValueFinding {
  ValueClass value_class = ValueClass::sought;
  std::uint32_t service = 0;  ///< number among the services
  StepId step;
  std::uint32_t value = 0, token = 0;  ///< in a request: see match::MaskedValue
  bool in_answer = false;
  /// Another recording of the same flow has another value there, or a person pinned it.
  bool proven = false;
  bool refers = false;          ///< the column in which it is written refers to another table
  bool near = true;             ///< a time about that of the recording
  std::uint32_t recording = 0;  ///< the first that has it
  const PinnedPlace* pinned = nullptr;
  /// Of a constant: where another recording has it; its service and step.
  std::optional<std::pair<std::uint32_t, StepId>> also{};
};

/// Over all services of a mock set, by folded value: a uuid that one service is sent may be an id
/// of another.
using Findings = std::map<std::string, ValueFinding, std::less<>>;

/// Looks at every value of a generated kind (match/value_type.hpp) in order of time. Pins that no
/// value answers to, or that contradict each other, are reported.
[[nodiscard]] Findings find_values(std::span<const LoadedService> services, Diagnostics& problems);

/// Null where nothing is pinned. `masked` is a request of the service, `value` one of its values.
[[nodiscard]] const PinnedPlace* pin_of(const LoadedService& service, const match::Masked& masked,
                                        const match::MaskedValue& value);

/// The values of one service that vary, as emit() needs them.
class Varying {
 public:
  Varying() = default;
  /// Both outlive it. `shifts_times`: those that the server made count as well.
  Varying(const LoadedService& service, const Findings& findings, bool shifts_times = false);

  [[nodiscard]] bool is_fresh(std::string_view folded) const;
  /// Those that a request or an answer of this service mentions, sorted; where some vary also those
  /// that do not.
  [[nodiscard]] const std::map<std::string, table::VaryingEntry>& values() const noexcept {
    return values_;
  }
  /// Hash of the mask of a request that has some of them; 0 for another.
  [[nodiscard]] std::uint64_t mask_of(std::string_view canonical) const;
  /// Hash of what an insert has in common with those of another number of such rows (match::Batch),
  /// where each row has values of its own, all of them fresh; 0 for another request.
  [[nodiscard]] std::uint64_t batch_of(const Identity& request) const;
  /// Whether a step that batch_of() knows was answered by the number of its rows alone, so that
  /// document_of() serves another number as well.
  [[nodiscard]] bool counts(const Step& step) const;
  [[nodiscard]] bool shown_by(const Step& step) const;
  /// Whether some of them is in an answer where it is not recognised as a value: in part, encoded.
  [[nodiscard]] bool hidden_in(const Step& step) const;
  /// A bit for each match::ValueKind by whose order the answer to a request may depend.
  [[nodiscard]] std::uint32_t ordered_kinds(const Step& asked) const;
  /// The document from which the image of its answer can be made anew; empty where it can't.
  [[nodiscard]] std::string document_of(const Step& step) const;

 private:
  void note(const std::string& value);
  void note_shifted();
  [[nodiscard]] bool is_shifted(std::string_view folded) const;
  void note_columns(const Step& step, const match::Masked& masked);
  void note_unplaced();
  [[nodiscard]] bool is_own(std::string_view folded) const;
  const LoadedService* service_ = nullptr;
  const Findings* findings_ = nullptr;
  bool shifts_times_ = false;
  std::map<std::string, table::VaryingEntry> values_;
  std::map<std::string, std::uint32_t> kinds_in_;         ///< by folded name of a column
  std::set<std::string> placed_;                          ///< values of which a column is known
  std::map<std::string, std::set<std::string>> made_in_;  ///< other values, by table
  std::map<std::string, std::uint32_t> unplaced_;         ///< their kinds, by table
  std::uint32_t all_kinds_ = 0;
  HiddenValues hidden_;
  std::unique_ptr<Analyser> plain_;  ///< as serving has it, without what the recording taught
};

/// The answer of a step that shows generated values; null of another.
[[nodiscard]] Document answer_of(const Step& step);

/// Of which exchanges keep_values() keeps the documents: of those that show generated values or
/// count rows, or of all but the largest.
enum class Keep : std::uint8_t { values, all };
/// An exchange with the answer of which its image was made.
struct KeptExchange {
  const Document& request;
  const Document& answer;
};
/// Keeps of an exchange what the functions above, and align(), need.
void keep_values(const LoadedService& service, const KeptExchange& exchange, Keep keep, Step& step);

}  // namespace understudy::compile
