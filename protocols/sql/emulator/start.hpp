// What a scope begins with: the tables of a catalogue, with the rows that a snapshot has of them.
#pragma once

#include <string>

#include "protocols/sql/catalog/catalog.hpp"
#include "protocols/sql/contents/contents.hpp"
#include "protocols/sql/emulator/defining.hpp"
#include "understudy/document.hpp"

namespace understudy::sql::emulator {

/// Immutable, shared by all scopes.
struct Start {
  explicit Start(Dialect dialect) : catalog(dialect) {}

  contents::Contents::Beginning contents;
  Catalog catalog;
  Depended depended;
  std::string database = {};  ///< where it is told
  std::string collation;      ///< of the database; empty where it is not known
  bool knows_errors = false;  ///< how the server words its errors
  bool knows_custom = false;  ///< no session begins with settings that an application makes up
  /// A transaction that tells no isolation is READ COMMITTED.
  bool reads_committed = false;
  Document document;  ///< what it was made of
};

}  // namespace understudy::sql::emulator
