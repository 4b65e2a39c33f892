// Bodies: JSON, forms, parts, codings. What is stored means what was sent.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "protocols/http/body.hpp"
#include "protocols/http/coding.hpp"
#include "protocols/http/image.hpp"
#include "protocols/http/json_text.hpp"
#include "protocols/http/redact.hpp"

namespace {

using namespace understudy;
using namespace understudy::http;

const Secrets secrets{Secrets::Key{7}};

void check(bool holds) {
  if (!holds) std::abort();
}

void check_json(std::string_view text) {
  const auto canonical = canonical_json(text);
  if (canonical) check(canonical_json(*canonical) == canonical);
  if (const auto styled = exact_tree(text)) {
    const auto style = parse_style(to_string(styled->style));
    check(style && write_json(styled->tree, *style) == text);
  }
  const std::string redacted = redacted_json(text, secrets, JsonOf::request);
  check(redacted_json(redacted, secrets, JsonOf::request) == redacted);
}

void check_body(std::string_view content_type, std::string_view octets) {
  const std::string canonical = canonical_body(content_type, octets, secrets);
  const Document stored = body_document(content_type, octets, secrets);
  std::vector<Problem> problems;
  if (!octets.empty() && stored.is_structured())
    check(canonical_body(content_type, stored, "/request/body", secrets, problems) == canonical);
  check(problems.empty());
  static_cast<void>(describe_body(canonical));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view octets = as_text(Bytes(data + 1, size - 1));
  switch (data[0] % 6) {
    case 0:
      check_json(octets);
      break;
    case 1:
      check_body("application/json", octets);
      break;
    case 2:
      check_body("application/x-www-form-urlencoded", octets);
      break;
    case 3:
      check_body("multipart/form-data; boundary=B", octets);
      break;
    case 4:
      static_cast<void>(decode(Coding::gzip, octets, 1 << 20));
      static_cast<void>(decode(Coding::deflate, octets, 1 << 20));
      static_cast<void>(decode(Coding::br, octets, 1 << 20));
      static_cast<void>(decode(Coding::zstd, octets, 1 << 20));
      break;
    default:
      static_cast<void>(choose_variant(as_bytes(octets), 0xFF));
      static_cast<void>(describe_body(octets));
  }
  return 0;
}
