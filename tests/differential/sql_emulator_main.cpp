// The emulator of PostgreSQL beside a real server: random statements over random tables go to both,
// and whatever the emulator answers must be what the server answers, octet for octet but for the
// OIDs of tables and the order of rows that have none.
//
// In some rounds the tables and rows are there before: a snapshot tells the emulators of them.
// The emulator is shown what it does not answer, as it is when it serves, and some that it could. A
// second one follows all of it, as it does when a recording is compiled: it must agree throughout.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>

#include "emulator_score.hpp"
#include "postgres_connection.hpp"
#include "protocols/postgres/catalogue_reader.hpp"
#include "protocols/postgres/emulator/emulator.hpp"
#include "protocols/postgres/image.hpp"
#include "protocols/postgres/request.hpp"
#include "protocols/postgres/served.hpp"
#include "sql_statements.hpp"

namespace {

using namespace differential;
using namespace understudy;
using namespace understudy::postgres;

struct Options {
  std::uint16_t postgres = 0;
  std::uint64_t seed = 1, statements = 20'000, reasons = 0;
  std::string collation, version;
};

constexpr std::uint64_t statements_in_a_round = 120;
constexpr std::chrono::milliseconds noon{1'700'000'000'000};

Identity identity_of(const std::string& text) {
  sql::Statement statement;
  statement.assign(text, sql_mode());
  Identity identity;
  IdentityWriter().write(statement, {}, {}, {}, std::nullopt, {}, identity);
  return identity;
}

Document first_knowledge(const Options& options, const std::string& zone) {
  Document knowledge = {
      {"errors", true},
      {"profile",
       {{"session",
         {{"TimeZone", zone}, {"DateStyle", "ISO, MDY"}, {"server_version", options.version}}}}}};
  if (!options.collation.empty()) knowledge["collation"] = options.collation;
  return knowledge;
}

// Rows, columns and tag as one text; without OIDs of tables.
std::string shown(Bytes image, bool ordered) {
  const auto decoded = decode_image(image);
  if (!decoded) return "no image";
  std::string text;
  std::vector<Column> columns;
  if (!decoded->description.empty())
    static_cast<void>(decode_row_description(decoded->description.subspan(5), columns));
  for (const Column& column : columns)
    text +=
        fmt::format("{}:{}:{}:{}:{}:{} ", column.name, column.table != 0, column.attribute,
                    is_of_user(column.type) ? Oid{1} : column.type, column.length, column.modifier);
  for (Bytes rest = decoded->notices; rest.size() > 5;) {
    const std::size_t length = 1 + (std::size_t{rest[3]} << 8U | std::size_t{rest[4]});
    Fields notice;
    if (length > rest.size() || !decode_fields(rest.subspan(5, length - 5), notice)) break;
    text += fmt::format("\n      notice {} {} {}", field(notice, 'S'), field(notice, 'C'),
                        field(notice, 'M'));
    rest = rest.subspan(length);
  }
  std::vector<std::string> lines;
  for (const postgres::Row& row : rows_of(*decoded)) {
    lines.emplace_back();
    for (const auto& cell : row) lines.back() += (cell ? "[" + *cell + "]" : "NULL") + " ";
  }
  if (!ordered) std::ranges::sort(lines);
  for (const std::string& line : lines) text += "\n      " + line;
  Fields error;
  if (decoded->is_error && decode_fields(decoded->tail.subspan(5), error)) {
    for (const auto& [code, value] : error)
      if (std::string_view("FLR").find(code) == std::string_view::npos)
        text += fmt::format("\n      {} {}", code, value);
    return text;
  }
  std::string tag;
  if (decode_command_complete(decoded->tail.subspan(5), tag)) text += "\n      " + tag;
  return text;
}

class Test {
 public:
  explicit Test(const Options& options)
      : options_(options),
        server_(options.postgres, "postgres"),
        random_(options.seed << 32U),
        generator_(random_) {}

  void run() {
    static_cast<void>(server_.ask("SET TimeZone = 'UTC'"));
    static_cast<void>(server_.ask("DROP TABLE IF EXISTS t0, t1, t2, log CASCADE"));
    for (std::uint64_t done = 0; done < options_.statements; done += statements_in_a_round)
      play_round();
  }
  int report() const;

 private:
  void play_round();
  void begin_with_snapshot();
  void play(const SqlStatement& statement);
  void control(Control control, const std::string& name, const std::string& sql);
  void move_transaction();

  Options options_;
  PostgresConnection server_;
  Random random_;
  SqlGenerator generator_;
  Document knowledge_;  ///< both outlive what is made of them
  std::string contents_;
  std::unique_ptr<Emulator> serving_, recording_;
  std::size_t pinned_ = 0;
  bool in_block_ = false, failed_block_ = false;
  EmulatorScore score_{"sql-emulator-against-server"};
  std::uint64_t transactions_ = 0;
  /// Of what is not computed: why, and which statements.
  std::map<std::string, std::map<std::string, std::uint64_t>> reasons_;
};

void Test::control(Control control, const std::string& name, const std::string& sql) {
  static_cast<void>(server_.ask(sql));
  score_.remember(sql);
  for (auto* emulator : {&serving_, &recording_}) (*emulator)->control(control, name, 1);
  in_block_ = control != Control::commit && control != Control::rollback;
  failed_block_ = failed_block_ && in_block_ && control != Control::rollback_to;
}

void Test::move_transaction() {
  if (!in_block_) return ++transactions_, control(Control::begin, "", "BEGIN");
  const int choice = random_.below(5);
  if (failed_block_ && choice < 3) return control(Control::rollback, "", "ROLLBACK");
  if (choice == 0) return control(Control::commit, "", "COMMIT");
  if (choice == 1) return control(Control::rollback, "", "ROLLBACK");
  if (failed_block_ && choice != 3) return;
  if (choice == 2) return control(Control::savepoint, "a", "SAVEPOINT a");
  const bool saved = score_.remembers("SAVEPOINT a");
  if (!saved) return;
  const auto answer = server_.ask(choice == 3 ? "ROLLBACK TO a" : "RELEASE a");
  score_.remember(choice == 3 ? "ROLLBACK TO a" : "RELEASE a");
  if (answer.error) {
    failed_block_ = true;
    return;
  }
  failed_block_ = false;
  for (auto* emulator : {&serving_, &recording_})
    (*emulator)->control(choice == 3 ? Control::rollback_to : Control::release, "a", 1);
}

void Test::play(const SqlStatement& statement) {
  const Identity identity = identity_of(statement.sql);
  const EmulatedRequest asked(identity.canonical, identity.qualifier, 1);
  Tally& tally = score_[statement.kind];
  ++tally.asked;
  const auto computed = random_.percent(15) ? std::nullopt : serving_->compute(asked, noon);
  const StatementAnswer answer = server_.ask(statement.sql);
  const std::string image = encode_image(answer);
  tally.refused += answer.error ? 1 : 0;
  const std::string theirs = shown(as_bytes(image), statement.ordered);
  if (computed) {
    ++tally.computed;
    const std::string mine = shown(as_bytes(computed->image), statement.ordered);
    if (mine != theirs) {
      ++tally.wrong;
      score_.fail(statement, "another answer", mine, theirs);
    }
  } else {
    if (options_.reasons > 0) ++reasons_[serving_->why_not(asked)][statement.sql];
    serving_->follow(asked, as_bytes(image), noon, true);
  }
  recording_->follow(asked, as_bytes(image), std::nullopt, true);
  const Document knowledge = recording_->knowledge();
  const std::size_t pinned = knowledge.contains("pinned") ? knowledge["pinned"].size() : 0;
  if (pinned > pinned_) score_.fail(statement, "the recording one disagreed", "", theirs);
  pinned_ = pinned;
  failed_block_ = failed_block_ || (in_block_ && answer.error);
  score_.remember(statement.sql + (answer.error ? "   -- failed" : ""));
}

/// What is in the tables only the server was told.
void Test::begin_with_snapshot() {
  constexpr int before = 40;
  std::vector<std::string> statements = generator_.schema();
  for (int i = 0; i < before; ++i) statements.push_back(generator_.statement().sql);
  for (const std::string& each : statements) {
    static_cast<void>(server_.ask(each));
    score_.remember(each + "   -- before the snapshot");
  }
  Catalogue found = catalogue_reader().read(
      {"127.0.0.1", options_.postgres, "postgres", "", "postgres"}, Secrets(), {});
  if (!found.problem.empty() || !found.rows.problem.empty())
    score_.fail({"snapshot", "", true}, "no snapshot", "", found.problem + found.rows.problem);
  const Held held{std::move(found.text), std::move(found.rows), "postgres"};
  for (const HeldState& state : recording_->hold(held)) {
    Tally& tally = score_["table of a snapshot"];
    ++tally.asked;
    ++(state.gap.empty() ? tally.computed : tally.refused);
  }
  serving_.reset();
  knowledge_ = recording_->knowledge();
  contents_ = recording_->contents();
  serving_ = new_postgres_emulator(knowledge_);
  serving_->use_contents(as_bytes(contents_));
  recording_->begin_held_recording();
}

void Test::play_round() {
  if (in_block_) control(Control::rollback, "", "ROLLBACK");
  static const std::vector<std::string> zones = {"UTC", "UTC", "Europe/Berlin", "America/New_York",
                                                 "Asia/Kolkata"};
  const std::string zone = random_.of(zones);
  static_cast<void>(server_.ask("SET TimeZone = '" + zone + "'"));
  serving_ = new_postgres_emulator(first_knowledge(options_, zone));
  recording_ = new_postgres_emulator(first_knowledge(options_, zone));
  recording_->begin_recording();
  pinned_ = 0;
  score_.forget();
  if (random_.percent(30))
    begin_with_snapshot();
  else
    for (const std::string& each : generator_.schema()) play({"definition", each, true});
  for (std::uint64_t i = 0; i < statements_in_a_round; ++i) {
    if (random_.percent(8)) move_transaction();
    if (failed_block_) continue;
    play(generator_.statement());
  }
}

int Test::report() const {
  for (const auto& [reason, statements] : reasons_)
    if (statements.size() >= options_.reasons)
      fmt::print("  {:>6} {}: {}\n", statements.size(), reason, statements.begin()->first);
  return score_.report(transactions_);
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i], value = argv[i + 1];
    const auto number = [&](auto& into) {
      const std::string_view digits = value.substr(value.rfind(':') + 1);
      return std::from_chars(digits.data(), digits.data() + digits.size(), into).ec == std::errc{};
    };
    if (name == "--collation")
      options.collation = value;
    else if (name == "--version")
      options.version = value;
    else if (!(name == "--postgres" && number(options.postgres)) &&
             !(name == "--seed" && number(options.seed)) &&
             !(name == "--reasons" && number(options.reasons)) &&
             !(name == "--statements" && number(options.statements)))
      return false;
  }
  return argc % 2 == 1 && options.postgres != 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    fmt::print(stderr,
               "usage: sql_emulator_against_server --postgres PORT [--seed N] [--statements N]\n"
               "                                   [--collation NAME] [--reasons LEAST]\n");
    return 64;
  }
  Test test(options);
  test.run();
  return test.report();
}
