#include "match/chains.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "match/loop.hpp"
#include "match/overlay.hpp"

using namespace understudy;
using namespace understudy::match;
using table::format::AdvanceRecord;

namespace {

bool is_prefix(const KeyPath& a, const KeyPath& b) {
  return a.size() <= b.size() && std::equal(a.begin(), a.end(), b.begin());
}

std::vector<KeyPath> all_paths() {
  std::vector<KeyPath> paths = {{}};
  for (const std::string a : {"t", "u"}) {
    paths.push_back({a});
    for (const std::string b : {"1", "2"}) {
      paths.push_back({a, b});
      paths.push_back({a, b, "x"});
    }
  }
  return paths;
}

}  // namespace

TEST_CASE("a chain is an identity of ordered writes, not a count and not a set") {
  CHECK(extend(extend(0, 1), 2) != extend(extend(0, 2), 1));
  CHECK(extend(0, 1) != extend(0, 2));
  CHECK(extend(extend(0, 1), 1) != extend(0, 1));
  CHECK(extend(0, 0) != 0);
}

TEST_CASE("a write changes what is read at its path, at every wider and at every narrower one") {
  for (const KeyPath& written : all_paths()) {
    std::map<std::string, Version> versions;
    for (const std::string& key : write_keys(written)) versions[key] = extend(versions[key], 7);
    for (const KeyPath& read : all_paths()) {
      bool seen = false;
      for (const std::string& key : read_keys(read)) seen |= versions.contains(key);
      CAPTURE(join(written));
      CAPTURE(join(read));
      CHECK(seen == (is_prefix(written, read) || is_prefix(read, written)));
    }
  }
}

TEST_CASE("the keys of a joined path are those of the path") {
  for (const KeyPath& path : all_paths()) CHECK(read_keys_of_joined(join(path)) == read_keys(path));
}

TEST_CASE("a long transaction is looked up as a short one is looked through") {
  Overlay overlay;
  overlay.begin();
  Version expected = 5;
  std::uint64_t last = 0;
  for (std::uint64_t write = 1; write <= 3000; ++write) {
    if (write == 1000) overlay.savepoint("a");
    if (write == 2000) REQUIRE(overlay.rollback_to("a"));
    const auto key = static_cast<std::size_t>(write % 7);
    overlay.advance({KeyId(key), {}, write});
    const bool kept = write < 1000 || write >= 2000;
    if (key == 3 && kept) expected = extend(expected, last = write);
    if (write % 500 == 0 && kept) CHECK(overlay.effective(KeyId(3), 5) == expected);
  }
  CHECK(overlay.effective(KeyId(3), 5) == expected);
  REQUIRE(overlay.last(KeyId(3)) != nullptr);
  CHECK(overlay.last(KeyId(3))->write == last);
  CHECK(overlay.effective(KeyId(8), 5) == 5);
  CHECK(overlay.last(KeyId(8)) == nullptr);
  overlay.drop();
  CHECK(overlay.last(KeyId(3)) == nullptr);
}

TEST_CASE("an overlay extends what the others see and forgets what is rolled back") {
  Overlay overlay;
  overlay.begin();
  overlay.advance({KeyId(1), {}, 10});
  overlay.savepoint("a");
  overlay.advance({KeyId(1), {}, 11});
  overlay.savepoint("a");
  overlay.advance({KeyId(2), {}, 12});
  CHECK(overlay.effective(KeyId(1), 5) == extend(extend(5, 10), 11));
  REQUIRE(overlay.rollback_to("a"));
  CHECK(overlay.effective(KeyId(2), 0) == 0);
  REQUIRE(overlay.release("a"));  // the newer one; the older one shows again
  REQUIRE(overlay.rollback_to("a"));
  CHECK(overlay.effective(KeyId(1), 5) == extend(5, 10));
  CHECK_FALSE(overlay.rollback_to("b"));
  CHECK(overlay.commit().size() == 1);
  CHECK_FALSE(overlay.active());
}

TEST_CASE("a scope shows a transaction's writes to its own connection until they are merged") {
  Scope scope({false, false});
  Overlay writer, other;
  const std::vector<AdvanceRecord> advance = {{0, KeyId(0)}};
  const std::vector<KeyId> key = {KeyId(0)};
  writer.begin();
  scope.advance(advance, {42}, writer);
  CHECK(scope.state(key, writer) != scope.state(key, other));
  scope.merge(writer.commit());
  CHECK(scope.state(key, writer) == scope.state(key, other));
  CHECK(scope.version(KeyId(0)) == extend(0, 42));
  scope.reset();
  CHECK(scope.version(KeyId(0)) == 0);
}

TEST_CASE("a transaction that commits after another write extends that one's chain") {
  Scope scope({false});
  Overlay slow, fast;
  const std::vector<AdvanceRecord> advance = {{0, KeyId(0)}};
  const std::vector<KeyId> key = {KeyId(0)};
  slow.begin();
  scope.advance(advance, {1}, slow);
  scope.advance(advance, {2}, fast);
  scope.merge(slow.commit());
  CHECK(scope.version(KeyId(0)) == extend(extend(0, 2), 1));
}

TEST_CASE("a key outside of transactions is advanced at once, by a failed write too") {
  Scope scope({true, false});
  Overlay writer, other;
  const std::vector<AdvanceRecord> both = {{0, KeyId(0)}, {0, KeyId(1)}};
  writer.begin();
  scope.advance(both, {1}, writer);
  CHECK(scope.version(KeyId(0)) == extend(0, 1));
  CHECK(scope.version(KeyId(1)) == 0);
  writer.drop();
  scope.advance(both, {.identity = 2, .changed = false}, other);
  CHECK(scope.version(KeyId(0)) == extend(extend(0, 1), 2));
  CHECK(scope.version(KeyId(1)) == 0);
}

TEST_CASE("only paths below the sequences are outside of transactions") {
  for (const std::string& key : write_keys({"@sequence", "orders"}))
    CHECK(is_immediate(key) == (key.find("@sequence") != std::string::npos));
  for (const std::string& key : write_keys({"orders", "@sequence"})) CHECK_FALSE(is_immediate(key));
}

TEST_CASE("what a write determines replaces the chain, unless its answer was a guess") {
  Scope scope({false, false});
  Overlay overlay;
  const std::vector<AdvanceRecord> by_answer = {{77, KeyId(0)}, {0, KeyId(1)}};
  const std::vector<AdvanceRecord> always = {{88, KeyId(0), table::format::advance_always}};
  scope.advance(by_answer, {1}, overlay);
  CHECK(scope.version(KeyId(0)) == 77);
  CHECK(scope.version(KeyId(1)) == extend(0, 1));
  scope.advance(by_answer, {.identity = 2, .changed = false}, overlay);
  CHECK(scope.version(KeyId(0)) == 77);
  CHECK(scope.version(KeyId(1)) == extend(0, 1));
  scope.advance(by_answer, {.identity = 3, .certain = false}, overlay);
  CHECK(scope.version(KeyId(0)) == extend(77, 3));
  scope.advance(always, {.identity = 4, .certain = false}, overlay);
  CHECK(scope.version(KeyId(0)) == 88);
}

TEST_CASE("what a transaction determines is seen by its own connection until it commits") {
  Scope scope({false});
  Overlay writer, other;
  const std::vector<AdvanceRecord> determining = {{77, KeyId(0)}}, extending = {{0, KeyId(0)}};
  const std::vector<KeyId> key = {KeyId(0)};
  scope.advance(extending, {1}, other);
  writer.begin();
  scope.advance(determining, {2}, writer);
  scope.advance(extending, {3}, writer);
  CHECK(scope.state(key, writer) == extend(0, extend(77, 3)));
  scope.advance(extending, {4}, other);
  scope.merge(writer.commit());
  CHECK(scope.version(KeyId(0)) == extend(77, 3));
}
