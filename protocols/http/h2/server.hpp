// The serving role for HTTP/2: its streams are put to a machine of HTTP/1.1 one after the other, as
// the requests that they mean, and its answers become theirs.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "protocols/http/conversation.hpp"
#include "protocols/http/h2/header_block.hpp"
#include "protocols/http/server.hpp"
#include "understudy/server_machine.hpp"

struct nghttp2_session;

namespace understudy::http::h2 {

class H2Server final : public ServerMachine {
 public:
  /// `inner` has been fed nothing. What it borrows outlives both.
  H2Server(std::unique_ptr<HttpServer> inner, const Limits& limits);
  ~H2Server() override;
  H2Server(const H2Server&) = delete;
  H2Server& operator=(const H2Server&) = delete;

  void begin_tls(const TlsSession& session) override { inner_->begin_tls(session); }
  void feed(Bytes chunk) override;
  void feed_eof() override { eof_ = true; }
  ServerEvent next() override;
  void reply(const Answer& answer) override;
  void reply(const Miss& miss) override;
  [[nodiscard]] Document whole_request(const Secrets& secrets) const override {
    return inner_->whole_request(secrets);
  }
  [[nodiscard]] bool is_awaiting_rest() const noexcept override { return awaits_rest_; }
  [[nodiscard]] Output& output() noexcept override { return output_; }

 private:
  struct Stream {
    HeaderFields fields;
    std::size_t head_octets = 0;
    std::string body;  // of the request, then of the answer
    std::size_t sent = 0;
    Fields trailers;  // of the answer
    bool is_head = false;
    bool stays_open = false;
  };
  /// What the library calls; `user` is the machine.
  struct Calls;
  struct FreeSession {
    void operator()(nghttp2_session* session) const noexcept;
  };

  void begin_stream(std::int32_t id);
  void take_field(std::int32_t id, HeaderField field);
  void take_body(std::int32_t id, Bytes part);
  void end_request(std::int32_t id);
  void end_stream(std::int32_t id);
  [[nodiscard]] bool ask_next();
  void collect();
  void end_answers();
  void answer(Message message, bool stays_open);
  void refuse(std::int32_t id, std::uint32_t error);
  [[nodiscard]] bool flush();

  std::unique_ptr<HttpServer> inner_;
  Limits limits_;
  std::unique_ptr<nghttp2_session, FreeSession> session_;
  std::map<std::int32_t, Stream> streams_;
  std::size_t body_octets_ = 0;     // of requests that are under way
  std::deque<std::int32_t> ready_;  // complete requests, in the order in which they became so
  std::int32_t asking_ = 0;         // whose answer is awaited; 0: none
  bool asking_is_head_ = false;
  MessageStream answers_;
  std::optional<std::string> flaw_;  // to be told
  bool awaits_rest_ = true;
  bool broken_ = false;
  bool eof_ = false;
  Output output_;
};

}  // namespace understudy::http::h2
