// The recording role for HTTP/2: both directions of one relayed connection, taken apart into the
// exchanges that HTTP/1.1 would have had.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocols/http/h2/frames.hpp"
#include "protocols/http/h2/header_block.hpp"
#include "protocols/http/spelling.hpp"
#include "understudy/observer_queue.hpp"

namespace understudy::http::h2 {

/// A header block whose end has not come.
struct OpenBlock {
  std::uint32_t stream = 0;
  std::uint8_t flags = 0;
  bool is_promise = false;
  std::vector<std::uint8_t> priority;
  std::vector<std::uint8_t> octets;
};

/// Relays every octet as it came. Only where the service behind TLS is to be called by its own name
/// does it write the header blocks of the client anew, with another `:authority`.
class H2Observer final : public Observer {
 public:
  explicit H2Observer(const Limits& limits);

  void use(const Secrets& secrets) override { secrets_ = secrets; }
  void set_upstream(std::string_view authority) override;
  void use(const TlsRelay& tls) override;
  [[nodiscard]] bool only_watches() const noexcept override { return !rewrites_; }
  void feed(Direction from, Bytes chunk, Moment at, Relay& relay) override;
  void feed_eof(Direction from, Moment at) override;
  void abandon(Moment at) override;
  std::optional<Observed> next() override { return queue_.next(); }
  [[nodiscard]] Sync sync() const noexcept override { return queue_.sync(); }

 private:
  /// One request and its answer.
  struct Stream {
    Message request, answer;
    Moment began;
    bool request_ended = false, answer_ended = false;
  };
  struct Side {
    explicit Side(std::size_t most_octets) : decoder(most_octets) {}
    FrameReader reader;
    HeaderDecoder decoder;
    std::optional<OpenBlock> block;
    /// Sizes of the table that the other side has allowed and this one not acknowledged.
    std::deque<std::optional<std::uint32_t>> table_sizes;
  };

  [[nodiscard]] Side& side(Direction from) {
    return from == Direction::from_client ? client_ : server_;
  }
  [[nodiscard]] bool watching() const noexcept { return queue_.in_sync(); }
  void read(Direction from, Moment at, Output* rewritten);
  /// False where what was read can't be HTTP/2.
  [[nodiscard]] bool take(Direction from, const Frame& frame, Moment at, Output* rewritten);
  [[nodiscard]] bool take_block(Direction from, const Frame& frame, Moment at, Output* rewritten);
  [[nodiscard]] bool end_block(Direction from, Moment at, Output* rewritten);
  void write_block(const OpenBlock& block, HeaderFields fields, Output& out);
  void take_settings(Direction from, const Frame& frame);
  [[nodiscard]] bool take_data(Direction from, const Frame& frame, Moment at);
  void take_fields(Direction from, std::uint32_t id, const HeaderBlock& block, Moment at);
  void begin_request(std::uint32_t id, const HeaderBlock& block, Moment at);
  void end_side(Direction from, std::uint32_t id, Moment at);
  void reset(Direction from, std::uint32_t id, Moment at);
  void tell(std::uint32_t id, Moment at, bool open);
  void lose(std::uint32_t id, const std::string& why);
  [[nodiscard]] bool record_stream(std::uint32_t id, Moment at);
  void forget(std::uint32_t id);
  void stop(std::string why);

  Limits limits_;
  Secrets secrets_;
  ObserverQueue queue_;
  Side client_, server_;
  std::size_t preface_octets_ = 0;
  std::map<std::uint32_t, Stream> streams_;
  std::size_t body_octets_ = 0;  // of all streams
  bool session_open_ = false;
  bool told_of_calls_ = false;
  bool rewrites_ = false;
  HeaderEncoder encoder_;
  std::string authority_;
  std::vector<std::string> upstream_;
};

}  // namespace understudy::http::h2
