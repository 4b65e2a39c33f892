// Which recorded values the client made anew in that run, and will make anew in the next one.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compile/load.hpp"
#include "match/masked.hpp"

namespace understudy::compile {

/// Why a value counts as made anew, or not.
enum class ValueClass : std::uint8_t {
  fresh,     ///< its first appearance is in a write of the client, that puts it there
  echo,      ///< a server made it: it comes back from the mock, as recorded
  constant,  ///< several recordings have it
  sought,    ///< the client never made it, it only asked for it
  fixed      ///< a time far from that of the recording
};

/// A generated value of the recordings and where it was seen first.
struct ValueFinding {
  ValueClass value_class = ValueClass::sought;
  std::uint32_t service = 0, step = 0;  ///< numbers in the services, in LoadedService::steps
  bool in_answer = false;
  bool proven = false;  ///< another recording of the same flow has another value there
};

/// Over all services of a mock set, by folded value: a uuid that one service is sent may be an id
/// of another.
using Findings = std::map<std::string, ValueFinding, std::less<>>;

/// Looks at every value of a generated kind (match/value_type.hpp) in order of time.
[[nodiscard]] Findings find_values(std::span<const LoadedService> services);

/// The values of one service that vary, as emit() needs them.
class Varying {
 public:
  Varying() = default;
  /// Both outlive it.
  Varying(const LoadedService& service, const Findings& findings);

  [[nodiscard]] bool is_fresh(std::string_view folded) const;
  /// Those that a request or an answer of this service mentions, sorted, and whether that they vary
  /// is proven.
  [[nodiscard]] const std::map<std::string, bool>& values() const noexcept { return values_; }
  /// Hash of the mask of a request that has some of them; 0 for another.
  [[nodiscard]] std::uint64_t mask_of(std::string_view canonical) const;
  [[nodiscard]] bool shown_by(const Step& step) const;
  /// The document from which the image of its answer can be made anew; empty where it can't.
  [[nodiscard]] std::string document_of(const Step& step) const;

 private:
  const LoadedService* service_ = nullptr;
  const Findings* findings_ = nullptr;
  std::map<std::string, bool> values_;
  std::unique_ptr<Analyser> plain_;  ///< as serving has it, without what the recording taught
};

/// The answer of a step that shows generated values; null of another.
[[nodiscard]] Document answer_of(const Step& step);

/// Keeps of an exchange what the functions above need, where it shows generated values.
void keep_values(const SessionHeader& session, const Exchange& exchange, Step& step);

}  // namespace understudy::compile
