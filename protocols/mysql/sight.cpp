#include "protocols/mysql/sight.hpp"

#include <string>

#include "protocols/sql/functions.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::mysql {
namespace {

using sql::Kind;

/// What decides of a query.
struct Traits {
  int selects = 0, locks = 0, tables = 0;
  bool other_tables = false;  ///< those of the server's own schemas, which have no versions
  bool calls = false;         ///< a function that may read and write by itself
};

bool is_own_schema(std::string_view name) {
  return name == "information_schema" || name == "performance_schema" || name == "mysql" ||
         name == "sys";
}

Traits traits_of(std::string_view pattern) {
  Traits traits;
  sql::Lexer lexer(pattern, {sql::Dialect::mysql, true, false});
  std::string before;
  for (sql::Token token = lexer.next(); token.kind != sql::TokenKind::end;) {
    const bool quoted = token.kind == sql::TokenKind::quoted;
    std::string word;
    if (token.kind == sql::TokenKind::word) word = sql::lower(token.text);
    if (quoted) word = sql::lower(token.text.substr(1, token.text.size() - 2));
    token = lexer.next();
    if (is_own_schema(word) && token.is('.')) traits.other_tables = true;
    if (!quoted && word == "select") ++traits.selects;
    if (!quoted && word == "dual" && before == "from") --traits.tables;
    if (!quoted && (word == "from" || word == "join")) ++traits.tables;
    if ((before == "for" && (word == "update" || word == "share")) ||
        (before == "lock" && word == "in"))
      ++traits.locks;
    if (!word.empty() && token.is('(') &&
        sql::effect_of_mysql_function(word) == sql::FunctionEffect::unknown)
      traits.calls = true;
    before = std::move(word);
  }
  return traits;
}

Sight sight_of_query(std::string_view pattern) {
  const Traits traits = traits_of(pattern);
  if (traits.calls) return Sight::unknown;
  if (traits.tables <= 0) return Sight::newest;
  if (traits.locks > 0)
    return traits.selects == 1 && traits.locks == 1 ? Sight::newest : Sight::unknown;
  return traits.other_tables ? Sight::unknown : Sight::snapshot;
}

}  // namespace

Sight sight_of(const StatementInfo& info, std::string_view pattern, std::string_view isolation) {
  if (isolation == "READ-COMMITTED" || isolation == "READ-UNCOMMITTED" ||
      isolation == "SERIALIZABLE")
    return Sight::newest;
  Sight sight = Sight::newest;
  if (info.kind == Kind::begin && info.snapshot)
    sight = Sight::snapshot;
  else if (info.kind == Kind::select)
    sight = sight_of_query(pattern);
  else if (info.kind == Kind::call || info.kind == Kind::execute || info.kind == Kind::unknown)
    sight = Sight::unknown;
  return sight == Sight::snapshot && isolation != "REPEATABLE-READ" ? Sight::unknown : sight;
}

}  // namespace understudy::mysql
