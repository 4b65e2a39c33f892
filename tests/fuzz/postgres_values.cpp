// Values of arbitrary octets in both formats: what one direction makes, the other takes back.
#include <cstdlib>
#include <string>
#include <vector>

#include "protocols/postgres/image.hpp"
#include "protocols/postgres/shape.hpp"
#include "protocols/postgres/transcode.hpp"

using namespace understudy;
using namespace understudy::postgres;

// The type's OID in two octets, then the value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(decode_image(Bytes(data, size)));
  static_cast<void>(decode_shape(Bytes(data, size)));
  if (size < 2) return 0;
  const Oid type = static_cast<Oid>(data[0]) << 8 | data[1];
  const Bytes value(data + 2, size - 2);
  std::string text;
  static_cast<void>(binary_to_text(type, value, text));
  std::vector<std::uint8_t> binary;
  if (!text_to_binary(type, as_text(value), binary)) return 0;
  std::string printed;
  if (!binary_to_text(type, binary, printed)) return 0;
  std::vector<std::uint8_t> again;
  if (!text_to_binary(type, printed, again) || again != binary) std::abort();
  return 0;
}
