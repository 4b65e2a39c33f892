#include <doctest/doctest.h>

#include "protocols/redis/command_table.hpp"
#include "protocols/redis/image.hpp"
#include "protocols/redis/reply_document.hpp"
#include "protocols/redis/reply_shape.hpp"
#include "support.hpp"
#include "understudy/document_text.hpp"

using namespace redis_test;

namespace {

struct Lifted {
  ResolvedCommand resolved;
  std::vector<std::string_view> views;
  Value second;
  Value third;

  explicit Lifted(const CapturedReply& row) : views(row.command.begin(), row.command.end()) {
    resolve(views, resolved);
    second = decode_value(as_bytes(row.resp2), {}).value();
    third = decode_value(as_bytes(row.resp3), {}).value();
    lift(second, shape_of(resolved.name, views));
    lift(third, shape_of(resolved.name, views));
  }

  // What a script or DEBUG PROTOCOL replies follows from no command's name.
  [[nodiscard]] bool is_predictable() const {
    return resolved.name != "EVAL" && resolved.name != "DEBUG";
  }
};

std::string first_words(const CapturedReply& row) {
  std::string text;
  for (const std::string& word : row.command) text += word + " ";
  return text;
}

}  // namespace

TEST_CASE("captures of a real server are there") {
  CHECK(captured_replies().size() > 250);
}

TEST_CASE("what a server said in RESP2 is lifted to what it said in RESP3") {
  for (const CapturedReply& row : captured_replies()) {
    Lifted lifted(row);
    if (!lifted.is_predictable()) continue;
    CAPTURE(first_words(row));
    Value third = lifted.second;
    unify_nulls(third);
    CHECK(encoded(third) == row.resp3);
  }
}

TEST_CASE("what a server said in RESP3 is lowered to what it said in RESP2") {
  for (const CapturedReply& row : captured_replies()) {
    Lifted lifted(row);
    CAPTURE(first_words(row));
    Value second = lifted.third;
    lower(second, shape_of(lifted.resolved.name, lifted.views));
    CHECK(encoded(second) == row.resp2);
  }
}

TEST_CASE("a reply is lowered to the octets that it was lifted from") {
  for (const CapturedReply& row : captured_replies()) {
    Lifted lifted(row);
    CAPTURE(first_words(row));
    lower(lifted.second, shape_of(lifted.resolved.name, lifted.views));
    CHECK(encoded(lifted.second) == row.resp2);
  }
}

TEST_CASE("a recording is spelled alike whichever version the client spoke") {
  for (const CapturedReply& row : captured_replies()) {
    const Lifted lifted(row);
    if (!lifted.is_predictable()) continue;
    CAPTURE(first_words(row));
    CHECK(json_text(reply_document(lifted.second)) == json_text(reply_document(lifted.third)));
  }
}

TEST_CASE("the spelling of a reply reads back as the reply") {
  for (const CapturedReply& row : captured_replies()) {
    const Lifted lifted(row);
    CAPTURE(first_words(row));
    for (const Value& value : {lifted.second, lifted.third}) {
      std::vector<Problem> problems;
      CHECK(read_reply(reply_document(value), DoubleStyle::shortest, "/answer", problems) == value);
      CHECK(problems.empty());
    }
  }
}

TEST_CASE("an image holds the octets for both versions") {
  for (const CapturedReply& row : captured_replies()) {
    const Lifted lifted(row);
    CAPTURE(first_words(row));
    const std::string image = make_image(lifted.third, lifted.resolved.name, lifted.views);
    const auto second = octets_for(as_bytes(image), Resp::v2);
    const auto third = octets_for(as_bytes(image), Resp::v3);
    REQUIRE(second);
    REQUIRE(third);
    CHECK(as_text(*second) == row.resp2);
    CHECK(as_text(*third) == row.resp3);
  }
}
