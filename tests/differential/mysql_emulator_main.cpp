// The emulator of MySQL beside a real MariaDB: random statements over random tables go to both, and
// whatever the emulator answers must be what the server answers: descriptions of columns, rows,
// counts, numbers, words of errors.
//
// In some rounds the tables and rows are there before: a snapshot tells the emulators of them. The
// emulator is shown what it does not answer, as it is when it serves, and some that it could. A
// second one follows all of it, as it does when a recording is compiled: it must agree throughout.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>

#include "emulator_score.hpp"
#include "mysql_connection.hpp"
#include "mysql_statements.hpp"
#include "protocols/mysql/catalogue_reader.hpp"
#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/emulator/answers.hpp"
#include "protocols/mysql/emulator/emulator.hpp"
#include "protocols/mysql/identity.hpp"
#include "protocols/mysql/image.hpp"
#include "understudy/document_text.hpp"

namespace {

using namespace differential;
using namespace understudy;
using namespace understudy::mysql;

constexpr std::uint64_t statements_in_a_round = 120;
constexpr std::chrono::milliseconds noon{1'700'000'000'000};
constexpr const char* database = "differential";

struct Options {
  std::uint16_t server = 0;
  std::uint64_t seed = 1, statements = 20'000;
};

Identity identity_of(const std::string& text) {
  sql::Statement statement;
  statement.assign(text, {sql::Dialect::mysql, true, false});
  Identity identity;
  append_statement(statement, text, {}, identity.canonical, identity.qualifier);
  return identity;
}

Document first_knowledge() {
  return {{"errors", true},
          {"profile",
           {{"version", "10.11-MariaDB"},
            {"database", database},
            {"text_collation", utf8mb4_collation},
            {"settings", {{"sql_mode", "STRICT_TRANS_TABLES"}, {"time_zone", "+00:00"}}}}}};
}

/// Everything that an answer says, as one text.
/// `flags`: of columns, whether they are part of keys: where a result goes through a table of the
/// server's own depends on how it carries the statement out.
std::string shown(const emulation::ToldAnswer& told, bool ordered, std::uint16_t flags) {
  if (told.error)
    return fmt::format("{} {} {}", told.error->code, told.error->state, told.error->message);
  if (told.ok)
    return fmt::format("affected {} id {} warnings {} {}", told.ok->affected, told.ok->insert_id,
                       told.ok->warnings, told.ok->info);
  std::string text = fmt::format("warnings {}", told.warnings);
  for (const Column& column : told.set->columns)
    text += fmt::format(
        "\n      {}.{}/{} {}/{} type {} length {} flags {:x} decimals {} charset {}", column.schema,
        column.table, column.org_table, column.name, column.org_name, static_cast<int>(column.type),
        column.length, column.flags & flags, column.decimals, column.charset);
  std::vector<std::string> lines;
  for (const std::string_view row : told.rows)
    lines.push_back(json_text(document_of(row), JsonForm::ascii));
  if (!ordered) std::ranges::sort(lines);
  for (const std::string& line : lines) text += "\n      " + line;
  return text;
}

std::string shown(Bytes image, bool ordered, std::uint16_t flags) {
  const auto told = emulation::read_answers(image);
  if (!told) return "no image";
  std::string text;
  for (const emulation::ToldAnswer& each : *told)
    text += (text.empty() ? "" : "\n    and ") + shown(each, ordered, flags);
  return text;
}

class Test {
 public:
  explicit Test(const Options& options)
      : options_(options),
        server_(options.server, database),
        random_(options.seed << 32U),
        generator_(random_) {}

  void run() {
    for (const char* const each :
         {"SET time_zone = '+00:00'", "SET sql_mode = 'STRICT_TRANS_TABLES'",
          "SET timestamp = 1700000000.0"})
      static_cast<void>(server_.ask(each));
    for (std::uint64_t done = 0; done < options_.statements; done += statements_in_a_round)
      play_round();
  }
  [[nodiscard]] int report() const;

 private:
  void play_round();
  void begin_with_snapshot();
  [[nodiscard]] int known_tables();
  void play(const SqlStatement& statement);
  void control(Control control, const std::string& name, const std::string& sql);
  void move_transaction();
  [[nodiscard]] std::string image_of(const Results& results) const {
    return encode_image(results, utf8mb4_collation);
  }

  Options options_;
  MysqlConnection server_;
  Random random_;
  MysqlGenerator generator_;
  Document knowledge_;  ///< both outlive what is made of them
  std::string contents_;
  std::unique_ptr<Emulator> serving_, recording_;
  std::size_t pinned_ = 0;
  bool in_block_ = false, saved_ = false;
  EmulatorScore score_{"mysql-emulator-against-server"};
  std::map<std::string, std::uint64_t> reasons_, losses_;
  std::uint64_t transactions_ = 0;
};

void Test::control(Control control, const std::string& name, const std::string& sql) {
  static_cast<void>(server_.ask(sql));
  score_.remember(sql);
  for (auto* emulator : {&serving_, &recording_}) (*emulator)->control(control, name, 1);
  in_block_ = control != Control::commit && control != Control::rollback;
}

void Test::move_transaction() {
  if (!in_block_) {
    saved_ = false;
    return ++transactions_, control(Control::begin, "", "BEGIN");
  }
  switch (random_.below(5)) {
    case 0:
      return control(Control::commit, "", "COMMIT");
    case 1:
      return control(Control::rollback, "", "ROLLBACK");
    case 2:
      saved_ = true;
      return control(Control::savepoint, "a", "SAVEPOINT a");
    case 3:
      if (saved_) control(Control::rollback_to, "a", "ROLLBACK TO a");
      return;
    default:
      if (saved_) control(Control::release, "a", "RELEASE SAVEPOINT a");
      saved_ = false;
  }
}

/// Of how many tables the rows are known.
int Test::known_tables() {
  int known = 0;
  for (const char* const table : {"t0", "t1", "t2"}) {
    const Identity identity = identity_of(std::string("SELECT id FROM ") + table);
    const EmulatedRequest asked(identity.canonical, identity.qualifier, 1);
    known += serving_->why_not(asked).starts_with("the rows of table") ? 0 : 1;
  }
  return known;
}

void Test::play(const SqlStatement& statement) {
  // What defines things, and TRUNCATE, ends a transaction first.
  if (in_block_ &&
      (statement.kind == "definition" || statement.kind == "ALTER" || statement.kind == "TRUNCATE"))
    control(Control::commit, "", "COMMIT");
  const Identity identity = identity_of(statement.sql);
  const EmulatedRequest asked(identity.canonical, identity.qualifier, 1);
  Tally& tally = score_[statement.kind];
  ++tally.asked;
  const auto computed = random_.percent(15) ? std::nullopt : serving_->compute(asked, noon);
  const Results answer = server_.ask(statement.sql);
  const std::string image = image_of(answer);
  const bool refused = std::holds_alternative<ErrorPacket>(answer.list.front());
  tally.refused += refused ? 1 : 0;
  if (refused && statement.kind == "ALTER") generator_.take_back();
  const auto flags = static_cast<std::uint16_t>(
      statement.kind == "SELECT" ? 0xFFFFU : ~unsigned{emulation::flags_of_keys});
  const std::string theirs = shown(as_bytes(image), statement.ordered, flags);
  const auto compare = [&](const Emulator::Computed& made) {
    ++tally.computed;
    const std::string mine = shown(as_bytes(made.image), statement.ordered, flags);
    if (mine == theirs) return;
    ++tally.wrong;
    score_.fail(statement, "another answer", mine, theirs);
  };
  if (computed) {
    compare(*computed);
  } else {
    const std::string why = serving_->why_not(asked);
    if (!why.empty()) ++reasons_[why], ++tally.reasons[why];
    const int known = known_tables();
    serving_->follow(asked, as_bytes(image), noon, true);
    if (known_tables() < known) ++losses_[statement.kind + ": " + why];
    // Now it knows the columns.
    const bool only_reads =
        statement.sql.starts_with("SELECT") && statement.kind != "function that writes";
    if (only_reads && random_.percent(80))
      if (const auto again = serving_->compute(asked, noon)) compare(*again);
  }
  recording_->follow(asked, as_bytes(image), std::nullopt, true);
  const Document knowledge = recording_->knowledge();
  const std::size_t pinned = knowledge.contains("pinned") ? knowledge["pinned"].size() : 0;
  if (pinned > pinned_) score_.fail(statement, "the recording one disagreed", "", theirs);
  pinned_ = pinned;
  score_.remember(statement.sql + "   -- " + theirs.substr(0, theirs.find('\n')));
}

/// What is in the tables only the server was told.
void Test::begin_with_snapshot() {
  constexpr int before = 40;
  const auto tell = [&](const SqlStatement& statement) {
    const Results answer = server_.ask(statement.sql);
    score_.remember(statement.sql + "   -- before the snapshot");
    if (statement.kind == "ALTER" && std::holds_alternative<ErrorPacket>(answer.list.front()))
      generator_.take_back();
  };
  for (const std::string& each : generator_.schema()) tell({"definition", each, true});
  // What has run a routine keeps what it saw of the columns: no client has, when one is recorded.
  for (int i = 0; i < before; ++i)
    if (const SqlStatement statement = generator_.statement();
        statement.kind != "CALL" && !statement.kind.starts_with("function"))
      tell(statement);
  Catalogue found =
      catalogue_reader().read({"127.0.0.1", options_.server, "root", "", database}, Secrets(), {});
  if (!found.problem.empty() || !found.rows.problem.empty())
    score_.fail({"snapshot", "", true}, "no snapshot", "", found.problem + found.rows.problem);
  const Held held{std::move(found.text), std::move(found.rows), "root"};
  for (const HeldState& state : recording_->hold(held)) {
    Tally& tally = score_["table of a snapshot"];
    ++tally.asked;
    ++(state.gap.empty() ? tally.computed : tally.refused);
  }
  serving_.reset();
  knowledge_ = recording_->knowledge();
  contents_ = recording_->contents();
  serving_ = new_mysql_emulator(knowledge_);
  serving_->use_contents(as_bytes(contents_));
  recording_->begin_held_recording();
}

void Test::play_round() {
  if (in_block_) control(Control::rollback, "", "ROLLBACK");
  for (const std::string& each : MysqlGenerator::cleanup()) static_cast<void>(server_.ask(each));
  serving_ = new_mysql_emulator(first_knowledge());
  recording_ = new_mysql_emulator(first_knowledge());
  recording_->begin_recording();
  pinned_ = 0;
  score_.forget();
  if (random_.percent(30))
    begin_with_snapshot();
  else
    for (const std::string& each : generator_.schema()) play({"definition", each, true});
  for (std::uint64_t i = 0; i < statements_in_a_round; ++i) {
    if (random_.percent(8)) move_transaction();
    play(generator_.statement());
  }
}

void print_most(std::string_view what, const std::map<std::string, std::uint64_t>& counts) {
  constexpr std::size_t most = 12;
  std::vector<std::pair<std::uint64_t, std::string>> found;
  for (const auto& [why, count] : counts) found.emplace_back(count, why);
  std::ranges::sort(found, std::ranges::greater{});
  for (std::size_t i = 0; i < std::min(found.size(), most); ++i)
    fmt::print("  {} {:>8}  {}\n", what, found[i].first, found[i].second);
}

int Test::report() const {
  print_most("not computed", reasons_);
  print_most("a table was lost", losses_);
  return score_.report(transactions_);
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i], value = argv[i + 1];
    const auto number = [&](auto& into) {
      return std::from_chars(value.data(), value.data() + value.size(), into).ec == std::errc{};
    };
    if (!(name == "--mysql" && number(options.server)) &&
        !(name == "--seed" && number(options.seed)) &&
        !(name == "--statements" && number(options.statements)))
      return false;
  }
  return argc % 2 == 1 && options.server != 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    fmt::print(stderr,
               "usage: mysql_emulator_against_server --mysql PORT [--seed N] [--statements N]\n");
    return 64;
  }
  Test test(options);
  test.run();
  return test.report();
}
