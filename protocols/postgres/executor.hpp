// Executes statements one at a time: decides what is looked up and what the
// server answers by itself, keeps the transaction, settings, statements and portals.
//
// States, left by `reply`:
//   idle ─ run() ─► opening (an implicit transaction) ─► asking (a statement, BEGIN … or the end of
//   the span) ─► idle; COPY … FROM STDIN waits in `copying` for its data before it is asked for. A
//   statement that is about scopes is a ScopeCall in place of the question.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/datetime.hpp"
#include "protocols/postgres/notifications.hpp"
#include "protocols/postgres/pack.hpp"
#include "protocols/postgres/served.hpp"
#include "protocols/postgres/session.hpp"
#include "protocols/postgres/settings.hpp"
#include "protocols/postgres/transaction.hpp"
#include "protocols/postgres/utility.hpp"
#include "protocols/sql/scope_statement.hpp"
#include "understudy/server_machine.hpp"

namespace understudy::postgres {

/// The SQLSTATE of a miss: of no class of the server's own, nothing retries on it.
inline constexpr std::string_view miss_code = "UX404";

/// How a statement's answer is to be sent.
enum class Announce : std::uint8_t {
  nothing,
  rows,            ///< RowDescription where there are rows: the simple protocol
  rows_or_no_data  ///< a Describe stands just before: NoData where there are none
};

struct Delivery {
  Announce announce = Announce::nothing;
  std::uint32_t max_rows = 0;
  bool more_follow = false;            ///< an implicit transaction spans it and what follows
  std::int64_t characters_before = 0;  ///< in the text of the Query
};

class Executor {
 public:
  Executor(const ServiceTable& table, const Secrets& secrets, Output& out)
      : table_(table), secrets_(secrets), out_(out) {}

  /// Text and declared types to a statement with all that is known of it. Its secrets are
  /// replaced here, those of its parameters by `hide`.
  [[nodiscard]] std::shared_ptr<ServedStatement> prepare(std::string_view text,
                                                         const std::vector<Oid>& declared);

  void hide(const ServedStatement& statement, Parameters& parameters) const;

  /// Keeps the statement under its name and confirms it, `tag` by CommandComplete, else by
  /// ParseComplete; unless the recording has it fail to parse.
  void parse(std::string name, std::shared_ptr<ServedStatement> statement, std::string tag = {});
  /// Begins to execute; the answer is sent then or after a `reply`.
  void run(std::shared_ptr<ServedPortal> portal, Delivery delivery);
  /// Answers Describe: ParameterDescription for a statement, then RowDescription or NoData. Asks
  /// the engine where nothing is known of the statement.
  void describe(std::shared_ptr<ServedStatement> statement, Target target,
                const std::vector<Format>& formats);
  /// The end of a Query or a Sync: commits what is implicit, then ReadyForQuery.
  void end_span();
  void copy_data(std::string_view data) { copy_data_ += data; }
  void copy_done();
  void copy_fail(std::string_view reason);

  /// A question for the engine, once; nothing where none is open.
  [[nodiscard]] std::optional<Request> take_request();
  [[nodiscard]] std::optional<ScopeCall> take_scope_call();
  [[nodiscard]] std::optional<std::string_view> take_synthesised();
  void reply(const Answer& answer);
  void reply(const Miss& miss);
  /// Before the question or the answer under way, once; the next step behind it is `wake`.
  [[nodiscard]] bool has_pause() const noexcept { return pause_.has_value(); }
  [[nodiscard]] std::optional<Pause> take_pause() {
    pausing_ |= pause_.has_value();
    return std::exchange(pause_, std::nullopt);
  }
  void wake();

  /// Waits for a `reply`: nothing else may be executed.
  [[nodiscard]] bool busy() const noexcept { return waiting_ != Waiting::none; }
  [[nodiscard]] bool copying_in() const noexcept { return copying_in_; }
  /// Whether the last statement failed; cleared by asking.
  [[nodiscard]] bool take_failure() noexcept { return std::exchange(failed_, false); }
  /// Whether the server ended the connection with its last answer.
  [[nodiscard]] bool over() const noexcept { return over_; }
  void fail(const Fields& error);
  /// As `fail`, where the recording does not tell what the real server would have answered.
  void miss(Fields error);
  /// Of a message that is no statement: `what` names it for the log.
  void miss(std::string_view what, Fields error);

  [[nodiscard]] Settings& settings() noexcept { return facts_settings_; }
  [[nodiscard]] SessionFacts& facts() noexcept { return facts_; }
  [[nodiscard]] ServedObjects& objects() noexcept { return objects_; }
  [[nodiscard]] TransactionBlock& block() noexcept { return block_; }
  [[nodiscard]] sql::Mode mode() const;
  /// User, database and start-up settings are those of the connection from now on. An empty user or
  /// database is not compared with the recorded one.
  void begin_session(std::string_view compared_user, std::string_view compared_database);
  /// The connection is in the scope that its login named; empty where that named none.
  void logged_in_to(std::string scope);
  void ready();
  /// In the order in which the engine is to be told; nothing where there is none.
  [[nodiscard]] std::optional<Notifications::Told> take_told();
  /// Another connection said something: it is sent on at once, or behind the transaction.
  void hear(const understudy::Delivery& delivery);
  /// What a person should read, once; empty where there is nothing.
  [[nodiscard]] std::string take_note() { return std::exchange(note_, {}); }
  [[nodiscard]] Notifications& notifications() noexcept { return notifications_; }
  /// Ends the sleep of the statement under way by an error; false where none sleeps.
  bool cancel();
  /// The client has sent a message: it is not silent behind a ReadyForQuery any more.
  void begin_message() noexcept { told_ready_ = false; }
  /// How long the session's settings let its client say nothing behind a ReadyForQuery; 0: for
  /// ever.
  [[nodiscard]] std::chrono::milliseconds allowed_silence();
  /// The error that ends a session whose client said nothing for longer.
  [[nodiscard]] Fields silence_error() const;

 private:
  enum class Waiting : std::uint8_t {
    none,
    open_implicit,
    undo_implicit,
    close_span,
    control,
    chain,
    statement,
    parse,
    asleep,   ///< for the time that the statement takes
    unknown,  ///< what no recording tells: the engine is asked so that it counts as a miss
    scope
  };

  [[nodiscard]] std::optional<std::vector<Column>> known_columns(
      const ServedStatement& statement) const;
  void send_known_columns(std::vector<Column> columns);
  void send_parameter_description();
  void learn_types(const Image& image);
  void deliver_description(const Image& image);
  void deliver_cursor(const Image& image);
  void parsed();
  void finish_parse(const Answer& answer);
  void run_now();
  void run_control();
  [[nodiscard]] Sight sight() const;
  void run_utility(sql::Kind kind);
  void compare_session();
  /// What of the session is part of the question; empty where it is as the first recorded one.
  [[nodiscard]] std::string_view session_part(const ServedStatement& statement);
  [[nodiscard]] bool take_answer(const Answer& answer);
  [[nodiscard]] std::chrono::milliseconds time_to_sleep() const;
  [[nodiscard]] std::string_view session_facts();
  void ask_statement(bool synthesisable);
  void sleep_first();
  void find_other_sessions();
  void ask_in_session();
  void ask_whole();
  void ask_whether_it_fails(bool synthesisable);
  void ask_control(Control control, std::string_view name, Waiting waiting);
  void deliver();
  void deliver_error(const Image& image);
  void synthesise();
  void finish_control(const Answer& answer);
  void end_refused_block();
  void carry_out();
  void settle(Control control, std::size_t savepoint);
  void begin_transaction();
  void commit_transaction();
  void roll_back_transaction();
  void notify_as_called();
  void apply_statuses(const Image& image);
  [[nodiscard]] bool check_told();
  [[nodiscard]] Fields located(Fields fields) const;
  void complete(std::string_view what, StatementAnswer answer);
  void tag_only(std::string_view what, std::string tag);

  void run_prepare();
  void run_execute();
  void run_declare();
  void run_fetch();
  void run_close();
  void run_deallocate();
  void run_discard();
  void run_set(const SetStatement& set);
  [[nodiscard]] std::optional<std::string> learned_value(std::string_view name);
  void run_show();
  void run_copy();
  void run_default();
  void run_scope(const sql::ScopeStatement& statement);
  void enter_scope(const SetStatement& set);
  void call_scope(ScopeCall::Action action, std::string name, StatementAnswer answer);
  void finish_scope();
  void start_copy_in(const ShapeVariant& variant);
  [[nodiscard]] bool fetch_as_recorded(ServedPortal& cursor, std::string_view movement);
  [[nodiscard]] StatementAnswer fetch_rows(ServedPortal& cursor, const FetchStatement& fetch,
                                           SendFailure& failure);
  [[nodiscard]] std::optional<std::vector<Column>> utility_columns(
      const ServedStatement& statement) const;
  [[nodiscard]] bool answer_by_clock();
  [[nodiscard]] std::optional<std::string> shown(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> spelled(std::string_view name,
                                                   const std::string& value) const;
  [[nodiscard]] std::optional<Fields> too_late_to_set(const SetStatement& set) const;

  const ServiceTable& table_;
  Secrets secrets_;
  Output& out_;
  Settings facts_settings_;
  SessionFacts facts_{{}, {}, &facts_settings_};
  ServedObjects objects_;
  TransactionBlock block_;
  Notifications notifications_;
  std::string note_;
  SessionDefaults session_defaults_;
  std::uint64_t compared_version_ = 0;  // of the settings when `differing_` was found
  std::uint16_t differing_ = 0;
  bool has_temporary_ = false;  // tables, anywhere in the recording
  std::string session_part_, session_facts_;
  /// Of a statement that was recorded, but never in a session like this one: parts of those in
  /// which it was, to be asked for one after the other, and in what they differ.
  std::vector<std::string> other_sessions_;
  std::size_t other_session_ = 0;
  std::string unproven_;
  std::optional<CopySent> sent_;                   // of the statement that is asked for
  std::optional<Microseconds> transaction_began_;  // of a transaction of several statements
  bool has_queried_ = false;                       // in the transaction under way

  Waiting waiting_ = Waiting::none;
  std::shared_ptr<ServedPortal> portal_;  // of the statement under way
  std::shared_ptr<ServedPortal> cursor_;  // that its answer goes to (DECLARE)
  std::string cursor_name_;
  std::shared_ptr<ServedStatement> described_;  // of a Describe under way
  Target described_target_ = Target::statement;
  std::string parsed_name_, parsed_tag_;  // of a statement that is being prepared
  Delivery delivery_;
  TransactionBlock::Plan plan_;
  bool failed_ = false, over_ = false, copying_in_ = false;
  bool told_ready_ = false;  // and nothing was heard since
  // In and outside of a transaction, as of that version of the settings.
  std::chrono::milliseconds silence_in_block_{0}, silence_{0};
  std::uint64_t silence_version_ = 0;
  bool slept_ = false;  // before its question was asked
  bool whole_next_ =
      false;  // the question was for the first rows; if there are none, for the whole
  std::string copy_data_;
  std::optional<std::string> copy_failure_;  // why the client gave up
  Fields copy_error_;                        // that it is told where no recording knows better

  IdentityWriter identity_writer_;
  Identity identity_;
  std::string control_name_;
  std::optional<Request> request_;
  std::optional<Pause> pause_;
  bool pausing_ = false;  // it was taken, and `wake` has not come yet
  Fields unknown_;        // the error of Waiting::unknown

  std::string login_scope_, scope_;  // as named; empty: that of connections that name none
  std::string compared_user_, compared_database_;
  std::string called_scope_;  // of the call under way
  std::optional<ScopeCall> scope_call_;
  ScopeCall::Action scope_action_ = ScopeCall::Action::enter;
  StatementAnswer scope_answer_;
  std::optional<std::string_view> synthesised_;
};

}  // namespace understudy::postgres
