// What the executor found as the answer that the server would give.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "protocols/postgres/answer.hpp"
#include "protocols/postgres/emulator/shared.hpp"
#include "protocols/postgres/emulator/values.hpp"
#include "understudy/bytes.hpp"

namespace understudy::postgres::emulation {

/// The OIDs of tables, by their keys, as answers show them.
using TableOids = std::map<std::string, Oid, std::less<>>;

struct Result {
  StatementAnswer answer;
  /// Beside each row: rows of one number may come in any order.
  std::vector<std::size_t> runs;
  bool given_order = false;          ///< rows come in the order in which they were put in
  std::vector<std::string> written;  ///< keys of the tables that were changed
  /// Where OIDs are shown: the objects that have them. See Catalogue.
  std::map<std::string, std::string> objects = {};
};

/// Whether the server said the same: rows that may come in any order in any order, and tables by
/// whatever OIDs. Those that it tells are learned.
[[nodiscard]] bool agrees(const Plan& plan, const Result& result, Bytes image, TableOids& oids);

/// Whether it says an error of the same code in other words.
[[nodiscard]] bool words_differ(const Result& result, Bytes image);

/// Of each value of the request the type of the place where it stands; 0 where it is not known.
[[nodiscard]] std::vector<Oid> slot_types_of(const Plan& plan);

/// Columns as RowDescription has them. A table whose OID nobody told has one all the same.
[[nodiscard]] std::vector<Column> columns_of(const std::vector<Shown>& shown,
                                             const TableOids& oids);

}  // namespace understudy::postgres::emulation
