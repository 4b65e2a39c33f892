// What the parts of the analyser share: of documents as exchanges have them.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "protocols/mysql/definitions.hpp"
#include "protocols/sql/statement.hpp"
#include "understudy/analyser.hpp"
#include "understudy/document.hpp"
#include "understudy/document_text.hpp"

namespace understudy::mysql {

[[nodiscard]] inline std::string text_of(const Document& document, const char* key) {
  const auto found = document.is_object() ? document.find(key) : document.end();
  return document.is_object() && found != document.end() ? octets_of(*found) : std::string();
}

[[nodiscard]] inline bool is_error(const Document& answer) {
  return answer.is_object() && answer.contains("error");
}

[[nodiscard]] inline std::optional<std::string> no_variables(std::string_view) {
  return std::nullopt;
}

// Whether a statement was recorded with other settings than the usual ones.
[[nodiscard]] inline bool vary(const std::set<std::string>& marks) {
  return marks.size() > 1 || !marks.begin()->empty();
}

// Errors of parsing and resolving a statement, which COM_STMT_PREPARE and COM_QUERY give alike.
[[nodiscard]] inline bool is_refusal(const Document& answer) {
  static constexpr std::uint16_t codes[] = {1046, 1049, 1052, 1054, 1064, 1066,
                                            1109, 1136, 1146, 1149, 1193, 1222};
  const Document& error = answer["error"];
  if (!error.is_object() || !error.contains("code") || !error["code"].is_number_integer())
    return false;
  return std::ranges::find(codes, error["code"].get<std::uint64_t>()) != std::end(codes);
}

// IF NOT EXISTS of what is there.
[[nodiscard]] inline bool defined_nothing(std::string_view text, const Document& answer,
                                          sql::Mode mode, bool mariadb) {
  if (!answer.is_object() || !answer.contains("warnings")) return false;
  // MySQL 8 also warns of the width of integers, which makes the count say nothing.
  if (!mariadb && text.find("int(") != std::string_view::npos) return false;
  return did_nothing(text, mode, answer["warnings"].get<std::uint64_t>());
}

/// Statements that are the same one whatever values are in them.
[[nodiscard]] inline bool is_of_rows(sql::Kind kind) noexcept {
  return kind == sql::Kind::select || kind == sql::Kind::insert || kind == sql::Kind::update ||
         kind == sql::Kind::delete_;
}

/// What the server did to the transaction of its own accord; `none` for a word that is not known.
[[nodiscard]] inline Control implicit_control(const std::string& what) noexcept {
  if (what == "begin") return Control::begin;
  if (what == "commit") return Control::commit;
  if (what == "rollback") return Control::rollback;
  return what == "reset" ? Control::reset : Control::none;
}

}  // namespace understudy::mysql
