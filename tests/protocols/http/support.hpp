// What the HTTP tests share: a relay to observe, and a mock without an engine.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "protocols/http/http.hpp"
#include "support/protocol_stage.hpp"

namespace understudy::http::testing {

inline std::string text_of(Output& output) {
  std::string text;
  output.for_each_slice([&](Bytes slice) { text += as_text(slice); });
  output.clear();
  return text;
}

/// Those of every test's mock set.
inline const Secrets secrets{Secrets::Key{7}};

/// One relayed connection. Every chunk is its own moment.
class Relayed : public test::ObserverStage {
 public:
  explicit Relayed(const Limits& limits = {}) : ObserverStage(protocol(), limits, secrets) {}

  Relayed& client(std::string_view octets) {
    return feed(Direction::from_client, as_bytes(octets)), *this;
  }
  Relayed& server(std::string_view octets) {
    return feed(Direction::from_server, as_bytes(octets)), *this;
  }
  Relayed& client_bytewise(std::string_view octets) {
    return feed(Direction::from_client, as_bytes(octets), 1), *this;
  }
  Relayed& server_bytewise(std::string_view octets) {
    return feed(Direction::from_server, as_bytes(octets), 1), *this;
  }
  Relayed& client_eof() { return eof(Direction::from_client), *this; }
  Relayed& server_eof() { return eof(Direction::from_server), *this; }
  Relayed& abandon() { return ObserverStage::abandon(), *this; }
};

/// A table that knows the last answer to each request; state is the engine's business.
class Mock final : public test::RecordedTable {
 public:
  Mock() = default;
  explicit Mock(const std::vector<Exchange>& exchanges)
      : RecordedTable(protocol(), {"api", "http", "r1", 1, "", Document::object()}, exchanges,
                      secrets) {
    profile_document = Document::object();
  }
};

/// One live connection to a Mock.
class Client final : public test::ServerStage {
 public:
  explicit Client(const Mock& mock, const Limits& limits = {}) : mock_(mock) {
    static const Document settings = Document::object();
    ServerContext context;
    context.settings = &settings;
    context.limits = limits;
    context.secrets = secrets;
    open(protocol(), mock, context);
  }

  /// Everything that the machine sends until it needs more.
  std::string send(std::string_view octets) {
    return std::string(as_text(send_octets(as_bytes(octets))));
  }
  std::string send_bytewise(std::string_view octets) {
    std::string answer;
    for (const char octet : octets) answer += send(std::string_view(&octet, 1));
    return answer;
  }
  std::string eof() { return std::string(as_text(send_eof())); }

  std::vector<std::string> asked;  ///< canonical requests, in order
  std::size_t misses = 0;

 private:
  void hear_of(const ServerEvent& event) override {
    if (const auto* noted = std::get_if<Noted>(&event)) misses += noted->missed ? 1 : 0;
  }

  void answer(const Request& request) override {
    asked.emplace_back(request.canonical);
    const auto found = mock_.images.find(request.canonical);
    if (found != mock_.images.end()) {
      if (!request.unproven.empty()) unproven.emplace_back(request.unproven);
      machine().reply(Answer{Grade::exact, as_bytes(found->second.back())});
    } else if (request.synthesisable) {
      machine().reply(Answer{Grade::synthesised, {}});
    } else {
      ++misses;
      miss(request);
    }
  }

  const Mock& mock_;
};

/// What the relay recorded of one request and its answer.
inline std::vector<Exchange> recorded(std::string_view request, std::string_view answer) {
  return Relayed().client(request).server(answer).server_eof().exchanges;
}

}  // namespace understudy::http::testing
