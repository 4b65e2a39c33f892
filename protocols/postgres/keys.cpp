#include "protocols/postgres/keys.hpp"

#include "protocols/postgres/table_names.hpp"

namespace understudy::postgres {

sql::Dependencies keys_of(std::string_view sql) {
  static const TableNames nothing;
  return nothing.facts_of(sql).dependencies;
}

}  // namespace understudy::postgres
