#include "protocols/postgres/emulator/statements.hpp"

#include "protocols/postgres/emulator/translator.hpp"
#include "protocols/postgres/tree_from_pg_query.hpp"

namespace understudy::postgres::emulation {
namespace {

/// REFRESH of another kind than its tree tells.
bool refreshes_otherwise(std::string_view pattern) {
  return pattern.starts_with("refresh") &&
         (pattern.find(" concurrently ") != std::string_view::npos ||
          pattern.find(" no data") != std::string_view::npos);
}

Plan unsure_plan(std::string reason) {
  Plan plan;
  plan.reason = std::move(reason);
  return plan;
}

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

/// `orders` of `select setval(pg_get_serial_sequence('"orders"', 'id'), …`, which sets the next
/// number of that table and no other; empty of anything else.
std::string serial_table_of(std::string_view pattern) {
  constexpr std::string_view begin = "select setval(pg_get_serial_sequence('";
  if (!pattern.starts_with(begin)) return {};
  pattern.remove_prefix(begin.size());
  const bool more = pattern.find("setval(") != std::string_view::npos ||
                    pattern.find("nextval(") != std::string_view::npos;
  std::string name(pattern.substr(0, pattern.find('\'')));
  if (name.size() > 2 && name.starts_with('"') && name.ends_with('"'))
    name = name.substr(1, name.size() - 2);
  return more || name.find_first_of("\".") != std::string::npos ? std::string() : name;
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
                                const Printing& printing, bool took_effect,
                                std::string_view session) {
  if (version_ != contents.version())
    for (auto& plans : plans_) plans.clear();
  version_ = contents.version();
  auto& plans = plans_[took_effect ? 1 : 0];
  std::string key(pattern);
  if (!session.empty()) (key += '\0') += session;
  const auto found = plans.find(key);
  if (found != plans.end()) return found->second;
  if (plans.size() >= kept) plans.clear();
  return plans
      .emplace(std::move(key),
               refreshes_otherwise(pattern)
                   ? unsure_plan("a REFRESH of this kind")
                   : plan_for(tree_of(pattern), contents.book(), printing, took_effect))
      .first->second;
}

MayWrite Statements::may_write(std::string_view pattern, const std::vector<std::string>& path,
                               const TableBook& book) {
  sql::KeyNames names;
  names.table = [&](const tree::Name& name) {
    try {
      return KeyPath{key_in(name, path, book)};
    } catch (const Unsure&) {
      return KeyPath();  // any of them
    }
  };
  names.locks = {"@lock"};
  names.catalogue = {"@catalog"};
  const sql::StatementFacts facts =
      sql::facts_of(tree_of(pattern), catalog_, sql::Dialect::postgres, names);
  const std::string serial_table = serial_table_of(pattern);
  MayWrite written;
  for (const auto* paths : {&facts.dependencies.writes, &facts.cascades})
    for (const KeyPath& each : *paths) {
      if (each.empty())
        written.anything = true;
      else if (each.front() == outside_transactions && !serial_table.empty())
        written.numbered.insert(serial_table);
      else if (each.front() == outside_transactions)
        written.numbers = true;
      else
        written.tables.insert(each.front());
    }
  return written;
}

}  // namespace understudy::postgres::emulation
