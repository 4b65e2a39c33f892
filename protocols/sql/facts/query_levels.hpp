// Queries of a statement, level by level: which tables they read, and which rows of these.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "protocols/sql/facts/equalities.hpp"
#include "protocols/sql/tree/visitor.hpp"

namespace understudy::sql {

/// A table as plans spell it; empty where statements name no rows of it (the server's own
/// catalogue).
using TableNaming = std::function<std::string(const tree::Name&)>;

/// One SELECT, UPDATE or DELETE: its tables and what holds of them.
struct Level {
  std::vector<Source> sources;
  std::vector<std::pair<const tree::Expression*, SourceRange>> conditions;  ///< ON
  std::vector<std::pair<std::string, SourceRange>> usings;                  ///< USING
  bool nested = false;  ///< names without a table may be those of a level around it
  const std::vector<tree::Output>* outputs = nullptr;  ///< of the only SELECT, if it is one
  bool simple = false;  ///< the rows of the result are rows of the tables: no UNION, no super-rows
  bool grouped = false;
};

/// Borrows from the trees that it reads.
class QueryLevels final : public tree::Visitor {
 public:
  QueryLevels(Dialect dialect, TableNaming naming)
      : dialect_(dialect), naming_(std::move(naming)) {}
  using Visitor::visit;

  /// A query with its WITH and its set operations. Its reads are added.
  Level read(const tree::Query& query, bool nested);
  /// Reads a WITH clause. Its names stay known until `leave` is given what was returned.
  std::size_t enter(const tree::With& with, bool nested);
  void leave(std::size_t names) { expressions_.resize(names); }
  /// Adds tables with their joins to a level.
  void add_sources(const std::vector<tree::Relation>& relations, Level& level);
  void add_source(const tree::Relation& relation, Level& level);
  /// What holds of a level, once all its sources are known.
  [[nodiscard]] Equalities equalities_of(const Level& level,
                                         const tree::Box<tree::Expression>& where) const;
  void add_read(const Level& level, const Equalities& equalities, std::size_t source);
  [[nodiscard]] std::string name_of(const tree::Name& table) const { return naming_(table); }
  [[nodiscard]] std::string folded(std::string name) const {
    return plan_name(std::move(name), dialect_);
  }

  /// Of a statement or an expression: its sub-selects.
  void visit(const tree::Query& query) override { read(query, true); }
  void visit(const tree::Expression& expression) override;

  /// Something is there that is not followed: nothing may be claimed of the statement.
  void lose() noexcept { lost_ = true; }
  [[nodiscard]] bool lost() const noexcept { return lost_; }

  std::vector<PlannedAccess> reads;

 private:
  Level select(const tree::Select& select, bool nested);
  void join(const tree::Join& join, Level& level);
  void table(const tree::TableName& table, const std::string& alias, Level& level);

  Dialect dialect_;
  TableNaming naming_;
  std::vector<std::string> expressions_;  ///< names of common table expressions in reach
  bool lost_ = false;
};

}  // namespace understudy::sql
