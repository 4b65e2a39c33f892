#include "protocols/mysql/emulator/start.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "protocols/mysql/definitions.hpp"
#include "protocols/mysql/emulator/pattern.hpp"
#include "protocols/mysql/names.hpp"
#include "protocols/sql/emulator/start_image.hpp"
#include "protocols/sql/schema_text.hpp"
#include "protocols/sql/tree/parse_mysql.hpp"
#include "understudy/secrets.hpp"

namespace understudy::mysql::emulation {
namespace {

using sql::contents::Contents;
using sql::contents::DatabaseImage;
using sql::contents::Default;
using sql::contents::Outcome;
using sql::emulator::Start;
using sql::emulator::told_by_head;
using Names = std::set<std::string, std::less<>>;

constexpr sql::Mode catalogue_mode{sql::Dialect::mysql, true, false};
/// As rows were read.
constexpr Reading as_read{.mariadb = true, .offset = std::chrono::seconds(0)};

std::string word_behind(const std::string& text, std::string_view words) {
  const std::size_t at = text.find(words);
  if (at == std::string::npos) return {};
  const std::size_t begin = text.find_first_not_of(" =", at + words.size());
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_first_of(" */;", begin) - begin);
}

/// The collation of a CREATE DATABASE, also as that of its character set; empty where it is not
/// told.
std::string collation_in(std::string_view text, bool mariadb) {
  const std::string folded_text = folded(text);
  std::string told = word_behind(folded_text, "collate ");
  if (!told.empty() || !mariadb) return told;
  std::string charset = word_behind(folded_text, "character set ");
  if (charset.empty()) charset = word_behind(folded_text, "charset ");
  if (charset == "utf8mb4") return "utf8mb4_general_ci";
  return charset == "utf8" || charset == "utf8mb3" ? "utf8mb3_general_ci" : std::string();
}

tree::Name name_of_held(std::string_view name) {
  const std::size_t dot = std::min(name.find('.'), name.size());
  return {std::string(name.substr(0, dot)),
          std::string(name.substr(std::min(dot + 1, name.size())))};
}

/// The definitions alone; nothing is known of rows and numbers.
void define_all(const std::string& catalogue, MysqlRules& rules, Contents& contents,
                MysqlStart& start) {
  if (catalogue.find("\n-- sql_mode: ") != std::string::npos)
    start.sql_mode = told_by_head(catalogue, "-- sql_mode: ");
  start.time_zone = told_by_head(catalogue, "-- time_zone: ");
  Names names;
  bool whole = catalogue.find("\n" + std::string(catalogue_gap)) == std::string::npos, all = true;
  std::string database;
  for (const sql::SchemaStatement& each : sql::schema_statements(catalogue, catalogue_mode)) {
    if (const auto used = used_database(each.text, catalogue_mode)) database = *used;
    const tree::Statement statement = rules.parse("`" + database + "`: " + each.text);
    note_database(statement, each.text, rules);
    if (statement.as<tree::Unknown>() != nullptr) {
      whole = false;  // which tables it is about is not known
      continue;
    }
    sql::emulator::define(statement, contents, rules, start.depended);
    note_view(statement, rules);
    start.catalog.apply(statement);
    if (const auto* view = statement.as<tree::CreateView>()) names.insert(rules.key_of(view->name));
    const auto* table = statement.as<tree::CreateTable>();
    if (table == nullptr) continue;
    names.insert(rules.key_of(table->name));
    all = all && contents.find(rules.key_of(table->name)) != nullptr;
  }
  sql::emulator::forget_contents(contents);
  contents.note_comments(catalogue.find(" COMMENT '") != std::string::npos ||
                         catalogue.find(" COMMENT='") != std::string::npos);
  contents.note_others(whole ? &names : nullptr);
  if (whole && all) contents.note_complete();
  start.views = rules.views;
  start.view_names = rules.view_names;
  start.collations = rules.collations;
}

/// The numbers that columns give next.
void set_numbers(const Document& numbers, const MysqlRules& rules, Contents& contents) {
  for (const auto& [name, next] : numbers.items()) {
    const auto* table = contents.find(rules.key_of(name_of_held(name)));
    if (table == nullptr) continue;
    const Definition& definition = *table->definition;
    for (std::size_t i = 0; i < definition.columns.size(); ++i)
      if (definition.columns[i].default_.kind == Default::Kind::number)
        contents.set_last_number({definition.id, i}, next.get<std::int64_t>() - 1);
  }
}

/// Puts the rows of one table in. Why they are not known; empty where they are.
std::string load(const std::string& key, std::string_view text, Contents& contents) {
  const std::shared_ptr<const Definition> table = contents.find(key)->definition;
  contents.empty(key);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || line.starts_with("--")) continue;
    const tree::Statement statement = tree::parse_mysql(line, catalogue_mode);
    const auto* insert = statement.as<tree::Insert>();
    if (insert == nullptr || insert->rows.size() != 1 ||
        insert->rows.front().size() != insert->columns.size())
      return "its file has a row that is none";
    std::string columns = "rowid", places = "next_place()";
    DatumRow bound;
    for (std::size_t i = 0; i < insert->columns.size(); ++i) {
      const auto column = table->column(insert->columns[i]);
      if (!column) return "its columns are others than those of the catalogue";
      const tree::Expression& value = insert->rows.front()[i];
      const auto* literal = value.as<tree::Literal>();
      std::string number;
      if (const auto* minus = value.as<tree::Operation>();
          minus != nullptr && minus->op == tree::Operator::negate) {
        literal = minus->operands.front().as<tree::Literal>();
        if (literal != nullptr) number = "-" + literal->text;
      }
      if (literal == nullptr) return "its file has a value that is none";
      const ColumnType type = table->columns[*column].type;
      const std::string& spelled = number.empty() ? literal->text : number;
      const bool hidden = spelled.find(Secrets::mark) != std::string::npos;
      auto datum = hidden ? std::nullopt : read_value(type, class_of(*literal), spelled, as_read);
      if (!datum) contents.forget_column(key, *column);
      bound.push_back(datum.value_or(Datum()));
      columns += ", " + table->sql_column(*column);
      places += ", ?" + std::to_string(bound.size());
    }
    if (contents.database().run(
            "INSERT INTO " + table->sql_name() + " (" + columns + ") VALUES (" + places + ")",
            bound) != Outcome::done)
      return "its rows do not fit its constraints";
  }
  return {};
}

class StartMaker {
 public:
  StartMaker(const Held& held, MysqlRules& rules, std::vector<HeldState>& states)
      : held_(held), rules_(rules), states_(states) {}

  std::shared_ptr<const MysqlStart> make() {
    auto start = std::make_shared<MysqlStart>();
    Contents contents;
    define_all(held_.catalogue, rules_, contents, *start);
    const Document& facts = held_.rows.facts;
    if (facts.is_object()) {
      if (facts.contains("numbers")) set_numbers(facts["numbers"], rules_, contents);
      static_cast<void>(contents.database().run("SAVEPOINT rows"));
      for (const HeldTable& table : held_.rows.tables) load_table(table, contents);
      static_cast<void>(contents.database().run("RELEASE rows"));
    }
    tell(contents, facts);
    auto beginning = contents.beginning();
    if (!beginning) return nullptr;
    start->contents = std::move(*beginning);
    start->knows_errors = true;
    start->document = sql::emulator::document_of_start(held_.catalogue, contents, *start);
    if (facts.is_object() && facts.contains("numbers"))
      start->document["numbers"] = facts["numbers"];
    return start;
  }

 private:
  void load_table(const HeldTable& table, Contents& contents) {
    const std::string key = rules_.key_of(name_of_held(table.name));
    if (contents.find(key) == nullptr) return;
    const std::string why = load(key, table.text, contents);
    if (why.empty()) return contents.note_known(key);
    contents.forget_rows(key);
    gaps_[table.name] = why;
  }

  void tell(const Contents& contents, const Document& facts) {
    for (const HeldTable& held : held_.rows.tables) {
      const TableState* const table = contents.find(rules_.key_of(name_of_held(held.name)));
      const auto found = gaps_.find(held.name);
      std::string gap = table == nullptr       ? "its definition is not followed"
                        : found != gaps_.end() ? found->second
                        : table->known         ? ""
                                               : "its rows were not read";
      if (gap.empty()) gap = sql::emulator::unknown_columns(*table);
      states_.push_back({held.name, gap});
    }
    if (facts.is_object())
      for (const auto& [name, why] : facts["not_read"].items())
        states_.push_back({name, octets_of(why)});
  }

  const Held& held_;
  MysqlRules& rules_;
  std::vector<HeldState>& states_;
  std::map<std::string, std::string> gaps_;
};

void set_up(MysqlRules& rules, const std::string& main_database, bool mariadb) {
  rules.main_database = main_database;
  rules.reading = as_read;
  rules.reading.mariadb = mariadb;
}

std::shared_ptr<const MysqlStart> read_start(const Document& document, Bytes image,
                                             const std::string& main_database, bool mariadb) {
  auto start = std::make_shared<MysqlStart>();
  MysqlRules rules;
  set_up(rules, main_database, mariadb);
  Contents contents;
  define_all(octets_of(document["catalogue"]), rules, contents, *start);
  if (document.contains("numbers")) set_numbers(document["numbers"], rules, contents);
  if (!sql::emulator::fill_from_image(document, image, contents, *start)) return nullptr;
  start->knows_errors = true;
  return start;
}

}  // namespace

std::shared_ptr<const MysqlStart> start_of(const Held& held, const std::string& main_database,
                                           bool mariadb, std::vector<HeldState>& states) {
  MysqlRules rules;
  set_up(rules, main_database, mariadb);
  return StartMaker(held, rules, states).make();
}

std::shared_ptr<const MysqlStart> start_of_document(const Document& document, Bytes image,
                                                    const std::string& main_database,
                                                    bool mariadb) {
  static sql::emulator::SharedStarts<MysqlStart> starts;
  return starts.get(document, [&] { return read_start(document, image, main_database, mariadb); });
}

void note_database(const tree::Statement& statement, std::string_view text, MysqlRules& rules) {
  const auto* made = statement.as<tree::CreateOther>();
  if (made == nullptr || made->kind != tree::ObjectKind::database) return;
  if (made->if_not_exists && rules.collations.contains(made->name.name)) return;
  rules.collations[made->name.name] = collation_in(text, rules.reading.mariadb);
}

void note_view(const tree::Statement& statement, MysqlRules& rules) {
  if (const auto* view = statement.as<tree::CreateView>()) {
    const std::string key = rules.key_of(view->name);
    rules.view_names[key] = view->name.name;
    if (view->query && view->columns.empty() && !view->recursive)
      rules.views.insert_or_assign(key, *view->query);
    else
      rules.views.erase(key);
  } else if (const auto* dropped = statement.as<tree::Drop>();
             dropped != nullptr && dropped->kind == tree::ObjectKind::database) {
    for (const tree::Name& each : dropped->names) {
      const std::string key = rules.key_of({each.name, "t"});
      const std::string prefix = key.substr(0, key.size() - 1);
      const auto is_of_it = [&](const auto& known) {
        return prefix.empty() ? known.first.find('.') == std::string::npos
                              : known.first.starts_with(prefix);
      };
      std::erase_if(rules.views, is_of_it);
      std::erase_if(rules.view_names, is_of_it);
    }
  } else if (dropped != nullptr) {
    for (const tree::Name& each : dropped->names) {
      rules.views.erase(rules.key_of(each));
      rules.view_names.erase(rules.key_of(each));
    }
  } else if (const auto* table = statement.as<tree::CreateTable>()) {
    rules.views.erase(rules.key_of(table->name));
    rules.view_names.erase(rules.key_of(table->name));
  } else if (statement.as<tree::AlterOther>() != nullptr ||
             statement.as<tree::RenameTables>() != nullptr) {
    rules.views.clear();
    rules.view_names.clear();
  }
}

}  // namespace understudy::mysql::emulation
