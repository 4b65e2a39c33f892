#include "protocols/http/content.hpp"

#include "protocols/http/coding.hpp"
#include "protocols/http/multipart.hpp"
#include "protocols/http/support.hpp"

using namespace understudy::http;

TEST_CASE("media types are told by their essence") {
  CHECK(kind_of("Application/JSON; charset=utf-8") == BodyKind::json);
  CHECK(kind_of("application/problem+json") == BodyKind::json);
  CHECK(kind_of("application/x-www-form-urlencoded;charset=UTF-8") == BodyKind::form);
  CHECK(kind_of("multipart/form-data; boundary=x") == BodyKind::multipart);
  CHECK(kind_of("text/plain") == BodyKind::other);
  CHECK(kind_of("application/jsonp") == BodyKind::other);
  CHECK(kind_of("") == BodyKind::other);
}

TEST_CASE("parameters may be quoted, and hold semicolons then") {
  const char* value = R"(form-data; name="a;b\"c"; filename=x.txt)";
  CHECK(parameter_of(value, "NAME") == "a;b\"c");
  CHECK(parameter_of(value, "filename") == "x.txt");
  CHECK(parameter_of(value, "size").empty());
  CHECK(without_parameter("multipart/form-data; boundary=\"x;y\"; a=b", "boundary") ==
        "multipart/form-data; a=b");
}

TEST_CASE("content codings are undone and done again") {
  std::string plain(5000, 'a');
  plain += "end";
  for (const Coding coding :
       {Coding::gzip, Coding::deflate, Coding::br, Coding::zstd, Coding::identity}) {
    const std::string encoded = encode(coding, plain);
    CHECK(encode(coding, plain) == encoded);
    CHECK(decode(coding, encoded, 10'000) == plain);
    CHECK(!decode(coding == Coding::identity ? Coding::unknown : coding, encoded, 5002));
    for (std::size_t cut = 0; coding != Coding::identity && cut < encoded.size(); ++cut)
      CHECK(!decode(coding, encoded.substr(0, cut), 10'000));
  }
}

TEST_CASE("a gzip body of several members, and deflate without its head, are read") {
  CHECK(decode(Coding::gzip, encode(Coding::gzip, "ab") + encode(Coding::gzip, "cd"), 100) ==
        "abcd");
  std::string raw = encode(Coding::deflate, "hello");
  raw = raw.substr(2, raw.size() - 6);
  CHECK(decode(Coding::deflate, raw, 100) == "hello");
  CHECK(!decode(Coding::gzip, encode(Coding::gzip, "ab") + "junk", 100));
}

TEST_CASE("a small body that becomes a large one is stopped at the cap") {
  const std::string bomb = encode(Coding::gzip, std::string(10'000'000, '\0'));
  CHECK(bomb.size() < 20'000);
  CHECK(!decode(Coding::gzip, bomb, 1'000'000));
  for (const Coding coding : {Coding::br, Coding::zstd})
    CHECK(!decode(coding, encode(coding, std::string(10'000'000, '\0')), 1'000'000));
}

TEST_CASE("Accept-Encoding says which codings a client takes") {
  CHECK(accepts("gzip, deflate, br", Coding::gzip));
  CHECK(accepts("br, GZIP;q=0.5", Coding::gzip));
  CHECK(accepts("*", Coding::gzip));
  CHECK(accepts("x-gzip", Coding::gzip));
  CHECK(!accepts("", Coding::gzip));
  CHECK(!accepts("identity", Coding::gzip));
  CHECK(!accepts("gzip;q=0, *", Coding::gzip));
  CHECK(!accepts("*, gzip;q=0.000", Coding::gzip));
  CHECK(!accepts("deflate", Coding::gzip));
  CHECK(accepts("gzip, br;q=1", Coding::br));
  CHECK(!accepts("gzip", Coding::zstd));
  CHECK(accepts("x-other", "X-Other"));
  CHECK(!accepts("gzip", "x-other"));
}

TEST_CASE("a multipart body is its parts") {
  const std::string body =
      "preamble\r\n--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--B  "
      "\r\n\r\n\r\n"
      "--B\r\nX: y\r\n\r\nthree\r\n--Bx\r\nmore\r\n--B--\r\nepilogue";
  const auto parts = parse_multipart(body, "B");
  CHECK(!parts);  // "--Bx" is a delimiter line with something behind it
  const auto sound = parse_multipart(
      "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--B\r\n\r\n\r\n--B\r\nX: "
      "y\r\n"
      "\r\n\r\n--B--",
      "B");
  REQUIRE(sound);
  REQUIRE(sound->size() == 3);
  CHECK((*sound)[0].headers[0].value == "form-data; name=\"a\"");
  CHECK((*sound)[0].body == "one");
  CHECK((*sound)[1].body.empty());
  CHECK((*sound)[2].headers[0].name == "X");
  for (const char* none :
       {"", "--B", "--B--", "--B\r\n", "--B\r\nX: y\r\n--B--", "x--B\r\n\r\na\r\n--B--"})
    CHECK_MESSAGE(parse_multipart(none, "B").value_or(std::vector<Part>{}).empty(), none);
}
