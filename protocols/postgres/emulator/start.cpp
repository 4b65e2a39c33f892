#include "protocols/postgres/emulator/start.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "protocols/postgres/copy_text.hpp"
#include "protocols/postgres/emulator/translator.hpp"
#include "protocols/postgres/emulator/violations.hpp"
#include "protocols/postgres/held_rows.hpp"
#include "protocols/postgres/request.hpp"
#include "protocols/postgres/tree_from_pg_query.hpp"
#include "protocols/sql/emulator/start_image.hpp"
#include "protocols/sql/schema_text.hpp"

namespace understudy::postgres::emulation {
namespace {

using sql::contents::Contents;
using sql::contents::DatumRow;
using sql::contents::Default;
using sql::contents::Outcome;
using sql::contents::TableState;
using sql::emulator::told_by_head;
using Names = std::set<std::string, std::less<>>;

const Printing as_read{.utc = true, .iso_dates = true};  // see read_rows()

const PostgresRules& reading_rules() {
  static const PostgresRules rules(as_read);
  return rules;
}

/// `orders` of `public.orders`.
std::string key_of_held(std::string_view name) {
  constexpr std::string_view usual = "public.";
  return std::string(name.starts_with(usual) ? name.substr(usual.size()) : name);
}

/// As pg_get_expr prints the name of a sequence: quoted where it has to be.
std::string key_of_quoted(std::string_view name) {
  std::string plain;
  for (const char c : name)
    if (c != '"') plain += c;
  return key_of_held(plain);
}

void read_head(std::string_view catalogue, Start& start) {
  start.database = told_by_head(catalogue, "-- database: ");
  start.collation = told_by_head(catalogue, "-- collation: ");
  start.knows_custom = told_by_head(catalogue, "-- custom settings: ") == "0";
  start.reads_committed =
      told_by_head(catalogue, "-- default_transaction_isolation: ") == "read committed";
  start.knows_errors = knows_messages_of(told_by_head(catalogue, "-- server: ")) &&
                       are_english(told_by_head(catalogue, "-- lc_messages: "));
}

/// Names in one space with those of tables; of those that no table has, what else they are.
void add_names(const tree::Statement& statement, Names& names,
               std::map<std::string, char, std::less<>>& beside) {
  const auto add = [&](const std::string& name, char kind) {
    names.insert(name);
    beside.insert_or_assign(name, kind);
  };
  if (const auto* view = statement.as<tree::CreateView>()) names.insert(key_of(view->name));
  if (const auto* made = statement.as<tree::CreateSequence>()) add(key_of(made->name), 'S');
  if (const auto* type = statement.as<tree::CreateType>()) add(key_of(type->name), 'c');
  if (const auto* index = statement.as<tree::CreateIndex>()) add(index->name, 'i');
  const auto* table = statement.as<tree::CreateTable>();
  if (table == nullptr) return;
  names.insert(key_of(table->name));
  for (const tree::Constraint& each : table->constraints) add(each.name, 'i');
}

std::vector<std::string> keys_of(const Contents& contents) {
  std::vector<std::string> keys;
  for (const auto& [key, state] : contents.book().tables) keys.push_back(key);
  return keys;
}

/// The definitions alone; nothing is known of rows and sequences.
class Definitions {
 public:
  Definitions(const std::string& catalogue, Start& start) : catalogue_(catalogue), start_(start) {}

  /// False where something in it is not understood that may concern any table.
  bool make(Contents& contents) {
    Names names;
    std::map<std::string, char, std::less<>> beside;
    bool all = true;  // tables are followed
    bool whole = catalogue_.find("\n" + std::string(catalogue_gap)) == std::string::npos;
    for (const sql::SchemaStatement& each : sql::schema_statements(catalogue_, sql_mode())) {
      const tree::Statement statement = parse_postgres(each.text);
      if (statement.as<tree::Unknown>() != nullptr) return false;
      add_names(statement, names, beside);
      define(statement, contents, reading_rules(), start_.depended);
      start_.catalog.apply(statement);
      const auto* table = statement.as<tree::CreateTable>();
      all = all && (table == nullptr || contents.find(key_of(table->name)) != nullptr);
      const auto* routine = statement.as<tree::CreateRoutine>();
      const bool of_events = statement.as<tree::CreateOther>() != nullptr &&
                             each.text.starts_with("CREATE EVENT TRIGGER");
      if (routine == nullptr && of_events) whole = false;
    }
    for (const std::string& key : keys_of(contents)) {
      sql::contents::Definition held = *contents.find(key)->definition;
      held.held = true;
      contents.redefine(key, std::move(held));
    }
    sql::emulator::forget_contents(contents);
    contents.note_others(whole ? &names : nullptr);
    for (const auto& [name, kind] : beside)
      if (contents.find(name) == nullptr) contents.note_taken(name, kind);
    contents.note_comments(told_by_head(catalogue_, "-- comments: ") != "0");
    if (whole && all) contents.note_complete();
    return true;
  }

 private:
  const std::string& catalogue_;
  Start& start_;
};

/// Numbers of columns whose table lost others: the place says them no longer.
void set_attributes(const Document& attributes, Contents& contents) {
  for (const auto& [name, numbers] : attributes.items()) {
    const std::string key = key_of_held(name);
    const TableState* const table = contents.find(key);
    if (table == nullptr) continue;
    sql::contents::Definition changed = *table->definition;
    // One more is that of a column that was dropped last.
    const bool more = numbers.size() == changed.columns.size() + 1;
    if (numbers.size() != changed.columns.size() && !more) {
      contents.forget_whether(key);
      continue;
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      changed.last_attribute = numbers[i].get<std::uint16_t>();
      if (i < changed.columns.size()) changed.columns[i].attribute = changed.last_attribute;
    }
    contents.redefine(key, std::move(changed));
  }
}

class Sequences {
 public:
  Sequences(const Document& facts, Contents& contents) : facts_(facts), contents_(contents) {
    for (const auto& [name, fact] : facts_.items())
      if (fact.contains("owned_by"))
        by_column_[key_of_held(octets_of(fact["owned_by"]))] = key_of_held(name);
  }

  void set() {
    std::map<std::string, int> uses;
    for (const std::string& key : keys_of(contents_))
      for (const auto& column : contents_.find(key)->definition->columns)
        if (column.default_.kind == Default::Kind::number) {
          const std::string& told = column.default_.sequence;
          ++uses[told.empty() ? sequence_of(key, column) : key_of_quoted(told)];
        }
    for (const std::string& key : keys_of(contents_)) set(key, uses);
    for (const auto& [name, fact] : facts_.items())
      if (!fact.contains("owned_by") && !fact.contains("plain") &&
          !uses.contains(key_of_held(name)))
        set_alone(key_of_held(name), fact);
  }

 private:
  /// One that belongs to no column, and that none takes its default from.
  void set_alone(const std::string& key, const Document& fact) {
    const auto last = fact["last"].get<std::int64_t>();
    contents_.define_sequence(key, fact["called"].get<bool>() ? last + 1 : last, 1);
  }

  /// That of an identity column, or the one that a default names; empty where the column does not
  /// own it, so that it goes on whatever becomes of the table.
  [[nodiscard]] std::string sequence_of(const std::string& key,
                                        const sql::contents::TableColumn& column) const {
    const auto found = by_column_.find(key + "." + column.name);
    const std::string owned = found == by_column_.end() ? std::string() : found->second;
    const std::string& told = column.default_.sequence;
    return told.empty() || key_of_quoted(told) == owned ? owned : std::string();
  }

  [[nodiscard]] const Document* fact_of(const std::string& sequence) const {
    for (const std::string& name : {"public." + sequence, sequence})
      if (facts_.contains(name)) return &facts_[name];
    return nullptr;
  }

  void set(const std::string& key, const std::map<std::string, int>& uses) {
    sql::contents::Definition changed = *contents_.find(key)->definition;
    bool differs = false;
    for (std::size_t i = 0; i < changed.columns.size(); ++i) {
      auto& column = changed.columns[i];
      if (column.default_.kind != Default::Kind::number) continue;
      const std::string sequence = sequence_of(key, column);
      const Document* const fact = sequence.empty() ? nullptr : fact_of(sequence);
      const bool plain = fact != nullptr && !fact->contains("plain") && uses.at(sequence) == 1;
      if (plain) {
        const auto last = (*fact)["last"].get<std::int64_t>();
        contents_.set_last_number({changed.id, i}, (*fact)["called"].get<bool>() ? last : last - 1);
        differs = differs || !column.default_.sequence.empty();
        differs = differs || column.default_.named != sequence;
        column.default_.sequence.clear();  // it is the column's own
        column.default_.named = sequence;
      } else {
        column.default_ = {Default::Kind::elsewhere, {}, {}};
        differs = true;
      }
    }
    if (differs) contents_.redefine(key, std::move(changed));
  }

  const Document& facts_;
  Contents& contents_;
  std::map<std::string, std::string> by_column_;
};

/// Puts the rows of one table in. Why they are not known; empty where they are.
std::string load(const std::string& key, std::string_view text, Contents& contents) {
  const auto copy = read_held_copy(text);
  if (!copy) return "its file is not whole";
  const std::shared_ptr<const sql::contents::Definition> table = contents.find(key)->definition;
  std::vector<std::size_t> places;
  std::string columns = "rowid", values = "next_place()";
  for (const std::string& name : copy->columns) {
    const auto column = table->column(name);
    if (!column) return "its columns are others than those of the catalogue";
    places.push_back(*column);
    columns += ", " + table->sql_column(*column);
    values += ", ?" + std::to_string(places.size());
  }
  const std::string sql =
      fmt::format("INSERT INTO {} ({}) VALUES ({})", table->sql_name(), columns, values);
  contents.empty(key);
  for (const std::string_view line : copy->lines) {
    const auto row = read_copy_row(line);
    if (!row || row->size() != places.size()) return "its file has a row that is none";
    DatumRow bound;
    for (std::size_t i = 0; i < places.size(); ++i) {
      const ColumnType type = table->columns[places[i]].type;
      const auto& cell = (*row)[i];
      const bool calculates = cell && type.kind != TypeKind::opaque;
      const bool hidden = cell && cell->find(Secrets::mark) != std::string::npos;
      const auto datum = hidden       ? std::nullopt
                         : calculates ? read_value(type, sql::ValueClass::unknown, *cell, as_read)
                                      : std::optional(Datum());
      if (!datum) contents.forget_column(key, places[i]);
      bound.push_back(datum.value_or(Datum()));
    }
    if (contents.database().run(sql, bound) != Outcome::done)
      return "its rows do not fit its constraints";
  }
  return {};
}

class StartMaker {
 public:
  StartMaker(const Held& held, std::vector<HeldState>& states) : held_(held), states_(states) {}

  std::shared_ptr<const Start> make() {
    auto start = std::make_shared<Start>(sql::Dialect::postgres);
    if (!names_are_usual()) return nullptr;
    Contents contents;
    if (!Definitions(held_.catalogue, *start).make(contents)) return nullptr;
    const Document& facts = held_.rows.facts;
    if (facts.is_object()) {
      if (facts.contains("attributes")) set_attributes(facts["attributes"], contents);
      Sequences(facts["sequences"], contents).set();
      static_cast<void>(contents.database().run("SAVEPOINT rows"));
      for (const HeldTable& table : held_.rows.tables) load(table, contents);
      static_cast<void>(contents.database().run("RELEASE rows"));
    }
    tell(contents, facts);
    auto beginning = contents.beginning();
    if (!beginning) return nullptr;
    start->contents = std::move(*beginning);
    read_head(held_.catalogue, *start);
    start->document = document_of_start(contents, *start);
    return start;
  }

 private:
  /// Whether a name without schema is one of `public`.
  [[nodiscard]] bool names_are_usual() const {
    const std::string path = told_by_head(held_.catalogue, "-- search_path: ");
    const bool usual = path.empty() || path == "\"$user\", public" || path == "public";
    const bool own =
        held_.catalogue.find("\nCREATE SCHEMA " + held_.user + ";") != std::string::npos ||
        held_.catalogue.find("\nCREATE SCHEMA \"" + held_.user + "\";") != std::string::npos;
    return usual && !own;
  }

  void load(const HeldTable& table, Contents& contents) {
    const std::string key = key_of_held(table.name);
    if (contents.find(key) == nullptr) return;
    const std::string why = emulation::load(key, table.text, contents);
    if (why.empty()) return contents.note_known(key);
    contents.forget_rows(key);
    gaps_[key] = why;
  }

  void tell(const Contents& contents, const Document& facts) {
    Names named;
    for (const HeldTable& table : held_.rows.tables) named.insert(table.name);
    const auto gap = [&](const std::string& name) -> std::string {
      const std::string key = key_of_held(name);
      const TableState* const table = contents.find(key);
      if (table == nullptr) return "its definition is not followed";
      if (const auto found = gaps_.find(key); found != gaps_.end()) return found->second;
      if (std::string columns = sql::emulator::unknown_columns(*table); !columns.empty())
        return columns;
      return table->known ? "" : "its rows were not read";
    };
    for (const std::string& name : named) states_.push_back({name, gap(name)});
    if (facts.is_object())
      for (const auto& [name, why] : facts["not_read"].items())
        states_.push_back({name, octets_of(why)});
    for (const std::string& key : keys_of(contents)) {
      const std::string name = key.find('.') == std::string::npos ? "public." + key : key;
      const bool told =
          named.contains(name) || (facts.is_object() && facts["not_read"].contains(name));
      if (!told) states_.push_back({name, "its rows were not read"});
    }
  }

  [[nodiscard]] Document document_of_start(const Contents& contents, const Start& start) const {
    Document document = sql::emulator::document_of_start(held_.catalogue, contents, start);
    document["sequences"] = Document::object();
    document["attributes"] = Document::object();
    const Document& facts = held_.rows.facts;
    if (facts.is_object() && facts.contains("sequences"))
      document["sequences"] = facts["sequences"];
    if (facts.is_object() && facts.contains("attributes"))
      document["attributes"] = facts["attributes"];
    return document;
  }

  const Held& held_;
  std::vector<HeldState>& states_;
  std::map<std::string, std::string> gaps_;
};

/// The definitions are made again; the rows are in the image.
std::shared_ptr<const Start> read_start(const Document& document, Bytes octets) {
  auto start = std::make_shared<Start>(sql::Dialect::postgres);
  const std::string catalogue = octets_of(document["catalogue"]);
  Contents contents;
  if (!Definitions(catalogue, *start).make(contents)) return nullptr;
  set_attributes(document["attributes"], contents);
  Sequences(document["sequences"], contents).set();
  if (!sql::emulator::fill_from_image(document, octets, contents, *start)) return nullptr;
  read_head(catalogue, *start);
  return start;
}

}  // namespace

std::shared_ptr<const Start> start_of(const Held& held, std::vector<HeldState>& states) {
  return StartMaker(held, states).make();
}

std::shared_ptr<const Start> start_of_document(const Document& document, Bytes image) {
  static sql::emulator::SharedStarts<Start> starts;
  return starts.get(document, [&] { return read_start(document, image); });
}

}  // namespace understudy::postgres::emulation
