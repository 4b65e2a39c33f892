#include "protocols/redis/redis.hpp"

#include <algorithm>
#include <array>

#include "protocols/redis/analyser.hpp"
#include "protocols/redis/emulator/emulator.hpp"
#include "protocols/redis/observer.hpp"
#include "protocols/redis/request.hpp"
#include "protocols/redis/server.hpp"
#include "protocols/redis/snapshot.hpp"
#include "protocols/redis/values.hpp"
#include "understudy/document_text.hpp"

namespace understudy::redis {

namespace {

// Inline commands that a person or a health check begins a connection with. Anything else that is
// no array may as well be another protocol.
constexpr std::array<std::string_view, 12> inline_beginnings = {
    "PING",   "AUTH", "HELLO",   "INFO",   "GET",  "SET",
    "SELECT", "ECHO", "COMMAND", "CLIENT", "QUIT", "EXISTS"};

// `GET /path HTTP/1.1` is a command to nobody but a web server.
bool is_http(std::string_view line) {
  return line.find(" HTTP/") != std::string_view::npos;
}

Recognition recognise_inline(std::string_view text) {
  const std::size_t end = text.find('\n');
  const std::size_t word_end = text.find_first_of(" \r\n");
  const std::string_view word = text.substr(0, word_end);
  const bool whole_word = word_end != std::string_view::npos;
  const bool fits = std::ranges::any_of(inline_beginnings, [&](std::string_view name) {
    if (word.size() > name.size() || (whole_word && word.size() != name.size())) return false;
    return equals_ignoring_case(word, name.substr(0, word.size()));
  });
  if (!fits || is_http(text.substr(0, end))) return Recognition::no;
  return end == std::string_view::npos ? Recognition::need_more : Recognition::yes;
}

class RedisProtocol final : public Protocol {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "redis"; }
  [[nodiscard]] std::uint16_t default_port() const noexcept override { return 6379; }

  [[nodiscard]] Recognition recognise(Bytes first) const noexcept override {
    const std::string_view text = as_text(first);
    if (!text.starts_with('*')) return recognise_inline(text);
    if (text.size() == 1) return Recognition::need_more;
    const char next = text[1];
    return (next >= '0' && next <= '9') || next == '-' ? Recognition::yes : Recognition::no;
  }

  [[nodiscard]] std::unique_ptr<Observer> new_observer(const Limits& limits) const override {
    return std::make_unique<RedisObserver>(limits);
  }
  [[nodiscard]] std::unique_ptr<ServerMachine> new_server(
      const ServiceTable& table, const ServerContext& context) const override {
    return std::make_unique<RedisServer>(table, context);
  }
  [[nodiscard]] std::unique_ptr<Analyser> new_analyser() const override {
    return std::make_unique<RedisAnalyser>();
  }
  [[nodiscard]] std::unique_ptr<Snapshot> new_snapshot(std::string_view password) const override {
    return redis::new_snapshot(password);
  }
  [[nodiscard]] std::unique_ptr<Emulator> new_emulator(const Document& knowledge) const override {
    return new_redis_emulator(knowledge);
  }

  [[nodiscard]] Document request_from_text(std::string_view line) const override {
    CommandLine command;
    if (!split_line(line, command.words)) command.words.assign(1, std::string(line));
    return command.words.empty() ? Document::object() : request_document(command);
  }

  [[nodiscard]] Document describe(std::string_view canonical) const override {
    return request_document(read_canonical(canonical));
  }

  [[nodiscard]] std::string map_values(std::string_view canonical,
                                       const ValueMap& map) const override {
    return redis::map_values(canonical, map);
  }
  [[nodiscard]] std::vector<std::string> ordered_by(std::string_view canonical) const override {
    return redis::ordered_by(pattern_of(canonical));
  }
  [[nodiscard]] std::string summarise(const Document& request) const override {
    constexpr std::size_t longest_word = 60;
    std::vector<Problem> problems;
    const CommandLine line = read_request(request, problems);
    return line.words.empty() ? json_text(request) : quoted_line(line, longest_word);
  }
};

}  // namespace

const Protocol& protocol() noexcept {
  static const RedisProtocol instance;
  return instance;
}

}  // namespace understudy::redis
