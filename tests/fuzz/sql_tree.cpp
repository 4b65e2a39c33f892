// Any text as a MySQL statement: a tree of bounded depth or a reason, which can be walked, copied
// and asked for what it reads and writes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "protocols/sql/facts/dependencies.hpp"
#include "protocols/sql/tree/parse_mysql.hpp"
#include "protocols/sql/tree/visitor.hpp"

namespace {

using namespace understudy;
using namespace understudy::sql;

void demand(bool holds) {
  if (!holds) std::abort();
}

class Depth : public tree::Visitor {
 public:
  using Visitor::visit;
  void visit(const tree::Expression& expression) override {
    demand(expression.height <= tree::depth_limit);
    descend(expression);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const Mode mode{Dialect::mysql, (data[0] & 1) != 0, (data[0] & 2) != 0};
  const std::string sql(reinterpret_cast<const char*>(data) + 1, size - 1);
  const tree::Statement statement = tree::parse_mysql(sql, mode);
  if (const auto* unknown = statement.as<tree::Unknown>())
    demand(!unknown->reason.empty() && unknown->offset <= sql.size());
  Depth depth;
  depth.visit(tree::Statement(statement));
  Catalog catalog(Dialect::mysql);
  catalog.apply(statement);
  const auto key = [](const tree::Name& name) { return KeyPath{name.name}; };
  const KeyNames names{key, {"@lock"}, {"@catalog"}, key, key};
  const Dependencies found = facts_of(statement, catalog, Dialect::mysql, names).dependencies;
  demand(found.effect == Effect::write ? !found.writes.empty() : found.writes.empty());
  return 0;
}
