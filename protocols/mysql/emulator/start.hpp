// What a scope begins with: the tables of a catalogue, with the rows that a snapshot has of them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocols/mysql/emulator/rules.hpp"
#include "protocols/mysql/responses.hpp"
#include "protocols/sql/emulator/start.hpp"
#include "understudy/emulator.hpp"

namespace understudy::mysql::emulation {

struct MysqlStart final : sql::emulator::Start {
  MysqlStart() : Start(sql::Dialect::mysql) {}
  std::map<std::string, std::string, std::less<>> collations;  ///< of databases
  std::map<std::string, tree::Query, std::less<>> views;       ///< by their keys
  std::map<std::string, std::string, std::less<>> view_names;  ///< by their keys
  std::optional<std::string> sql_mode;                         ///< of the server
  std::string time_zone;
};

/// Null where nothing of it can be told for sure. `states` gets all tables of the catalogue.
[[nodiscard]] std::shared_ptr<const MysqlStart> start_of(const Held& held,
                                                         const std::string& main_database,
                                                         bool mariadb,
                                                         std::vector<HeldState>& states);

/// `document` outlives what is made of it: emulators that are made of the same one share it.
/// `image`: the octets of its contents' image. Null where they are none that this program made.
[[nodiscard]] std::shared_ptr<const MysqlStart> start_of_document(const Document& document,
                                                                  Bytes image,
                                                                  const std::string& main_database,
                                                                  bool mariadb);

/// A database that is made, by a statement of that text: in which collation.
void note_database(const tree::Statement& statement, std::string_view text, MysqlRules& rules);

/// A view that is made, replaced or dropped.
void note_view(const tree::Statement& statement, MysqlRules& rules);

}  // namespace understudy::mysql::emulation
