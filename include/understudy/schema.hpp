// What a schema declares of the tables of a service: constraints, and values that the server makes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace understudy {

/// A unique constraint or index.
struct UniqueSet {
  std::string name;                  ///< of the constraint; empty where it has none
  std::vector<std::string> columns;  ///< sorted
  bool nulls_distinct = true;        ///< a NULL equals nothing
  std::vector<std::string>
      condition;  ///< of a partial index: columns that decide which rows it has
};

struct ForeignKey {
  std::vector<std::string> columns;
  std::string parent;                       ///< as TableFacts::name
  std::vector<std::string> parent_columns;  ///< beside `columns`; empty: the parent's primary key
  bool follows = false;  ///< rows change with the one they refer to: CASCADE, SET NULL, SET DEFAULT
};

struct ColumnFacts {
  bool not_null = false;
  /// The server gives it a value that no other row has: a sequence's number, a random uuid.
  bool generated = false;
  bool defaults = false;  ///< what is left out is neither NULL nor generated
};

struct TableFacts {
  std::map<std::string, ColumnFacts> columns;
  std::vector<std::string> primary_key;  ///< also one of `unique`
  std::vector<UniqueSet> unique;
  std::vector<ForeignKey> references;
  /// Why not all that matters is known (`schema.sql:12: an exclusion constraint`); empty: it is.
  std::string doubt;

  [[nodiscard]] bool complete() const noexcept { return doubt.empty(); }
};

/// Tables by name, as the first segment of a KeyPath.
using Schema = std::map<std::string, TableFacts, std::less<>>;

/// A file of statements, read to its end.
struct SchemaFile {
  std::string name;  ///< for messages
  std::string text;
};

}  // namespace understudy
