// A rule file, or a file of pins: flaws are told, and the conditions of what is read can be asked.
#include <cstdint>
#include <cstdlib>

#include "match/predicate.hpp"
#include "store/pin_file.hpp"
#include "store/rule_file.hpp"
#include "store/support.hpp"

using namespace understudy;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const store::TemporaryFolder folder;
  folder.write("rules/a.yaml", as_text(Bytes(data, size)));
  Diagnostics problems;
  for (const store::Rule& rule : store::read_rules(folder.path(), problems)) {
    std::vector<std::string> flaws;
    const match::Condition condition(rule.request, flaws);
    const bool same = condition.matches(rule.request, rule.answer);
    if (same != condition.matches(rule.request, rule.answer)) std::abort();
    static_cast<void>(condition.matches(rule.answer));
    static_cast<void>(rule.line_of("/request"));
  }
  for (const store::Pin& pin : store::read_pins(folder.path(), problems))
    static_cast<void>(store::pin_text(pin, "a comment"));
  return 0;
}
