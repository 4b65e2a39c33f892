#include "protocols/http/values.hpp"

#include <doctest/doctest.h>

#include "protocols/http/support.hpp"
#include "support/cuts.hpp"

using namespace understudy;
using namespace understudy::http::testing;

namespace {

std::string canonical(const Document& request) {
  std::vector<Problem> problems;
  const std::string octets = http::protocol().new_analyser()->identify(request, problems).canonical;
  CHECK(problems.empty());
  return octets;
}

std::string values(const Document& request) {
  std::string list;
  const std::string before = canonical(request);
  const std::string same = http::map_values(before, [&](std::string_view value, ValueRole role) {
    list += (list.empty() ? "" : " | ") + std::string(role == ValueRole::made ? "+" : "");
    list += value;
    return std::nullopt;
  });
  CHECK(same == before);
  return list;
}

std::string replaced(const Document& request) {
  return http::map_values(canonical(request),
                          [](std::string_view value, ValueRole) -> std::optional<std::string> {
                            std::string text(value);
                            if (const auto at = text.find("xx"); at != std::string::npos)
                              text.replace(at, 2, "yyy");
                            return text;
                          });
}

}  // namespace

TEST_CASE("canonical octets that are none are mapped without harm") {
  const auto mapped = [](std::string_view octets, std::optional<std::string> other) {
    return http::map_values(octets, [&](std::string_view, ValueRole) { return other; });
  };
  const std::string sound = canonical(
      {{"method", "POST"}, {"path", "/a"}, {"query", {{"q", "2"}}}, {"body", {{"n", 5}}}});
  test::for_each_truncation(as_bytes(sound), [&](Bytes prefix) {
    CHECK(mapped(as_text(prefix), std::nullopt) == as_text(prefix));
    CHECK(mapped(as_text(prefix), "other").size() < sound.size() + 30);
  });
  const std::string_view long_winded("GET /a\0v05:12345", 16);
  CHECK(mapped(long_winded, std::nullopt) == long_winded);
}

TEST_CASE("path, query and body are values, made by what is put or posted") {
  CHECK(values({{"method", "GET"}, {"path", "/a/1"}, {"query", {{"q", "2"}}}}) == " /a/1 | 2");
  CHECK(values({{"method", "PUT"}, {"path", "/a/1"}, {"body", {{"n", 5}}}}) ==
        "+ /a/1 | +{\"n\":5} | application/json");
  CHECK(values({{"method", "POST"},
                {"path", "/a"},
                {"headers", {{"content-type", "application/x-www-form-urlencoded"}}},
                {"body", {{"n", "5"}, {"m", "6"}}}}) ==
        " /a | +6 | +5 | application/x-www-form-urlencoded");
  CHECK(values({{"method", "DELETE"}, {"path", "/a/1"}}) == " /a/1");
}

TEST_CASE("a request with another value is the request with that value") {
  const auto request = [](const std::string& value) {
    return Document{{"method", "PUT"},
                    {"path", "/a/" + value},
                    {"query", {{"q", value}}},
                    {"body", {{"n", value}}}};
  };
  CHECK(replaced(request("xx")) == canonical(request("yyy")));
  const auto form = [](const std::string& value) {
    return Document{{"method", "POST"},
                    {"path", "/a"},
                    {"headers", {{"content-type", "application/x-www-form-urlencoded"}}},
                    {"body", {{"n", value}}}};
  };
  CHECK(replaced(form("xx")) == canonical(form("yyy")));
  const auto text = [](const std::string& value) {
    return Document{{"method", "POST"},
                    {"path", "/a"},
                    {"headers", {{"content-type", "text/plain"}}},
                    {"body", value}};
  };
  CHECK(replaced(text("xx")) == canonical(text("yyy")));
}
