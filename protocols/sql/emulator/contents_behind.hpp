// What a query that is not computed is asked of.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "protocols/sql/contents/contents.hpp"
#include "protocols/sql/emulator/request.hpp"
#include "protocols/sql/emulator/server_rules.hpp"
#include "protocols/sql/emulator/statements.hpp"

namespace understudy::sql::emulator {

/// The request as one text: its statement, its values, how they are spelled, its session.
[[nodiscard]] std::string question_of(const SqlRequest& request);

/// All that its answer is a matter of, as a text that tells it apart: the contents of tables, and
/// functions. Nothing where it may be a matter of something else (see contents_alone), and where
/// not all of it is known. `denied`: tables of which nothing is known.
[[nodiscard]] std::optional<std::string> contents_behind(const SqlRequest& request,
                                                         Statements& statements,
                                                         contents::Contents& contents,
                                                         const ServerRules& rules,
                                                         const std::set<std::string>& denied);

}  // namespace understudy::sql::emulator
