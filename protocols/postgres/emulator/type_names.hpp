// What the catalogue tells of the type of a column.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocols/postgres/types.hpp"
#include "protocols/sql/contents/table.hpp"

namespace understudy::postgres::emulation {

struct DescribedType {
  Oid oid = 0;
  std::int32_t modifier = -1;
  std::string name;      ///< as format_type() gives it
  std::string standard;  ///< information_schema.columns.data_type
  std::string internal;  ///< pg_type.typname
  std::optional<std::int32_t> characters = {}, precision = {}, radix = {}, scale = {},
                              fraction = {};  ///< as information_schema.columns has them
};

/// Nothing where it is no type that is calculated with.
[[nodiscard]] std::optional<DescribedType> described_type(const sql::contents::TableColumn& column);

}  // namespace understudy::postgres::emulation
