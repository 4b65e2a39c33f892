// How the nodes of libpg_query's JSON become nodes of the SQL tree, as functions that call each
// other. For tree_from_pg_query.cpp alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/postgres/parse_tree.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::postgres::trees {

namespace tree = sql::tree;

/// What is known while a statement is read: how deep, and what could not be.
struct TreeReading {
  std::size_t depth = 0;
  std::string failure;         ///< empty: all is well
  std::string_view text = {};  ///< of the statement

  class Level {
   public:
    explicit Level(TreeReading& reading) : reading_(reading) {
      if (++reading_.depth > tree::depth_limit && reading_.failure.empty())
        reading_.failure = "nested too deeply";
    }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --reading_.depth; }
    [[nodiscard]] bool sound() const noexcept { return reading_.failure.empty(); }

   private:
    TreeReading& reading_;
  };
};

/// libpg_query leaves out what is zero.
[[nodiscard]] long long number_at(const ParseTree& node, const char* key);
/// `["a", "b"]` of a list of String nodes.
[[nodiscard]] std::vector<std::string> strings_of(const ParseTree& list);
/// `schema.name` of a list of String nodes, or of a RangeVar.
[[nodiscard]] tree::Name name_of_list(const ParseTree& list);
[[nodiscard]] tree::Name name_of_table(const ParseTree& range_var);
/// The only member of a node: its kind and what is in it.
[[nodiscard]] std::pair<std::string, const ParseTree*> kind_of(const ParseTree& node);

// ---- tree_expressions.cpp ----
[[nodiscard]] tree::Expression expression_of(const ParseTree& node, TreeReading& reading);
[[nodiscard]] std::vector<tree::Expression> expressions_of(const ParseTree& list,
                                                           TreeReading& reading);
[[nodiscard]] tree::Type type_of(const ParseTree& type_name);
[[nodiscard]] std::vector<tree::OrderItem> order_of(const ParseTree& list, TreeReading& reading);
[[nodiscard]] tree::Window window_of(const ParseTree& definition, TreeReading& reading);
/// Nothing where there is no node.
[[nodiscard]] tree::Box<tree::Expression> optional_expression(const ParseTree& node,
                                                              TreeReading& reading);

// ---- tree_queries.cpp ----
/// Of the inside of a SelectStmt.
[[nodiscard]] tree::Query query_of(const ParseTree& select, TreeReading& reading);
/// Of a wrapped statement that has to be a query.
[[nodiscard]] tree::Box<tree::Query> wrapped_query(const ParseTree& node, TreeReading& reading);
[[nodiscard]] tree::Statement insert_of(const ParseTree& node, TreeReading& reading);
[[nodiscard]] tree::Statement update_of(const ParseTree& node, TreeReading& reading);
[[nodiscard]] tree::Statement delete_of(const ParseTree& node, TreeReading& reading);
[[nodiscard]] tree::Statement merge_of(const ParseTree& node, TreeReading& reading);

// ---- tree_definitions.cpp ----
/// Of CREATE, ALTER, DROP and their like. False where the kind of node is none of them.
[[nodiscard]] bool read_definition(const std::string& kind, const ParseTree& node,
                                   TreeReading& reading, tree::Statement& statement);
[[nodiscard]] std::vector<tree::KeyPart> key_parts_of(const ParseTree& list, TreeReading& reading);

// ---- tree_utilities.cpp ----
[[nodiscard]] tree::Statement utility_of(const std::string& kind, const ParseTree& node,
                                         TreeReading& reading);

// ---- tree_from_pg_query.cpp ----
/// Of `{"SelectStmt": {…}}`.
[[nodiscard]] tree::Statement statement_of(const ParseTree& wrapped, TreeReading& reading);

}  // namespace understudy::postgres::trees
