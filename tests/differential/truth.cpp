#include "truth.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace differential {
namespace {

using understudy::Document;

void fail(sqlite3* database, const std::string& what) {
  throw std::runtime_error(what + ": " + sqlite3_errmsg(database));
}

void run(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(database, sql);
}

/// In memory where the system has a folder there: the database lives for one run only.
std::filesystem::path new_file() {
  static int count = 0;
  const std::filesystem::path shared_memory = "/dev/shm";
  const auto folder = std::filesystem::exists(shared_memory)
                          ? shared_memory
                          : std::filesystem::temp_directory_path();
  return folder / fmt::format("understudy-differential-{}-{}.db", getpid(), ++count);
}

void remove_files(const std::filesystem::path& file) {
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
}

/// The SQLSTATE of a violated constraint; null for anything else, which is a flaw of the harness.
const char* sqlstate_of(int code) {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return "23505";
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return "23503";
    case SQLITE_CONSTRAINT_NOTNULL:
      return "23502";
    case SQLITE_CONSTRAINT_CHECK:
      return "23514";
    default:
      return nullptr;
  }
}

void bind(sqlite3_stmt* statement, const std::vector<Value>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int index = sqlite3_bind_parameter_index(statement, fmt::format("${}", i + 1).c_str());
    if (index == 0) continue;
    if (const auto* number = std::get_if<std::int64_t>(&values[i]))
      sqlite3_bind_int64(statement, index, *number);
    else if (const auto* text = std::get_if<std::string>(&values[i]))
      sqlite3_bind_text(statement, index, text->data(), static_cast<int>(text->size()),
                        SQLITE_TRANSIENT);
    else
      sqlite3_bind_null(statement, index);
  }
}

Value cell(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
      return sqlite3_column_int64(statement, column);
    default:
      return std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement, column)),
                         static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
  }
}

std::vector<Column> columns_of(sqlite3_stmt* statement) {
  std::vector<Column> columns;
  for (int i = 0; i < sqlite3_column_count(statement); ++i) {
    const char* type = sqlite3_column_decltype(statement, i);
    columns.push_back(
        {sqlite3_column_name(statement, i), type == nullptr || std::string_view(type) != "TEXT"});
  }
  return columns;
}

std::string tag_of(sqlite3* database, const std::string& sql, std::size_t rows) {
  const std::string verb = sql.substr(0, sql.find(' '));
  if (verb == "SELECT") return fmt::format("SELECT {}", rows);
  if (verb == "INSERT") return fmt::format("INSERT 0 {}", sqlite3_changes(database));
  if (verb == "UPDATE" || verb == "DELETE")
    return fmt::format("{} {}", verb, sqlite3_changes(database));
  return verb;
}

}  // namespace

std::int64_t Reply::number(std::size_t row, std::size_t column) const {
  return std::get<std::int64_t>(rows.at(row).at(column));
}

Document document_of(const std::string& sql, const std::vector<Value>& values) {
  Document document = {{"sql", sql}};
  for (const Value& value : values) {
    Document& list = document["params"];
    if (const auto* number = std::get_if<std::int64_t>(&value))
      list.push_back(*number);
    else if (const auto* text = std::get_if<std::string>(&value))
      list.push_back(*text);
    else
      list.push_back(nullptr);
  }
  return document;
}

Document document_of(const Reply& reply) {
  if (reply.failed())
    return {
        {"error", {{"severity", "ERROR"}, {"code", reply.error_code}, {"message", reply.message}}}};
  Document document = Document::object();
  if (reply.returns_rows) {
    document["columns"] = Document::array();
    document["rows"] = Document::array();
    for (const Column& column : reply.columns)
      document["columns"].push_back(
          {{"name", column.name}, {"type", column.integer ? "int8" : "text"}});
    for (const auto& row : reply.rows) {
      Document cells = Document::array();
      for (const Value& value : row)
        std::visit(
            [&]<class T>(const T& each) {
              if constexpr (std::is_same_v<T, std::monostate>)
                cells.push_back(nullptr);
              else
                cells.push_back(each);
            },
            value);
      document["rows"].push_back(std::move(cells));
    }
  }
  document["tag"] = reply.tag;
  return document;
}

std::string text_of(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return "'" + *text + "'";
  return "NULL";
}

std::string text_of(const Reply& reply) {
  if (reply.failed()) return fmt::format("ERROR {} {}", reply.error_code, reply.message);
  std::string text = reply.tag;
  for (const auto& row : reply.rows) {
    text += " (";
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : ", ") + text_of(row[i]);
    text += ")";
  }
  return text;
}

Truth::Truth(const std::string& schema, std::size_t connections)
    : file_(new_file()), connections_(connections) {
  remove_files(file_);
  for (Connection& connection : connections_) {
    if (sqlite3_open(file_.c_str(), &connection.database) != SQLITE_OK)
      fail(connection.database, file_.string());
    sqlite3_extended_result_codes(connection.database, 1);
    run(connection.database,
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON; "
        "PRAGMA wal_autocheckpoint=0");
  }
  run(connections_.front().database, "BEGIN;" + schema + ";COMMIT");
}

Truth::~Truth() {
  for (Connection& connection : connections_) {
    for (auto& [sql, statement] : connection.prepared) sqlite3_finalize(statement);
    sqlite3_close(connection.database);
  }
  remove_files(file_);
}

sqlite3_stmt* Truth::prepare(Connection& connection, const std::string& sql, Reply&) {
  const auto found = connection.prepared.find(sql);
  if (found != connection.prepared.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  // A transaction that will write must be the only one that does.
  const std::string text = sql == "BEGIN" ? "BEGIN IMMEDIATE" : sql;
  if (sqlite3_prepare_v2(connection.database, text.c_str(), -1, &statement, nullptr) != SQLITE_OK)
    fail(connection.database, sql);
  return connection.prepared[sql] = statement;
}

Reply Truth::execute(std::size_t number, const std::string& sql, const std::vector<Value>& values) {
  Connection& connection = connections_.at(number);
  Reply reply;
  sqlite3_stmt* statement = prepare(connection, sql, reply);
  bind(statement, values);
  reply.columns = columns_of(statement);
  reply.returns_rows = !reply.columns.empty();
  int code = SQLITE_OK;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    auto& row = reply.rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(statement); ++i) row.push_back(cell(statement, i));
  }
  if (code == SQLITE_DONE) {
    reply.tag = tag_of(connection.database, sql, reply.rows.size());
  } else {
    const char* state = sqlstate_of(code);
    if (state == nullptr) fail(connection.database, sql);
    reply = Reply();
    reply.error_code = state;
    reply.message = sqlite3_errmsg(connection.database);
  }
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return reply;
}

}  // namespace differential
