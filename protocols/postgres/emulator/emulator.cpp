#include "protocols/postgres/emulator/emulator.hpp"

#include <algorithm>
#include <charconv>
#include <random>

#include "protocols/postgres/datetime.hpp"
#include "protocols/postgres/emulator/coverage.hpp"
#include "protocols/postgres/emulator/defining.hpp"
#include "protocols/postgres/emulator/definition_tags.hpp"
#include "protocols/postgres/emulator/names.hpp"
#include "protocols/postgres/emulator/request.hpp"
#include "protocols/postgres/emulator/start.hpp"
#include "protocols/postgres/emulator/statements.hpp"
#include "protocols/postgres/emulator/translator.hpp"
#include "protocols/postgres/image.hpp"
#include "protocols/postgres/served.hpp"

namespace understudy::postgres {
namespace {

using namespace emulation;
using sql::contents::Contents;

std::string text_at_path(const Document& node, std::string_view first, std::string_view second) {
  if (!node.is_object() || !node.contains(first)) return {};
  const Document& inner = node[std::string(first)];
  return inner.is_object() && inner.contains(second) ? octets_of(inner[std::string(second)])
                                                     : std::string();
}

bool is_name_of_utc(std::string_view zone) {
  return zone == "UTC" || zone == "Etc/UTC" || zone == "GMT" || zone == "Etc/GMT";
}

/// Of a database: C and its like, or a language of which it is known how it sorts.
Printing::Order order_of(std::string_view collation) {
  if (collation == "C" || collation == "POSIX" || collation.starts_with("C."))
    return Printing::Order::bytewise;
  return collation.starts_with("en_") || collation.starts_with("de_") ? Printing::Order::common
                                                                      : Printing::Order::unknown;
}

/// What differs of a session; false where something does that is not understood.
bool read_session(std::string_view facts, Printing& printing) {
  bool sound = true;
  while (!facts.empty()) {
    const std::size_t end = facts.find('\0');
    const std::string_view fact = facts.substr(0, end);
    facts.remove_prefix(end == std::string_view::npos ? facts.size() : end + 1);
    const std::size_t equals = fact.find('=');
    const std::string_view name = fact.substr(0, equals);
    const std::string_view value = fact.substr(std::min(equals + 1, fact.size()));
    if (name == "TimeZone") {
      printing.utc = is_name_of_utc(value);
      printing.zone = value;
    } else if (name == "DateStyle") {
      printing.iso_dates = value.starts_with("ISO");
    } else if (name == "IntervalStyle") {
      printing.intervals = value == "postgres";
    } else if (name == "search_path") {
      auto path = schemas_of_path(value);
      sound = sound && path.has_value();
      if (path) printing.path = std::move(*path);
    } else if (name.find('.') != std::string_view::npos) {
      printing.custom.insert_or_assign(std::string(name), std::string(value));
    } else {
      sound = false;
    }
  }
  return sound;
}

/// Whether it may take numbers of sequences by putting rows in.
bool may_insert(const tree::Statement& statement) {
  const auto* update = statement.as<tree::Update>();
  const auto* remove = statement.as<tree::Delete>();
  const auto* query = statement.as<tree::Query>();
  const tree::With* const with = update != nullptr   ? &update->with
                                 : remove != nullptr ? &remove->with
                                 : query != nullptr  ? &query->with
                                                     : nullptr;
  if (with != nullptr)
    return std::ranges::any_of(with->tables, [](const tree::CommonTable& each) {
      return each.statement->as<tree::Query>() == nullptr;
    });
  return statement.as<tree::Insert>() != nullptr || statement.as<tree::Merge>() != nullptr;
}

class PostgresEmulator final : public Emulator {
 public:
  explicit PostgresEmulator(const Document& knowledge) {
    if (knowledge.is_object()) read(knowledge);
    PostgresEmulator::reset();
  }

  std::vector<HeldState> hold(const Held& held) override;
  void begin_recording() override {
    contents_.reset();  // transactions of another recording
    clear(nullptr);
  }
  void begin_held_recording() override {
    contents_.reset();
    clear(start_.get());
  }
  [[nodiscard]] Document knowledge() const override;
  [[nodiscard]] std::string contents() const override {
    return start_ ? std::string(start_->contents.image->octets()) : std::string();
  }
  void use_contents(Bytes octets) override;
  [[nodiscard]] std::set<std::string> numbered() const override;
  void reset() override { clear(start_.get()); }
  [[nodiscard]] std::optional<Computed> compute(const EmulatedRequest& asked, Moment now) override;
  void follow(const EmulatedRequest& asked, Bytes image, Moment now, bool in_order) override;
  void forget(const EmulatedRequest& asked) override;
  void miss(const EmulatedRequest& asked) override;
  [[nodiscard]] Coverage coverage() const override { return covered_.coverage(); }
  [[nodiscard]] std::string why_not(const EmulatedRequest& asked) override;
  [[nodiscard]] bool undoes() const noexcept override { return true; }
  void control(Control control, std::string_view name, std::uint64_t connection) override {
    const bool inside = control == Control::savepoint || control == Control::release ||
                        control == Control::rollback_to;
    if (!inside) unsure_.erase(connection);
    if (!inside) began_.erase(connection);
    if (control == Control::begin) began_[connection] = 0;  // the first statement tells
    contents_->control(control, name, connection);
  }
  bool commits(std::uint64_t connection) override {
    return contents_->book().complete && !unsure_.contains(connection) &&
           contents_->sees(connection) && !contents_->others_are_open(connection) &&
           deferred_references_hold(*contents_);
  }
  void end_doubted(std::uint64_t connection) override {
    contents_->forget_all_numbers();
    contents_->doubt(std::nullopt, connection);
  }

 private:
  void read(const Document& knowledge);
  void clear(const Start* start);
  void begin_with(std::shared_ptr<const Start> start);
  void set_collation(std::string collation);
  [[nodiscard]] bool computes(const SqlRequest& request) const {
    return !request.has_more && !request.partial && !request.described && sound_session_ &&
           !pinned_.contains(request.pattern);
  }
  [[nodiscard]] StatementMoment moment_of(std::uint64_t connection, Moment now);
  [[nodiscard]] std::optional<Computed> describe(const SqlRequest& request);
  [[nodiscard]] std::optional<Computed> compute_data(const SqlRequest& request,
                                                     std::uint64_t connection,
                                                     const StatementMoment& moment);
  [[nodiscard]] std::optional<Computed> compute_definition(const SqlRequest& request,
                                                           std::uint64_t connection);
  void follow_read(const SqlRequest& request, Bytes image);
  void follow_write(const SqlRequest& request, Bytes image, std::uint64_t connection, bool sure);
  [[nodiscard]] bool follow_computed(const SqlRequest& request, Bytes image);
  [[nodiscard]] bool follow_shown(const SqlRequest& request, Bytes image);
  void note_words(bool same) {
    other_words_ = other_words_ || !same;
    knows_errors_ = !other_words_;
  }
  void note_numbers(const SqlRequest& request, bool computed);
  void note_denied(const SqlRequest& request);
  void note_failure(const SqlRequest& request, std::string_view code);
  void forget_written(const SqlRequest& request, std::uint64_t connection);
  void forget_numbers(const MayWrite& written);
  void doubt(const MayWrite& written, std::uint64_t connection);
  [[nodiscard]] MayWrite may_write(const SqlRequest& request) {
    return statements_.may_write(request.pattern, printing_.path, contents_->book());
  }
  [[nodiscard]] const Plan& plan_of(const SqlRequest& request, bool took_effect) {
    return statements_.plan_of(request.pattern, *contents_, printing_, took_effect,
                               request.session);
  }
  /// The session of a request in place of the first one's, as long as this lives.
  class SessionUse {
   public:
    SessionUse(PostgresEmulator& emulator, std::string_view facts) : emulator_(emulator) {
      if (facts.empty()) return;
      before_ = emulator_.printing_;
      sound_ = emulator_.sound_session_;
      emulator_.sound_session_ = sound_ && read_session(facts, emulator_.printing_);
    }
    SessionUse(const SessionUse&) = delete;
    SessionUse& operator=(const SessionUse&) = delete;
    ~SessionUse() {
      if (!before_) return;
      emulator_.printing_ = std::move(*before_);
      emulator_.sound_session_ = sound_;
    }

   private:
    PostgresEmulator& emulator_;
    std::optional<Printing> before_;
    bool sound_ = true;
  };
  void pin(const SqlRequest& request) {
    why_not_ = "it was answered otherwise once";
    if (recording_) pinned_.emplace(request.pattern);
  }

  [[nodiscard]] std::string why_not_asked(const SqlRequest& request) const;
  [[nodiscard]] std::optional<Result> run(Runner& runner, const Plan& plan,
                                          const SqlRequest& request);
  void note_coverage(const tree::Statement& statement, const SqlRequest& request);

  std::unique_ptr<Contents> contents_;
  Statements statements_;
  Printing printing_;
  TableOids oids_;
  Programs programs_;
  std::mt19937_64 chance_{std::random_device{}()};
  /// The time of the last statement, so that no two have one: microseconds since 2000.
  std::int64_t last_moment_ = 0;
  std::map<std::uint64_t, std::int64_t> began_;  ///< of open transactions, by connection
  Depended depended_;  ///< keys of tables that views and such are made of
  Document profile_;
  std::string collation_;
  bool sound_session_ = true;
  bool recording_ = false;
  /// How the server words its errors is known: by the snapshot, or because a recorded one was
  /// computed.
  bool knows_errors_ = false, other_words_ = false;
  bool locks_ = false;  ///< some read takes locks of which nobody is told
  std::set<std::string, std::less<>> pinned_;
  /// Tables with inserts that got numbers: whether all of them were computed.
  std::map<std::string, bool> numbered_;
  /// Tables that the recorded clients may not use as they like: nothing is computed of them.
  std::set<std::string> denied_;
  const Document* start_document_ = nullptr;
  std::shared_ptr<const Start> start_;  ///< null where it is not known what there was first
  std::set<std::uint64_t> unsure_;      ///< connections of whose transaction not all is known
  CoverageBook covered_;
  std::string why_not_;  ///< of the request that was followed last
};

// ---- knowledge ----

void PostgresEmulator::read(const Document& knowledge) {
  if (knowledge.contains("profile")) profile_ = knowledge["profile"];
  printing_.zone = text_at_path(profile_, "session", "TimeZone");
  printing_.utc = is_name_of_utc(printing_.zone);
  printing_.iso_dates = text_at_path(profile_, "session", "DateStyle").starts_with("ISO");
  const std::string intervals = text_at_path(profile_, "session", "IntervalStyle");
  printing_.intervals = intervals.empty() || intervals == "postgres";
  const std::string version = text_at_path(profile_, "session", "server_version");
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  printing_.numeric_fields = version.empty() || major >= 14;
  const std::string path = text_at_path(profile_, "session", "search_path");
  const std::string encoding = text_at_path(profile_, "session", "client_encoding");
  sound_session_ = (path.empty() || path == "\"$user\", public" || path == "public") &&
                   (encoding.empty() || encoding == "UTF8");
  if (knowledge.contains("collation")) set_collation(octets_of(knowledge["collation"]));
  if (knowledge.contains("pinned"))
    for (const Document& each : knowledge["pinned"]) pinned_.insert(octets_of(each));
  locks_ = knowledge.contains("locks");
  knows_errors_ = knowledge.contains("errors");
  if (knowledge.contains("denied"))
    for (const Document& each : knowledge["denied"]) denied_.insert(octets_of(each));
  if (knowledge.contains("oids"))
    for (const auto& [key, oid] : knowledge["oids"].items()) oids_[key] = oid.get<Oid>();
  if (knowledge.contains("start")) start_document_ = &knowledge["start"];
}

void PostgresEmulator::use_contents(Bytes octets) {
  if (start_document_ == nullptr) return;
  begin_with(start_of_document(*start_document_, octets));
  clear(start_.get());
}

void PostgresEmulator::begin_with(std::shared_ptr<const Start> start) {
  start_ = std::move(start);
  if (start_ && collation_.empty()) set_collation(start_->collation);
  if (start_) knows_errors_ = knows_errors_ || start_->knows_errors;
  printing_.knows_custom = start_ && start_->knows_custom;
}

std::vector<HeldState> PostgresEmulator::hold(const Held& held) {
  std::vector<HeldState> states;
  begin_with(start_of(held, states));
  if (!start_)
    for (const HeldTable& table : held.rows.tables)
      states.push_back({table.name, "the catalogue has what is not understood"});
  return states;
}

void PostgresEmulator::set_collation(std::string collation) {
  collation_ = std::move(collation);
  printing_.order = order_of(collation_);
}

Document PostgresEmulator::knowledge() const {
  Document knowledge = Document::object();
  if (!profile_.is_null()) {
    for (const char* name : {"TimeZone", "DateStyle", "search_path", "client_encoding",
                             "IntervalStyle", "server_version"})
      if (const std::string value = text_at_path(profile_, "session", name); !value.empty())
        knowledge["profile"]["session"][name] = document_of(value);
  }
  if (!collation_.empty()) knowledge["collation"] = document_of(collation_);
  for (const std::string& each : pinned_) knowledge["pinned"].push_back(document_of(each));
  if (locks_) knowledge["locks"] = true;
  if (knows_errors_) knowledge["errors"] = true;
  for (const std::string& each : denied_) knowledge["denied"].push_back(document_of(each));
  for (const auto& [key, oid] : oids_) knowledge["oids"][key] = oid;
  if (start_) knowledge["start"] = start_->document;
  return knowledge;
}

std::set<std::string> PostgresEmulator::numbered() const {
  std::set<std::string> tables;
  for (const auto& [key, computed] : numbered_)
    if (computed) tables.insert(key);
  return tables;
}

/// Of an insert that took effect.
void PostgresEmulator::note_numbers(const SqlRequest& request, bool computed) {
  if (!recording_ || !may_insert(statements_.tree_of(request.pattern))) return;
  for (const std::string& key : may_write(request).tables) {
    bool& all = numbered_.try_emplace(key, true).first->second;
    all = all && computed;
  }
}

void PostgresEmulator::clear(const Start* start) {
  const std::unique_ptr<Contents> before = std::move(contents_);
  contents_ =
      start != nullptr ? std::make_unique<Contents>(start->contents) : std::make_unique<Contents>();
  statements_ = start != nullptr ? Statements(start->catalog) : Statements();
  depended_ = start != nullptr ? start->depended : Depended();
  if (before) contents_->take_open_of(*before);
  for (const std::string& key : denied_) contents_->forget_whether(key);
}

// ---- computing ----

/// Of a statement that is computed now; within a transaction the time stands still.
StatementMoment PostgresEmulator::moment_of(std::uint64_t connection, Moment now) {
  if (!now) return {};
  const std::int64_t time = (now->count() - seconds_from_1970_to_2000 * 1000) * 1000;
  last_moment_ = std::max(last_moment_ + 1, time);
  StatementMoment moment{last_moment_, last_moment_, &chance_};
  if (const auto began = began_.find(connection); began != began_.end()) {
    if (began->second == 0) began->second = last_moment_;
    moment.now = began->second;
  }
  return moment;
}

std::optional<Emulator::Computed> PostgresEmulator::compute(const EmulatedRequest& asked,
                                                            Moment now) {
  const SqlRequest request(asked);
  const SessionUse session(*this, request.session);
  if (!computes(request) || !contents_->sees(asked.connection)) return std::nullopt;
  if (asked.describes) return describe(request);
  if (auto computed = compute_data(request, asked.connection, moment_of(asked.connection, now)))
    return computed;
  return compute_definition(request, asked.connection);
}

/// The columns of a statement that is not carried out.
std::optional<Emulator::Computed> PostgresEmulator::describe(const SqlRequest& request) {
  const Plan& plan = plan_of(request, false);
  if (!plan.reason.empty()) return std::nullopt;
  StatementAnswer answer;
  answer.returns_rows = !plan.shown.empty();
  answer.columns = columns_of(plan.shown, oids_);
  std::string types;
  for (const Oid type : slot_types_of(plan)) types += std::to_string(type) + " ";
  answer.parameters.emplace_back(slot_types_name, std::move(types));
  return Computed{encode_image(answer), {}};
}

std::optional<Emulator::Computed> PostgresEmulator::compute_data(const SqlRequest& request,
                                                                 std::uint64_t connection,
                                                                 const StatementMoment& moment) {
  const Plan& plan = plan_of(request, false);
  if (!plan.reason.empty()) return std::nullopt;
  const bool touches = plan.writes() || plan.locks;
  if (touches && (locks_ || plan.locks) && contents_->others_are_open(connection))
    return std::nullopt;
  if (touches && !contents_->enter(connection)) return std::nullopt;
  Runner runner(*contents_, printing_, oids_, &programs_);
  runner.set_moment(moment);
  auto result = runner.run(plan, request.values);
  const bool fails = result && result->answer.error;
  if (touches) result && !fails ? contents_->keep() : contents_->undo();
  if (!result || (fails && !knows_errors_)) return std::nullopt;
  runner.take_numbers();
  Computed computed{encode_image(result->answer), {}};
  for (const auto& [key, state] : contents_->book().tables)
    if (runner.took_numbers().contains(state.definition->id))
      computed.writes.push_back({std::string(outside_transactions), key});
  for (const std::string& key : result->written) {
    computed.writes.push_back({key});
    if (const std::size_t dot = key.find('.'); dot != std::string::npos)
      computed.writes.push_back({key.substr(dot + 1)});
  }
  if (!result->written.empty()) contents_->note_written(connection);
  return computed;
}

/// CREATE and DROP of a table of which it is known whether it is there.
std::optional<Emulator::Computed> PostgresEmulator::compute_definition(const SqlRequest& request,
                                                                       std::uint64_t connection) {
  if (!request.session.empty()) return std::nullopt;
  const tree::Statement& statement = statements_.tree_of(request.pattern);
  const auto tag = tag_of_definition(statement, request.pattern, *contents_, printing_, depended_);
  if (!tag || (locks_ && contents_->others_are_open(connection)) || !contents_->enter(connection))
    return std::nullopt;
  const bool done = define(statement, *contents_, printing_, depended_);
  done ? contents_->keep() : contents_->undo();
  if (!done) return std::nullopt;
  statements_.define(statement);
  contents_->note_written(connection);
  StatementAnswer answer;
  answer.tag = *tag;
  return Computed{encode_image(answer), {KeyPath()}};
}

// ---- why not ----

/// What stands in the way before its statement is looked at.
std::string PostgresEmulator::why_not_asked(const SqlRequest& request) const {
  if (!sound_session_) return "a search_path or an encoding that is not the usual one";
  if (request.has_more) return "a session that is not like the first one, or data beside it";
  if (request.partial || request.described) return "a part of an answer alone";
  return pinned_.contains(request.pattern) ? "it was answered otherwise once" : std::string();
}

std::string PostgresEmulator::why_not(const EmulatedRequest& asked) {
  const SqlRequest request(asked);
  const SessionUse session(*this, request.session);
  if (!is_about_rows(statements_.tree_of(request.pattern))) return {};
  if (std::string reason = why_not_asked(request); !reason.empty()) return reason;
  const Plan& plan = plan_of(request, false);
  if (!plan.reason.empty()) return plan.reason;
  if (!contents_->sees(asked.connection) || !contents_->enter(asked.connection))
    return "others who write at the same time";
  Runner runner(*contents_, printing_, oids_, &programs_);
  const bool done = run(runner, plan, request).has_value();
  contents_->undo();
  return done ? std::string() : why_not_;
}

/// Keeps why nothing comes of it.
std::optional<Result> PostgresEmulator::run(Runner& runner, const Plan& plan,
                                            const SqlRequest& request) {
  auto result = runner.run(plan, request.values);
  why_not_ = result ? std::string() : runner.why_not();
  return result;
}

void PostgresEmulator::note_coverage(const tree::Statement& statement, const SqlRequest& request) {
  if (recording_ && is_about_rows(statement)) covered_.note(request.pattern, why_not_);
}

// ---- following ----

void PostgresEmulator::follow(const EmulatedRequest& asked, Bytes image, Moment now,
                              bool in_order) {
  const SqlRequest request(asked);
  const SessionUse session(*this, request.session);
  recording_ = !now.has_value();
  if (request.described) return;
  const tree::Statement& statement = statements_.tree_of(request.pattern);
  const auto* query = statement.as<tree::Query>();
  locks_ = locks_ || (query != nullptr && !query->locking.empty());
  const auto answer = decode_image(image);
  const bool sure = in_order && answer && computes(request) && contents_->sees(asked.connection);
  Fields error;
  const bool fails = answer && answer->is_error && decode_fields(answer->tail.subspan(5), error);
  if (fails && field(error, 'C') == "42501") return note_denied(request);
  why_not_ = sure ? std::string() : why_not_asked(request);
  if (!sure && why_not_.empty()) why_not_ = "others who write at the same time";
  const MayWrite written = may_write(request);
  if (written.nothing()) {
    if (sure) follow_read(request, image);
    return note_coverage(statement, request);
  }
  if (!contents_->enter(asked.connection)) return doubt(written, asked.connection);
  follow_write(request, image, asked.connection, sure);
  note_coverage(statement, request);
  contents_->keep();
  contents_->note_written(asked.connection);
}

void PostgresEmulator::follow_read(const SqlRequest& request, Bytes image) {
  const Plan& plan = plan_of(request, false);
  why_not_ = plan.reason;
  if (!plan.reason.empty() || plan.writes()) return;
  Runner runner(*contents_, printing_, oids_, &programs_);
  const auto result = run(runner, plan, request);
  if (!result || agrees(plan, *result, image, oids_)) return;
  pin(request);
  const std::set<std::string> reads = plan.reads;
  for (const std::string& key : reads) contents_->forget_rows(key);
}

/// It may have been an INSERT that took numbers before it failed: those of one row before a
/// constraint refused it, none where its values were refused, which are looked at first.
void PostgresEmulator::note_failure(const SqlRequest& request, std::string_view code) {
  const tree::Statement& statement = statements_.tree_of(request.pattern);
  const MayWrite written = may_write(request);
  if (written.anything) return contents_->forget_all_numbers();
  if (!may_insert(statement)) return forget_numbers(written);
  const Plan& plan = plan_of(request, true);
  const bool known = plan.reason.empty() && plan.action == Plan::Action::insert &&
                     plan.rows.size() == 1 && !plan.of_query && plan.parts.empty();
  if (known && (code.starts_with("22") || code.starts_with("42"))) return;
  if (!known || !code.starts_with("23")) {
    for (const std::string& key : written.tables) contents_->forget_numbers(key);
    return;
  }
  const std::uint32_t id = contents_->find(plan.target)->definition->id;
  for (std::size_t i = 0; i < plan.rows.front().size(); ++i)
    if (plan.rows.front()[i].kind == Given::Kind::number)
      if (const auto last = contents_->last_number({id, i}))
        contents_->set_last_number({id, i}, *last + 1);
}

/// The client lacks a privilege.
void PostgresEmulator::note_denied(const SqlRequest& request) {
  const sql::tree::Statement& statement = statements_.tree_of(request.pattern);
  for (const std::string& key : tables_named(statement))
    for (const std::string& schema : printing_.path) {
      const bool told = key.find('.') != std::string::npos;
      const std::string each = told ? key : key_of({schema, key});
      denied_.insert(each);
      contents_->forget_whether(each);
    }
}

/// What is computed is what was answered.
bool PostgresEmulator::follow_computed(const SqlRequest& request, Bytes image) {
  const Plan& plan = plan_of(request, false);
  why_not_ = plan.reason;
  if (!plan.reason.empty()) return false;
  Runner runner(*contents_, printing_, oids_, &programs_);
  const auto result = run(runner, plan, request);
  if (!result) return false;
  const bool other_words = words_differ(*result, image);
  if (!other_words && !agrees(plan, *result, image, oids_)) {
    pin(request);
    return false;
  }
  runner.take_numbers();
  if (result->answer.error) note_words(!other_words);
  return true;
}

/// What it did can be told with the answer's help.
bool PostgresEmulator::follow_shown(const SqlRequest& request, Bytes image) {
  const Plan& plan = plan_of(request, true);
  if (!plan.reason.empty()) return false;
  const auto answer = decode_image(image);
  const std::vector<Row> rows = rows_of(*answer);
  Runner runner(*contents_, printing_, oids_, &programs_);
  runner.take_from(&rows);
  const auto result = runner.run(plan, request.values);
  if (!result || !(result->answer.tag.empty() || agrees(plan, *result, image, oids_))) return false;
  runner.take_numbers();
  return true;
}

void PostgresEmulator::follow_write(const SqlRequest& request, Bytes image,
                                    std::uint64_t connection, bool sure) {
  const auto answer = decode_image(image);
  const tree::Statement& statement = statements_.tree_of(request.pattern);
  const auto again = [&] {
    contents_->undo();
    static_cast<void>(contents_->enter(connection));
  };
  if (!answer) return forget_written(request, connection);
  if (answer->is_error) {
    const bool computed = sure && follow_computed(request, image);
    again();
    if (computed) return;
    Fields error;
    static_cast<void>(decode_fields(answer->tail.subspan(5), error));
    return note_failure(request, field(error, 'C'));
  }
  if (!request.has_more && request.session.empty() &&
      define(statement, *contents_, printing_, depended_))
    return statements_.define(statement);
  statements_.define(statement);
  const bool computed = sure && follow_computed(request, image);
  note_numbers(request, computed);
  if (computed) return;
  again();
  if (sure && follow_shown(request, image)) return;
  again();
  forget_written(request, connection);
}

void PostgresEmulator::forget_numbers(const MayWrite& written) {
  if (written.anything || written.numbers) contents_->forget_all_numbers();
  for (const std::string& key : written.numbered) contents_->forget_numbers(key);
}

void PostgresEmulator::doubt(const MayWrite& written, std::uint64_t connection) {
  unsure_.insert(connection);
  forget_numbers(written);
  contents_->doubt(written.anything ? std::nullopt : std::optional(written.tables), connection);
}

/// Within enter() and keep().
void PostgresEmulator::forget_written(const SqlRequest& request, std::uint64_t connection) {
  const MayWrite written = may_write(request);
  // Which number comes next is not looked at when a transaction ends.
  if (written.anything || !written.tables.empty()) unsure_.insert(connection);
  if (written.anything) contents_->forget_everything();
  forget_numbers(written);
  for (const std::string& key : written.tables) {
    contents_->forget_rows(key);
    contents_->forget_numbers(key);
  }
}

void PostgresEmulator::forget(const EmulatedRequest& asked) {
  const SqlRequest request(asked);
  const SessionUse session(*this, request.session);
  const MayWrite written = may_write(request);
  if (written.nothing() || request.described) return;
  if (!contents_->enter(asked.connection)) return doubt(written, asked.connection);
  forget_definitions(statements_.tree_of(request.pattern), *contents_);
  forget_written(request, asked.connection);
  contents_->keep();
  contents_->note_written(asked.connection);
}

/// As one that failed in a way that is not known.
void PostgresEmulator::miss(const EmulatedRequest& asked) {
  const SqlRequest request(asked);
  const SessionUse session(*this, request.session);
  if (!request.described && !may_write(request).nothing())
    note_failure(request, {});
}

}  // namespace

std::unique_ptr<Emulator> new_postgres_emulator(const Document& knowledge) {
  return std::make_unique<PostgresEmulator>(knowledge);
}

}  // namespace understudy::postgres
