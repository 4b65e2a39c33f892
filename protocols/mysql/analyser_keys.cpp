// What a statement reads and writes, and which rows of it.
#include "protocols/mysql/analyser.hpp"

#include <algorithm>

#include "protocols/mysql/analyser_documents.hpp"
#include "protocols/mysql/definitions.hpp"
#include "protocols/mysql/document_keys.hpp"
#include "protocols/mysql/introspection.hpp"
#include "protocols/mysql/statements.hpp"
#include "protocols/sql/lower.hpp"
#include "protocols/sql/unsteady.hpp"

namespace understudy::mysql {
namespace {

using sql::Kind;
using sql::lower;

// An error of the statement's own tables, which no other table explains.
bool is_of_own_tables(const Document& answer) {
  static constexpr std::uint16_t codes[] = {1048, 1062, 1264, 1265, 1292, 1364, 1366, 1406, 1690};
  const Document& error = answer["error"];
  return error.is_object() && error.contains("code") && error["code"].is_number_integer() &&
         std::ranges::find(codes, error["code"].get<std::uint64_t>()) != std::end(codes);
}

// Of `Duplicate entry '7' for key 'products.products_sku'`, in some servers without the table.
std::optional<UniqueViolation> violation_of(const Results& results, const RowFacts& rows) {
  constexpr std::uint16_t duplicate_entry = 1062;
  if (results.list.size() != 1 || rows.changes.size() != 1) return std::nullopt;
  const auto* error = std::get_if<ErrorPacket>(&results.list.front());
  if (error == nullptr || error->code != duplicate_entry) return std::nullopt;
  std::string key = lower(error->message);
  if (key.ends_with('\'')) key.pop_back();
  key.erase(0, key.rfind('\'') + 1);
  key.erase(0, key.rfind('.') + 1);
  return UniqueViolation{rows.changes[0].table, key == "primary" ? "PRIMARY" : key, {}};
}

// Whether an OK that tells zero affected rows tells that nothing changed.
bool changed_nothing(const Document& answer, Kind kind, bool fires_triggers) {
  if (kind != Kind::delete_ && kind != Kind::update) return false;
  if (!answer.is_object() || !answer.contains("affected")) return false;
  const std::string info = text_of(answer, "info");
  // A trigger runs for rows that were found, whether they changed or not.
  const std::string_view count = fires_triggers ? "Rows matched: " : "Changed: ";
  if (const std::size_t at = info.find(count); kind == Kind::update && at != std::string::npos)
    return info.substr(at + count.size()).starts_with("0 ");
  return answer["affected"] == 0 && !(kind == Kind::update && fires_triggers);
}

Control control_of(const StatementInfo& info) noexcept {
  switch (info.kind) {
    case Kind::begin:
      return Control::begin;
    case Kind::commit:
      return Control::commit;
    case Kind::rollback:
      return Control::rollback;
    case Kind::savepoint:
      return Control::savepoint;
    case Kind::release:
      return Control::release;
    case Kind::rollback_to:
      return Control::rollback_to;
    default:
      return Control::none;
  }
}

}  // namespace

// Of a statement of any kind, with what its tables and functions bring with them.
sql::StatementFacts MysqlAnalyser::facts_of(std::string_view text, const Surroundings& around) {
  const Kind kind = sql::verb_of(text, around.mode).kind;
  if (kind == Kind::execute)
    if (const auto immediate = immediate_text(text, around.mode))
      return facts_of(*immediate, around);
  if (!is_of_rows(kind)) return new_facts_of(text, around);
  // Which values are in it makes no difference, and they may be long.
  sql::Statement statement;
  statement.assign(text, around.mode);
  std::pair<std::string, std::string> key(around.database, statement.pattern());
  const auto known = facts_.find(key);
  if (known != facts_.end()) return known->second;
  const std::string without_values = sql::sql_of_pattern(key.second, sql::Dialect::mysql);
  return facts_.emplace(std::move(key), new_facts_of(without_values, around)).first->second;
}

sql::StatementFacts MysqlAnalyser::new_facts_of(std::string_view text,
                                                const Surroundings& around) const {
  sql::StatementFacts facts = keys_.facts_of(text, around.mode, around.database);
  // Rows that follow those of a table that is declared, its references know one by one.
  for (const KeyPath& table : facts.cascades) {
    if (!table.empty() && declared_.contains(table.front())) continue;
    for (auto* paths : {&facts.dependencies.reads, &facts.dependencies.writes})
      paths->push_back(table);
  }
  return facts;
}

sql::StatementFacts MysqlAnalyser::add_dependencies(std::string_view text,
                                                    const Surroundings& around,
                                                    Analysis& analysis) {
  sql::StatementFacts facts = facts_of(text, around);
  const sql::Dependencies& found = facts.dependencies;
  analysis.effect = found.effect;
  analysis.understood = found.understood;
  analysis.reads.insert(analysis.reads.end(), found.reads.begin(), found.reads.end());
  analysis.writes.insert(analysis.writes.end(), found.writes.begin(), found.writes.end());
  return facts;
}

// A user variable's value depends on what it was made of: an expression, or a statement.
void MysqlAnalyser::add_source(const std::string& source, const Surroundings& around,
                               Analysis& analysis) {
  const Kind kind = sql::verb_of(source, around.mode).kind;
  std::optional<std::string> prepared;
  if (kind == Kind::prepare) prepared = prepared_text(source, around.mode);
  const bool statement = kind == Kind::select || kind == Kind::call || kind == Kind::prepare ||
                         kind == Kind::other_write;
  const sql::Dependencies found = facts_of(prepared    ? *prepared
                                           : statement ? source
                                                       : "SELECT " + source,
                                           around)
                                      .dependencies;
  analysis.reads.insert(analysis.reads.end(), found.reads.begin(), found.reads.end());
  if (prepared) {
    analysis.effect = found.effect;
    analysis.writes.insert(analysis.writes.end(), found.writes.begin(), found.writes.end());
  }
  // A text that is put together elsewhere is not followed.
  if ((kind == Kind::prepare && !prepared) || !found.understood) {
    analysis.effect = Effect::write;
    analysis.reads.push_back({});
    analysis.writes.push_back({});
  }
}

void MysqlAnalyser::classify(const Document& request, const Document& answer,
                             const Surroundings& around, Analysis& analysis) {
  const std::string text = text_of(request, "sql");
  const StatementInfo info = inspect_statement(text, around.mode, no_variables);
  const bool failed = is_error(answer);
  const Control control = control_of(info);
  analysis.control_name = info.name;
  if (control != Control::none && !failed) {
    analysis.effect = Effect::none;
    analysis.control = control;
    return;
  }
  if (control == Control::commit) analysis.control = control;  // a failed one undid the transaction
  const bool of_session =
      info.kind == Kind::set || info.kind == Kind::use || info.kind == Kind::lock;
  // Which handles there are the connection knows by itself.
  if ((of_session && !failed) || info.kind == Kind::deallocate) {
    analysis.effect = Effect::none;
    return;
  }
  if (info.kind == Kind::prepare) {
    analysis.effect = Effect::read;
    analysis.reads.push_back({std::string(catalog_key)});
    return;
  }
  if (info.kind == Kind::set || info.kind == Kind::use || info.kind == Kind::empty ||
      control != Control::none) {
    analysis.effect = Effect::read;
    analysis.changed = false;
    return;
  }
  const bool told_by_source = info.kind == Kind::execute && request.contains("variables") &&
                              request["variables"].contains("prepare " + info.name);
  sql::StatementFacts facts;
  if (!told_by_source) facts = add_dependencies(text, around, analysis);
  planned_ = !facts.indirect;
  if (const auto sources = request.find("variables");
      sources != request.end() && sources->is_object())
    for (const Document& source : *sources) add_source(octets_of(source), around, analysis);
  if (info.kind == Kind::explain) analysis.reads.push_back({std::string(catalog_key)});
  // SET ROLE and its like: nothing that a key tells of, but an answer that was recorded.
  if (analysis.effect == Effect::none) analysis.effect = Effect::read;
  if (info.kind == Kind::select && analysis.effect == Effect::read && !failed)
    analysis.unsteady = sql::unsteady_of(text, around.mode);
  analysis.changed =
      !failed &&
      (facts.writes_uncounted || !changed_nothing(answer, info.kind, facts.fires_triggers)) &&
      !(info.kind == Kind::ddl && defined_nothing(text, answer, around.mode, around.mariadb));
  // A foreign key, a trigger: any table may be the cause.
  if (failed && analysis.effect == Effect::write && !is_refusal(answer) &&
      !is_of_own_tables(answer))
    analysis.reads.push_back({});
}

void MysqlAnalyser::add_rows(const Document& request, const Results& results,
                             const Surroundings& around, Analysis& analysis) {
  if (!analysis.understood || !planned_ || analysis.effect == Effect::none ||
      request.contains("variables"))
    return;
  statement_.assign(text_of(request, "sql"), around.mode);
  const std::string main = main_database();
  const auto key_of = [&](const std::string& table) {
    return keys_.key_of(table, around.database);
  };
  analysis.rows =
      rows_.facts_of({statement_.pattern(), around.mode, analysis.identity, around.database, main},
                     results, key_of);
  analysis.rows.violation = violation_of(results, analysis.rows);
}

}  // namespace understudy::mysql
