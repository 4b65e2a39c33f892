#include "protocols/postgres/parsing_error.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace understudy::postgres {
namespace {

constexpr std::string_view no_grammar = "42601";

/// Of class 42, what the analysis of a query says: of tables, columns, functions, operators, types.
/// The class also holds what executing DDL says (a duplicate table, say), and missing privileges.
constexpr std::array<std::string_view, 24> of_analysis = {
    no_grammar, "42602", "42622", "42611", "42702", "42703", "42704", "42725",
    "42803",    "42804", "42809", "42830", "42846", "42883", "42P01", "42P02",
    "42P08",    "42P09", "42P10", "42P18", "42P19", "42P20", "42P21", "42P22"};

bool is_query(sql::Kind kind) noexcept {
  return kind == sql::Kind::select || kind == sql::Kind::insert || kind == sql::Kind::update ||
         kind == sql::Kind::delete_;
}

}  // namespace

bool fails_to_parse(const StatementRequest& request, const StatementAnswer& answer) {
  if (!answer.error) return false;
  if (request.describe) return true;
  const std::string_view code = field(*answer.error, 'C');
  // An error inside a function that the statement calls says where it was.
  if (has_field(*answer.error, 'W') || std::ranges::find(of_analysis, code) == of_analysis.end())
    return false;
  return code == no_grammar || is_query(sql::verb_of(request.sql, sql_mode()).kind);
}

}  // namespace understudy::postgres
