// Commands, one a line, to an emulator that knows of an empty server: whatever is asked, and after
// it is taken back to its beginning it answers the same.
#include <cstdint>
#include <cstdlib>

#include "protocols/redis/redis.hpp"
#include "understudy/bytes.hpp"
#include "understudy/emulator.hpp"

using namespace understudy;

namespace {

std::string answers(Emulator& emulator, Analyser& analyser, std::string_view lines) {
  std::string all;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    std::vector<Problem> problems;
    const Document request = redis::protocol().request_from_text(line);
    const Identity identity = analyser.identify(request, problems);
    if (!problems.empty()) continue;
    const auto computed = emulator.compute({identity.canonical, identity.qualifier}, std::nullopt);
    all += computed ? computed->image : std::string("?");
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto analyser = redis::protocol().new_analyser();
  static const auto emulator = [] {
    const Document knowledge{{"profile", analyser->profile()}};
    return redis::protocol().new_emulator(knowledge);
  }();
  if (!emulator) return 0;
  const std::string_view lines = as_text(Bytes(data, std::min<std::size_t>(size, 2048)));
  emulator->reset();
  const std::string first = answers(*emulator, *analyser, lines);
  emulator->reset();
  if (answers(*emulator, *analyser, lines) != first) std::abort();
  return 0;
}
