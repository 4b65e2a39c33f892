// Bodies of requests: what is stored means what was sent.
#include "protocols/http/body.hpp"

#include "protocols/http/support.hpp"

using namespace understudy;
using namespace understudy::http;
using http::testing::secrets;

namespace {

constexpr const char* parts_type = "multipart/form-data; boundary=B";

/// The canonical form of a body, which is that of the body as it is stored too.
std::string canonical(const char* content_type, std::string_view octets) {
  std::vector<Problem> problems;
  const std::string sent = canonical_body(content_type, octets, secrets);
  CHECK(canonical_body(content_type, body_document(content_type, octets, secrets), "/request/body",
                       secrets, problems) == sent);
  CHECK(problems.empty());
  return sent;
}

std::string part(std::string_view headers, std::string_view body = "one") {
  return "--B\r\n" + std::string(headers) + "\r\n" + std::string(body) + "\r\n--B--";
}

}  // namespace

TEST_CASE("every header of a part counts, those of one name in their order") {
  const std::string two = canonical(parts_type, part("X: 1\r\nX: 2\r\n"));
  CHECK(two != canonical(parts_type, part("X: 2\r\n")));
  CHECK(two != canonical(parts_type, part("X: 2\r\nX: 1\r\n")));
  CHECK(two == canonical(parts_type, part("x: 1\r\nX:2\r\n")));
}

TEST_CASE("the headers of a part are the same in another order") {
  CHECK(canonical(parts_type, part("X: 1\r\nY: 2\r\nX: 3\r\n")) ==
        canonical(parts_type, part("Y: 2\r\nX: 1\r\nX: 3\r\n")));
}

TEST_CASE("a header name that is no text makes the body octets") {
  const std::string octets = part("X\xFF: 1\r\n");
  CHECK(canonical(parts_type, octets).starts_with('o'));
  CHECK(body_document(parts_type, octets, secrets).is_binary());
}

TEST_CASE("a part that a person writes hides its secret as a sent one does") {
  const Document written = Document::array(
      {{{"headers", {{"Content-Disposition", "form-data; name=\"password\""}}}, {"body", "one"}}});
  std::vector<Problem> problems;
  CHECK(canonical_body(parts_type, written, "/request/body", secrets, problems) ==
        canonical(parts_type, part("Content-Disposition: form-data; name=\"password\"\r\n")));
}
