// SQLite as the truth: what a real engine answers to a statement, in PostgreSQL's words.
//
// Each client has a connection of its own to one database in WAL mode. While a transaction is open,
// the others read what was committed before it, as in PostgreSQL's READ COMMITTED; they do not
// write (SQLite has one writer), which whoever interleaves the clients must see to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "understudy/document.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace differential {

using Value = std::variant<std::monostate, std::int64_t, std::string>;

struct Column {
  std::string name;
  bool integer = true;
};

/// What a statement was answered with.
struct Reply {
  bool returns_rows = false;
  std::vector<Column> columns;
  std::vector<std::vector<Value>> rows;
  std::string tag;         ///< as of CommandComplete
  std::string error_code;  ///< SQLSTATE; empty where all went well
  std::string message;

  [[nodiscard]] bool failed() const { return !error_code.empty(); }
  [[nodiscard]] std::int64_t number(std::size_t row, std::size_t column) const;
};

/// As protocols/postgres/README.md spells requests and answers.
[[nodiscard]] understudy::Document document_of(const std::string& sql,
                                               const std::vector<Value>& values);
[[nodiscard]] understudy::Document document_of(const Reply& reply);
[[nodiscard]] std::string text_of(const Value& value);
[[nodiscard]] std::string text_of(const Reply& reply);

class Truth {
 public:
  /// A new database, gone with the object. `schema` may hold several statements.
  Truth(const std::string& schema, std::size_t connections);
  ~Truth();
  Truth(const Truth&) = delete;
  Truth& operator=(const Truth&) = delete;

  [[nodiscard]] Reply execute(std::size_t connection, const std::string& sql,
                              const std::vector<Value>& values);

 private:
  struct Connection {
    sqlite3* database = nullptr;
    std::unordered_map<std::string, sqlite3_stmt*> prepared;
  };
  sqlite3_stmt* prepare(Connection& connection, const std::string& sql, Reply& reply);

  std::filesystem::path file_;
  std::vector<Connection> connections_;
};

}  // namespace differential
