// The recording role. Packets become commands and responses (see Response),
// these become exchanges; Session follows what the connection is in.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "protocols/mysql/answer_secrets.hpp"
#include "protocols/mysql/commands.hpp"
#include "protocols/mysql/conversation.hpp"
#include "protocols/mysql/frame.hpp"
#include "protocols/mysql/handshake.hpp"
#include "protocols/mysql/local_infile.hpp"
#include "protocols/mysql/relayed_login.hpp"
#include "protocols/mysql/session.hpp"
#include "understudy/limits.hpp"
#include "understudy/observer_queue.hpp"

namespace understudy::mysql {

class MysqlObserver final : public Observer {
 public:
  explicit MysqlObserver(const Limits& limits);
  ~MysqlObserver() override;

  void use(const Secrets& secrets) override {
    secrets_ = secrets;
    answer_secrets_.use(secrets);
  }

  void use(const TlsRelay& tls) override { tls_ = tls; }
  void begin_tls(Direction with, std::string_view problem, Relay& relay) override;
  void feed(Direction from, Bytes chunk, Moment at, Relay& relay) override;
  void feed_eof(Direction from, Moment at) override;
  std::optional<Observed> next() override { return queue_.next(); }
  [[nodiscard]] Sync sync() const noexcept override { return queue_.sync(); }

 private:
  // greeting: the server's first packet is awaited, and held back to be changed.
  // response: the client's answer to it. authentication: anything up to OK or ERR.
  enum class Phase : std::uint8_t { greeting, response, authentication, commands };

  struct Prepared {
    std::string sql = {};
    sql::StatementSecrets secrets = {};
    std::size_t parameters = 0;
    std::vector<Column> columns = {};
    Binding binding = {};
    Moment began = {}, ended = {};
    bool told = false;  ///< an exchange tells the columns
  };
  /// A command that is not answered yet.
  struct Pending {
    Command command = Command::ping;
    std::string body = {};
    Moment began = {};
    std::uint32_t statement = 0;
    Document request = {};
    std::vector<Parameter> parameters = {};
    std::string batch = {};  ///< of a bulk execution: what it says in SQL
    sql::StatementSecrets batch_secrets = {};
  };
  /// An execution whose rows are still being fetched.
  struct OpenCursor {
    Document request;
    Results results;
    Moment began;
    std::vector<Parameter> parameters;
  };

  void feed_response(Bytes chunk, Moment at, Relay& relay);
  void answer_greeting(Relay& relay);
  void feed_client(Bytes chunk, Moment at, Relay& relay);
  [[nodiscard]] bool relays_login() const noexcept;
  void feed_server(Bytes chunk, Moment at, Relay& relay);
  void relay_greeting(Bytes packet, Relay& relay);
  void take_greeting(Bytes packet, Relay& relay);
  void client_packet(const Packet& packet, Moment began);
  void server_packet(Bytes packet, Moment at);
  void take_handshake_response(Bytes packet);
  void authenticated();
  void take_command(const Packet& packet, Moment began);

  void begin_front(Moment at);
  bool begin_execution(Pending& pending);
  bool take_parameters(Prepared& statement, Pending& pending);
  bool take_batch(Prepared& statement, Pending& pending);
  void settle_without_reply(Pending& pending);
  void complete_front(Moment at);
  void complete_plain_command(Pending& pending, Moment at);
  void complete_query(Pending& pending, Moment at);
  void complete_prepare(Pending& pending, Moment at);
  void complete_execution(Pending& pending, Moment at);
  void complete_fetch(Pending& pending, Moment at);
  void complete_connection_command(Pending& pending, Moment at);

  void emit_statement(const std::string& sql, Document request, Results& results, Moment began,
                      Moment ended, const std::vector<Parameter>& parameters = {},
                      const sql::StatementSecrets& secrets = {});
  void emit_control(const char* what, Moment at);
  void emit_prepare(Prepared& prepared);
  void tell_untold();
  void emit(Document request, Document answer, Moment began, Moment ended);
  void follow(const std::string& sql, const StatementInfo& info, const Results& results,
              const std::vector<sql::Value>& values, Moment ended);
  [[nodiscard]] sql::StatementSecrets hide_secrets(std::string& sql);
  [[nodiscard]] Document request_for(const std::string& sql) const;
  [[nodiscard]] Document query_request(const std::string& sql) const;
  void add_circumstances(const std::string& sql, Document& request) const;
  [[nodiscard]] std::string to_text(std::string_view octets);
  [[nodiscard]] ColumnContext column_context() const;
  [[nodiscard]] ResponseContext response_context(Encoding encoding) const;
  /// A statement's own id where `id` names the one that was prepared last.
  [[nodiscard]] std::uint32_t resolved(std::uint32_t id) const noexcept {
    return id == last_prepared ? last_prepared_ : id;
  }
  [[nodiscard]] Prepared* find_statement(std::uint32_t id);

  void tell(std::string text) {
    if (!text.empty()) queue_.warn(std::move(text));
  }
  void lose(std::string why) { queue_.stop(Sync::lost, std::move(why)); }

  Limits limits_;
  Secrets secrets_;
  AnswerSecrets answer_secrets_;
  ObserverQueue queue_;
  Phase phase_ = Phase::greeting;
  FrameReader client_, server_;
  Moment client_began_;

  TlsRelay tls_;
  RelayedLogin relayed_;
  std::vector<std::uint8_t> held_;  // the client's login, until the server has TLS
  std::uint8_t held_sequence_ = 0;

  Greeting greeting_;
  Negotiated negotiated_;
  HandshakeResponse login_;
  bool multi_statements_ = false;
  Document profile_;
  Session session_;

  std::deque<Pending> pending_;
  bool front_begun_ = false;
  Response response_;
  std::map<std::uint32_t, Prepared> statements_;
  std::uint32_t last_prepared_ = 0;  // 0 where the last PREPARE failed
  std::map<std::uint32_t, OpenCursor> cursors_;
  Document last_request_;
  std::uint16_t last_warnings_ = 0;
  bool last_failed_ = false;

  bool file_wanted_ = false;
  FileDigest file_;
};

}  // namespace understudy::mysql
