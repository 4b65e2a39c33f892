// RESP values: scanning in pieces finds the end that scanning at once finds, and what was decoded
// and encoded again decodes alike.
#include <cstdlib>

#include "protocols/redis/reply_document.hpp"
#include "protocols/redis/reply_shape.hpp"
#include "protocols/redis/resp_decoder.hpp"
#include "protocols/redis/resp_encoder.hpp"

using namespace understudy;
using namespace understudy::redis;

namespace {

void require(bool held) {
  if (!held) std::abort();
}

FrameScanner::Status scan_in_pieces(Bytes octets, FrameScanner& scanner) {
  for (std::size_t length = 0; length < octets.size(); ++length)
    if (const auto status = scanner.scan(octets.first(length));
        status != FrameScanner::Status::need_more)
      return status;
  return scanner.scan(octets);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Limits limits{1 << 16, 1 << 10, 32, 1 << 8};
  const Bytes octets(data, std::min<std::size_t>(size, 4096));
  FrameScanner whole(limits);
  FrameScanner pieces(limits);
  const FrameScanner::Status status = whole.scan(octets);
  require(scan_in_pieces(octets, pieces) == status);
  if (status != FrameScanner::Status::complete) return 0;
  require(pieces.size() == whole.size());
  const auto value = decode_value(octets.first(whole.size()), limits);
  require(value.has_value());
  std::string encoded;
  encode(*value, encoded);
  const auto again = decode_value(as_bytes(encoded), {});
  require(again && *again == *value);
  std::vector<Problem> problems;
  require(read_reply(reply_document(*value), DoubleStyle::shortest, "", problems) == *value &&
          problems.empty());
  for (const std::string_view shape :
       {".", "0M.*(.0.)", "P.d", "*@i", "%.@d", "{db.*:%.. x:d}", "~.", "t"}) {
    Value lifted = *value;
    lift(lifted, shape);
    lower(lifted, shape);
  }
  return 0;
}
