// A schema file as people have it (migrations, dumps, scripts for a server's command-line client),
// taken apart into statements.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/statement.hpp"
#include "understudy/schema.hpp"

namespace understudy::sql {

struct SchemaStatement {
  std::string text;
  int line = 1;  ///< where it begins
};

/// What is for the client is left out: psql's lines that begin with `\` and the rows behind
/// COPY … FROM stdin, MySQL's DELIMITER lines. Empty statements are left out as well.
[[nodiscard]] std::vector<SchemaStatement> schema_statements(std::string_view file, Mode mode);

/// `schema.sql:12`
[[nodiscard]] std::string place_of(const SchemaFile& file, int line);

/// Makes the table one of which not all is known, if it is not already. Without effect on one that
/// is not declared.
void doubt(Schema& schema, const std::string& table, const std::string& why);

}  // namespace understudy::sql
