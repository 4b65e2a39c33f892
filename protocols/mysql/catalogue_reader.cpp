#include "protocols/mysql/catalogue_reader.hpp"

#include <algorithm>
#include <array>

#include "protocols/mysql/catalogue_connection.hpp"
#include "protocols/mysql/held_rows.hpp"
#include "protocols/sql/statement_secrets.hpp"

namespace understudy::mysql {
namespace {

using FoundRows = CatalogueConnection::Rows;

constexpr sql::Mode catalogue_mode{sql::Dialect::mysql, true, false};

/// What SHOW CREATE tells of one kind of thing.
struct Shown {
  std::string_view what;      ///< as SHOW CREATE calls it
  std::size_t column;         ///< in which the statement is told
  bool has_statements;        ///< there may be semicolons in it
  std::string_view of_names;  ///< the names of those in `{}`, in their order
};

constexpr std::string_view of_tables =
    "SELECT table_name FROM information_schema.tables WHERE table_schema = {} AND table_type NOT "
    "IN "
    "('VIEW', 'SEQUENCE', 'SYSTEM VIEW', 'TEMPORARY') ORDER BY BINARY table_name";
constexpr std::string_view of_sequences =
    "SELECT table_name FROM information_schema.tables WHERE table_schema = {} AND table_type = "
    "'SEQUENCE' ORDER BY BINARY table_name";
constexpr std::string_view of_views =
    "SELECT table_name FROM information_schema.tables WHERE table_schema = {} AND table_type = "
    "'VIEW' ORDER BY BINARY table_name";
constexpr std::string_view of_functions =
    "SELECT routine_name FROM information_schema.routines WHERE routine_schema = {} AND "
    "routine_type = 'FUNCTION' ORDER BY BINARY routine_name";
constexpr std::string_view of_procedures =
    "SELECT routine_name FROM information_schema.routines WHERE routine_schema = {} AND "
    "routine_type = 'PROCEDURE' ORDER BY BINARY routine_name";
constexpr std::string_view of_triggers =
    "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = {} ORDER BY "
    "BINARY event_object_table, action_timing, event_manipulation, action_order";
constexpr std::string_view of_events =
    "SELECT event_name FROM information_schema.events WHERE event_schema = {} ORDER BY BINARY "
    "event_name";

constexpr std::array<Shown, 7> shown = {{{"SEQUENCE", 1, false, of_sequences},
                                         {"TABLE", 1, false, of_tables},
                                         {"VIEW", 1, false, of_views},
                                         {"FUNCTION", 2, true, of_functions},
                                         {"PROCEDURE", 2, true, of_procedures},
                                         {"TRIGGER", 2, true, of_triggers},
                                         {"EVENT", 3, true, of_events}}};

/// Triggers are hidden from whoever may not make them. What a role may do does not count: it is not
/// told here.
constexpr std::string_view may_see_triggers =
    "SELECT count(*) FROM (SELECT grantee FROM information_schema.user_privileges WHERE "
    "privilege_type = 'TRIGGER' UNION ALL SELECT grantee FROM information_schema.schema_privileges "
    "WHERE privilege_type = 'TRIGGER' AND {} LIKE table_schema) AS g WHERE grantee = CONCAT('\\'', "
    "REPLACE(CURRENT_USER(), '@', '\\'@\\''), '\\'')";

std::string in_quotes(std::string_view text, char mark) {
  std::string result(1, mark);
  for (const char c : text) {
    if (c == mark || (c == '\\' && mark == '\'')) result += c;
    result += c;
  }
  return result + mark;
}

std::string asked_of(std::string_view query, const std::string& database) {
  std::string text(query);
  return text.replace(text.find("{}"), 2, in_quotes(database, '\''));
}

/// The next number of a table is no definition, and another one in each recording.
std::string without_next_number(std::string statement) {
  constexpr std::string_view option = " AUTO_INCREMENT=";
  const std::size_t begin =
      statement.find(option, std::min(statement.rfind("\n)"), statement.size()));
  if (begin == std::string::npos) return statement;
  const std::size_t end = statement.find_first_not_of("0123456789", begin + option.size());
  return statement.erase(begin, std::min(end, statement.size()) - begin);
}

class CatalogueText {
 public:
  CatalogueText(CatalogueConnection& connection, const Secrets& secrets, const RowBounds& bounds)
      : connection_(connection), secrets_(secrets), bounds_(bounds) {}

  Catalogue read() {
    head();
    FoundRows databases, ignored;
    for (const char* const statement :
         {"SET SESSION sql_mode = '', sql_quote_show_create = 1, lock_wait_timeout = 2, time_zone "
          "= '+00:00'",
          "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
          "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"})
      static_cast<void>(connection_.ask(statement, ignored));
    if (!connection_.ask(
            "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN "
            "('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY BINARY "
            "schema_name",
            databases))
      return {"", connection_.problem()};
    for (const auto& row : databases) {
      database(row.at(0));
      if (connection_.is_spent()) return {"", connection_.problem()};
    }
    if (bounds_.rows > 0) catalogue_.rows = read_rows(connection_, secrets_, bounds_);
    static_cast<void>(connection_.ask("ROLLBACK", ignored));
    return std::move(catalogue_);
  }

 private:
  void head() {
    catalogue_.text =
        "-- What was defined on the server when it was recorded; written by understudy.\n";
    static constexpr std::array<const char*, 7> settings = {
        "version",  "version_comment", "character_set_server",  "collation_server",
        "sql_mode", "time_zone",       "lower_case_table_names"};
    for (const char* const setting : settings) {
      FoundRows rows;
      if (connection_.ask(std::string("SELECT @@") + setting, rows) && rows.size() == 1)
        catalogue_.text += fmt::format("-- {}: {}\n", setting, rows[0][0]);
    }
  }

  void database(const std::string& name) {
    const std::string quoted_name = in_quotes(name, '`');
    FoundRows rows;
    if (!connection_.ask("SHOW CREATE DATABASE " + quoted_name, rows) || rows.size() != 1 ||
        rows[0].size() < 2)
      return gap(quoted_name, connection_.problem());
    catalogue_.text += "\n" + rows[0][1] + ";\nUSE " + quoted_name + ";\n\n";
    if (!connection_.ask("USE " + quoted_name, rows))
      return gap(quoted_name, connection_.problem());
    for (const Shown& kind : shown) all_of(kind, name);
    FoundRows count;
    if (!connection_.ask(asked_of(may_see_triggers, name), count) || count.size() != 1 ||
        count[0][0] == "0")
      gap("triggers of " + quoted_name, "the user has no privilege TRIGGER, and sees none of them");
  }

  void all_of(const Shown& kind, const std::string& database) {
    FoundRows names;
    if (!connection_.ask(asked_of(kind.of_names, database), names))
      return gap(std::string(kind.what) + " of " + database, connection_.problem());
    for (const auto& row : names) show(kind, in_quotes(row.at(0), '`'));
  }

  void show(const Shown& kind, const std::string& name) {
    FoundRows rows;
    const std::string what = std::string(kind.what) + " " + name;
    if (!connection_.ask("SHOW CREATE " + what, rows)) return gap(what, connection_.problem());
    if (rows.size() != 1 || rows[0].size() <= kind.column || rows[0][kind.column].empty())
      return gap(what, "the user may not see how it is made");
    std::string statement = without_next_number(std::move(rows[0][kind.column]));
    statement =
        sql::without_secrets(statement, catalogue_mode, secrets_).value_or(std::move(statement));
    catalogue_.text += kind.has_statements ? "DELIMITER ;;\n" + statement + ";;\nDELIMITER ;\n\n"
                                           : statement + ";\n\n";
  }

  /// Named in the file, the first few also to the person.
  void gap(const std::string& what, const std::string& why) {
    constexpr int most_told = 3;
    std::string line = fmt::format("{}: {}", what, why);
    std::ranges::replace(line, '\n', ' ');
    catalogue_.text += "\n" + std::string(catalogue_gap) + line + "\n\n";
    if (++gaps_ <= most_told)
      catalogue_.problem += (gaps_ == 1 ? "" : "; ") + line;
    else if (gaps_ == most_told + 1)
      catalogue_.problem += "; and more";
  }

  CatalogueConnection& connection_;
  const Secrets& secrets_;
  const RowBounds& bounds_;
  Catalogue catalogue_;
  int gaps_ = 0;
};

class MysqlCatalogueReader final : public CatalogueReader {
 public:
  [[nodiscard]] Variables variables() const noexcept override {
    return {"MYSQL_USER", "MYSQL_PWD", "MYSQL_DATABASE"};
  }
  [[nodiscard]] Catalogue read(const CatalogueLogin& login, const Secrets& secrets,
                               const RowBounds& bounds) const override {
    CatalogueConnection connection(login);
    if (!connection.is_open()) return {"", connection.problem()};
    return CatalogueText(connection, secrets, bounds).read();
  }
};

}  // namespace

const CatalogueReader& catalogue_reader() noexcept {
  static const MysqlCatalogueReader reader;
  return reader;
}

}  // namespace understudy::mysql
