#include "memcached.hpp"

#include <fmt/ranges.h>
#include <deque>

#include "understudy/document_text.hpp"
#include "understudy/receive_buffer.hpp"

namespace memcached {

using namespace understudy;
using Words = std::vector<std::string>;

namespace {
//   <verb> <words…> [noreply]\r\n            set, add, replace and cas: <data>\r\n
struct Command {
  std::string verb;
  Document request;  // {command: set key 0 0 5, data: hello}
  bool noreply = false;
};

enum class Framing : std::uint8_t { need_more, complete, malformed };

constexpr std::string_view storing[] = {"set", "add", "replace", "cas"};
constexpr std::string_view reading[] = {"get", "gets", "version"};

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Words words_of(std::string_view line) {
  Words words(1);
  for (const char octet : line)
    octet == ' ' ? void(words.emplace_back()) : words.back().push_back(octet);
  return words;
}

// The words of the line at the front of `rest`, which then begins behind it.
Framing take_line(std::string_view& rest, Words& words) {
  const std::size_t end = rest.find("\r\n");
  if (end == std::string_view::npos)
    return rest.size() > Limits{}.head_octets ? Framing::malformed : Framing::need_more;
  words = words_of(rest.substr(0, end));
  rest.remove_prefix(end + 2);
  return Framing::complete;
}

// A data block of as many octets as `digits` say, and CR LF.
Framing take_data(std::string_view& rest, const std::string& digits, std::string& data) {
  char* end = nullptr;
  const std::size_t length = std::strtoul(digits.c_str(), &end, 10);
  if (end == digits.c_str() || length > Limits{}.message_octets) return Framing::malformed;
  if (rest.size() < length + 2) return Framing::need_more;
  if (rest.substr(length, 2) != "\r\n") return Framing::malformed;
  data = rest.substr(0, length);
  rest.remove_prefix(length + 2);
  return Framing::complete;
}

Framing take_command(std::string_view& rest, Command& command) {
  Words words;
  const Framing framing = take_line(rest, words);
  if (framing != Framing::complete) return framing;
  command.verb = words[0];
  command.noreply = words.back() == "noreply";
  if (command.noreply) words.pop_back();
  command.request = {{"command", document_of(fmt::format("{}", fmt::join(words, " ")))}};
  if (!is_one_of(storing, command.verb)) return framing;
  std::string data;
  const Framing block = take_data(rest, words.size() > 4 ? words[4] : "", data);
  command.request["data"] = document_of(data);
  return block;
}

//   ( VALUE <key> <flags> <bytes> [<cas>]\r\n<data>\r\n )… END\r\n      or one other line
Framing take_reply(std::string_view& rest, Document& answer) {
  const std::string_view whole = rest;
  for (Words words = {"VALUE"}; words[0] == "VALUE";) {
    Framing framing = take_line(rest, words);
    std::string data;
    if (framing == Framing::complete && words[0] == "VALUE")
      framing = take_data(rest, words.size() > 3 ? words[3] : "", data);
    if (framing != Framing::complete) return framing;
  }
  answer = document_of(whole.substr(0, whole.size() - rest.size() - 2));
  return Framing::complete;
}

std::string canonical_of(const Document& request) {
  const std::string line = octets_of(request["command"]);
  return line.substr(0, line.find(' ')) + '\0' + json_text(request);
}

class Watcher final : public Observer {
 public:
  void feed(Direction from, Bytes chunk, Moment at, Relay& relay) override {
    const bool client = from == Direction::from_client;
    (client ? relay.to_server : relay.to_client).copy(chunk);
    ReceiveBuffer& buffer = client ? sent_ : received_;
    buffer.append(chunk);
    while (sync_ == Sync::in_sync && !buffer.pending().empty()) {
      std::string_view rest = as_text(buffer.pending());
      const Framing framing = client ? command(rest, at) : reply(rest, at);
      if (framing == Framing::need_more) return;
      buffer.consume(buffer.pending().size() - rest.size());
      if (framing == Framing::complete) continue;
      sync_ = Sync::lost;
      observed_.push_back(Warned{"this is no memcached text protocol; it is only relayed now"});
    }
  }
  void feed_eof(Direction, Moment) override {}
  std::optional<Observed> next() override {
    std::optional<Observed> first;
    if (!observed_.empty()) first = std::move(observed_.front()), observed_.pop_front();
    return first;
  }
  Sync sync() const noexcept override { return sync_; }

 private:
  Framing command(std::string_view& rest, Moment at) {
    Command command;
    const Framing framing = take_command(rest, command);
    if (framing != Framing::complete || command.verb == "quit") return framing;
    const Exchange exchange = {command.request, nullptr, at, at};
    command.noreply ? observed_.push_back(exchange) : pending_.push_back(exchange);
    return framing;
  }
  Framing reply(std::string_view& rest, Moment at) {
    if (pending_.empty()) return Framing::malformed;  // nobody asked
    const Framing framing = take_reply(rest, pending_.front().answer);
    if (framing != Framing::complete) return framing;
    pending_.front().ended = at;
    observed_.push_back(std::move(pending_.front()));
    return pending_.pop_front(), framing;
  }

  ReceiveBuffer sent_, received_;
  std::deque<Exchange> pending_;
  std::deque<Observed> observed_;
  Sync sync_ = Sync::in_sync;
};

class Server final : public ServerMachine {
 public:
  void feed(Bytes chunk) override { received_.append(chunk); }
  void feed_eof() override { ended_ = true; }
  ServerEvent next() override {
    std::string_view rest = as_text(received_.pending());
    const Framing framing = rest.empty() ? Framing::need_more : take_command(rest, command_);
    if (framing == Framing::need_more)
      return ended_ ? ServerEvent(Close{}) : ServerEvent(NeedBytes{});
    received_.consume(received_.pending().size() - rest.size());
    if (framing == Framing::malformed) output_.copy(as_bytes("ERROR\r\n"));
    if (framing == Framing::malformed || command_.verb == "quit") return Close{};
    canonical_ = canonical_of(command_.request);
    return Request{canonical_, {}, Control::none, {}, false};
  }
  void reply(const Answer& answer) override {
    const Bytes unknown = as_bytes("SERVER_ERROR understudy: recorded with noreply\r\n");
    if (!command_.noreply) output_.borrow(answer.image.empty() ? unknown : answer.image);
  }
  void reply(const Miss& miss) override {
    if (!command_.noreply) output_.copy(as_bytes("SERVER_ERROR " + miss.summary + "\r\n"));
  }
  Output& output() noexcept override { return output_; }

 private:
  ReceiveBuffer received_;
  Output output_;
  Command command_;
  std::string canonical_;
  bool ended_ = false;
};

class Reader final : public Analyser {
 public:
  void learn(const SessionHeader&, const Exchange&) override {}
  Analysis analyse(const SessionHeader&, const Exchange& exchange,
                   std::vector<Problem>& problems) override {
    Analysis analysis;
    analysis.identity = identify(exchange.request, problems);
    analysis.image = encode({}, exchange.answer, problems);
    if (analysis.identity.canonical.empty()) return analysis;
    const Words words = words_of(octets_of(exchange.request["command"]));
    const bool reads = is_one_of(reading, words[0]);
    for (std::size_t i = 1; i < (reads ? words.size() : std::min<std::size_t>(words.size(), 2));
         ++i)
      analysis.reads.push_back({words[i]});
    if (words[0] == "flush_all") analysis.reads = {KeyPath{}};
    analysis.effect = reads ? Effect::read : Effect::write;
    if (!reads) analysis.writes = analysis.reads;
    for (const char* nothing : {"NOT_", "EXISTS", "ERROR", "CLIENT_ERROR", "SERVER_ERROR"})
      analysis.changed = analysis.changed && !analysis.image.starts_with(nothing);
    return analysis;
  }
  Identity identify(const Document& request, std::vector<Problem>& problems) override {
    if (request.is_object() && request.contains("command")) return {canonical_of(request), {}};
    problems.push_back({"/request", "no command was found", "write `command: get key`"});
    return {};
  }
  std::string encode(const Document&, const Document& answer, std::vector<Problem>&) override {
    return answer.is_null() ? "" : octets_of(answer) + "\r\n";
  }
  Document profile() const override { return Document::object(); }
  std::vector<std::pair<std::string, std::string>> shapes() const override { return {}; }
};

class Memcached final : public Protocol {
 public:
  std::string_view name() const noexcept override { return "memcached"; }
  std::uint16_t default_port() const noexcept override { return 11211; }
  Recognition recognise(Bytes first) const noexcept override {
    const std::string_view verb = as_text(first).substr(0, as_text(first).find(' '));
    if (verb.size() == first.size() && verb.size() < 8) return Recognition::need_more;
    const bool known = is_one_of(storing, verb) || is_one_of(reading, verb);
    return known ? Recognition::yes : Recognition::no;
  }
  std::unique_ptr<Observer> new_observer(const Limits&) const override {
    return std::make_unique<Watcher>();
  }
  std::unique_ptr<ServerMachine> new_server(const ServiceTable&,
                                            const ServerContext&) const override {
    return std::make_unique<Server>();
  }
  std::unique_ptr<Analyser> new_analyser() const override { return std::make_unique<Reader>(); }
  Document request_from_text(std::string_view line) const override {
    return {{"command", document_of(line)}};
  }
  Document describe(std::string_view canonical) const override {
    return parse_json(canonical.substr(canonical.find('\0') + 1));
  }
  std::string summarise(const Document& request) const override {
    return octets_of(request["command"]);
  }
};

}  // namespace

const Protocol& protocol() noexcept {
  static const Memcached instance;
  return instance;
}
}  // namespace memcached
