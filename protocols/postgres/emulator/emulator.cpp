#include "protocols/postgres/emulator/emulator.hpp"

#include <algorithm>
#include <charconv>

#include "protocols/postgres/emulator/coverage.hpp"
#include "protocols/postgres/emulator/defining.hpp"
#include "protocols/postgres/emulator/request.hpp"
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

class PostgresEmulator final : public Emulator {
 public:
  explicit PostgresEmulator(const Document& knowledge) {
    if (knowledge.is_object()) read(knowledge);
    PostgresEmulator::reset();
  }

  void begin_recording() override {
    starts_.emplace_back();
    clear();
  }
  [[nodiscard]] Document knowledge() const override;
  void reset() override;
  [[nodiscard]] std::optional<Computed> compute(const EmulatedRequest& asked, Moment now) override;
  void follow(const EmulatedRequest& asked, Bytes image, Moment now, bool in_order) override;
  void forget(const EmulatedRequest& asked) override;
  void miss(const EmulatedRequest& asked) override;
  [[nodiscard]] Coverage coverage() const override { return covered_.coverage(); }
  [[nodiscard]] std::string why_not(const EmulatedRequest& asked) override;
  [[nodiscard]] bool undoes() const noexcept override { return true; }
  void control(Control control, std::string_view name, std::uint64_t connection) override {
    contents_->control(control, name, connection);
  }

 private:
  void read(const Document& knowledge);
  void clear();
  void set_collation(std::string collation);
  [[nodiscard]] bool computes(const SqlRequest& request) const {
    return !request.has_more && !request.partial && !request.described && sound_session_ &&
           !pinned_.contains(request.pattern);
  }
  [[nodiscard]] std::optional<Computed> compute_data(const SqlRequest& request,
                                                     std::uint64_t connection);
  [[nodiscard]] std::optional<Computed> compute_definition(const SqlRequest& request,
                                                           std::uint64_t connection);
  void follow_read(const SqlRequest& request, Bytes image);
  void follow_write(const SqlRequest& request, Bytes image, std::uint64_t connection, bool sure);
  [[nodiscard]] bool follow_computed(const SqlRequest& request, Bytes image);
  [[nodiscard]] bool follow_shown(const SqlRequest& request, Bytes image);
  void note_failure(const SqlRequest& request, std::string_view code);
  void forget_written(const SqlRequest& request, std::uint64_t connection);
  void doubt(const MayWrite& written, std::uint64_t connection);
  void pin(const SqlRequest& request) {
    why_not_ = "it was answered otherwise once";
    if (recording_) pinned_.emplace(request.pattern);
  }
  void apply_beforehand(std::string_view canonical, Bytes image);

  [[nodiscard]] std::string why_not_asked(const SqlRequest& request) const;
  [[nodiscard]] std::optional<Result> run(const Plan& plan, const SqlRequest& request);
  void note_coverage(const tree::Statement& statement, const SqlRequest& request);

  std::unique_ptr<Contents> contents_;
  Statements statements_;
  Printing printing_;
  TableOids oids_;
  std::set<std::string, std::less<>> depended_;  ///< keys of tables that views and such are made of
  Document profile_;
  std::string collation_;
  bool sound_session_ = true;
  bool recording_ = false;
  bool locks_ = false;  ///< some read takes locks of which nobody is told
  std::set<std::string, std::less<>> pinned_;
  CoverageBook covered_;
  std::string why_not_;  ///< of the request that was followed last
  /// What there was before each recording: canonical requests that make it so.
  std::vector<std::vector<std::string>> starts_;
};

// ---- knowledge ----

void PostgresEmulator::read(const Document& knowledge) {
  if (knowledge.contains("profile")) profile_ = knowledge["profile"];
  printing_.utc = is_name_of_utc(text_at_path(profile_, "session", "TimeZone"));
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
  if (knowledge.contains("oids"))
    for (const auto& [key, oid] : knowledge["oids"].items()) oids_[key] = oid.get<Oid>();
  if (!knowledge.contains("start")) return;
  for (const Document& each : knowledge["start"]) {
    if (starts_.empty()) starts_.emplace_back();
    starts_.front().push_back(octets_of(each));
  }
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
  for (const auto& [key, oid] : oids_) knowledge["oids"][key] = oid;
  const bool agree =
      std::ranges::all_of(starts_, [&](const auto& start) { return start == starts_.front(); });
  if (agree && !starts_.empty())
    for (const std::string& each : starts_.front()) knowledge["start"].push_back(document_of(each));
  return knowledge;
}

void PostgresEmulator::clear() {
  contents_ = std::make_unique<Contents>();
  statements_ = Statements();
  depended_.clear();
}

void PostgresEmulator::reset() {
  const std::unique_ptr<Contents> before = std::move(contents_);
  clear();
  if (before) contents_->take_open_of(*before);
  if (starts_.size() != 1) return;
  for (const std::string& each : starts_.front()) apply_beforehand(each, {});
}

/// What a snapshot tells, as statements that make it so.
void PostgresEmulator::apply_beforehand(std::string_view canonical, Bytes image) {
  const SqlRequest request(canonical, {});
  const tree::Statement& statement = statements_.tree_of(request.pattern);
  if (const auto* utility = statement.as<tree::Utility>();
      utility && utility->name == "lc_collate") {
    if (const auto answer = decode_image(image); answer && answer->row_count == 1)
      if (const auto rows = rows_of(*answer); rows.front().front())
        set_collation(*rows.front().front());
    return;
  }
  if (define(statement, *contents_, printing_, depended_)) return statements_.define(statement);
  if (set_number(statement, *contents_) || !contents_->enter(0)) return;
  const Plan& plan = statements_.plan_of(request.pattern, *contents_, printing_, true);
  Runner runner(*contents_, printing_, oids_);
  runner.take_from(nullptr);
  const bool done = plan.reason.empty() && runner.run(plan, request.values).has_value();
  if (!done) contents_->undo();
  if (!done && !plan.target.empty()) contents_->forget_rows(plan.target);
  if (!done && plan.target.empty()) contents_->forget_everything();
  if (done) contents_->keep();
}

// ---- computing ----

std::optional<Emulator::Computed> PostgresEmulator::compute(const EmulatedRequest& asked, Moment) {
  const SqlRequest request(asked.canonical, asked.qualifier);
  if (!computes(request) || !contents_->sees(asked.connection)) return std::nullopt;
  if (auto computed = compute_data(request, asked.connection)) return computed;
  return compute_definition(request, asked.connection);
}

std::optional<Emulator::Computed> PostgresEmulator::compute_data(const SqlRequest& request,
                                                                 std::uint64_t connection) {
  const Plan& plan = statements_.plan_of(request.pattern, *contents_, printing_, false);
  if (!plan.reason.empty()) return std::nullopt;
  const bool touches = plan.writes() || plan.locks;
  if (touches && (locks_ || plan.locks) && contents_->others_are_open(connection))
    return std::nullopt;
  if (touches && !contents_->enter(connection)) return std::nullopt;
  Runner runner(*contents_, printing_, oids_);
  auto result = runner.run(plan, request.values);
  if (touches) result ? contents_->keep() : contents_->undo();
  if (!result) return std::nullopt;
  Computed computed{encode_image(result->answer), {}};
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
  const tree::Statement& statement = statements_.tree_of(request.pattern);
  const auto tag = tag_of_definition(statement, *contents_, printing_, depended_);
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
  const SqlRequest request(asked.canonical, asked.qualifier);
  if (!is_about_rows(statements_.tree_of(request.pattern))) return {};
  if (std::string reason = why_not_asked(request); !reason.empty()) return reason;
  const Plan& plan = statements_.plan_of(request.pattern, *contents_, printing_, false);
  if (!plan.reason.empty()) return plan.reason;
  if (!contents_->sees(asked.connection) || !contents_->enter(asked.connection))
    return "others who write at the same time";
  const bool done = run(plan, request).has_value();
  contents_->undo();
  return done ? std::string() : why_not_;
}

std::optional<Result> PostgresEmulator::run(const Plan& plan, const SqlRequest& request) {
  Runner runner(*contents_, printing_, oids_);
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
  const SqlRequest request(asked.canonical, asked.qualifier);
  recording_ = !now.has_value();
  if (request.beforehand) {
    if (!starts_.empty()) starts_.back().emplace_back(asked.canonical);
    return apply_beforehand(asked.canonical, image);
  }
  if (request.described) return;
  const tree::Statement& statement = statements_.tree_of(request.pattern);
  const auto* query = statement.as<tree::Query>();
  locks_ = locks_ || (query != nullptr && !query->locking.empty());
  const auto answer = decode_image(image);
  const bool sure = in_order && answer && computes(request) && contents_->sees(asked.connection);
  why_not_ = sure ? std::string() : why_not_asked(request);
  if (!sure && why_not_.empty()) why_not_ = "others who write at the same time";
  const MayWrite written = statements_.may_write(request.pattern);
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
  const Plan& plan = statements_.plan_of(request.pattern, *contents_, printing_, false);
  why_not_ = plan.reason;
  if (!plan.reason.empty() || plan.writes()) return;
  const auto result = run(plan, request);
  if (!result || agrees(plan, *result, image, oids_)) return;
  pin(request);
  const std::set<std::string> reads = plan.reads;
  for (const std::string& key : reads) contents_->forget_rows(key);
}

/// It may have been an INSERT that took numbers before it failed: those of one row before a
/// constraint refused it, none where its values were refused, which are looked at first.
void PostgresEmulator::note_failure(const SqlRequest& request, std::string_view code) {
  const tree::Statement& statement = statements_.tree_of(request.pattern);
  const MayWrite written = statements_.may_write(request.pattern);
  if (written.anything) return contents_->forget_all_numbers();
  if (statement.as<tree::Insert>() == nullptr) {
    if (written.numbers) contents_->forget_all_numbers();
    return;
  }
  const Plan& plan = statements_.plan_of(request.pattern, *contents_, printing_, true);
  const bool known = plan.reason.empty() && plan.rows.size() == 1;
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

/// What is computed is what was answered.
bool PostgresEmulator::follow_computed(const SqlRequest& request, Bytes image) {
  const Plan& plan = statements_.plan_of(request.pattern, *contents_, printing_, false);
  why_not_ = plan.reason;
  if (!plan.reason.empty()) return false;
  const auto result = run(plan, request);
  if (!result) return false;
  if (agrees(plan, *result, image, oids_)) return true;
  pin(request);
  return false;
}

/// What it did can be told with the answer's help.
bool PostgresEmulator::follow_shown(const SqlRequest& request, Bytes image) {
  const Plan& plan = statements_.plan_of(request.pattern, *contents_, printing_, true);
  if (!plan.reason.empty()) return false;
  const auto answer = decode_image(image);
  const std::vector<Row> rows = rows_of(*answer);
  Runner runner(*contents_, printing_, oids_);
  runner.take_from(&rows);
  const auto result = runner.run(plan, request.values);
  if (!result) return false;
  return result->answer.tag.empty() || agrees(plan, *result, image, oids_);
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
    if (sure && follow_computed(request, image)) pin(request);
    again();
    Fields error;
    static_cast<void>(decode_fields(answer->tail.subspan(5), error));
    return note_failure(request, field(error, 'C'));
  }
  if (!request.has_more && define(statement, *contents_, printing_, depended_))
    return statements_.define(statement);
  statements_.define(statement);
  if (sure && follow_computed(request, image)) return;
  again();
  if (sure && follow_shown(request, image)) return;
  again();
  forget_written(request, connection);
}

void PostgresEmulator::doubt(const MayWrite& written, std::uint64_t connection) {
  if (written.anything || written.numbers) contents_->forget_all_numbers();
  contents_->doubt(written.anything ? std::nullopt : std::optional(written.tables), connection);
}

/// Within enter() and keep().
void PostgresEmulator::forget_written(const SqlRequest& request, std::uint64_t) {
  const MayWrite written = statements_.may_write(request.pattern);
  if (written.anything) contents_->forget_everything();
  if (written.anything || written.numbers) contents_->forget_all_numbers();
  for (const std::string& key : written.tables) {
    contents_->forget_rows(key);
    contents_->forget_numbers(key);
  }
}

void PostgresEmulator::forget(const EmulatedRequest& asked) {
  const SqlRequest request(asked.canonical, asked.qualifier);
  const MayWrite written = statements_.may_write(request.pattern);
  if (written.nothing() || request.described) return;
  if (!contents_->enter(asked.connection)) return doubt(written, asked.connection);
  forget_definitions(statements_.tree_of(request.pattern), *contents_);
  forget_written(request, asked.connection);
  contents_->keep();
  contents_->note_written(asked.connection);
}

/// As one that failed in a way that is not known.
void PostgresEmulator::miss(const EmulatedRequest& asked) {
  const SqlRequest request(asked.canonical, asked.qualifier);
  if (!request.described && !statements_.may_write(request.pattern).nothing())
    note_failure(request, {});
}

}  // namespace

std::unique_ptr<Emulator> new_postgres_emulator(const Document& knowledge) {
  return std::make_unique<PostgresEmulator>(knowledge);
}

}  // namespace understudy::postgres
