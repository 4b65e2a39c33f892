// What the HTTP tests share: a relay to observe, and a mock without an engine.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocols/http/http.hpp"
#include "support/scope_calls.hpp"
#include "understudy/protocol.hpp"

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
class Relayed {
 public:
  explicit Relayed(const Limits& limits = {}) : observer_(protocol().new_observer(limits)) {
    observer_->use(secrets);
  }

  Relayed& client(std::string_view octets) { return feed(Direction::from_client, octets); }
  Relayed& server(std::string_view octets) { return feed(Direction::from_server, octets); }
  Relayed& client_bytewise(std::string_view octets) {
    for (const char octet : octets) client(std::string_view(&octet, 1));
    return *this;
  }
  Relayed& server_bytewise(std::string_view octets) {
    for (const char octet : octets) server(std::string_view(&octet, 1));
    return *this;
  }
  Relayed& client_eof() { return eof(Direction::from_client); }
  Relayed& server_eof() { return eof(Direction::from_server); }
  Relayed& abandon() {
    ++now_.tick;
    observer_->abandon(now_);
    return drain();
  }

  [[nodiscard]] Sync sync() const { return observer_->sync(); }

  std::vector<Exchange> exchanges;
  std::vector<std::string> warnings;
  int lost_changes = 0;
  std::vector<Document> facts;

 private:
  Relayed& feed(Direction from, std::string_view octets) {
    Relay relay;
    ++now_.tick;
    observer_->feed(from, as_bytes(octets), now_, relay);
    const bool to_server = from == Direction::from_client;
    CHECK(text_of(to_server ? relay.to_server : relay.to_client) == octets);
    CHECK((to_server ? relay.to_client : relay.to_server).empty());
    return drain();
  }
  Relayed& eof(Direction from) {
    ++now_.tick;
    observer_->feed_eof(from, now_);
    return drain();
  }
  Relayed& drain() {
    while (auto observed = observer_->next()) {
      if (auto* exchange = std::get_if<Exchange>(&*observed))
        exchanges.push_back(std::move(*exchange));
      if (auto* warned = std::get_if<Warned>(&*observed)) {
        warnings.push_back(warned->text);
        lost_changes += warned->lost_change ? 1 : 0;
      }
      if (auto* opened = std::get_if<SessionOpened>(&*observed)) facts.push_back(opened->facts);
    }
    return *this;
  }

  std::unique_ptr<Observer> observer_;
  Moment now_;
};

/// A table that knows the last answer to each request; state is the engine's business.
class Mock final : public ServiceTable {
 public:
  Mock() = default;
  explicit Mock(const std::vector<Exchange>& exchanges) {
    const auto analyser = protocol().new_analyser();
    analyser->use(secrets);
    const SessionHeader session{"api", "http", "r1", 1, "", Document::object()};
    for (const Exchange& exchange : exchanges) analyser->learn(session, exchange);
    for (const Exchange& exchange : exchanges) {
      const Analysis analysis = analyser->analyse(session, exchange, problems);
      analyses.push_back(analysis);
      images[analysis.identity.canonical] = analysis.image;
    }
    for (auto& [key, content] : analyser->shapes()) shapes[key] = content;
  }

  [[nodiscard]] const Document& profile() const noexcept override { return profile_; }
  [[nodiscard]] std::optional<Bytes> shape(std::string_view key) const noexcept override {
    const auto found = shapes.find(key);
    if (found == shapes.end()) return std::nullopt;
    return as_bytes(found->second);
  }

  std::vector<Problem> problems;
  std::vector<Analysis> analyses;
  std::map<std::string, std::string, std::less<>> images;
  std::map<std::string, std::string, std::less<>> shapes;

 private:
  Document profile_ = Document::object();
};

/// One live connection to a Mock.
class Client {
 public:
  explicit Client(const Mock& mock, const Limits& limits = {})
      : mock_(mock), machine_(protocol().new_server(mock, context(limits))) {}

  /// Everything that the machine sends until it needs more.
  std::string send(std::string_view octets) {
    machine_->feed(as_bytes(octets));
    return run();
  }
  std::string send_bytewise(std::string_view octets) {
    std::string answer;
    for (const char octet : octets) answer += send(std::string_view(&octet, 1));
    return answer;
  }
  std::string eof() {
    machine_->feed_eof();
    return run();
  }

  bool closed = false;
  std::vector<std::string> notes;
  std::vector<std::string> asked;     ///< canonical requests, in order
  std::vector<std::string> unproven;  ///< in what the answered ones differ from what was sent
  std::size_t misses = 0;
  std::vector<std::string> scope_calls;

 private:
  static ServerContext context(const Limits& limits) {
    static const Document settings = Document::object();
    ServerContext made;
    made.settings = &settings;
    made.limits = limits;
    made.secrets = secrets;
    return made;
  }

  std::string run() {
    while (!closed) {
      const ServerEvent event = machine_->next();
      if (std::holds_alternative<NeedBytes>(event)) break;
      if (std::holds_alternative<Close>(event)) closed = true;
      if (const auto* noted = std::get_if<Noted>(&event)) {
        notes.push_back(noted->text);
        misses += noted->missed ? 1 : 0;
      }
      if (const auto* request = std::get_if<Request>(&event)) answer(*request);
      if (const auto* call = std::get_if<ScopeCall>(&event))
        test::answer_scope_call(*call, *machine_, scope_calls);
    }
    return text_of(machine_->output());
  }

  void answer(const Request& request) {
    asked.emplace_back(request.canonical);
    const auto found = mock_.images.find(request.canonical);
    if (found != mock_.images.end()) {
      if (!request.unproven.empty()) unproven.emplace_back(request.unproven);
      machine_->reply(Answer{Grade::exact, as_bytes(found->second)});
    } else if (request.synthesisable) {
      machine_->reply(Answer{Grade::synthesised, {}});
    } else {
      ++misses;
      machine_->reply(Miss{"nothing recorded answers this", "nearest: GET /x", "record it"});
    }
  }

  const Mock& mock_;
  std::unique_ptr<ServerMachine> machine_;
};

/// What the relay recorded of one request and its answer.
inline std::vector<Exchange> recorded(std::string_view request, std::string_view answer) {
  return Relayed().client(request).server(answer).server_eof().exchanges;
}

}  // namespace understudy::http::testing
