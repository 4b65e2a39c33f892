#include "match/value_type.hpp"

#include <doctest/doctest.h>

#include <random>

#include "match/instant.hpp"

using namespace understudy::match;

namespace {

/// "kind:token kind:token …" of a text.
std::string tokens(std::string_view text) {
  std::vector<Token> found;
  find_tokens(text, found);
  std::string list;
  for (const Token& token : found) {
    if (!list.empty()) list += ' ';
    list += std::string(name_of(token.kind)) + ':';
    list += text.substr(token.begin, token.size);
  }
  return list;
}

std::string whole(ValueKind kind, std::string_view text) {
  return std::string(name_of(kind)) + ':' + std::string(text);
}

std::string again(ValueKind kind, std::string_view spelled, std::string_view like) {
  return respell(fold(kind, spelled), like);
}

}  // namespace

TEST_CASE("a long path is looked through once, not once for each of its words") {
  std::string path;
  for (int i = 0; i < 200'000; ++i) path += "ab/";
  std::vector<Token> tokens;
  find_tokens(path, tokens);
  CHECK(tokens.empty());
}

TEST_CASE("each kind of generated value is recognised as a whole") {
  const std::vector<std::pair<ValueKind, std::string_view>> values = {
      {ValueKind::uuid, "c232ab00-9414-11ec-b3c8-9f6bdeced846"},  // v1
      {ValueKind::uuid, "919108f7-52d1-4320-9bac-f847db4148a8"},  // v4
      {ValueKind::uuid, "2ed6657d-e927-568b-95e1-2665a8aea6a2"},  // v5
      {ValueKind::uuid, "017F22E2-79B0-7CC3-98C4-DC0C0C07398F"},  // v7, upper case
      {ValueKind::uuid, "919108f752d143209bacf847db4148a8"},
      {ValueKind::ulid, "01ARZ3NDEKTSV4RRFFQ69G5FAV"},
      {ValueKind::ksuid, "0ujtsYcgvSTl8PAuAdqWYSMnLOv"},
      {ValueKind::object_id, "507f1f77bcf86cd799439011"},
      {ValueKind::snowflake, "1541815603606036480"},
      {ValueKind::hex, "00f067aa0ba902b7"},
      {ValueKind::hex, "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"},
      {ValueKind::token, "hT3kP9wQz5LmN8vR2xYb7A"},
      {ValueKind::token, "q83vEjRWeJCrze8SNFZ4kA=="},
      {ValueKind::token, "a3+vEjRWeJCrze8S/FZ4kZ7B"},
      {ValueKind::token, "V1StGXR8_Z5jdHi6B-myT"},
      {ValueKind::token, "81ARZ3NDEKTSV4RRFFQ69G5FAV"},  // a digit too high for a ulid
      {ValueKind::jwt,
       "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n"},
      {ValueKind::bcrypt, "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW"},
      {ValueKind::instant, "2026-11-25T04:35:54Z"},
      {ValueKind::instant, "2026-11-25 04:35:54.123456+00"},
      {ValueKind::instant, "2026-11-25T04:35:54.123+02:00"},
      {ValueKind::instant, "Wed, 25 Nov 2026 04:35:54 GMT"},
      {ValueKind::date, "2026-11-25"},
      {ValueKind::epoch, "1795581354"},
      {ValueKind::epoch, "1795581354.25"},
      {ValueKind::epoch, "1795581354123"},
      {ValueKind::epoch, "1795581354123456"}};
  for (const auto& [kind, text] : values) {
    CHECK(tokens(text) == whole(kind, text));
    CHECK(again(kind, text, text) == text);
  }
}

TEST_CASE("near misses of each kind are plain values") {
  for (const std::string_view text : {"00000000-0000-0000-0000-000000000000",
                                      "00000000-0000-4000-8000-000000000001",
                                      "11111111-1111-4111-8111-111111111111",
                                      "919108f7-52d1-9320-9bac-f847db4148a8",
                                      "919108f7-52d1-4320-cbac-f847db4148a8",
                                      "919108f7-52d1-4320-9bac-f847db4148a",
                                      "919108f7-52d1-4320-9bac-f847db4148a8f",
                                      "00000000000000000000000000000001",
                                      "deadbeefdeadbeef",
                                      "cafebabe",
                                      "facade",
                                      "1234567",
                                      "100000000000000000",
                                      "2026-13-25",
                                      "2026-11-31",
                                      "26-11-25",
                                      "999999999",
                                      "5555555555",
                                      "17955813541",
                                      "my-long-feature-flag-name-2024",
                                      "MyFeatureFlagNumberTwo",
                                      "abcdefghijklmnopqrstuvwxyz",
                                      "shipping_address_line_2",
                                      "application/json; charset=utf-8",
                                      "$2b$12$short",
                                      "Wed, 25 Foo 2026 04:35:54 GMT",
                                      "",
                                      "hello world",
                                      "42",
                                      "-1"})
    CHECK_MESSAGE(tokens(text).empty(), text, " ", tokens(text));
}

TEST_CASE("what stands for a secret is no value that varies") {
  CHECK(tokens("Bearer redacted:2da8b36dd71ca773b2f84a292bebf2ce").empty());
  CHECK(tokens("{\"password\":\"redacted:2da8b36d\"}").empty());
  CHECK(tokens("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.redactedAbCdEfGhIjKlMnOpQrStUvWxYz012345")
            .empty());
  CHECK(tokens("x 2da8b36dd71ca773b2f84a292bebf2ce") == "uuid:2da8b36dd71ca773b2f84a292bebf2ce");
}

TEST_CASE("the fraction of an epoch is no value of its own") {
  CHECK(tokens("1795581354.1354123457") == "epoch:1795581354.1354123457");
}

TEST_CASE("a longer word that begins like a bcrypt hash is none") {
  const std::string rest = "VK1fsEixZaYVK1fsbw1ZfX3bOXePaWxn96p36WQoeG6Lruj3vjPGga62lW";
  CHECK(tokens("$2b$12$" + rest) == "token:" + rest);
}

TEST_CASE("values are found as whole tokens in longer texts") {
  const std::string uuid = "919108f7-52d1-4320-9bac-f847db4148a8";
  CHECK(tokens("session:" + uuid) == "uuid:" + uuid);
  CHECK(tokens("sess-" + uuid + ".json") == "uuid:" + uuid);
  CHECK(tokens("/orders/" + uuid + "/items") == "uuid:" + uuid);
  CHECK(tokens("{\"id\":\"" + uuid + "\",\"n\":1}") == "uuid:" + uuid);
  CHECK(tokens("x" + uuid).empty());
  CHECK(tokens("user_01ARZ3NDEKTSV4RRFFQ69G5FAV") == "ulid:01ARZ3NDEKTSV4RRFFQ69G5FAV");
  CHECK(tokens("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") ==
        "uuid:4bf92f3577b34da6a3ce929d0e0e4736 hex:00f067aa0ba902b7");
  CHECK(tokens("from 2026-11-25T04:35:54Z to 2026-11-26") ==
        "instant:2026-11-25T04:35:54Z date:2026-11-26");
}

TEST_CASE("all spellings of one value fold to one, and come back as they were") {
  const std::string_view plain = "919108f752d143209bacf847db4148a8";
  const std::string_view hyphens = "919108f7-52d1-4320-9bac-f847db4148a8";
  const std::string_view upper = "919108F7-52D1-4320-9BAC-F847DB4148A8";
  CHECK(fold(ValueKind::uuid, plain) == fold(ValueKind::uuid, upper));
  CHECK(again(ValueKind::uuid, plain, hyphens) == hyphens);
  CHECK(again(ValueKind::uuid, hyphens, upper) == upper);
  CHECK(again(ValueKind::uuid, upper, plain) == plain);
  const auto instant = [](std::string_view text) { return fold(ValueKind::instant, text); };
  CHECK(instant("2026-11-25T04:35:54Z") == instant("2026-11-25 06:35:54+02"));
  CHECK(instant("2026-11-25T04:35:54Z") == instant("Wed, 25 Nov 2026 04:35:54 GMT"));
  CHECK(instant("2026-11-25T04:35:54.5Z") != instant("2026-11-25T04:35:54Z"));
  CHECK(again(ValueKind::instant, "2026-11-25T04:35:54.120Z", "2026-01-01 00:00:00.5+00") ==
        "2026-11-25 04:35:54.12+00");
  CHECK(again(ValueKind::instant, "2026-11-25 04:35:54+00", "2026-01-01T00:00:00.000-05:00") ==
        "2026-11-24T23:35:54.000-05:00");
  CHECK(time_of(fold(ValueKind::epoch, "1795581354.25")) == 1'795'581'354'000'000);
  CHECK(time_of(fold(ValueKind::epoch, "1795581354123")) == 1'795'581'354'123'000);
}

TEST_CASE("a value that stays what it is stays spelled as it is") {
  for (const std::string_view text :
       {"919108F7-52d1-4320-9bac-F847db4148a8", "2026-11-25 04:35:54.120000", "2026-11-25 04:35",
        "2026-11-25T04:35:54.123456789Z", "2026-11-25T04:35:54-00:30", "2026-11-25 00:00:00+14"}) {
    std::vector<Token> found;
    find_tokens(text, found);
    REQUIRE(found.size() == 1);
    CHECK(again(found[0].kind, text, text) == text);
  }
}

TEST_CASE("an instant is respelled with as much of a fraction as its model has") {
  const std::string_view whole = "2026-11-25 04:35:54";
  CHECK(again(ValueKind::instant, whole, "2026-01-01 00:00:00.120000") ==
        "2026-11-25 04:35:54.000000");
  CHECK(again(ValueKind::instant, whole, "2026-01-01 00:00:00.12") == whole);
  CHECK(again(ValueKind::instant, whole, "2026-01-01 00:00") == "2026-11-25 04:35");
  CHECK(again(ValueKind::instant, "2026-11-25T04:35:54.5Z", "2026-01-01T00:00:00.123456789Z") ==
        "2026-11-25T04:35:54.500000000Z");
}

TEST_CASE("what no clock shows is no time") {
  for (const std::string_view text :
       {"2026-11-25T24:00:00Z", "2026-11-25T23:60:00Z", "2026-11-25T23:59:60Z",
        "Mon, 25 Nov 2026 04:35:54 GMT", "Wed, 25 Nov 2026 25:35:54 GMT",
        "Wed, 25 Nov 2026 04:35 GMT", "Wed, 25 Nov 2026 04:35:54.5 GMT"})
    CHECK_MESSAGE(tokens(text).empty(), text, " ", tokens(text));
}

TEST_CASE("random values of a kind are practically always recognised") {
  std::mt19937_64 random(7);
  const auto digits = [&](std::size_t count, std::string_view alphabet) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += alphabet[random() % alphabet.size()];
    return text;
  };
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr std::string_view base62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  int uuids = 0, tokens_found = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string uuid = digits(8, hex) + '-' + digits(4, hex) + "-4" + digits(3, hex) + '-' +
                             digits(1, "89ab") + digits(3, hex) + '-' + digits(12, hex);
    uuids += tokens(uuid) == "uuid:" + uuid;
    const std::string token = digits(24, base62);
    tokens_found += tokens(token) == "token:" + token;
  }
  CHECK(uuids >= 9'999);
  CHECK(tokens_found >= 9'700);
}
