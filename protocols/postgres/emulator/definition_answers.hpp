// What definitions are answered with, where that is known.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/backend.hpp"
#include "protocols/postgres/emulator/rules.hpp"

namespace understudy::postgres::emulation {

/// A tag, and the notices before it; or an error.
struct DefinitionAnswer {
  std::string tag;
  std::vector<Fields> notices = {};
  std::optional<Fields> error = {};
};

/// What a definition is looked at by.
struct DefinitionContext {
  sql::contents::Contents& contents;
  const ServerRules& rules;
  const Depended& depended;
  std::string_view pattern;  ///< its text, for what the tree does not tell
};

/// Nothing where it is not known whether it succeeds, or what it says.
[[nodiscard]] std::optional<DefinitionAnswer> answer_to_definition(
    const sql::tree::Statement& statement, const DefinitionContext& context);

// ---- of ALTER TABLE: altering_answers.cpp ----
[[nodiscard]] std::optional<DefinitionAnswer> answer_to_alter(const sql::tree::AlterTable& alter,
                                                              const DefinitionContext& context);
/// Whether what ALTER TABLE has made of the table is known, so that it has succeeded.
[[nodiscard]] bool alter_holds(const sql::tree::AlterTable& alter,
                               const DefinitionContext& context);

// ---- shared ----
/// The name alone, as messages show it.
[[nodiscard]] std::string shown_name(std::string_view key);
[[nodiscard]] DefinitionAnswer failed(Fields error);
/// The type is there, and what a default says can be put into it.
[[nodiscard]] bool is_sound(const sql::contents::TableColumn& column);
/// The parent has a key of just these columns, of the same types.
[[nodiscard]] bool refers_soundly(const sql::contents::Reference& reference,
                                  const Definition& child, const sql::contents::Contents& contents);
/// A table of another session's own may hide it.
[[nodiscard]] bool may_be_hidden(const std::string& key, const DefinitionContext& context);

}  // namespace understudy::postgres::emulation
