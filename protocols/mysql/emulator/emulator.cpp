#include "protocols/mysql/emulator/emulator.hpp"

#include <algorithm>
#include <set>

#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/emulator/answers.hpp"
#include "protocols/mysql/emulator/defined.hpp"
#include "protocols/mysql/emulator/pattern.hpp"
#include "protocols/mysql/emulator/session.hpp"
#include "protocols/mysql/emulator/start.hpp"
#include "protocols/mysql/image.hpp"
#include "protocols/mysql/names.hpp"
#include "protocols/sql/emulator/emulator.hpp"

namespace understudy::mysql {
namespace {

using namespace emulation;
using sql::emulator::Execution;
using sql::emulator::SqlRequest;
using sql::emulator::Start;

std::string text_at(const Document& node, std::string_view name) {
  return node.is_object() && node.contains(name) ? octets_of(node[std::string(name)])
                                                 : std::string();
}

/// The pattern, with the values that shape its columns: those that are shown, and of user variables
/// what they are.
std::string described_as(const Plan& plan, const SqlRequest& request) {
  const Pattern parts = take_apart(request.pattern);
  std::string key = parts.sources.empty() ? request.pattern
                                          : "`" + std::string(parts.database.value_or("")) +
                                                "`: " + std::string(parts.statement) +
                                                kinds_of_sources(parts.sources);
  for (const std::size_t slot : plan.shaping) {
    key += '\0';
    if (slot >= request.values.size()) continue;
    key += static_cast<char>('0' + static_cast<int>(request.values[slot].value_class));
    if (request.values[slot].text) key += *request.values[slot].text;
  }
  return key;
}

/// The same of one of the answers to a CALL.
std::string called_as(const Plan& plan, const SqlRequest& request, std::size_t number) {
  return described_as(plan, request) + "\x1e" + std::to_string(number);
}

/// The tables whose definitions shape the columns.
const std::set<std::string>& described_by(const Plan& plan) {
  return plan.action == Plan::Action::call ? plan.named : plan.reads;
}

class MysqlExecution final : public Execution {
 public:
  MysqlExecution(sql::contents::Contents& contents, const MysqlRules& rules,
                 const DescriptionBook& descriptions, const SessionFacts& session,
                 std::uint16_t collation, Programs& programs, std::optional<std::int64_t> moment)
      : contents_(contents),
        rules_(rules),
        descriptions_(descriptions),
        session_(session),
        collation_(collation),
        runner_(contents, rules, &programs) {
    runner_.set_moment(moment);
  }

  void take_from(Bytes image) override {
    const auto told = read_answer(image);
    took_effect_ = true;
    runner_.take_from(told && told->ok ? *told->ok : OkPacket{});
  }

  [[nodiscard]] bool run(const Plan& plan, const SqlRequest& request) override {
    const SessionFacts session = session_.with(request.session);
    runner_.be_strict(session.strict);
    runner_.check_references(session.checks_references);
    done_ = runner_.run(plan, request.values);
    if (!done_) return false;
    Results results;
    if (done_->error && !plan.shown.empty()) {
      // MariaDB tells the columns first, and then the error in place of rows.
      auto set = shown(plan, {}, described_as(plan, request),
                       layout_of(described_by(plan), contents_.book()));
      if (!set) return false;
      set->error = *done_->error;
      results.list.emplace_back(*std::move(set));
    } else if (done_->error) {
      results.list.emplace_back(*done_->error);
    } else if (plan.action == Plan::Action::call && plan.shown.empty()) {
      for (std::size_t i = 0; i < done_->sets.size(); ++i) {
        const ShownRows& each = done_->sets[i];
        auto set = shown(*each.plan, each.rows, called_as(plan, request, i),
                         layout_of(plan.named, contents_.book()));
        if (!set) return false;
        results.list.emplace_back(*std::move(set));
      }
      results.list.emplace_back(done_->ok);
    } else if (!plan.shown.empty()) {
      auto set = shown(plan, done_->rows, described_as(plan, request),
                       layout_of(described_by(plan), contents_.book()));
      if (!set) return false;
      results.list.emplace_back(*std::move(set));
    } else {
      note_status(plan, request);
      results.list.emplace_back(done_->ok);
    }
    image_ = encode_image(results, collation_);
    return true;
  }

  [[nodiscard]] bool fails() const override { return done_->error.has_value(); }
  [[nodiscard]] const Written& written() const override { return done_->written; }
  [[nodiscard]] std::string image() const override { return image_; }
  [[nodiscard]] bool agrees(const Plan&, Bytes image) override {
    if (!done_->sets.empty()) return all_agree(image);
    auto mine = read_answer(as_bytes(image_)), theirs = read_answer(image);
    if (!mine || !theirs) return false;
    if (took_effect_ && !done_->counts_known) return theirs->ok.has_value();
    // Whether it looked for rows at all the server says in other words.
    const bool none = mine->ok && mine->ok->info.starts_with("Rows matched: 0 ");
    if (took_effect_ && none && theirs->ok && theirs->ok->info.empty()) mine->ok->info.clear();
    // A number that only the server knew.
    if (took_effect_ && mine->ok && theirs->ok && mine->ok->insert_id == 0)
      mine->ok->insert_id = theirs->ok->insert_id;
    return same_answer(*mine, done_->runs, *theirs);
  }
  [[nodiscard]] bool words_differ(Bytes image) const override {
    const auto theirs = read_answer(image);
    return done_->error && theirs && theirs->error && theirs->error->code == done_->error->code &&
           theirs->error->message != done_->error->message;
  }
  [[nodiscard]] sql::emulator::Runner& runner() override { return runner_; }

 private:
  [[nodiscard]] bool all_agree(Bytes image) const {
    const auto mine = read_answers(as_bytes(image_)), theirs = read_answers(image);
    if (!mine || !theirs || mine->size() != theirs->size()) return false;
    for (std::size_t i = 0; i < mine->size(); ++i) {
      const std::vector<std::size_t> none;
      const auto& runs = i < done_->sets.size() ? done_->sets[i].runs : none;
      if (!same_answer((*mine)[i], runs, (*theirs)[i])) return false;
    }
    return true;
  }

  /// What the server says of the indexes that it looked for rows with: as it said it before, else
  /// as the keys tell.
  void note_status(const Plan& plan, const SqlRequest& request) {
    const bool looks = plan.action == Plan::Action::update || plan.action == Plan::Action::remove;
    if (!looks) return;
    const auto* told = descriptions_.find(described_as(plan, request),
                                          layout_of(described_by(plan), contents_.book()));
    if (told != nullptr)
      done_->ok.status = told->status;
    else if (plan.looks_at_all)
      done_->ok.status = status::no_index_used;
  }

  std::optional<ResultSet> shown(const Plan& plan, const std::vector<DatumRow>& rows,
                                 const std::string& key, const std::string& layout) {
    const auto* told = descriptions_.find(key, layout);
    const auto columns = told == nullptr && descriptions_.varies(key, layout)
                             ? std::nullopt
                             : columns_of(plan, told, contents_.book(), rules_);
    if (!columns) {
      runner_.note("the columns of the answer");
      return std::nullopt;
    }
    auto cells = cells_of(plan, rows, *columns, rules_);
    if (!cells) return std::nullopt;
    ResultSet set;
    set.columns = *columns;
    set.rows = *std::move(cells);
    allow_nulls(set.rows, set.columns);
    set.status = told != nullptr ? told->status : std::uint16_t{0};
    return set;
  }

  sql::contents::Contents& contents_;
  const MysqlRules& rules_;
  const DescriptionBook& descriptions_;
  const SessionFacts& session_;
  std::uint16_t collation_;
  emulation::Runner runner_;
  bool took_effect_ = false;
  std::optional<Done> done_;
  std::string image_;
};

class MysqlEmulator final : public sql::emulator::SqlEmulator {
 public:
  explicit MysqlEmulator(const Document& knowledge) {
    if (knowledge.is_object()) read(knowledge);
    clear(nullptr);
  }

  [[nodiscard]] Document knowledge() const override;

 private:
  void read(const Document& knowledge);

  [[nodiscard]] const ServerRules& rules() const override { return rules_; }
  [[nodiscard]] sql::Dialect dialect() const override { return sql::Dialect::mysql; }
  [[nodiscard]] SqlRequest request_of(const EmulatedRequest& asked) const override;
  [[nodiscard]] Answered answered(Bytes image) const override;
  [[nodiscard]] std::unique_ptr<Execution> execution() override {
    return std::make_unique<MysqlExecution>(held(), rules_, descriptions_, session_, collation_,
                                            programs_, moment_);
  }
  [[nodiscard]] sql::contents::Contents::Sees sees(const SqlRequest& request) const override {
    using Sees = sql::contents::Contents::Sees;
    return request.sight == Sight::newest ? Sees::newest : Sees::since_looked;
  }
  [[nodiscard]] std::string unsound_session() const override { return session_.problem; }
  [[nodiscard]] bool lacks_privilege(std::string_view code) const override {
    return code == "1142" || code == "1143" || code == "1044" || code == "1227";
  }
  [[nodiscard]] Taken taken_by_failure(std::string_view code) const override {
    if (code == "1048" || code == "1364" || code == "1406" || code == "1264" || code == "1366" ||
        code == "1265" || code == "1050" || code == "1051" || code == "1146" || code == "1054" ||
        code == "1064" || code == "4025")
      return Taken::nothing;
    return code == "1062" || code == "1452" ? Taken::its_own : Taken::unknown;
  }
  [[nodiscard]] std::optional<std::string> answer_of_definition(const tree::Statement& statement,
                                                                std::string_view pattern) override;
  [[nodiscard]] bool definition_holds(const tree::Statement& statement) override {
    return emulation::definition_holds(statement, held(), rules_);
  }
  [[nodiscard]] std::vector<KeyPath> paths_of_definition(
      const tree::Statement& statement) const override;
  void set_moment(std::uint64_t connection, Moment now) override;
  void add_paths(const std::string& key, std::vector<KeyPath>& paths) const override {
    paths.push_back({key});
  }
  [[nodiscard]] std::shared_ptr<const Start> make_start(const Held& held,
                                                        std::vector<HeldState>& states) override {
    return start_of(held, rules_.main_database, rules_.reading.mariadb, states);
  }
  [[nodiscard]] std::shared_ptr<const Start> read_start(const Document& document,
                                                        Bytes octets) override {
    return start_of_document(document, octets, rules_.main_database, rules_.reading.mariadb);
  }
  void note_start(const Start& start) override;
  void note_cleared(const Start* start) override {
    const auto* own = static_cast<const MysqlStart*>(start);
    rules_.views.clear();
    rules_.view_names.clear();
    if (own == nullptr) return;
    rules_.collations = own->collations;
    rules_.views = own->views;
    rules_.view_names = own->view_names;
  }
  void note_defined(const tree::Statement& statement, std::string_view pattern) override;
  void note_followed(const SqlRequest& request, Bytes image) override;

  MysqlRules rules_;
  SessionFacts session_;
  DescriptionBook descriptions_;
  Document profile_;
  std::uint16_t collation_ = utf8mb4_collation;
  Programs programs_;
  std::optional<std::int64_t> moment_;  ///< of the request that is computed
};

/// Of tables their rows and all that the catalogue says.
std::vector<KeyPath> MysqlEmulator::paths_of_definition(const tree::Statement& statement) const {
  std::vector<tree::Name> names;
  if (const auto* create = statement.as<tree::CreateTable>()) {
    names.push_back(create->name);
  } else if (const auto* alter = statement.as<tree::AlterTable>()) {
    names.push_back(alter->name);
    for (const tree::AlterAction& action : alter->actions)
      if (!action.table.name.empty()) names.push_back(action.table);
  } else if (const auto* index = statement.as<tree::CreateIndex>()) {
    names.push_back(index->table);
  } else if (const auto* dropped = statement.as<tree::Drop>()) {
    names = dropped->names;
    if (!dropped->table.name.empty()) names = {dropped->table};
  } else {
    return {KeyPath()};
  }
  std::vector<KeyPath> paths = {{"@catalog"}};
  for (const tree::Name& name : names) add_paths(rules_.key_of(name), paths);
  return paths;
}

void MysqlEmulator::set_moment(std::uint64_t, Moment now) {
  constexpr std::int64_t seconds_from_1970_to_2000 = 946'684'800;
  moment_.reset();
  if (now) moment_ = (now->count() - seconds_from_1970_to_2000 * 1000) * 1000;
}

// ---- knowledge ----

void MysqlEmulator::read(const Document& knowledge) {
  if (knowledge.contains("profile")) profile_ = knowledge["profile"];
  rules_.reading.mariadb = text_at(profile_, "version").find("MariaDB") != std::string::npos;
  rules_.version = text_at(profile_, "version");
  if (constexpr std::string_view before_ten = "5.5.5-"; rules_.version.starts_with(before_ten))
    rules_.version.erase(0, before_ten.size());  // what old replicas of MariaDB took it for
  rules_.main_database = text_at(profile_, "database");
  const auto told =
      static_cast<std::uint16_t>(profile_.is_object() ? profile_.value("text_collation", 0) : 0);
  const Charset* charset = charset_of(told);
  if (charset != nullptr && is_utf8(*charset)) collation_ = told;
  session_ = usual_session(profile_);
  rules_.reading.offset = offset_of_zone(session_.time_zone);
  if (knowledge.contains("described")) descriptions_ = DescriptionBook(knowledge["described"]);
  read_knowledge(knowledge);
}

Document MysqlEmulator::knowledge() const {
  Document knowledge = SqlEmulator::knowledge();
  if (profile_.is_object())
    for (const char* name : {"version", "database", "text_collation", "settings", "variables"})
      if (profile_.contains(name)) knowledge["profile"][name] = profile_[name];
  if (Document described = descriptions_.document(); !described.empty())
    knowledge["described"] = std::move(described);
  return knowledge;
}

SqlRequest MysqlEmulator::request_of(const EmulatedRequest& asked) const {
  SqlRequest request = read_request(asked.canonical, asked.qualifier);
  request.sight = asked.sight;
  request.has_more = request.has_more || !session_.with(request.session).problem.empty();
  return request;
}

/// What a recorded connection set itself counts before what the server told.
void MysqlEmulator::note_start(const Start& start) {
  const auto& own = static_cast<const MysqlStart&>(start);
  session_.server_mode = own.sql_mode;
  session_.server_zone = own.time_zone;
  if (!session_.knows_mode() && own.sql_mode) session_.set("sql_mode", *own.sql_mode);
  if (session_.time_zone.empty()) session_.time_zone = own.time_zone;
  rules_.reading.offset = offset_of_zone(session_.time_zone);
  rules_.collations = own.collations;
}

// ---- answers ----

sql::emulator::SqlEmulator::Answered MysqlEmulator::answered(Bytes image) const {
  Answered answer;
  const auto told = read_answers(image);
  answer.readable = told.has_value();
  answer.error = told && told->back().error;
  if (answer.error) answer.code = std::to_string(told->back().error->code);
  const auto& ok = told ? told->back().ok : std::optional<OkPacket>();
  answer.of_no_row = told && told->size() == 1 && ok && ok->affected == 0 && ok->warnings == 0;
  return answer;
}

std::optional<std::string> MysqlEmulator::answer_of_definition(const tree::Statement& statement,
                                                               std::string_view) {
  auto answer = answer_of(statement, held(), rules_, depended());
  if (!answer) return std::nullopt;
  Results results;
  results.list.push_back(*std::move(answer));
  return encode_image(results, collation_);
}

void MysqlEmulator::note_defined(const tree::Statement& statement, std::string_view pattern) {
  note_database(statement, rules_.spelled(pattern), rules_);
  if (folded(pattern).find("comment") != std::string::npos) held().note_comments(true);
  note_view(statement, rules_);
}

void MysqlEmulator::note_followed(const SqlRequest& request, Bytes image) {
  if (!is_recording() && request.has_more) return;
  const Plan& plan = statements().plan_of(request.pattern, held(), false);
  if (!plan.reason.empty()) return;
  if (plan.action == Plan::Action::call && plan.shown.empty()) {
    const auto all = read_answers(image);
    for (std::size_t i = 0; all && i < all->size(); ++i)
      if ((*all)[i].set)
        descriptions_.learn(called_as(plan, request, i), layout_of(plan.named, held().book()),
                            *(*all)[i].set);
    return;
  }
  if (plan.action == Plan::Action::update || plan.action == Plan::Action::remove) {
    const auto told = read_answer(image);
    if (told && told->ok)
      descriptions_.learn(described_as(plan, request), layout_of(plan.reads, held().book()),
                          ResultSet{.status = told->ok->status});
    return;
  }
  if (plan.shown.empty()) return;
  const auto told = read_answer(image);
  if (!told || !told->set) return;
  descriptions_.learn(described_as(plan, request), layout_of(described_by(plan), held().book()),
                      *told->set);
}

}  // namespace

std::unique_ptr<Emulator> new_mysql_emulator(const Document& knowledge) {
  return std::make_unique<MysqlEmulator>(knowledge);
}

}  // namespace understudy::mysql
