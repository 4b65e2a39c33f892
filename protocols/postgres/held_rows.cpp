#include "protocols/postgres/held_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "protocols/postgres/catalogue_queries.hpp"
#include "protocols/postgres/copy_text.hpp"
#include "protocols/postgres/redact.hpp"
#include "protocols/sql/catalogue_connection.hpp"

namespace understudy::postgres {
namespace {

using AnsweredRows = CatalogueConnection::Rows;
constexpr std::string_view copy_begin = "COPY ", copy_middle = " (", copy_end = ") FROM stdin;\n",
                           rows_end = "\\.\n";

std::uint64_t number_of(std::string_view digits) {
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// `1 3 4`
Document numbers_in(std::string_view text) {
  Document numbers = Document::array();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    numbers.push_back(number_of(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return numbers;
}

struct Table {
  std::string quoted, name, columns, order;
};

/// The names of a list of columns as they are quoted in SQL.
std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> result(1);
  bool quoted = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const char c = list[i];
    if (c == '"') {
      const bool doubled = quoted && i + 1 < list.size() && list[i + 1] == '"';
      if (doubled) result.back() += list[++i];
      if (!doubled) quoted = !quoted;
    } else if (c == ',' && !quoted) {
      result.emplace_back();
    } else if (c != ' ' || quoted) {
      result.back() += c;
    }
  }
  return result;
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
                   {"sequences", Document::object()}};
    if (!prepare() || !tables() || !sequences()) return {{}, {}, connection_.problem()};
    return std::move(held_);
  }

 private:
  /// Row security would hide rows without a word: reading fails instead.
  bool prepare() {
    for (const char* const setting :
         {"row_security = off", "TimeZone = 'UTC'", "DateStyle = 'ISO, MDY'",
          "IntervalStyle = 'postgres'", "bytea_output = 'hex'", "extra_float_digits = 1"}) {
      AnsweredRows ignored;
      if (!connection_.ask(fmt::format("SET LOCAL {}", setting), ignored)) return false;
    }
    return true;
  }

  [[nodiscard]] bool ask_names(std::string_view query, AnsweredRows& rows) {
    return connection_.ask(std::string(catalogue_names()) + std::string(query), rows);
  }

  bool tables() {
    AnsweredRows rows;
    if (!ask_names(row_tables_query(), rows)) return false;
    for (const auto& row : rows) {
      const Table table{row.at(0), row.at(1), row.at(2), row.at(3)};
      if (!row.at(4).empty()) held_.facts["attributes"][table.name] = numbers_in(row[4]);
      std::string why, text;
      if (!bounds_.tables.empty() && !sql::names_table(bounds_.tables, table.name))
        why = "not among `tables`";
      else if (sql::names_table(bounds_.exclude, table.name))
        why = "excluded";
      else
        why = within_savepoint([&] { return this->rows(table, text); });
      if (connection_.is_spent()) return false;
      if (!why.empty()) {
        held_.facts["not_read"][table.name] = document_of(why);
        continue;
      }
      held_.facts["tables"].push_back(document_of(table.name));
      held_.tables.push_back({table.name, std::move(text)});
    }
    return true;
  }

  template <class Read>
  std::string within_savepoint(const Read& read) {
    AnsweredRows ignored;
    static_cast<void>(connection_.ask("SAVEPOINT rows", ignored));
    std::string why = read();
    if (connection_.is_spent()) return why;
    static_cast<void>(connection_.ask("ROLLBACK TO rows", ignored));
    return why;
  }

  /// Why they are not read; empty where they are.
  std::string rows(const Table& table, std::string& text) {
    const std::string query = fmt::format("SELECT {} FROM ONLY {}", table.columns, table.quoted);
    AnsweredRows counted;
    if (table.columns.empty()) return "it has no columns";
    if (!connection_.ask(fmt::format("SELECT count(*), coalesce(sum(octet_length(held::text)), 0) "
                                     "FROM ({} LIMIT {}) AS held",
                                     query, bounds_.rows + 1),
                         counted))
      return connection_.problem();
    if (number_of(counted.at(0).at(0)) > bounds_.rows)
      return fmt::format("more than {} rows", bounds_.rows);
    if (number_of(counted[0].at(1)) > left_)
      return fmt::format("more than {} MB with those before it", bounds_.octets >> 20U);
    std::string copied;
    if (!connection_.copy(fmt::format("COPY ({} ORDER BY {}) TO STDOUT", query, table.order),
                          copied))
      return connection_.problem();
    left_ -= std::min<std::uint64_t>(left_, copied.size());
    text = fmt::format("-- Rows of {} when it was recorded: {}; written by understudy.\n",
                       sql::in_one_line(table.name), std::ranges::count(copied, '\n'));
    text += std::string(copy_begin) + table.quoted + std::string(copy_middle) + table.columns +
            std::string(copy_end) + without_secrets(table, copied) + std::string(rows_end);
    return {};
  }

  /// As in the answers of recorded statements, and in the columns that a person named.
  std::string without_secrets(const Table& table, const std::string& copied) {
    StatementAnswer answer;
    std::vector<bool> hidden;
    for (const std::string& column : names_in(table.columns))
      hidden.push_back(sql::names_table(bounds_.redact, table.name + "." + column));
    const bool hides = std::ranges::count(hidden, true) > 0;
    std::string_view rest = copied;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      auto row = read_copy_row(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (!row) continue;
      for (std::size_t i = 0; hides && i < row->size() && i < hidden.size(); ++i)
        if (hidden[i] && (*row)[i]) (*row)[i] = secrets_.placeholder(*(*row)[i]);
      answer.rows.push_back(std::move(*row));
    }
    if (!replace_secrets("", {}, answer, secrets_) && !hides) return copied;
    std::string text;
    for (const Row& row : answer.rows) append_copy_row(row, text);
    return text;
  }

  bool sequences() {
    AnsweredRows rows;
    if (!ask_names(sequences_query(), rows)) return false;
    for (const auto& row : rows) {
      AnsweredRows found;
      static_cast<void>(within_savepoint([&] {
        return connection_.ask("SELECT last_value, is_called FROM " + row.at(0), found)
                   ? std::string()
                   : connection_.problem();
      }));
      if (connection_.is_spent()) return false;
      if (found.size() != 1) continue;
      Document& sequence = held_.facts["sequences"][row.at(1)];
      sequence = {{"last", static_cast<std::int64_t>(number_of(found[0].at(0)))},
                  {"called", found[0].at(1) == "t"}};
      if (!row.at(2).empty()) sequence["owned_by"] = document_of(row[2]);
      if (row.at(3) != "t") sequence["plain"] = false;
    }
    return true;
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

std::optional<HeldCopy> read_held_copy(std::string_view text) {
  while (text.starts_with("--")) text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
  const std::size_t begin = text.find(copy_middle), end = text.find(copy_end);
  if (!text.starts_with(copy_begin) || !text.ends_with(rows_end) || end == std::string_view::npos ||
      begin > end)
    return std::nullopt;
  HeldCopy copy;
  copy.columns =
      names_in(text.substr(begin + copy_middle.size(), end - begin - copy_middle.size()));
  text.remove_prefix(end + copy_end.size());
  text.remove_suffix(rows_end.size());
  while (!text.empty()) {
    const std::size_t line = text.find('\n');
    if (line == std::string_view::npos) return std::nullopt;
    copy.lines.push_back(text.substr(0, line));
    text.remove_prefix(line + 1);
  }
  return copy;
}

}  // namespace understudy::postgres
