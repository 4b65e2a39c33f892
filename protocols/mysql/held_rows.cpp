#include "protocols/mysql/held_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "protocols/sql/catalogue_connection.hpp"

namespace understudy::mysql {
namespace {

using AnsweredRows = CatalogueConnection::Rows;

std::string in_marks(std::string_view name) {
  std::string result = "`";
  for (const char c : name) result += c == '`' ? "``" : std::string(1, c);
  return result + "`";
}

/// As one line: a literal may hold a line's end itself.
std::string on_one_line(const std::string& literal) {
  std::string line;
  for (const char c : literal) {
    if (c == '\n')
      line += "\\n";
    else if (c == '\r')
      line += "\\r";
    else
      line += c;
  }
  return line;
}

struct ReadColumn {
  std::string name, type;
};

/// SQL that prints a value as a literal.
std::string literal_of(const ReadColumn& column) {
  static constexpr std::string_view numbers[] = {
      "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "double", "float", "year"};
  static constexpr std::string_view octets[] = {"binary", "varbinary",  "tinyblob",
                                                "blob",   "mediumblob", "longblob",
                                                "bit",    "geometry",   "point"};
  const std::string name = in_marks(column.name);
  if (std::ranges::find(numbers, column.type) != std::end(numbers))
    return fmt::format("IFNULL({}, 'NULL')", name);
  if (std::ranges::find(octets, column.type) != std::end(octets))
    return fmt::format("IF({0} IS NULL, 'NULL', CONCAT('x''', HEX({0}), ''''))", name);
  return fmt::format("QUOTE({})", name);
}

class RowsReader {
 public:
  RowsReader(CatalogueConnection& connection, const Secrets& secrets, const RowBounds& bounds)
      : connection_(connection), secrets_(secrets), bounds_(bounds), left_(bounds.octets) {}

  HeldRows read() {
    constexpr std::chrono::seconds time(60);
    connection_.extend(time, bounds_.octets + bounds_.octets / 4);
    held_.facts = {{"tables", Document::array()},
                   {"not_read", Document::object()},
                   {"numbers", Document::object()}};
    AnsweredRows ignored, tables;
    // Of MySQL 8, which tells an old number else; others do not know it.
    static_cast<void>(connection_.ask("SET SESSION information_schema_stats_expiry = 0", ignored));
    if (!connection_.ask(
            "SELECT table_schema, table_name, IFNULL(engine, ''), IFNULL(auto_increment, '') FROM "
            "information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN "
            "('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY BINARY "
            "table_schema, BINARY table_name",
            tables))
      return {{}, {}, connection_.problem()};
    for (const auto& row : tables) {
      table(row.at(0), row.at(1), row.at(2), row.at(3));
      if (connection_.is_spent()) return {{}, {}, connection_.problem()};
    }
    return std::move(held_);
  }

 private:
  void table(const std::string& schema, const std::string& name, const std::string& engine,
             const std::string& next) {
    const std::string full = schema + "." + name;
    std::string why, text;
    if (!bounds_.tables.empty() && !sql::names_table(bounds_.tables, full))
      why = "not among `tables`";
    else if (sql::names_table(bounds_.exclude, full))
      why = "excluded";
    else if (engine != "InnoDB")
      why = "its engine " + engine + " has no transactions";
    else
      why = rows(schema, name, text);
    std::uint64_t number = 0;
    std::from_chars(next.data(), next.data() + next.size(), number);
    if (number > 0) held_.facts["numbers"][full] = number;
    if (!why.empty()) {
      held_.facts["not_read"][full] = document_of(why);
      return;
    }
    held_.facts["tables"].push_back(document_of(full));
    held_.tables.push_back({full, std::move(text)});
  }

  [[nodiscard]] bool columns(const std::string& schema, const std::string& name,
                             std::vector<ReadColumn>& found, std::string& order) {
    AnsweredRows rows;
    const auto quoted = [](const std::string& text) {
      std::string result = "'";
      for (const char c : text)
        result += c == '\'' || c == '\\' ? std::string(2, c) : std::string(1, c);
      return result + "'";
    };
    if (!connection_.ask(
            fmt::format("SELECT column_name, data_type, column_key, extra FROM "
                        "information_schema.columns WHERE table_schema = {} AND table_name = {} "
                        "ORDER BY ordinal_position",
                        quoted(schema), quoted(name)),
            rows))
      return false;
    for (const auto& row : rows) {
      if (row.at(2) == "PRI") order += (order.empty() ? " ORDER BY " : ", ") + in_marks(row[0]);
      const bool generated = row.at(3).find("GENERATED") != std::string::npos;
      if (!generated) found.push_back({row.at(0), row.at(1)});
    }
    return true;
  }

  /// Why they are not read; empty where they are.
  std::string rows(const std::string& schema, const std::string& name, std::string& text) {
    std::vector<ReadColumn> columns;
    std::string order, list, printed;
    if (!this->columns(schema, name, columns, order)) return connection_.problem();
    if (columns.empty()) return "it has no columns";
    for (const ReadColumn& each : columns) {
      list += (list.empty() ? "" : ", ") + in_marks(each.name);
      printed += (printed.empty() ? "" : ", ") + literal_of(each);
    }
    const std::string table = in_marks(schema) + "." + in_marks(name);
    AnsweredRows rows;
    if (!connection_.ask(
            fmt::format("SELECT {} FROM {}{} LIMIT {}", printed, table, order, bounds_.rows + 1),
            rows))
      return connection_.problem();
    if (rows.size() > bounds_.rows) return fmt::format("more than {} rows", bounds_.rows);
    text = fmt::format("-- Rows of {} when it was recorded: {}; written by understudy.\n",
                       sql::in_one_line(schema + "." + name), rows.size());
    for (const auto& row : rows) {
      text += "INSERT INTO " + table + " (" + list + ") VALUES (";
      for (std::size_t i = 0; i < row.size(); ++i)
        text += (i > 0 ? ", " : "") + value(schema + "." + name + "." + columns[i].name, row[i]);
      text += ");\n";
    }
    if (text.size() > left_)
      return fmt::format("more than {} MB with those before it", bounds_.octets >> 20U);
    left_ -= text.size();
    return {};
  }

  /// A person may have named the column as a secret.
  std::string value(const std::string& column, const std::string& literal) const {
    if (literal != "NULL" && sql::names_table(bounds_.redact, column))
      return "'" +
             secrets_.placeholder(literal.size() > 2 && literal.starts_with('\'')
                                      ? literal.substr(1, literal.size() - 2)
                                      : literal) +
             "'";
    if (literal.starts_with('\''))
      if (const auto cleaned = secrets_.without_patterns(literal)) return on_one_line(*cleaned);
    return on_one_line(literal);
  }

  CatalogueConnection& connection_;
  const Secrets& secrets_;
  const RowBounds& bounds_;
  std::uint64_t left_;
  HeldRows held_;
};

}  // namespace

HeldRows read_rows(CatalogueConnection& connection, const Secrets& secrets,
                   const RowBounds& bounds) {
  return RowsReader(connection, secrets, bounds).read();
}

}  // namespace understudy::mysql
