#include <doctest/doctest.h>

#include <cstring>

#include "support/toy_recording.hpp"
#include "table/builder.hpp"
#include "table/checksum.hpp"
#include "table/format.hpp"
#include "table/mapped_table.hpp"
#include "table/service_section.hpp"

using namespace understudy;

namespace {

std::vector<std::uint8_t> small_table() {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "one").say(1, "SET t.1 x", "ok").say(1, "GET t.1", "x");
  const auto table = recorded.table();
  const Bytes octets = table->octets();
  return {octets.begin(), octets.end()};
}

std::string refusal(std::vector<std::uint8_t> octets) {
  std::string problem;
  return table::MappedTable::from_memory(std::move(octets), problem) ? "" : problem;
}

}  // namespace

TEST_CASE("the same recording gives the same octets") {
  CHECK(small_table() == small_table());
}

TEST_CASE("a table that was cut off anywhere is refused") {
  const auto whole = small_table();
  REQUIRE(refusal(whole).empty());
  for (std::size_t size = 0; size < whole.size(); ++size)
    REQUIRE_FALSE(
        refusal({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}).empty());
}

TEST_CASE("a table with any octet changed is refused") {
  const auto whole = small_table();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto damaged = whole;
    damaged[i] ^= 0x20;
    CAPTURE(i);
    REQUIRE_FALSE(refusal(damaged).empty());
  }
}

TEST_CASE(
    "a document that announces more than there can be is damage, though the checksum be right") {
  const std::string huge =
      "\xBB\x38\xF0\xF8\x06\x33\x33\x33\x33";  // a map of 2^61 members and more
  const auto with_huge = [&](std::string_view replaced) {
    table::ServiceBuilder builder("svc", "toy");
    builder.add({.condition = {{"rule", "0123456789"}}, .image = "i", .file = "f", .line = 1});
    builder.set_profile({{"profile", "0123456789"}});
    auto octets = table::build_table({{"config", "0123456789"}}, {builder});
    const std::string marked =
        '\xA1' + std::string(1, static_cast<char>(0x60 + replaced.size())) + std::string(replaced);
    const auto at = std::ranges::search(octets, as_bytes(marked)).begin();
    REQUIRE(at != octets.end());
    std::ranges::copy(as_bytes(huge), at);
    auto& header = *reinterpret_cast<table::format::FileHeader*>(octets.data());
    header.checksum = table::checksum_of(octets);
    return refusal(std::move(octets));
  };
  CHECK(with_huge("config").find("configuration is damaged") != std::string::npos);
  CHECK(with_huge("profile").find("section 0") != std::string::npos);
  CHECK(with_huge("rule").find("section 0") != std::string::npos);
}

TEST_CASE("a foreign file and a table of another version are told apart") {
  CHECK(refusal({1, 2, 3}).find("no understudy table") != std::string::npos);
  auto other = small_table();
  other[8] = 99;
  CHECK(refusal(other).find("version 99") != std::string::npos);
}

TEST_CASE("a request is found by its octets and by qualifiers that agree") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1#n", "number").say(1, "GET t.1#s", "text").say(1, "GET t.2#n", "other");
  const auto table = recorded.table();
  const auto& section = table->service(0);
  const auto find = [&](const std::string& line) {
    const Identity identity = toy::identity_of(line);
    return section.find(identity.canonical, identity.qualifier);
  };
  CHECK(find("GET t.1#n").exact == table::RequestId(0));
  CHECK(find("GET t.1#n").compatible_count == 0);
  CHECK(find("GET t.1#s").exact == table::RequestId(1));
  CHECK(find("GET t.1").compatible_count == 2);
  CHECK(find("GET t.2#s").empty());
  CHECK(find("GET t.3").empty());
}

TEST_CASE("profile, shapes, keys and names are found again") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "one");
  const auto table = recorded.table();
  const auto& section = table->service(0);
  CHECK(section.profile().at("toy") == true);
  REQUIRE(section.shape("a"));
  CHECK(as_text(*section.shape("a")) == "first");
  CHECK(section.shape("b").has_value());
  CHECK_FALSE(section.shape("c").has_value());
  CHECK(section.name() == "svc");
  CHECK(
      section.find_key("st\x1f"
                       "1"));
  CHECK_FALSE(section.find_key("st"));
}
