// The serving role: greets, authenticates, and turns commands into requests
// and recorded answers into packets.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocols/mysql/commands.hpp"
#include "protocols/mysql/frame.hpp"
#include "protocols/mysql/handshake.hpp"
#include "protocols/mysql/identity.hpp"
#include "protocols/mysql/introspection.hpp"
#include "protocols/mysql/local_infile.hpp"
#include "protocols/mysql/render.hpp"
#include "protocols/mysql/session.hpp"
#include "protocols/sql/scope_statement.hpp"
#include "protocols/sql/statement_secrets.hpp"
#include "understudy/server_machine.hpp"

namespace understudy::mysql {

class MysqlServer final : public ServerMachine {
 public:
  MysqlServer(const ServiceTable& table, const ServerContext& context);

  void begin_tls(const TlsSession&) override {
    has_tls_ = true;
    reader_.drop_pending();
  }
  void start() override;
  void feed(Bytes chunk) override { reader_.feed(chunk); }
  void feed_eof() override;
  ServerEvent next() override;
  void reply(const Answer& answer) override;
  void reply(const Miss& miss) override;
  [[nodiscard]] Output& output() noexcept override { return output_; }

 private:
  // response: the client's answer to the greeting is awaited; switched: its answer to an
  // AuthSwitchRequest; commands; file: the file of a LOAD DATA LOCAL INFILE; closed: nothing more.
  enum class Phase : std::uint8_t { response, switched, commands, file, closed };
  // What the engine was asked last, or is to be asked next.
  enum class Asked : std::uint8_t {
    nothing,
    commit_before,
    begin_before,
    statement,
    begin_after,
    rollback_after,
    commit_after,
    prepare,
    fields,
    command,  ///< one without a statement
    reset,
    scope  ///< a ScopeCall
  };

  struct PreparedStatement {
    std::string sql;
    sql::StatementSecrets secrets = {};
    sql::Statement statement;
    Binding binding;
    Bytes cursor;              ///< image whose rows are being fetched; empty for none
    std::size_t position = 0;  ///< in its packets
  };
  using Statements = std::map<std::uint32_t, std::unique_ptr<PreparedStatement>>;

  // Connection phase.
  void greet();
  std::optional<ServerEvent> take_handshake_response(const Packet& packet);
  void authenticate(const HandshakeResponse& response);
  void admit(std::string_view plugin);
  void deny();
  void welcome();
  [[nodiscard]] bool is_admitted(std::string_view plugin, std::string_view answer) const;
  void switch_plugin();

  // Commands. Each answers at once or leaves something to ask.
  std::optional<ServerEvent> take_packet(const Packet& packet);
  std::optional<ServerEvent> take_command(const Packet& packet);
  std::optional<ServerEvent> take_query(Bytes body);
  std::optional<ServerEvent> take_prepare(Bytes body);
  std::optional<ServerEvent> take_execute(Bytes body);
  std::optional<ServerEvent> take_bulk(Bytes body);
  std::optional<ServerEvent> run_execution(const sql::Statement& statement, std::string_view text);
  std::optional<ServerEvent> take_fetch(Bytes body);
  std::optional<ServerEvent> take_field_list(Bytes body);
  std::optional<ServerEvent> take_change_user(Bytes body);
  void take_plain_command(std::uint8_t code, Bytes body);
  void take_file_packet(Bytes payload);
  [[nodiscard]] bool ask_for_file();
  void take_close(Bytes body);
  [[nodiscard]] Statements::iterator find_statement(Bytes body);
  void take_long_data(Bytes body);
  [[nodiscard]] std::optional<std::uint8_t> expected_sequence() const noexcept;
  ServerEvent out_of_order();

  // Statements.
  std::optional<ServerEvent> next_statement();
  [[nodiscard]] sql::StatementSecrets hide_secrets(std::string& text) const;
  std::optional<ServerEvent> begin_statement(const sql::Statement& statement,
                                             std::string_view text);
  std::optional<ServerEvent> answer_by_state();
  [[nodiscard]] bool is_synthesisable();
  [[nodiscard]] bool is_distrusted(const Introspection& asked) const;
  [[nodiscard]] std::string unusual_settings(const sql::Statement& statement);
  void take_nearest_settings();
  [[nodiscard]] bool wants_unknown_formats() const;
  void plan_statement();
  Request request_now();
  void advance();
  void set_up(Ask ask, const sql::Statement& statement);
  void set_up_with(std::string_view settings, Ask ask, const sql::Statement& statement);
  void set_up_following(const sql::Statement& question);

  // Scopes.
  [[nodiscard]] std::string scope_of_login();
  void enter_login_scope();
  std::optional<ServerEvent> answer_scope_statement();
  ServerEvent set_scope();
  ServerEvent call_scope(ScopeCall::Action action, std::string name);
  void answer_scope();

  // Answers.
  void answer_statement(const Answer& answer);
  void answer_prepare(const Answer& answer);
  void answer_fields(const Answer& answer);
  void render_command(Bytes image);
  void render_image(Bytes image);
  void render_entries();
  void render_result(const Entry& entry, const ErrorPacket* stop, bool more);
  void render_set(const ResultSet& set, bool more);
  [[nodiscard]] bool ends_transaction() const;
  void synthesise();
  void succeed();
  void send_prepared(const std::vector<Column>& columns);
  void fail(std::uint16_t code, std::string_view state, std::string message);
  void send_ok(OkPacket ok, bool more = false);
  void track(const StatementInfo& info);
  void track_schema();
  void track_variable(std::string_view name);
  ServerEvent synthesised(std::string_view what);
  void note_result(const Result& result);
  void note_question(const ResultSet& set);
  void forget_statements();
  void forget_session();

  [[nodiscard]] RenderContext render_context(bool more) const;
  [[nodiscard]] Circumstances circumstances() const;
  [[nodiscard]] std::string to_text(std::string_view octets) const;
  [[nodiscard]] std::string to_client(std::string_view text) const;
  [[nodiscard]] bool is_known_database(std::string_view name) const;
  [[nodiscard]] bool is_known_prepare() const;
  [[nodiscard]] bool is_settable(const StatementInfo& info) const;
  [[nodiscard]] std::vector<Column> to_wire(std::vector<Column> columns) const;
  [[nodiscard]] std::vector<Column> shape_columns(std::string_view key, bool& known) const;
  [[nodiscard]] bool is_refused(std::string_view key, ErrorPacket& error) const;

  const ServiceTable& table_;
  ServerContext context_;
  const Document& profile_;
  std::string main_database_;
  sql::SecretForm secret_form_ = sql::SecretForm::placeholder;
  Phase phase_ = Phase::response;
  FrameReader reader_;
  Output output_;
  std::uint8_t sequence_ = 0;

  Greeting greeting_;
  Negotiated negotiated_;
  HandshakeResponse login_;
  bool has_tls_ = false;
  bool changing_user_ = false;
  bool entering_ = false;  // the scope that the login names
  std::string note_;       // for a person; empty: none
  bool multi_statements_ = false;
  Session session_;

  // The statement under way.
  Asked asked_ = Asked::nothing;
  std::vector<std::string> texts_;  // of one COM_QUERY
  std::size_t text_index_ = 0;      // of the one after the present
  sql::Statement query_;
  const sql::Statement* statement_ = nullptr;
  std::string_view text_;
  Encoding encoding_ = Encoding::text;
  std::uint32_t executing_ = 0;  // the prepared statement, 0 for COM_QUERY
  bool cursor_wanted_ = false;
  StatementInfo info_;
  TransactionPlan plan_;
  std::optional<Introspection> introspection_;
  bool synthesisable_ = false;
  bool rollback_after_ = false;
  std::string settings_;                // those of the statement that are unusual, as a mark
  std::optional<std::string> nearest_;  // those that were recorded, where these never were
  std::string unproven_;                // in what they differ
  bool as_asked_ = false;               // it was asked with its own settings before
  sql::StatementSecrets secrets_ = {};  // of it
  Execution execution_;
  sql::Statement batch_;  ///< of a bulk execution
  std::string batch_text_;
  std::vector<sql::Value> values_;
  std::string canonical_, qualifier_;
  std::string prepare_text_;
  std::string tracked_;  // session state changes to tell with the next OK

  Statements statements_;
  std::uint32_t last_statement_id_ = 0;
  std::uint32_t last_prepared_ = 0;  // what id -1 names; 0 where the last PREPARE failed

  // What the next statement may ask about.
  std::string last_canonical_, last_qualifier_;
  /// It was not answered as it was recorded: what it left behind may be something else.
  bool last_otherwise_ = false;
  Aftermath after_;

  // The scope as the connection named it, empty: none; and the call under way.
  std::string scope_, called_scope_;
  ScopeCall::Action scope_action_ = ScopeCall::Action::enter;
  std::string scope_column_;  // of a function's answer; empty: OK

  // LOAD DATA LOCAL INFILE.
  bool file_wanted_ = false;  // before the statement is looked up
  FileDigest file_;
  std::optional<LocalInfile> sent_;

  std::vector<Entry> entries_;
};

}  // namespace understudy::mysql
