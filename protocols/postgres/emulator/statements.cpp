#include "protocols/postgres/emulator/statements.hpp"

#include "protocols/postgres/emulator/translator.hpp"
#include "protocols/postgres/tree_from_pg_query.hpp"

namespace understudy::postgres::emulation {
namespace {

Plan plan_for(const tree::Statement& statement, const TableBook& book, const Printing& printing,
              bool took_effect) {
  Plan unsure;
  for (const Reach& reach : reaches) {
    try {
      return Translator(book, printing, reach, took_effect).plan(statement);
    } catch (const Unsure& reason) {
      unsure.reason = reason.reason;
      return unsure;
    } catch (const TooFar&) {
      unsure.reason = "a number that may leave its type";
    }
  }
  return unsure;
}

}  // namespace

const tree::Statement& Statements::tree_of(std::string_view pattern) {
  const auto found = trees_.find(pattern);
  if (found != trees_.end()) return found->second;
  if (trees_.size() >= kept) trees_.clear();
  return trees_
      .emplace(std::string(pattern),
               parse_postgres(sql::sql_of_pattern(pattern, sql::Dialect::postgres)))
      .first->second;
}

const Plan& Statements::plan_of(std::string_view pattern, const sql::contents::Contents& contents,
                                const Printing& printing, bool took_effect) {
  if (version_ != contents.version())
    for (auto& plans : plans_) plans.clear();
  version_ = contents.version();
  auto& plans = plans_[took_effect ? 1 : 0];
  const auto found = plans.find(pattern);
  if (found != plans.end()) return found->second;
  if (plans.size() >= kept) plans.clear();
  return plans
      .emplace(std::string(pattern),
               plan_for(tree_of(pattern), contents.book(), printing, took_effect))
      .first->second;
}

MayWrite Statements::may_write(std::string_view pattern) {
  sql::KeyNames names;
  names.table = [](const tree::Name& name) { return KeyPath{key_of(name)}; };
  names.locks = {"@lock"};
  names.catalogue = {"@catalog"};
  const sql::StatementFacts facts =
      sql::facts_of(tree_of(pattern), catalog_, sql::Dialect::postgres, names);
  MayWrite written;
  for (const auto* paths : {&facts.dependencies.writes, &facts.cascades})
    for (const KeyPath& path : *paths) {
      if (path.empty())
        written.anything = true;
      else if (path.front() == outside_transactions)
        written.numbers = true;
      else
        written.tables.insert(path.front());
    }
  return written;
}

}  // namespace understudy::postgres::emulation
