// What the statements of a schema file declare of tables, as MySQL and MariaDB read them: DDL,
// migrations, `mysqldump --no-data`.
#pragma once

#include <functional>
#include <string>

#include "understudy/diagnostic.hpp"
#include "understudy/schema.hpp"

namespace understudy::mysql {

/// The key of a table as a statement spells it, `schema.table` or `table`.
using TableKey = std::function<std::string(const std::string& table)>;

/// Added to what earlier files declared. A CREATE TABLE whose name can't be read is an error with
/// its line; what can't be followed otherwise (key prefixes, expressions, triggers) leaves its
/// table in doubt.
void read_schema(const SchemaFile& file, const TableKey& key_of, Schema& schema,
                 Diagnostics& problems);

}  // namespace understudy::mysql
