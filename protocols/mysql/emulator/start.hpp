// What a scope begins with: the tables of a catalogue, with the rows that a snapshot has of them.
#pragma once

#include <memory>
#include <vector>

#include "protocols/mysql/emulator/rules.hpp"
#include "protocols/mysql/emulator/session.hpp"
#include "protocols/sql/emulator/start.hpp"
#include "understudy/emulator.hpp"

namespace understudy::mysql::emulation {

/// Null where nothing of it can be told for sure. `states` gets all tables of the catalogue;
/// `rules` and `session` what it tells of views, collations and settings.
[[nodiscard]] std::shared_ptr<const sql::emulator::Start> start_of(const Held& held,
                                                                   MysqlRules& rules,
                                                                   SessionFacts& session,
                                                                   std::vector<HeldState>& states);

/// `image`: the octets of its contents' image. Null where they are none that this program made.
[[nodiscard]] std::shared_ptr<const sql::emulator::Start> start_of_document(
    const Document& document, Bytes image, MysqlRules& rules, SessionFacts& session);

/// A view that is made, replaced or dropped.
void note_view(const tree::Statement& statement, MysqlRules& rules);

/// Whether a definition is known to succeed without a warning.
[[nodiscard]] bool definition_is_sure(const tree::Statement& statement,
                                      sql::contents::Contents& contents, const MysqlRules& rules,
                                      const sql::emulator::Depended& depended);

}  // namespace understudy::mysql::emulation
