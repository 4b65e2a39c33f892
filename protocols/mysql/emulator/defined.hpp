// What a definition is sure to be answered with.
#pragma once

#include <optional>
#include <string>

#include "protocols/mysql/emulator/rules.hpp"
#include "protocols/mysql/responses.hpp"
#include "protocols/mysql/result.hpp"
#include "protocols/sql/contents/contents.hpp"
#include "protocols/sql/emulator/defining.hpp"

namespace understudy::mysql::emulation {

/// Nothing where it is not known whether it succeeds, or how it fails.
[[nodiscard]] std::optional<Result> answer_of(const tree::Statement& statement,
                                              sql::contents::Contents& contents,
                                              const MysqlRules& rules,
                                              const sql::emulator::Depended& depended);
/// Whether what it has made of tables is known, so that it has succeeded.
[[nodiscard]] bool definition_holds(const tree::Statement& statement,
                                    sql::contents::Contents& contents, const MysqlRules& rules);

// ---- altered.cpp ----
[[nodiscard]] std::optional<OkPacket> answer_to_alter(const tree::AlterTable& alter,
                                                      sql::contents::Contents& contents,
                                                      const MysqlRules& rules,
                                                      const sql::emulator::Depended& depended);
[[nodiscard]] std::optional<OkPacket> answer_to_index(const tree::CreateIndex& index,
                                                      sql::contents::Contents& contents,
                                                      const MysqlRules& rules,
                                                      const sql::emulator::Depended& depended);
[[nodiscard]] std::optional<OkPacket> answer_to_drop_index(const tree::Drop& dropped,
                                                           sql::contents::Contents& contents,
                                                           const MysqlRules& rules,
                                                           const sql::emulator::Depended& depended);
[[nodiscard]] std::optional<OkPacket> answer_to_renames(const tree::RenameTables& renames,
                                                        sql::contents::Contents& contents,
                                                        const MysqlRules& rules,
                                                        const sql::emulator::Depended& depended);
/// Its rows are known, and satisfy its keys and references.
[[nodiscard]] bool alter_holds(const std::string& key, sql::contents::Contents& contents);

// ---- shared ----
/// Whether the server makes such a table.
[[nodiscard]] bool is_sound(const Definition& table, const sql::contents::Contents& contents);
/// A condition of columns, values and operators alone.
[[nodiscard]] bool is_sound_condition(const tree::Expression& condition);

}  // namespace understudy::mysql::emulation
