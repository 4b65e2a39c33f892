// Fields that several recordings of one flow show to make no difference.
#include "protocols/http/support.hpp"

#include <map>

#include "protocols/http/alike.hpp"
#include "protocols/http/identity.hpp"

using namespace understudy;
using namespace understudy::http;
using namespace understudy::http::testing;

namespace {

using Headers = std::map<std::string, std::string>;

/// Each line a request and its answer: "GET /a = 1".
struct Recording {
  Headers sent;
  std::vector<std::string> lines;
  Headers answered{};
};

/// The fields that are no part of a request by these recordings.
std::vector<std::string> irrelevant(const std::vector<Recording>& recordings) {
  const auto analyser = protocol().new_analyser();
  analyser->use(secrets);
  std::vector<std::pair<SessionHeader, Exchange>> all;
  for (const Recording& recording : recordings) {
    SessionHeader session{"api", "http", "r" + std::to_string(all.size()), 1, "", {}};
    session.facts = Document::object();
    for (const std::string& line : recording.lines) {
      const std::size_t equals = line.rfind(" = ");
      Exchange one;
      one.request = protocol().request_from_text(line.substr(0, equals));
      for (const auto& [name, value] : recording.sent) one.request["headers"][name] = value;
      one.answer = {{"status", 200}, {"body", line.substr(equals + 3)}};
      for (const auto& [name, value] : recording.answered) one.answer["headers"][name] = value;
      one.began.tick = 2 * all.size() + 1;
      one.ended.tick = 2 * all.size() + 2;
      all.emplace_back(session, one);
    }
  }
  for (const auto& [session, exchange] : all) analyser->learn(session, exchange);
  std::vector<Problem> problems;
  for (const auto& [session, exchange] : all) analyser->analyse(session, exchange, problems);
  for (const auto& [key, content] : analyser->shapes())
    if (key == irrelevant_key) return decode_irrelevant(content).fields;
  return {};
}

/// The flow of `lines` once with each of the two values.
std::vector<std::string> of_two(const std::string& name, const std::string& one,
                                const std::string& other, const std::vector<std::string>& lines) {
  return irrelevant({{{{name, one}}, lines}, {{{name, other}}, lines}});
}

const std::vector<std::string> telling = {"GET /users/1 = ann", "GET /users/2 = bob",
                                          "GET /users/3 = cid"};
const std::vector<std::string> nothing = {};

}  // namespace

TEST_CASE("a field is no part of a request where two recordings differ in it and in no answer") {
  CHECK(of_two("accept-language", "de", "en", telling) ==
        std::vector<std::string>{"accept-language"});
  CHECK(of_two("accept-language", "de-AT, de;q=0.8", "en;q=0.9", telling).size() == 1);
  CHECK(of_two("origin", "https://a.example", "https://b.example", telling).size() == 1);
  // Each signs in by himself.
  const auto lines = [](const std::string& token) {
    return std::vector<std::string>{"POST /login {\"user\":\"ann\"} = " + token,
                                    "GET /users/1 = ann", "GET /users/2 = bob",
                                    "GET /users/3 = cid"};
  };
  const auto sent = [](const std::string& language, const std::string& token) {
    return Headers{{"accept-language", language}, {"authorization", "Bearer " + token}};
  };
  const std::string a = "redacted:00000000000000000000000000000001";
  const std::string b = "redacted:00000000000000000000000000000002";
  CHECK(irrelevant({{sent("de", a), lines(a)}, {sent("en", b), lines(b)}}).size() == 1);
}

TEST_CASE("one recording does not show that a field makes no difference") {
  CHECK(irrelevant({{{{"accept-language", "de"}}, telling}}) == nothing);
  CHECK(irrelevant({{{{"accept-language", "de"}}, telling}, {{}, telling}}) == nothing);
  CHECK(of_two("accept-language", "de", "de", telling) == nothing);
}

TEST_CASE("one answer that differs shows that a field makes a difference") {
  auto german = telling, english = telling;
  german.push_back("GET /greeting = Hallo");
  english.push_back("GET /greeting = Hello");
  CHECK(irrelevant({{{{"accept-language", "de"}}, german},
                    {{{"accept-language", "en"}}, english}}) == nothing);
  // In its fields as well.
  CHECK(irrelevant({{{{"accept-language", "de"}}, telling, {{"Content-Language", "de"}}},
                    {{{"accept-language", "en"}}, telling, {{"Content-Language", "en"}}}}) ==
        nothing);
}

TEST_CASE("what was asked with one value only may be answered otherwise with another") {
  auto more = telling;
  more.push_back("GET /greeting = Hello");
  CHECK(irrelevant({{{{"accept-language", "de"}}, telling}, {{{"accept-language", "en"}}, more}}) ==
        nothing);
}

TEST_CASE("answers that are never otherwise show nothing of a field") {
  CHECK(of_two("accept-language", "de", "en",
               {"GET /health = ok", "GET /ready = yes", "GET /version = 7", "GET /ping = pong"}) ==
        nothing);
  CHECK(of_two("accept-language", "de", "en", {"GET /users/1 = ann", "GET /users/2 = bob"}) ==
        nothing);
}

TEST_CASE("values that ask for something in common show nothing of a field") {
  CHECK(of_two("accept", "application/json", "application/json, text/plain, */*", telling) ==
        nothing);
  CHECK(of_two("accept-language", "de, en;q=0.5", "fr, en", telling) == nothing);
  CHECK(of_two("accept-language", "de-AT", "de-CH", telling) == nothing);
  CHECK(of_two("accept", "text/html", "application/json", telling).size() == 1);
}

TEST_CASE("a service that says that it varies by a field is believed") {
  CHECK(
      irrelevant({{{{"accept-language", "de"}}, telling, {{"Vary", "Origin, Accept-Language"}}},
                  {{{"accept-language", "en"}}, telling, {{"Vary", "Origin, Accept-Language"}}}}) ==
      nothing);
}

TEST_CASE("two who do the same find the same and are two all the same") {
  for (const char* name : {"authorization", "x-api-key", "cookie", "x-tenant", "x-user", "x-fleet"})
    CHECK_MESSAGE(of_two(name, "a", "b", telling) == nothing, name);
  CHECK(of_two("x-amz-target", "T.Get", "T.Describe", telling) == nothing);
}
