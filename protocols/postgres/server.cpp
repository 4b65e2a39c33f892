#include "protocols/postgres/server.hpp"

#include <fmt/format.h>

#include <array>
#include <deque>

#include "protocols/postgres/auth.hpp"
#include "protocols/postgres/executor.hpp"
#include "protocols/postgres/frontend.hpp"
#include "protocols/postgres/redact.hpp"
#include "protocols/postgres/startup.hpp"
#include "protocols/postgres/transcode.hpp"
#include "protocols/postgres/utility.hpp"
#include "understudy/foreign.hpp"
#include "understudy/receive_buffer.hpp"
#include "understudy/scope.hpp"

namespace understudy::postgres {
namespace {

/// Where the connection stands.
///   startup         untyped messages: SSLRequest, StartupMessage, …
///   authenticating  waits for a PasswordMessage
//   entering        waits for the scope that the login names
///   ready           reads messages one by one; a simple Query runs its statements in turn
///   skipping        after an error of the extended protocol: up to the next Sync
///   closing         says Close and nothing more
enum class Phase : std::uint8_t { startup, authenticating, entering, ready, closing };

/// By which who would cancel a statement finds who runs it.
std::string cancel_key(std::uint32_t process, std::string_view secret) {
  return fmt::format("{:08x}", process).append(secret);
}

class PostgresServer final : public ServerMachine {
 public:
  PostgresServer(const ServiceTable& table, const ServerContext& context)
      : table_(table),
        context_(context),
        executor_(table, context.secrets, output_),
        authentication_(*context.settings, context.entropy) {}

  void begin_tls(const TlsSession& session) override {
    has_tls_ = true;
    input_.clear();
    authentication_.bind_to(session.end_point);
  }
  void feed(Bytes chunk) override { input_.append(chunk); }
  void feed_eof() override { ended_ = true; }
  void feed_silence() override;
  ServerEvent next() override;
  void reply(const Answer& answer) override;
  void reply(const Miss& miss) override;
  void deliver(const understudy::Delivery& delivery) override;
  [[nodiscard]] bool take_awakening() noexcept override { return std::exchange(awoken_, false); }
  [[nodiscard]] Output& output() noexcept override { return output_; }

 private:
  /// A simple Query under way.
  struct QueryUnderWay {
    std::string text;
    std::vector<std::string_view> parts;
    std::size_t next = 0;
    std::size_t counted = 0;      ///< octets of the text in which characters were counted
    std::int64_t characters = 0;  ///< in those
    bool active = false;
  };

  [[nodiscard]] NeedBytes more();
  [[nodiscard]] Listen listen_to_cancel(bool on) const;
  [[nodiscard]] bool read_startup();
  void begin_session(const Startup& startup);
  void refuse(Bytes image);
  void negotiate(const Startup& startup);
  void note(std::string_view text) { notes_.emplace_back(text); }
  void authenticated();
  void welcome();
  void tell_settings();
  [[nodiscard]] bool read_message();
  [[nodiscard]] bool next_is_here(const Frame& frame, char& type) const;
  void handle(const FrontendMessage& message, char next_type);
  [[nodiscard]] bool copy_message(const FrontendMessage& message);
  void fatal(std::string_view code, std::string message);
  void error(const Fields& fields);
  void only_ready_follows();
  void after_statement();
  void continue_query();

  void on(const Query& query, char next_type);
  void on(const Parse& parse, char next_type);
  void on(const Bind& bind, char next_type);
  void on(const Describe& describe, char next_type);
  void on(const Execute& execute, char next_type);
  void on(const CloseTarget& close, char next_type);
  void on(const SyncMessage&, char) { executor_.end_span(); }
  void on(const Flush&, char) {}
  void on(const Terminate&, char) { phase_ = Phase::closing; }
  void on(const FunctionCall&, char next_type);
  void on(const CopyData&, char) {}  // outside of COPY the server ignores all three
  void on(const CopyDone&, char) {}
  void on(const CopyFail&, char) {}
  void on(const PasswordMessage&, char) { fatal("08P01", "invalid frontend message type 112"); }

  [[nodiscard]] bool executed_next(std::string_view portal) const;
  [[nodiscard]] bool decode_parameters(const Bind& bind, const ServedStatement& statement,
                                       Parameters& parameters);

  const ServiceTable& table_;
  ServerContext context_;
  Output output_;
  Executor executor_;
  Authentication authentication_;
  Phase phase_ = Phase::startup;
  bool ended_ = false, closed_ = false, skipping_ = false;
  bool has_tls_ = false, promised_tls_ = false;
  bool cancellable_ = false;  // it listens to who would cancel the statement under way
  bool awoken_ = false;
  std::string cancel_key_;  // process id and key, as a CancelRequest has them
  std::deque<Message> cancels_;
  ReceiveBuffer input_;
  QueryUnderWay query_;
  bool statement_under_way_ = false;           // of either protocol, until after_statement()
  std::optional<std::string> describe_first_;  // portal whose Describe waits for its Execute
  std::uint16_t minor_ = 0;
  std::string login_scope_;  // empty where the login names none
  std::deque<std::string> notes_;
};

ServerEvent PostgresServer::next() {
  for (;;) {
    if (!notes_.empty()) {
      Noted noted{std::move(notes_.front())};
      notes_.pop_front();
      return noted;
    }
    if (!cancels_.empty()) {
      const Message message = std::move(cancels_.front());
      cancels_.pop_front();
      return message;
    }
    if (executor_.has_pause() && !std::exchange(cancellable_, true)) return listen_to_cancel(true);
    if (const auto pause = executor_.take_pause()) return *pause;
    executor_.wake();
    if (std::exchange(cancellable_, false)) return listen_to_cancel(false);
    if (auto told = executor_.take_told())
      return std::visit([](auto& each) -> ServerEvent { return std::move(each); }, *told);
    if (std::string note = executor_.take_note(); !note.empty()) return Noted{std::move(note)};
    if (auto request = executor_.take_request()) return *request;
    if (auto call = executor_.take_scope_call()) return *call;
    if (std::exchange(promised_tls_, false)) return StartTls{input_.pending().size()};
    if (phase_ == Phase::entering) return ScopeCall{ScopeCall::Action::enter, login_scope_};
    if (const auto what = executor_.take_synthesised()) return Synthesised{*what};
    if (phase_ == Phase::closing) {
      if (std::exchange(closed_, true)) return NeedBytes{};
      return Close{};
    }
    if (statement_under_way_ && !executor_.copying_in()) {
      after_statement();
    } else if (query_.active && !executor_.copying_in()) {
      continue_query();
    } else if (phase_ == Phase::startup ? !read_startup() : !read_message()) {
      if (!ended_ || input_.pending().empty()) return more();
      note(cut_off_note);
      phase_ = Phase::closing;
    }
  }
}

Listen PostgresServer::listen_to_cancel(bool on) const {
  return {static_cast<std::uint32_t>(Space::cancelling), cancel_key_, nullptr, on};
}

void PostgresServer::deliver(const understudy::Delivery& delivery) {
  if (delivery.space == static_cast<std::uint32_t>(Space::channels))
    executor_.hear(delivery);
  else
    awoken_ |= executor_.cancel();
}

/// The time of a session runs only between ReadyForQuery and the next message.
NeedBytes PostgresServer::more() {
  if (phase_ != Phase::ready || ended_ || !input_.pending().empty()) return {};
  return {executor_.allowed_silence()};
}

void PostgresServer::feed_silence() {
  encode_fields('E', executor_.silence_error(), output_.buffer());
  phase_ = Phase::closing;
}

void PostgresServer::reply(const Answer& answer) {
  if (phase_ == Phase::entering) return welcome();
  executor_.reply(answer);
}

void PostgresServer::reply(const Miss& miss) {
  if (phase_ == Phase::entering) return fatal("UX404", miss.summary);
  executor_.reply(miss);
}

// --- start ---------------------------------------------------------------------------------------

bool PostgresServer::read_startup() {
  const Startup startup = decode_startup(input_.pending());
  switch (startup.kind) {
    case StartupKind::need_more:
      return false;
    case StartupKind::invalid:
      note(foreign_opening(input_.pending()) == tls_opening
               ? foreign_note(tls_opening, "PostgreSQL")
               : "a client does not speak the PostgreSQL protocol: its connection is closed");
      phase_ = Phase::closing;
      return true;
    case StartupKind::cancel_request:
      cancels_.push_back({1U << static_cast<std::uint32_t>(Space::cancelling),
                          cancel_key(startup.process_id, startup.secret_key),
                          {}});
      phase_ = Phase::closing;
      return true;
    case StartupKind::ssl_request:
    case StartupKind::gssenc_request:
      input_.consume(startup.octets);
      promised_tls_ =
          startup.kind == StartupKind::ssl_request && context_.tls != TlsOffer::none && !has_tls_;
      output_.buffer().push_back(promised_tls_ ? 'S' : 'N');
      return true;
    case StartupKind::startup:
      input_.consume(startup.octets);
      begin_session(startup);
      return true;
  }
  return false;
}

void PostgresServer::begin_session(const Startup& startup) {
  if (startup.major != 3) {
    fatal("0A000", fmt::format("unsupported frontend protocol {}.{}: server supports 3.0 to 3.{}",
                               startup.major, startup.minor, supported_minor));
    return;
  }
  if (context_.tls == TlsOffer::required && !has_tls_) {
    fatal("28000", "this server speaks with nobody without TLS: connect with sslmode=require");
    return;
  }
  negotiate(startup);
  const std::string user(startup.parameter("user"));
  if (user.empty()) {
    fatal("28000", "no PostgreSQL user name specified in startup packet");
    return;
  }
  executor_.facts().user = user;
  LoginScope login = scope_of_login(startup, *context_.settings);
  if (!login.problem.empty()) note(login.problem);
  login_scope_ = std::move(login.scope);
  const std::string_view database = split_scope(startup.parameter("database")).bare;
  executor_.facts().database = database.empty() ? user : std::string(database);
  Settings& settings = executor_.settings();
  const Document& profile = table_.profile();
  if (profile.is_object() && profile.contains("parameters"))
    for (const auto& [name, value] : profile["parameters"].items())
      settings.start_with(name, octets_of(value));
  settings.start_with("application_name", "");
  settings.start_with("session_authorization", user);
  for (const auto& [name, value] : settings_of(startup))
    if (name != scope_setting)
      settings.start_with(name, canonical_setting(name, value, settings.value_or(name, "")));
  // What names the scope says nothing else.
  const std::string scope_from = scope_source(*context_.settings);
  executor_.begin_session(
      scope_from == "user" ? std::string_view{} : std::string_view(user),
      scope_from == "database" ? std::string_view{} : std::string_view(executor_.facts().database));
  if (const auto refusal = table_.shape(login_key(login_of(startup)))) return refuse(*refusal);
  const AuthStatus status = authentication_.start(user, output_.buffer());
  if (status == AuthStatus::accepted)
    authenticated();
  else if (status == AuthStatus::refused)
    fatal({}, {});
  else
    phase_ = Phase::authenticating;
}

/// As the recorded server refused a login like this one, whenever it was tried.
void PostgresServer::refuse(Bytes image) {
  const auto error = decode_image(image);
  if (!error || !error->is_error)
    return fatal("XX000", "the table's image of this answer is damaged");
  output_.borrow(error->tail);
  phase_ = Phase::closing;
}

void PostgresServer::negotiate(const Startup& startup) {
  minor_ = std::min(startup.minor, supported_minor);
  const auto unknown = protocol_options_of(startup);
  if (startup.minor > supported_minor || !unknown.empty())
    encode_negotiate_protocol_version(minor_, unknown, output_.buffer());
}

void PostgresServer::authenticated() {
  if (login_scope_.empty()) return welcome();
  phase_ = Phase::entering;
}

void PostgresServer::welcome() {
  phase_ = Phase::ready;
  executor_.logged_in_to(login_scope_);
  tell_settings();
  const Bytes entropy(context_.entropy);
  const bool long_key = minor_ >= 2;
  const Bytes key = long_key ? entropy : entropy.last(4);
  const auto process = static_cast<std::uint32_t>(context_.connection_id & 0x7FFFFFFF);
  cancel_key_ = cancel_key(process, as_text(key));
  executor_.notifications().begin_session(executor_.facts().database, process);
  encode_backend_key_data(process, key, output_.buffer());
  executor_.ready();
}

/// What every server of some age tells, in its order; and what this recording's told besides.
void PostgresServer::tell_settings() {
  static constexpr std::array<std::string_view, 13> always = {"application_name",
                                                              "client_encoding",
                                                              "DateStyle",
                                                              "default_transaction_read_only",
                                                              "in_hot_standby",
                                                              "integer_datetimes",
                                                              "IntervalStyle",
                                                              "is_superuser",
                                                              "server_encoding",
                                                              "server_version",
                                                              "session_authorization",
                                                              "standard_conforming_strings",
                                                              "TimeZone"};
  Settings& settings = executor_.settings();
  for (const std::string_view name : always) {
    std::string value = settings.value_or(name, default_setting(name));
    if (value.empty() && name == "server_version") value = "15.0";
    if (value.empty() && name == "TimeZone") value = "UTC";
    settings.start_with(name, value);
    settings.tell(name);
    encode_parameter_status(name, value, output_.buffer());
  }
  const Document& profile = table_.profile();
  if (!profile.is_object() || !profile.contains("parameters")) return;
  for (const auto& [name, value] : profile["parameters"].items())
    if (std::ranges::find(always, name) == always.end()) {
      settings.tell(name);
      encode_parameter_status(name, octets_of(value), output_.buffer());
    }
}

// --- messages ------------------------------------------------------------------------------------

/// Describe and Execute are understood only together with what follows them: a server does not have
/// to answer before Sync or Flush, and none of either is answered by itself.
bool PostgresServer::next_is_here(const Frame& frame, char& type) const {
  const Bytes rest = input_.pending().subspan(frame.octets);
  if (rest.empty()) return ended_;
  type = static_cast<char>(rest[0]);
  if (frame.type != 'D' || type != 'E') return true;
  Frame following;
  return cut_frame(rest, context_.limits, following) != FrameStatus::need_more || ended_;
}

/// Whether the message behind the present one, which is whole, executes that portal.
bool PostgresServer::executed_next(std::string_view portal) const {
  Frame present, following;
  if (cut_frame(input_.pending(), context_.limits, present) != FrameStatus::complete) return false;
  const Bytes rest = input_.pending().subspan(present.octets);
  if (cut_frame(rest, context_.limits, following) != FrameStatus::complete) return false;
  FrontendMessage message;
  if (decode_frontend(following, context_.limits, message) != FrontendStatus::ok) return false;
  const auto* execute = std::get_if<Execute>(&message);
  return execute != nullptr && execute->portal == portal;
}

bool PostgresServer::read_message() {
  Frame frame;
  switch (cut_frame(input_.pending(), context_.limits, frame)) {
    case FrameStatus::need_more:
      return false;
    case FrameStatus::invalid:
      fatal("08P01", "invalid message length");
      return true;
    case FrameStatus::complete:
      break;
  }
  char next_type = 0;
  if ((frame.type == 'E' || frame.type == 'D') && !skipping_ && !next_is_here(frame, next_type))
    return false;
  FrontendMessage message;
  const FrontendStatus status = decode_frontend(frame, context_.limits, message);
  if (status == FrontendStatus::unknown_type) {
    fatal("08P01",
          fmt::format("invalid frontend message type {}", static_cast<unsigned char>(frame.type)));
  } else if (phase_ == Phase::authenticating) {
    const auto* password = std::get_if<PasswordMessage>(&message);
    const AuthStatus result = password != nullptr
                                  ? authentication_.answer(password->body, output_.buffer())
                                  : AuthStatus::refused;
    if (result == AuthStatus::accepted)
      authenticated();
    else if (result == AuthStatus::refused)
      fatal({}, {});
  } else if (status == FrontendStatus::malformed) {
    error(make_fields("ERROR", "08P01",
                      frame.type == 'Q' ? "invalid string in message" : "invalid message format"));
    if (frame.type == 'Q') only_ready_follows();
  } else {
    handle(message, next_type);
  }
  input_.consume(frame.octets);
  return true;
}

void PostgresServer::handle(const FrontendMessage& message, char next_type) {
  executor_.begin_message();
  if (executor_.copying_in() && copy_message(message)) return;
  if (skipping_) {
    if (std::holds_alternative<Terminate>(message)) phase_ = Phase::closing;
    if (!std::holds_alternative<SyncMessage>(message)) return;
    skipping_ = false;
  }
  std::visit([&](const auto& each) { on(each, next_type); }, message);
}

/// While data is expected. Flush and Sync are ignored, anything else breaks the connection.
bool PostgresServer::copy_message(const FrontendMessage& message) {
  if (const auto* data = std::get_if<CopyData>(&message)) {
    executor_.copy_data(data->data);
  } else if (std::holds_alternative<CopyDone>(message)) {
    executor_.copy_done();
  } else if (const auto* failure = std::get_if<CopyFail>(&message)) {
    executor_.copy_fail(failure->reason);
  } else if (!std::holds_alternative<SyncMessage>(message) &&
             !std::holds_alternative<Flush>(message)) {
    error(make_fields("ERROR", "08P01", "unexpected message type during COPY from stdin"));
    fatal("08P01", "terminating connection because protocol synchronization was lost");
  }
  return true;
}

/// What failed is answered like a Query: ReadyForQuery follows without a Sync.
void PostgresServer::only_ready_follows() {
  query_ = {};
  query_.active = true;
}

/// Without a code: the refusal of the authentication.
void PostgresServer::fatal(std::string_view code, std::string message) {
  encode_fields(
      'E',
      code.empty() ? authentication_.refusal() : make_fields("FATAL", code, std::move(message)),
      output_.buffer());
  phase_ = Phase::closing;
}

/// An error of a message by itself, in the extended protocol.
void PostgresServer::error(const Fields& fields) {
  executor_.fail(fields);
  statement_under_way_ = true;
}

void PostgresServer::after_statement() {
  if (executor_.busy()) return;
  statement_under_way_ = false;
  if (executor_.over()) phase_ = Phase::closing;
  if (!executor_.take_failure()) return;
  if (query_.active)
    query_.next = query_.parts.size();
  else
    skipping_ = true;
}

void PostgresServer::continue_query() {
  if (query_.next >= query_.parts.size()) {
    query_.active = false;
    return executor_.end_span();
  }
  const std::string_view part = query_.parts[query_.next++];
  auto portal = std::make_shared<ServedPortal>();
  portal->statement = executor_.prepare(part, {});
  const auto before = static_cast<std::size_t>(part.data() - query_.text.data());
  // From part to part: thousands may stand in one text.
  query_.characters +=
      characters_in(std::string_view(query_.text).substr(query_.counted, before - query_.counted));
  query_.counted = before;
  Delivery delivery;
  delivery.announce = Announce::rows;
  delivery.more_follow = query_.parts.size() > 1;
  delivery.characters_before = query_.characters;
  statement_under_way_ = true;
  executor_.run(std::move(portal), delivery);
}

void PostgresServer::on(const Query& query, char) {
  executor_.objects().on_query();
  query_.text = query.text;
  query_.parts = sql::split(query_.text, executor_.mode());
  query_.next = query_.counted = 0;
  query_.characters = 0;
  query_.active = true;
  // A text that the real server could not parse was recorded as a whole; an empty one is a part
  // too.
  const bool whole = query_.parts.empty() ||
                     (query_.parts.size() > 1 &&
                      table_.shape(unparsed_key(without_secrets(query_.text, context_.secrets))));
  if (whole) query_.parts = {query_.text};
}

void PostgresServer::on(const Parse& parse, char) {
  ServedObjects& objects = executor_.objects();
  if (!parse.statement.empty() && objects.statement(parse.statement))
    return error(
        make_fields("ERROR", "42P05",
                    fmt::format("prepared statement \"{}\" already exists", parse.statement)));
  if (parse.statement.empty()) objects.drop_statement("");
  if (sql::split(parse.text, executor_.mode()).size() > 1)
    return error(
        make_fields("ERROR", "42601", "cannot insert multiple commands into a prepared statement"));
  auto statement = executor_.prepare(parse.text, parse.types);
  const sql::Kind kind = statement->verb.kind;
  const bool ends =
      kind == sql::Kind::commit || kind == sql::Kind::rollback || kind == sql::Kind::rollback_to;
  if (executor_.block().failed() && !ends && !statement->parsed.empty())
    return error(TransactionBlock::failed_error());
  statement_under_way_ = true;
  executor_.parse(std::string(parse.statement), std::move(statement));
}

void PostgresServer::on(const Bind& bind, char) {
  ServedObjects& objects = executor_.objects();
  const auto statement = objects.statement(bind.statement);
  if (!statement) {
    return error(
        make_fields("ERROR", "26000",
                    bind.statement.empty()
                        ? std::string("unnamed prepared statement does not exist")
                        : fmt::format("prepared statement \"{}\" does not exist", bind.statement)));
  }
  if (bind.parameters.size() != statement->types.size())
    return error(make_fields(
        "ERROR", "08P01",
        fmt::format(
            "bind message supplies {} parameters, but prepared statement \"{}\" requires {}",
            bind.parameters.size(), bind.statement, statement->types.size())));
  if (!bind.portal.empty() && objects.portal(bind.portal))
    return error(
        make_fields("ERROR", "42P03", fmt::format("cursor \"{}\" already exists", bind.portal)));
  const sql::Kind kind = statement->verb.kind;
  const bool ends =
      kind == sql::Kind::commit || kind == sql::Kind::rollback || kind == sql::Kind::rollback_to;
  if (executor_.block().failed() && !ends && !statement->parsed.empty())
    return error(TransactionBlock::failed_error());
  auto portal = std::make_shared<ServedPortal>();
  portal->statement = statement;
  portal->formats = bind.result_formats;
  if (!decode_parameters(bind, *statement, portal->parameters)) return;
  executor_.hide(*statement, portal->parameters);
  objects.put_portal(bind.portal, std::move(portal));
  encode_empty('2', output_.buffer());
}

void PostgresServer::on(const Describe& describe, char next_type) {
  ServedObjects& objects = executor_.objects();
  if (describe.target == Target::portal) {
    const auto portal = objects.portal(describe.name);
    if (!portal)
      return error(make_fields("ERROR", "34000",
                               fmt::format("portal \"{}\" does not exist", describe.name)));
    // Executed next: then the columns are those of the answer itself.
    if (next_type == 'E' && executed_next(describe.name) && !portal->image)
      return static_cast<void>(describe_first_ = std::string(describe.name));
    statement_under_way_ = true;
    return executor_.describe(portal->statement, Target::portal, portal->formats);
  }
  const auto statement = objects.statement(describe.name);
  if (!statement)
    return error(
        make_fields("ERROR", "26000",
                    describe.name.empty()
                        ? std::string("unnamed prepared statement does not exist")
                        : fmt::format("prepared statement \"{}\" does not exist", describe.name)));
  statement_under_way_ = true;
  executor_.describe(statement, Target::statement, {});
}

bool PostgresServer::decode_parameters(const Bind& bind, const ServedStatement& statement,
                                       Parameters& parameters) {
  for (std::size_t i = 0; i < bind.parameters.size(); ++i) {
    const auto& octets = bind.parameters[i];
    if (!octets || format_at(bind.parameter_formats, i) == Format::text ||
        statement.types[i] == oid::unspecified) {
      parameters.push_back(octets ? std::optional(std::string(*octets)) : std::nullopt);
      continue;
    }
    std::string& text = parameters.emplace_back().emplace();
    if (binary_to_text(statement.types[i], as_bytes(*octets), text)) continue;
    // Of a type whose binary form is not known here: it is recorded as it was sent.
    text = *octets;
    if (find_type(statement.types[i]) && is_text(text)) {  // it might pass for another value's text
      executor_.miss(
          statement.text,
          make_fields("ERROR", "22P03",
                      fmt::format("incorrect binary data format in bind parameter {}", i + 1)));
      statement_under_way_ = true;
      return false;
    }
  }
  return true;
}

void PostgresServer::on(const Execute& execute, char next_type) {
  const auto portal = executor_.objects().portal(execute.portal);
  const auto described = std::exchange(describe_first_, std::nullopt);
  if (!portal)
    return error(
        make_fields("ERROR", "34000", fmt::format("portal \"{}\" does not exist", execute.portal)));
  Delivery delivery;
  if (described == execute.portal) delivery.announce = Announce::rows_or_no_data;
  delivery.max_rows = execute.max_rows;
  delivery.more_follow = next_type != 'S';
  statement_under_way_ = true;
  executor_.run(portal, delivery);
}

void PostgresServer::on(const CloseTarget& close, char) {
  if (close.target == Target::statement)
    executor_.objects().drop_statement(close.name);
  else
    executor_.objects().drop_portal(close.name);
  encode_empty('3', output_.buffer());
}

void PostgresServer::on(const FunctionCall&, char) {
  executor_.miss("FunctionCall",
                 make_fields("ERROR", "0A000", "understudy does not answer FunctionCall messages",
                             "", "Large objects and the fast-path interface are not recorded."));
  statement_under_way_ = true;
  only_ready_follows();
}

}  // namespace

std::unique_ptr<ServerMachine> make_server(const ServiceTable& table,
                                           const ServerContext& context) {
  return std::make_unique<PostgresServer>(table, context);
}

}  // namespace understudy::postgres
