// What the statements of a schema file declare of tables, by PostgreSQL's own grammar. At compile
// time only.
#pragma once

#include "understudy/diagnostic.hpp"
#include "understudy/schema.hpp"

namespace understudy::postgres {

/// Added to what earlier files declared. Text that does not parse is an error with its line. What
/// parses and can't be followed (inheritance, exclusion constraints, triggers) leaves its table in
/// doubt.
void read_schema(const SchemaFile& file, Schema& schema, Diagnostics& problems);

}  // namespace understudy::postgres
