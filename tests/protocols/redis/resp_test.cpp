#include <doctest/doctest.h>

#include "support.hpp"

using namespace redis_test;
using Status = FrameScanner::Status;

namespace {

// One value of each type and form.
const std::vector<std::string> values = {
    "+OK\r\n",
    "+\r\n",
    "-ERR no\r\n",
    ":0\r\n",
    ":-9223372036854775808\r\n",
    "$0\r\n\r\n",
    "$5\r\na\r\nbc\r\n",
    "$-1\r\n",
    "*-1\r\n",
    "*0\r\n",
    "*3\r\n:1\r\n$1\r\nx\r\n*1\r\n+in\r\n",
    "_\r\n",
    "#t\r\n",
    "#f\r\n",
    ",1.5\r\n",
    ",inf\r\n",
    ",-inf\r\n",
    ",nan\r\n",
    ",1e+20\r\n",
    "(123456789012345678901234567890\r\n",
    "!8\r\nERR a\r\nb\r\n",
    "=8\r\ntxt:a\r\nb\r\n",
    "%2\r\n+a\r\n:1\r\n+b\r\n%0\r\n",
    "~2\r\n:1\r\n:2\r\n",
    ">2\r\n$7\r\nmessage\r\n:1\r\n",
    "|1\r\n$3\r\nkey\r\n*2\r\n:1\r\n:2\r\n$5\r\nvalue\r\n",
    "*2\r\n|1\r\n+a\r\n+b\r\n:1\r\n:2\r\n",
};

Status scanned(std::string_view octets) {
  FrameScanner scanner({});
  return scanner.scan(as_bytes(octets));
}

}  // namespace

TEST_CASE("every type reads back as what was written") {
  for (const std::string& octets : values) {
    CAPTURE(octets);
    const auto value = decode_value(as_bytes(octets), {});
    REQUIRE(value);
    CHECK(encoded(*value) == octets);
  }
}

TEST_CASE("a value that was cut off anywhere needs more") {
  for (const std::string& octets : values)
    for (std::size_t length = 0; length < octets.size(); ++length) {
      CAPTURE(octets.substr(0, length));
      CHECK(scanned(octets.substr(0, length)) == Status::need_more);
      CHECK_FALSE(decode_value(as_bytes(octets.substr(0, length)), {}));
    }
}

TEST_CASE("a value that arrives octet by octet ends where it ends") {
  for (const std::string& octets : values) {
    CAPTURE(octets);
    FrameScanner scanner({});
    const std::string more = octets + "+NEXT\r\n";
    for (std::size_t length = 0; length < octets.size(); ++length)
      REQUIRE(scanner.scan(as_bytes(more).first(length)) == Status::need_more);
    REQUIRE(scanner.scan(as_bytes(more)) == Status::complete);
    CHECK(scanner.size() == octets.size());
  }
}

TEST_CASE("streamed strings and aggregates are read") {
  CHECK(encoded(*decode_value(as_bytes("$?\r\n;4\r\nHell\r\n;2\r\no!\r\n;0\r\n"), {})) ==
        "$6\r\nHello!\r\n");
  CHECK(encoded(*decode_value(as_bytes("*?\r\n:1\r\n*?\r\n.\r\n:2\r\n.\r\n"), {})) ==
        "*3\r\n:1\r\n*0\r\n:2\r\n");
  CHECK(encoded(*decode_value(as_bytes("%?\r\n+a\r\n:1\r\n.\r\n"), {})) == "%1\r\n+a\r\n:1\r\n");
  CHECK(encoded(*decode_value(as_bytes("~?\r\n+a\r\n.\r\n"), {})) == "~1\r\n+a\r\n");
}

TEST_CASE("what is no RESP is malformed") {
  for (const std::string octets : {"+a\rb\r\n",     "-ERR a\nb\r\n",
                                   "+\r\r\n",       "=4\r\ntxt,\r\n",
                                   "\r\n",          "x\r\n",
                                   ":\r\n",         ":1a\r\n",
                                   ":01\r\n",       ":9223372036854775808\r\n",
                                   "$\r\n",         "$-2\r\n",
                                   "$x\r\n",        "$1\r\nxy\r\n",
                                   "$1\r\nx\ry",    "*-2\r\n",
                                   "*x\r\n",        "%-1\r\n",
                                   ">-1\r\n",       "_x\r\n",
                                   "#x\r\n",        ",x\r\n",
                                   "(1.5\r\n",      "(\r\n",
                                   "=3\r\nabc\r\n", ".\r\n",
                                   "*1\r\n.\r\n",   "%?\r\n:1\r\n.\r\n",
                                   "$?\r\n:1\r\n",  "$?\r\n;x\r\n",
                                   ">?\r\n"}) {
    CAPTURE(octets);
    CHECK(scanned(octets) == Status::malformed);
    CHECK_FALSE(decode_value(as_bytes(octets), {}));
  }
}

TEST_CASE("lengths, counts and depths are capped before anything is kept") {
  Limits narrow;
  narrow.message_octets = 1000;
  narrow.elements = 10;
  narrow.depth = 4;
  narrow.head_octets = 50;
  const auto status = [&](const std::string& octets) {
    FrameScanner scanner(narrow);
    return scanner.scan(as_bytes(octets));
  };
  CHECK(status("$1001\r\n") == Status::malformed);
  CHECK(status("$1000\r\n") == Status::need_more);
  CHECK(status("$99999999999999999999\r\n") == Status::malformed);
  CHECK(status("*11\r\n") == Status::malformed);
  CHECK(status("*10\r\n") == Status::need_more);
  CHECK(status("*1\r\n*1\r\n*1\r\n*1\r\n") == Status::need_more);
  CHECK(status("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n") == Status::malformed);
  CHECK(status("+" + std::string(60, 'x')) == Status::malformed);
  CHECK(status("*?\r\n" + std::string(100, '+')) == Status::malformed);
}

TEST_CASE("a line that is too long is refused alike whole and octet by octet") {
  Limits narrow;
  narrow.head_octets = 8;
  for (const std::size_t length : {7U, 8U, 9U}) {
    const std::string octets = "+" + std::string(length - 1, 'x') + "\r\n";
    FrameScanner pieces(narrow);
    Status status = Status::need_more;
    for (std::size_t i = 1; i <= octets.size() && status == Status::need_more; ++i)
      status = pieces.scan(as_bytes(octets).first(i));
    CHECK(status == (length <= 8 ? Status::complete : Status::malformed));
    FrameScanner whole(narrow);
    CHECK(whole.scan(as_bytes(octets)) == status);
  }
}

TEST_CASE("octets behind the value make no whole value") {
  CHECK_FALSE(decode_value(as_bytes("+OK\r\n+OK\r\n"), {}));
}
