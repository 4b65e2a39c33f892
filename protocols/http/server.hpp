// The serving role: requests of one live connection, answered in their order.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protocols/http/conversation.hpp"
#include "protocols/http/identity.hpp"
#include "protocols/http/image.hpp"
#include "understudy/server_machine.hpp"

namespace understudy::http {

/// A recorded request that may answer one that was sent.
struct Candidate {
  std::string canonical;
  /// In what it differs that is not proven irrelevant; empty where it is what was asked.
  std::string unproven{};
};

/// What a request asks for and how its answer must be framed.
struct Prepared {
  std::string scope;    ///< empty where the request names none
  std::string control;  ///< what stands behind /__understudy/; empty for the service's own paths
  /// To be looked up one after the other until one is answered: as it was sent, then (for GET and
  /// HEAD) without the fields that a server may ignore, then GET in place of HEAD. Where none of
  /// these was recorded in the context of the request, the nearest one.
  std::vector<Candidate> candidates;
  bool may_control = true;
  std::string control_token;  ///< as the request has it
  std::string line;           ///< "GET /charges?limit=2", as it was sent but for secrets
  unsigned understood = 0;    ///< Needs that the client meets
  std::string accept_encoding;
  std::string host;  ///< by which the client knows us
  bool is_head = false;
  bool keep_alive = true;
  bool is_http_10 = false;
  std::optional<Message> sent;  ///< kept where rules may ask for it
};

/// `scope_from`: the field that names the scope of requests that do not in so many words; or empty.
[[nodiscard]] Prepared prepare(const Message& request, const ServiceTable& table,
                               const Irrelevant& irrelevant, std::size_t decoded_limit,
                               const Secrets& secrets, std::string_view scope_from = {});

/// Requests without a body that this connection has seen before, by the octets of their heads: a
/// hash and a comparison in place of a parse. Forgotten all together when it is full.
class RequestMemo {
 public:
  static constexpr std::size_t largest_head = 4096;
  static constexpr std::size_t most_heads = 256, most_octets = 64 * 1024;

  /// Valid until the next store().
  [[nodiscard]] const Prepared* find(std::string_view head) const noexcept;
  const Prepared* store(std::string_view head, Prepared prepared);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, Prepared, Hash, std::equal_to<>> prepared_;
  std::size_t octets_ = 0;  // of all heads
};

class HttpServer final : public ServerMachine {
 public:
  /// `table` and what `context` borrows outlive the machine.
  HttpServer(const ServiceTable& table, const ServerContext& context);

  void begin_tls(const TlsSession&) override { needs_tls_ = false; }
  void feed(Bytes chunk) override {
    if (!streaming_) requests_.feed(chunk);  // nothing is answered behind an answer without an end
  }
  void feed_eof() override { requests_.feed_eof(); }
  ServerEvent next() override;
  void reply(const Answer& answer) override;
  void reply(const Miss& miss) override;
  [[nodiscard]] Document whole_request(const Secrets& secrets) const override;
  [[nodiscard]] bool is_awaiting_rest() const noexcept override { return requests_.in_head(); }
  [[nodiscard]] Output& output() noexcept override { return output_; }
  /// Reads a next request whatever became of the last one, in the scope in which it is. For one who
  /// brings it the requests of a connection that goes on.
  void begin_anew();

 private:
  ServerEvent ask();
  ServerEvent answer_control();
  void answer_scope_call();
  void accept(Message request);
  ServerEvent refuse(const Fault& fault);
  ServerEvent refuse_foreign(std::string_view opening);
  void send(const Variant& variant);
  void send_stream(const Variant& variant);
  void send_naming_itself(const Variant& variant);
  void send_head(std::string_view head, std::uint32_t date, bool keep_alive);
  void send_document(unsigned status, std::string_view extra_fields, const Document& body);
  void finish_answer(bool keep_alive);

  const ServiceTable& table_;
  Irrelevant irrelevant_;
  Limits limits_;
  Secrets secrets_;
  bool keeps_requests_;        // for rules
  bool needs_tls_;             // which the client does not have
  bool is_exposed_;            // it listens on other addresses than the machine's own
  std::string control_token_;  // without which control calls are refused there
  MessageStream requests_;
  RequestMemo memo_;
  std::string head_;                 // raw head of the request that is being parsed, for the memo
  Prepared own_;                     // a request that the memo does not hold
  const Prepared* asked_ = nullptr;  // the request that waits for its answer
  std::size_t candidate_ = 0;
  std::string scope_from_;
  std::string scope_;                      // that the connection is in; empty: that of no name
  std::optional<ScopeCall> scope_call_;    // that waits for its answer
  bool control_answered_ = false;          // and is to be told
  std::optional<std::string> unsendable_;  // what could not be sent its answer, to be told
  bool closing_ = false;
  bool streaming_ = false;  // an answer without an end is under way
  Output output_;
};

}  // namespace understudy::http
