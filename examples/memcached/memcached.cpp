#include "memcached.hpp"

#include <algorithm>
#include <charconv>
#include <deque>

#include "understudy/document_text.hpp"
#include "understudy/observer_queue.hpp"
#include "understudy/receive_buffer.hpp"

namespace memcached {

using namespace understudy;
using Words = std::vector<std::string_view>;

namespace {

enum class Side : std::uint8_t { client, server };
enum class Framing : std::uint8_t { need_more, complete, malformed };

constexpr std::string_view storing[] = {"set", "add", "replace", "cas"};
constexpr std::string_view reading[] = {"get", "gets", "version"};

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

void split(std::string_view line, Words& words) {
  words.clear();
  for (std::size_t end = 0; end != std::string_view::npos; line.remove_prefix(end + 1)) {
    end = line.find(' ');
    words.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return;
  }
}

// The messages of one side, one after the other. Nothing is looked at twice, in whatever pieces it
// comes. What is handed out borrows from the buffer, until the next `feed`.
//   client   <verb> <words…> [noreply]\r\n            set, add, replace and cas: <data>\r\n
//   server   ( VALUE <key> <flags> <bytes> [<cas>]\r\n<data>\r\n )… END\r\n   or one other line
class Decoder {
 public:
  Decoder(Side side, const Limits& limits) : side_(side), limits_(limits) {}

  void feed(Bytes chunk) { buffer_.append(chunk); }

  /// Of the message that begins the buffer; `complete`: the members below are of it.
  Framing next() {
    std::string_view all = as_text(buffer_.pending());
    for (;;) {
      if (block_ && all.size() < read_ + *block_ + 2) return Framing::need_more;
      if (block_) {
        data_ = all.substr(read_, *block_);
        if (all.substr(read_ + *block_, 2) != "\r\n") return Framing::malformed;
        read_ = searched_ = read_ + *std::exchange(block_, std::nullopt) + 2;
        if (side_ == Side::client) return split(line_of(all), words), Framing::complete;
      }
      const std::size_t end = all.find("\r\n", searched_);
      if (end == std::string_view::npos) {
        searched_ = std::max(read_, all.size() - std::min<std::size_t>(all.size(), 1));
        const bool too_long = all.size() - read_ > limits_.head_octets;
        return too_long ? Framing::malformed : Framing::need_more;
      }
      line_ = {read_, end - read_};
      split(line_of(all), words);
      read_ = searched_ = end + 2;
      const bool has_block =
          side_ == Side::client ? is_one_of(storing, words[0]) : words[0] == "VALUE";
      if (!has_block) return Framing::complete;
      if (!begin_block(side_ == Side::client ? 4 : 3)) return Framing::malformed;
    }
  }
  /// The message is done with.
  void consume() {
    buffer_.consume(read_);
    read_ = searched_ = 0;
    data_.reset();
  }
  [[nodiscard]] bool empty() const { return buffer_.pending().empty(); }
  [[nodiscard]] bool noreply() const { return words.size() > 1 && words.back() == "noreply"; }
  /// The last line, without the word that is about its reply.
  [[nodiscard]] std::string_view line() const {
    const std::string_view whole = line_of(as_text(buffer_.pending()));
    return noreply() ? whole.substr(0, whole.size() - std::string_view(" noreply").size()) : whole;
  }
  [[nodiscard]] std::optional<std::string_view> data() const { return data_; }
  [[nodiscard]] std::string_view whole() const {
    return as_text(buffer_.pending()).substr(0, read_ - 2);
  }

  Words words;  ///< of the last line; its memory is used again

 private:
  [[nodiscard]] std::string_view line_of(std::string_view all) const {
    return all.substr(line_.first, line_.second);
  }
  // A data block of as many octets as that word says, and CR LF.
  bool begin_block(std::size_t word) {
    if (words.size() <= word) return false;
    const char* const end = words[word].data() + words[word].size();
    const auto [stop, error] = std::from_chars(words[word].data(), end, block_.emplace());
    return error == std::errc() && stop == end && *block_ <= limits_.message_octets;
  }

  Side side_;
  Limits limits_;
  ReceiveBuffer buffer_;
  std::size_t read_ = 0, searched_ = 0;  // of the message: understood, and looked at for CR LF
  std::pair<std::size_t, std::size_t> line_;
  std::optional<std::size_t> block_;  // that comes next
  std::optional<std::string_view> data_;
};

// The verb, NUL, the line and what it stores. Observer, analyser and server spell it here.
void make_canonical(std::string_view line, std::optional<std::string_view> data,
                    std::string& canonical) {
  canonical.assign(line.substr(0, line.find(' '))) += '\0';
  canonical += line;
  if (data) (canonical += "\r\n") += *data;
}

class Watcher final : public Observer {
 public:
  explicit Watcher(const Limits& limits)
      : sent_(Side::client, limits), received_(Side::server, limits) {}

  bool only_watches() const noexcept override { return true; }
  void feed(Direction from, Bytes chunk, Moment at, Relay& relay) override {
    const bool client = from == Direction::from_client;
    (client ? relay.to_server : relay.to_client).copy(chunk);
    Decoder& decoder = client ? sent_ : received_;
    decoder.feed(chunk);
    while (queue_.in_sync() && !decoder.empty()) {
      const Framing framing = decoder.next();
      if (framing == Framing::need_more) return;
      if (framing == Framing::malformed || !(client ? asked(at) : answered(at)))
        return queue_.stop(Sync::lost, "this is no memcached text protocol", !pending_.empty());
      decoder.consume();
    }
  }
  void feed_eof(Direction, Moment) override {}
  std::optional<Observed> next() override { return queue_.next(); }
  Sync sync() const noexcept override { return queue_.sync(); }

 private:
  bool asked(Moment at) {
    if (sent_.words[0] == "quit") return true;
    Exchange exchange = {{{"command", document_of(sent_.line())}}, nullptr, at, at};
    if (sent_.data()) exchange.request["data"] = document_of(*sent_.data());
    sent_.noreply() ? queue_.tell(std::move(exchange)) : pending_.push_back(std::move(exchange));
    return true;
  }
  bool answered(Moment at) {
    if (pending_.empty()) return false;  // nobody asked
    Exchange exchange = std::move(pending_.front());
    pending_.pop_front();
    exchange.answer = document_of(received_.whole());
    exchange.ended = at;
    queue_.tell(std::move(exchange));
    return true;
  }

  Decoder sent_, received_;
  std::deque<Exchange> pending_;
  ObserverQueue queue_;
};

class Server final : public ServerMachine {
 public:
  explicit Server(const Limits& limits) : received_(Side::client, limits) {}

  void feed(Bytes chunk) override { received_.feed(chunk); }
  void feed_eof() override { ended_ = true; }
  ServerEvent next() override {
    if (std::exchange(answered_, false)) received_.consume();
    const Framing framing = received_.empty() ? Framing::need_more : received_.next();
    if (framing == Framing::need_more)
      return ended_ ? ServerEvent(Close{}) : ServerEvent(NeedBytes{});
    if (framing == Framing::malformed) output_.copy(as_bytes("ERROR\r\n"));
    if (framing == Framing::malformed || received_.words[0] == "quit") return Close{};
    make_canonical(received_.line(), received_.data(), canonical_);
    return Request{canonical_, {}, Control::none, {}, false};
  }
  void reply(const Answer& answer) override {
    const Bytes unknown = as_bytes("SERVER_ERROR understudy: recorded with noreply\r\n");
    if (!received_.noreply()) output_.borrow(answer.image.empty() ? unknown : answer.image);
    answered_ = true;
  }
  void reply(const Miss& miss) override {
    if (!received_.noreply()) output_.copy(as_bytes("SERVER_ERROR " + miss.summary + "\r\n"));
    answered_ = true;
  }
  Output& output() noexcept override { return output_; }

 private:
  Decoder received_;
  Output output_;
  std::string canonical_;
  bool answered_ = false, ended_ = false;
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
    const std::string line = octets_of(exchange.request["command"]);
    Words words;
    split(line, words);
    const bool reads = is_one_of(reading, words[0]);
    for (std::size_t i = 1; i < (reads ? words.size() : std::min<std::size_t>(words.size(), 2));
         ++i)
      analysis.reads.push_back({std::string(words[i])});
    if (words[0] == "flush_all") analysis.reads = {KeyPath{}};
    analysis.effect = reads ? Effect::read : Effect::write;
    if (!reads) analysis.writes = analysis.reads;
    for (const char* nothing : {"NOT_", "EXISTS", "ERROR", "CLIENT_ERROR", "SERVER_ERROR"})
      analysis.changed = analysis.changed && !analysis.image.starts_with(nothing);
    return analysis;
  }
  Identity identify(const Document& request, std::vector<Problem>& problems) override {
    Identity identity;
    if (!request.is_object() || !request.contains("command"))
      return problems.push_back({"/request", "no command was found", "write `command: get key`"}),
             identity;
    std::optional<std::string> data;
    if (request.contains("data")) data = octets_of(request["data"]);
    make_canonical(octets_of(request["command"]), data, identity.canonical);
    return identity;
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
  std::unique_ptr<Observer> new_observer(const Limits& limits) const override {
    return std::make_unique<Watcher>(limits);
  }
  std::unique_ptr<ServerMachine> new_server(const ServiceTable&,
                                            const ServerContext& context) const override {
    return std::make_unique<Server>(context.limits);
  }
  std::unique_ptr<Analyser> new_analyser() const override { return std::make_unique<Reader>(); }
  Document request_from_text(std::string_view line) const override {
    return {{"command", document_of(line)}};
  }
  Document describe(std::string_view canonical) const override {
    canonical.remove_prefix(canonical.find('\0') + 1);
    const std::size_t end = canonical.find("\r\n");
    Document request = {{"command", document_of(canonical.substr(0, end))}};
    if (end != std::string_view::npos) request["data"] = document_of(canonical.substr(end + 2));
    return request;
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
