#include "protocols/redis/values.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

using namespace redis_test;

TEST_CASE("canonical octets that are none are mapped without harm") {
  const auto mapped = [](std::string_view octets) {
    return redis::map_values(
        octets, [](std::string_view, ValueRole) { return std::optional<std::string>("other"); });
  };
  const std::string sound = canonical({"SET", "k", "value"}, 1);
  for (std::size_t length = 0; length < sound.size(); ++length)
    CHECK(mapped(sound.substr(0, length)).size() < sound.size() + 10);
  for (const std::string_view none : {std::string_view("?"), std::string_view("?\0\0", 3)})
    CHECK(mapped(none) == none);
}

TEST_CASE("arguments are values, made by commands that put them there") {
  const auto values = [](const std::vector<std::string>& words) {
    std::string list;
    const std::string before = canonical(words, 3);
    const std::string same = redis::map_values(before, [&](std::string_view value, ValueRole role) {
      list += (list.empty() ? "" : " ") + std::string(role == ValueRole::made ? "+" : "");
      list += value;
      return std::nullopt;
    });
    CHECK(same == before);
    return list;
  };
  CHECK(values({"set", "k", "v", "ex", "10"}) == "+k +v +EX +10");
  CHECK(values({"get", "k"}) == "k");
  CHECK(values({"del", "k", "l"}) == "k l");
  CHECK(values({"object", "encoding", "k"}) == "k");
  CHECK(values({"eval", "return 1", "1", "k"}) == "return 1 1 k");
}

TEST_CASE("a command with another argument is the command with that argument") {
  const std::string longer(200, 'y');
  const std::string mapped =
      redis::map_values(canonical({"SET", "session:x", "1"}, 200),
                        [&](std::string_view value, ValueRole) -> std::optional<std::string> {
                          if (value == "session:x") return "session:" + longer;
                          return std::nullopt;
                        });
  CHECK(mapped == canonical({"SET", "session:" + longer, "1"}, 200));
}

TEST_CASE("what reads sorted sets goes by numbers, what sorts by anything") {
  CHECK(redis::ordered_by("GET").empty());
  CHECK(redis::ordered_by("ZADD").empty());
  CHECK(redis::ordered_by("ZSCORE").empty());
  CHECK(redis::ordered_by("ZRANGEBYSCORE") == std::vector<std::string>{"#"});
  CHECK(redis::ordered_by("ZPOPMIN") == std::vector<std::string>{"#"});
  CHECK(redis::ordered_by("ZRANGEBYLEX") == std::vector<std::string>{"*"});
  CHECK(redis::ordered_by("SORT") == std::vector<std::string>{"*"});
}
