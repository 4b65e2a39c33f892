#include "protocols/postgres/emulator/emulator.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <random>

#include "protocols/postgres/datetime.hpp"
#include "protocols/postgres/emulator/definition_answers.hpp"
#include "protocols/postgres/emulator/names.hpp"
#include "protocols/postgres/emulator/request.hpp"
#include "protocols/postgres/emulator/runner.hpp"
#include "protocols/postgres/emulator/start.hpp"
#include "protocols/postgres/emulator/value_functions.hpp"
#include "protocols/postgres/image.hpp"
#include "protocols/postgres/served.hpp"
#include "protocols/postgres/session.hpp"
#include "protocols/postgres/shape.hpp"
#include "protocols/sql/emulator/emulator.hpp"
#include "protocols/sql/facts/definitions.hpp"

namespace understudy::postgres {
namespace {

using namespace emulation;
using sql::emulator::Execution;
using sql::emulator::SqlRequest;
using sql::emulator::Written;

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
    } else if (name == isolation_fact || name == "transaction_read_only") {
      continue;  // see SqlRequest
    } else if (name.find('.') != std::string_view::npos && !name.starts_with("plpgsql.")) {
      printing.custom.insert_or_assign(std::string(name), std::string(value));
    } else {
      sound = false;
    }
  }
  return sound;
}

class PostgresExecution final : public Execution {
 public:
  PostgresExecution(sql::contents::Contents& contents, const PostgresRules& rules, TableOids& oids,
                    Programs& programs, const StatementMoment& moment,
                    const StatementMoment& unseen)
      : oids_(oids), runner_(contents, rules, oids, &programs) {
    runner_.set_moment(moment);
    runner_.set_unseen(unseen);
  }

  void take_from(Bytes image) override {
    took_effect_ = true;
    shown_ = rows_of(*decode_image(image));
    runner_.take_from(&shown_);
  }
  [[nodiscard]] bool run(const Plan& plan, const SqlRequest& request) override {
    result_ = runner_.run(plan, request.values);
    return result_.has_value();
  }
  [[nodiscard]] bool fails() const override { return result_->answer.error.has_value(); }
  [[nodiscard]] const Written& written() const override { return result_->written; }
  [[nodiscard]] std::string image() const override { return encode_image(result_->answer); }
  [[nodiscard]] bool agrees(const Plan& plan, Bytes image) override {
    return (took_effect_ && result_->answer.tag.empty()) ||
           emulation::agrees(plan, *result_, image, oids_);
  }
  [[nodiscard]] bool words_differ(Bytes image) const override {
    return emulation::words_differ(*result_, image);
  }
  [[nodiscard]] sql::emulator::Runner& runner() override { return runner_; }
  void learn(const Plan& plan, Bytes image) override {
    if (const auto answer = decode_image(image); answer && !answer->is_error)
      runner_.learn(plan, rows_of(*answer));
  }

 private:
  TableOids& oids_;
  emulation::Runner runner_;
  bool took_effect_ = false;
  std::vector<Row> shown_;
  std::optional<Result> result_;
};

class PostgresEmulator final : public sql::emulator::SqlEmulator {
 public:
  explicit PostgresEmulator(const Document& knowledge) {
    if (knowledge.is_object()) read(knowledge);
    clear(nullptr);
  }

  [[nodiscard]] Document knowledge() const override;
  void control(Control control, std::string_view name, std::uint64_t connection) override;

 private:
  void read(const Document& knowledge);
  void set_collation(std::string collation);

  [[nodiscard]] const ServerRules& rules() const override { return rules_; }
  [[nodiscard]] sql::Dialect dialect() const override { return sql::Dialect::postgres; }
  [[nodiscard]] SqlRequest request_of(const EmulatedRequest& asked) const override {
    return read_request(asked);
  }
  [[nodiscard]] Answered answered(Bytes image) const override;
  [[nodiscard]] std::unique_ptr<Execution> execution() override {
    return std::make_unique<PostgresExecution>(held(), rules_, oids_, programs_, moment_, unseen_);
  }
  [[nodiscard]] sql::contents::Contents::Sees sees(const SqlRequest& request) const override {
    using Sees = sql::contents::Contents::Sees;
    if (request.one_state) return Sees::since_beginning;
    return reads_committed() ? Sees::newest : Sees::since_beginning;
  }
  [[nodiscard]] std::string unsound_session() const override {
    return sound_session_ && sound_here_ ? ""
                                         : "a search_path or an encoding that is not the usual one";
  }
  [[nodiscard]] bool lacks_privilege(std::string_view code) const override {
    return code == "42501";
  }
  [[nodiscard]] Taken taken_by_failure(std::string_view code) const override {
    if (code.starts_with("22") || code.starts_with("42")) return Taken::nothing;
    return code.starts_with("23") ? Taken::its_own : Taken::unknown;
  }
  [[nodiscard]] bool definition_holds(const tree::Statement& statement) override;
  [[nodiscard]] std::optional<std::string> answer_of_definition(const tree::Statement& statement,
                                                                std::string_view pattern) override;
  [[nodiscard]] bool makes_all_anew(const tree::Statement& statement,
                                    std::string_view pattern) override;
  [[nodiscard]] std::vector<KeyPath> paths_of_definition(
      const tree::Statement& statement) const override;
  [[nodiscard]] std::optional<std::string> description_of(const Plan& plan) override;
  void use_session(const SqlRequest& request) override;
  void set_moment(std::uint64_t connection, Moment now) override {
    moment_ = moment_of(connection, now);
  }
  void set_unseen(std::uint64_t connection, Moment now) override {
    unseen_ = moment_of(connection, now);
  }
  [[nodiscard]] StatementMoment moment_of(std::uint64_t connection, Moment now);
  void add_paths(const std::string& key, std::vector<KeyPath>& paths) const override {
    paths.push_back({key});
    if (const std::size_t dot = key.find('.'); dot != std::string::npos)
      paths.push_back({key.substr(dot + 1)});
  }
  [[nodiscard]] std::shared_ptr<const Start> make_start(const Held& held,
                                                        std::vector<HeldState>& states) override {
    return start_of(held, states);
  }
  [[nodiscard]] std::shared_ptr<const Start> read_start(const Document& document,
                                                        Bytes octets) override {
    return start_of_document(document, octets);
  }
  [[nodiscard]] sql::contents::ValueFunctions functions() const override {
    return value_functions();
  }
  void note_followed(const SqlRequest& request, Bytes image) override;
  void note_start(const Start& start) override {
    if (collation_.empty()) set_collation(start.collation);
    first_.database = rules_.printing().database = start.database;
    first_.knows_custom = rules_.printing().knows_custom = start.knows_custom;
  }

  PostgresRules rules_;
  TableOids oids_;
  std::set<std::string> used_;
  Document profile_;
  std::string collation_;
  Printing first_;  ///< of the first session
  bool sound_session_ = true, sound_here_ = true;
  Programs programs_;
  StatementMoment moment_, unseen_;
  std::mt19937_64 chance_{std::random_device{}()};
  std::int64_t last_moment_ = 0;                 ///< no two statements have the same
  std::map<std::uint64_t, std::int64_t> began_;  ///< open transactions, by connection
};

// ---- knowledge ----

void PostgresEmulator::read(const Document& knowledge) {
  if (knowledge.contains("profile")) profile_ = knowledge["profile"];
  Printing& printing = rules_.printing();
  printing.zone = text_at_path(profile_, "session", "TimeZone");
  printing.utc = is_name_of_utc(printing.zone);
  printing.iso_dates = text_at_path(profile_, "session", "DateStyle").starts_with("ISO");
  const std::string intervals = text_at_path(profile_, "session", "IntervalStyle");
  printing.intervals = intervals.empty() || intervals == "postgres";
  std::string version = text_at_path(profile_, "session", "server_version");
  if (version.empty()) version = text_at_path(profile_, "parameters", "server_version");
  if (!version.empty()) profile_["session"]["server_version"] = document_of(version);
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  printing.numeric_fields = version.empty() || major >= 14;
  printing.version = major;
  printing.database = text_at_path(profile_, "session", "database");
  const std::string path = text_at_path(profile_, "session", "search_path");
  const std::string encoding = text_at_path(profile_, "session", "client_encoding");
  sound_session_ = (path.empty() || path == "\"$user\", public" || path == "public") &&
                   (encoding.empty() || encoding == "UTF8");
  if (knowledge.contains("collation")) set_collation(octets_of(knowledge["collation"]));
  if (knowledge.contains("oids"))
    for (const auto& [key, oid] : knowledge["oids"].items()) oids_[key] = oid.get<Oid>();
  if (knowledge.contains("used"))
    for (const Document& each : knowledge["used"]) used_.insert(octets_of(each));
  printing.used = std::make_shared<const std::set<std::string>>(used_);
  first_ = printing;
  read_knowledge(knowledge);
}

void PostgresEmulator::set_collation(std::string collation) {
  collation_ = std::move(collation);
  rules_.printing().order = order_of(collation_);
  first_.order = rules_.printing().order;
}

Document PostgresEmulator::knowledge() const {
  Document knowledge = SqlEmulator::knowledge();
  if (!profile_.is_null()) {
    for (const char* name : {"TimeZone", "DateStyle", "search_path", "client_encoding",
                             "IntervalStyle", "server_version", "database"})
      if (const std::string value = text_at_path(profile_, "session", name); !value.empty())
        knowledge["profile"]["session"][name] = document_of(value);
  }
  if (!collation_.empty()) knowledge["collation"] = document_of(collation_);
  for (const auto& [key, oid] : oids_) knowledge["oids"][key] = oid;
  for (const std::string& key : used_) knowledge["used"].push_back(document_of(key));
  return knowledge;
}

// ---- sessions and their time ----

void PostgresEmulator::use_session(const SqlRequest& request) {
  rules_.printing() = first_;
  sound_here_ = read_session(request.session, rules_.printing());
}

void PostgresEmulator::control(Control control, std::string_view name, std::uint64_t connection) {
  const bool inside = control == Control::savepoint || control == Control::release ||
                      control == Control::rollback_to;
  if (!inside) began_.erase(connection);
  if (control == Control::begin) began_[connection] = 0;  // its first statement tells
  SqlEmulator::control(control, name, connection);
}

/// Within a transaction the time stands still.
StatementMoment PostgresEmulator::moment_of(std::uint64_t connection, Moment now) {
  if (!now) return {};
  const std::int64_t time = (now->count() - seconds_from_1970_to_2000 * 1000) * 1000;
  last_moment_ = std::max(last_moment_ + 1, time);
  StatementMoment moment{last_moment_, last_moment_, &chance_};
  const auto began = began_.find(connection);
  if (began == began_.end()) return moment;
  if (began->second == 0) began->second = last_moment_;
  moment.now = began->second;
  return moment;
}

/// What the recorded application was allowed to use it sees in information_schema.
void PostgresEmulator::note_followed(const SqlRequest& request, Bytes image) {
  if (!is_recording() || request.other_session || answered(image).error) return;
  const std::size_t before = used_.size();
  used_.merge(sql::emulator::tables_named(statements().tree_of(request.pattern), rules_));
  if (used_.size() == before) return;
  first_.used = rules_.printing().used = std::make_shared<const std::set<std::string>>(used_);
}

// ---- answers ----

std::optional<std::string> PostgresEmulator::description_of(const Plan& plan) {
  if (!plan.reason.empty()) return std::nullopt;
  StatementAnswer answer;
  answer.returns_rows = !plan.shown.empty();
  answer.columns = columns_of(plan.shown, oids_);
  std::string types;
  for (const Oid type : slot_types_of(plan)) types += std::to_string(type) + " ";
  answer.parameters.emplace_back(slot_types_name, std::move(types));
  return encode_image(answer);
}

sql::emulator::SqlEmulator::Answered PostgresEmulator::answered(Bytes image) const {
  Answered told;
  const auto answer = decode_image(image);
  told.readable = answer.has_value();
  told.error = answer && answer->is_error;
  Fields error;
  if (told.error && decode_fields(answer->tail.subspan(5), error)) told.code = field(error, 'C');
  std::string tag;
  told.of_no_row = answer && !told.error && decode_command_complete(answer->tail.subspan(5), tag) &&
                   (tag == "UPDATE 0" || tag == "DELETE 0");
  return told;
}

std::optional<std::string> PostgresEmulator::answer_of_definition(const tree::Statement& statement,
                                                                  std::string_view pattern) {
  auto told = answer_to_definition(statement, {held(), rules_, depended(), pattern});
  if (!told) return std::nullopt;
  StatementAnswer answer;
  answer.error = std::move(told->error);
  answer.notices = std::move(told->notices);
  if (!answer.error) answer.tag = std::move(told->tag);
  return encode_image(answer);
}

/// CREATE DATABASE of the one where all is computed: nothing is in it but what PostgreSQL's own
/// template has.
bool PostgresEmulator::makes_all_anew(const tree::Statement& statement, std::string_view pattern) {
  const auto* create = statement.as<tree::CreateOther>();
  const std::size_t at = pattern.find(" template");
  const bool plain = at == std::string_view::npos ||
                     pattern.find("template0", at + 9) != std::string_view::npos ||
                     pattern.find("template1", at + 9) != std::string_view::npos;
  if (create == nullptr || create->kind != tree::ObjectKind::database || first_.database.empty() ||
      create->name.name != first_.database)
    return false;
  clear(nullptr);
  if (!plain) return true;
  const std::set<std::string, std::less<>> none;
  held().note_complete();
  held().note_others(&none);
  held().note_comments(false);
  return true;
}

/// As the recorded ones: what it names and its entry in the catalogue, where that is all.
std::vector<KeyPath> PostgresEmulator::paths_of_definition(const tree::Statement& statement) const {
  if (!sql::touches_what_it_names(statement)) return {KeyPath()};
  sql::KeyNames names;
  names.table = [](const tree::Name& name) { return KeyPath{key_of(name)}; };
  names.entry = [](const tree::Name& name) { return KeyPath{"@catalog", name.name}; };
  names.catalogue = {"@catalog"};
  names.one_namespace = true;
  const auto found = sql::facts_of_definition(statement, statements().catalog(), names);
  if (!found) return {KeyPath()};
  std::vector<KeyPath> paths;
  for (const KeyPath& path : found->writes)
    path.size() == 1 && path.front() != "@catalog" ? add_paths(path.front(), paths)
                                                   : paths.push_back(path);
  return paths;
}

bool PostgresEmulator::definition_holds(const tree::Statement& statement) {
  const auto* alter = statement.as<tree::AlterTable>();
  return alter == nullptr || alter_holds(*alter, {held(), rules_, depended(), {}});
}

}  // namespace

std::unique_ptr<Emulator> new_postgres_emulator(const Document& knowledge) {
  return std::make_unique<PostgresEmulator>(knowledge);
}

}  // namespace understudy::postgres
