#include "protocols/sql/facts/contents_alone.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "protocols/sql/facts/effects.hpp"
#include "protocols/sql/facts/function_use.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/lower.hpp"
#include "protocols/sql/tree/visitor.hpp"
#include "protocols/sql/unsteady.hpp"

namespace understudy::sql {
namespace {

using NameSet = std::unordered_set<std::string_view>;

/// Built-in functions whose result is no matter of their arguments and the settings alone: the
/// clock, chance, and of PostgreSQL's pg_proc (version 15, with the extensions that come with it)
/// the other volatile ones, and the stable ones that look at a connection or a catalogue; of MySQL
/// and MariaDB what their manuals say of session and server.
bool is_unsteady(std::string_view name) {
  static const NameSet names = {"age",
                                "connection_id",
                                "currtid2",
                                "currval",
                                "cursor_to_xml",
                                "database",
                                "encrypt",
                                "found_rows",
                                "get_current_ts_config",
                                "get_lock",
                                "getdatabaseencoding",
                                "getpgusername",
                                "insert_username",
                                "is_free_lock",
                                "is_used_lock",
                                "last_insert_id",
                                "last_value",
                                "lastval",
                                "load_file",
                                "moddatetime",
                                "mxid_age",
                                "nextval",
                                "normal_rand",
                                "notify",
                                "rand",
                                "release_all_locks",
                                "release_lock",
                                "row_count",
                                "row_security_active",
                                "rownum",
                                "schema",
                                "session_user",
                                "set_config",
                                "set_limit",
                                "setseed",
                                "setval",
                                "show_limit",
                                "sleep",
                                "system_user",
                                "ts_rewrite",
                                "ts_stat",
                                "unix_timestamp",
                                "user",
                                "uuid_v4",
                                "uuid_v7",
                                "version",
                                "benchmark"};
  static constexpr std::array<std::string_view, 19> beginnings = {
      "current_", "dblink", "enum_",         "gen_",    "has_", "inet_client_", "inet_server_",
      "lo_",      "master", "pg_",           "pgp_",    "ps_",  "random",       "source_pos",
      "to_reg",   "txid_",  "uuid_generate", "currtid", "wait_"};
  return is_clock_or_chance(name) || names.contains(name) ||
         std::ranges::any_of(beginnings,
                             [name](std::string_view each) { return name.starts_with(each); });
}

/// PostgreSQL's columns that every table has: where rows lie, and who wrote them.
bool is_of_system(std::string_view column) {
  static const NameSet names = {"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"};
  return names.contains(column);
}

class Reader : public tree::Visitor {
 public:
  explicit Reader(Dialect dialect) : dialect_(dialect) {}
  using Visitor::visit;

  [[nodiscard]] bool holds() const noexcept { return holds_; }
  /// After everything was visited.
  void tell(ContentsAlone& found) {
    // The name of a table among columns is a whole row of it.
    const bool any = any_column_ || std::ranges::any_of(relations_, [this](const auto& name) {
                       return columns_.contains(name);
                     });
    if (!any) found.columns = std::move(columns_);
    found.own_names = std::move(own_names_);
  }

  void visit(const tree::With& with) override {
    for (const tree::CommonTable& each : with.tables) {
      own_names_.insert(each.columns.begin(), each.columns.end());
      relations_.insert(lower(each.name));
    }
    descend(with);
  }

  void visit(const tree::Query& query) override {
    if (!query.locking.empty()) holds_ = false;
    if (const auto* select = query.as<tree::Select>()) {
      if (!select->into.empty() || !select->modifiers.empty()) holds_ = false;
      for (const tree::Output& output : select->outputs) own_names_.insert(lower(output.alias));
    }
    descend(query);
  }

  void visit(const tree::Relation& relation) override {
    if (relation.sampled) holds_ = false;
    if (const auto* table = relation.as<tree::TableName>()) {
      if (table->as_of) holds_ = false;
      relations_.insert(lower(table->name.name));
    } else if (const auto* join = relation.as<tree::Join>()) {
      any_column_ = any_column_ || join->natural;
      for (const std::string& column : join->using_) columns_.insert(lower(column));
    } else if (relation.as<tree::TableFunction>() != nullptr) {
      own_names_.insert(lower(relation.alias));
      any_column_ = true;  // what its columns are called, nobody says here
    }
    if (!relation.alias.empty()) relations_.insert(lower(relation.alias));
    for (const std::string& column : relation.alias_columns) own_names_.insert(lower(column));
    descend(relation);
  }

  void visit(const tree::Expression& expression) override {
    std::visit([this](const auto& node) { look(node); }, expression.node);
    if (holds_) descend(expression);
  }

 private:
  template <class T>
  void look(const T& /*node*/) {}
  void look(const tree::Opaque& /*node*/) { holds_ = false; }
  void look(const tree::Variable& /*node*/) { holds_ = false; }
  void look(const tree::AssignVariable& /*node*/) { holds_ = false; }
  void look(const tree::Default& /*node*/) { holds_ = false; }
  // What a full-text index of MySQL counts is not always what the table holds.
  void look(const tree::Match& /*node*/) { holds_ = false; }
  void look(const tree::Star& /*node*/) { any_column_ = true; }
  void look(const tree::Literal& node) {
    if (node.kind == tree::Literal::Kind::string && names_moment(node.text)) holds_ = false;
  }
  void look(const tree::Cast& node) {
    if (node.type.name.name.starts_with("reg")) holds_ = false;  // a look into the catalogue
  }
  void look(const tree::Column& node) {
    const std::string name = lower(node.name());
    if (dialect_ == Dialect::postgres && is_of_system(name)) holds_ = false;
    columns_.insert(name);
  }
  void look(const tree::Access& node) {
    if (!node.field.empty()) any_column_ = true;
  }
  void look(const tree::Call& node) {
    const std::string name = lower(node.name.name);
    if (is_unsteady(name)) holds_ = false;
  }

  Dialect dialect_;
  bool holds_ = true, any_column_ = false;
  std::set<std::string> columns_, own_names_, relations_;
};

/// The words of a function's text, as far as they may matter.
class BodyWords {
 public:
  BodyWords(std::string_view body, Dialect dialect) {
    Lexer lexer(body, {dialect, false, false});
    for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next())
      tokens_.push_back(token);
  }

  /// Whether nothing in it names the clock or chance.
  [[nodiscard]] bool are_steady() const {
    return std::ranges::none_of(tokens_, [](const Token& token) {
      const bool text = token.kind == TokenKind::string && token.text.size() > 2;
      return token.kind == TokenKind::broken || token.kind == TokenKind::variable ||
             token.kind == TokenKind::quoted ||
             (token.kind == TokenKind::word && is_unsteady(lower(token.text))) ||
             (text && names_moment(token.text.substr(1, token.text.size() - 2)));
    });
  }

  /// Whether it may look at whole rows of that table: by `*`, or by its name or its alias where no
  /// column stands behind it.
  [[nodiscard]] bool take_whole(std::string_view table) const {
    std::string alias;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].text == "*" && is_list_before(i)) return true;
      if (!is_word(i, lower(table)) || is_dot(i + 1)) continue;
      const bool from = i > 0 && (is_word(i - 1, "from") || is_word(i - 1, "join"));
      if (!from) return true;
      const std::size_t behind = i + (is_word(i + 1, "as") ? 2 : 1);
      if (behind < tokens_.size() && tokens_[behind].kind == TokenKind::word &&
          tokens_[behind].word() == Word::none) {
        if (!alias.empty()) return true;
        alias = lower(tokens_[behind].text);
      }
    }
    std::size_t named = 0;
    for (std::size_t i = 0; i < tokens_.size(); ++i)
      if (!alias.empty() && is_word(i, alias) && !is_dot(i + 1)) ++named;
    return named > 1;
  }

  void add_to(std::set<std::string>& names) const {
    for (const Token& token : tokens_)
      if (token.kind == TokenKind::word) names.insert(lower(token.text));
  }

 private:
  [[nodiscard]] bool is_word(std::size_t i, std::string_view word) const {
    return i < tokens_.size() && tokens_[i].kind == TokenKind::word &&
           lower(tokens_[i].text) == word;
  }
  [[nodiscard]] bool is_dot(std::size_t i) const {
    return i < tokens_.size() && tokens_[i].is('.');
  }
  [[nodiscard]] bool is_list_before(std::size_t i) const {
    if (i == 0) return true;
    if (tokens_[i - 1].is('(')) return i < 2 || !is_word(i - 2, "count");
    return tokens_[i - 1].is(',') || tokens_[i - 1].is('.') || is_word(i - 1, "select") ||
           is_word(i - 1, "distinct") || is_word(i - 1, "all");
  }
  std::vector<Token> tokens_;
};

bool is_steady_routine(const tree::CreateRoutine& routine, Dialect dialect) {
  const bool text = routine.language == "sql" || routine.language == "plpgsql";
  return text && routine.kind == tree::ObjectKind::function && routine.statements.empty() &&
         !routine.body.empty() && BodyWords(routine.body, dialect).are_steady();
}

bool touches_more(const Effects& effects) {
  return !effects.understood || !effects.writes.empty() || !effects.numbered.empty() ||
         effects.reads_everything || effects.writes_everything || effects.reads_catalogue ||
         effects.moves_sequence || effects.locks || !effects.variables_read.empty() ||
         !effects.variables_written.empty();
}

/// What the name stands for is one table, and all see all of it.
bool is_plain_table(const tree::Name& name, const Catalog& catalog) {
  if (catalog.has_family(name)) return false;
  return std::ranges::all_of(catalog.members(name), [](const Relation* member) {
    return member->views.empty() && member->materialized.empty() && member->policies.empty() &&
           member->rules.empty();
  });
}

}  // namespace

bool names_moment(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\n\r\f\v");
  if (begin == std::string_view::npos) return false;
  const std::string first = lower(text.substr(begin, 10));
  static constexpr std::array<std::string_view, 4> words = {"now", "today", "tomorrow",
                                                            "yesterday"};
  return std::ranges::any_of(words, [&](std::string_view word) { return first.starts_with(word); });
}

std::optional<ContentsAlone> contents_alone(const tree::Statement& statement,
                                            const Catalog& catalog, Dialect dialect) {
  const auto* query = statement.as<tree::Query>();
  if (query == nullptr) return std::nullopt;
  Reader reader(dialect);
  reader.visit(*query);
  if (!reader.holds()) return std::nullopt;
  const Effects effects = effects_of(statement, catalog, dialect);
  if (touches_more(effects)) return std::nullopt;
  ContentsAlone found{effects.reads, {}, effects.routines, std::nullopt, {}, {}};
  for (const tree::Name& table : found.tables)
    if (!is_plain_table(table, catalog)) return std::nullopt;
  for (const tree::Name& name : found.routines)
    for (const tree::CreateRoutine* routine : catalog.routines(name)) {
      if (!is_steady_routine(*routine, dialect)) return std::nullopt;
      const BodyWords words(routine->body, dialect);
      words.add_to(found.columns_in_routines);
      for (const tree::Name& table : effects_of(*routine, catalog, dialect).reads)
        if (words.take_whole(table.name)) found.whole.push_back(table);
    }
  reader.tell(found);
  return found;
}

}  // namespace understudy::sql
