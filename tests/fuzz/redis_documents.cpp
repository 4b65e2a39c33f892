// What a person wrote as a request and an answer: problems are told, nothing crashes.
#include "protocols/redis/redis.hpp"
#include "understudy/document_text.hpp"

using namespace understudy;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Document exchange = parse_json({reinterpret_cast<const char*>(data), size});
  if (!exchange.is_object() || !exchange.contains("request") || !exchange.contains("answer"))
    return 0;
  const auto analyser = redis::protocol().new_analyser();
  std::vector<Problem> problems;
  const Exchange read{exchange["request"], exchange["answer"], {}, {}};
  analyser->learn({}, read);
  static_cast<void>(analyser->analyse({}, read, problems));
  static_cast<void>(analyser->identify(read.request, problems));
  static_cast<void>(analyser->encode(read.request, read.answer, problems));
  static_cast<void>(redis::protocol().summarise(read.request));
  return 0;
}
