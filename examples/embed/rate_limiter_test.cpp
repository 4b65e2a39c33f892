// Tests a rate limiter that counts in Redis, against a recorded Redis inside this very test.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "understudy/mock_server.hpp"

namespace {

/// A Redis client as small as it can be: inline commands, one line for an answer.
class Redis {
 public:
  explicit Redis(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(descriptor_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  }
  ~Redis() { ::close(descriptor_); }
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;

  /// The answer without its framing: "3" for `:3` and for `$1 3`, "" for a missing value.
  std::string command(const std::string& line) {
    const std::string octets = line + "\r\n";
    REQUIRE(::send(descriptor_, octets.data(), octets.size(), 0) ==
            static_cast<ssize_t>(octets.size()));
    const std::string head = read_line();
    if (head == "$-1") return "";
    return head.starts_with("$") ? read_line() : head.substr(head.starts_with("-") ? 0 : 1);
  }

 private:
  std::string read_line() {
    std::string line;
    for (char c = 0; ::recv(descriptor_, &c, 1, 0) == 1 && c != '\n';)
      if (c != '\r') line += c;
    return line;
  }

  int descriptor_;
};

/// What is tested: at most `limit:PLAN` requests for a user.
class RateLimiter {
 public:
  RateLimiter(Redis& redis, const std::string& plan) : redis_(redis) {
    const std::string limit = redis_.command("GET limit:" + plan);
    limit_ = limit.empty() ? 0 : std::stoi(limit);
  }
  bool allows(const std::string& user) {
    return std::stoi(redis_.command("INCR used:" + user)) <= limit_;
  }

 private:
  Redis& redis_;
  int limit_ = 0;
};

understudy::MockServer start_mock() {
  understudy::Diagnostics problems;
  auto mock = understudy::MockServer::load(MOCK_SET, problems);
  for (const understudy::Diagnostic& problem : problems) MESSAGE(to_string(problem));
  REQUIRE(mock);
  mock->start();
  return std::move(*mock);
}

}  // namespace

TEST_CASE("a user may go on until the plan's limit") {
  understudy::MockServer mock = start_mock();
  {
    Redis redis(mock.port("limits"));
    redis.command("SET limit:free 3");
    RateLimiter limiter(redis, "free");
    CHECK(limiter.allows("alice"));
    CHECK(limiter.allows("alice"));
    CHECK(limiter.allows("alice"));
    CHECK_FALSE(limiter.allows("alice"));
    CHECK(limiter.allows("bob"));
  }
  mock.stop();
  CHECK(mock.certain());
  CHECK(mock.answers("limits", understudy::Grade::exact) +
            mock.answers("limits", understudy::Grade::static_) ==
        7);
}

TEST_CASE("a plan without a limit allows nothing") {
  understudy::MockServer mock = start_mock();
  Redis redis(mock.port("limits"));
  RateLimiter limiter(redis, "free");
  CHECK_FALSE(limiter.allows("alice"));
}

TEST_CASE("a reset makes the same test possible again, in every scope by itself") {
  understudy::MockServer mock = start_mock();
  Redis alice(mock.port("limits")), bob(mock.port("limits"));
  bob.command("UNDERSTUDY SCOPE bob");
  for (int i = 0; i < 2; ++i) {
    for (Redis* redis : {&alice, &bob}) {
      redis->command("SET limit:free 3");
      RateLimiter limiter(*redis, "free");
      for (int request = 0; request < 3; ++request) CHECK(limiter.allows("alice"));
      CHECK_FALSE(limiter.allows("alice"));
    }
    mock.reset();
    mock.reset("bob");
  }
  CHECK(mock.certain());
}

TEST_CASE("what was never recorded is an error that the test can see") {
  understudy::MockServer mock = start_mock();
  {
    Redis redis(mock.port("limits"));
    CHECK(redis.command("GET limit:gold").starts_with("-ERR"));
  }
  mock.stop();
  CHECK_FALSE(mock.certain());
  REQUIRE(mock.misses().size() == 1);
  CHECK(mock.misses()[0].service == "limits");
  CHECK(mock.misses()[0].summary.find("GET limit:gold") != std::string::npos);
}

TEST_CASE("a mock set that is not there is reported, not served") {
  understudy::Diagnostics problems;
  CHECK_FALSE(understudy::MockServer::load("no/such/mock", problems));
  CHECK(understudy::has_errors(problems));
}
