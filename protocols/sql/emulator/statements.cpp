#include "protocols/sql/emulator/statements.hpp"

namespace understudy::sql::emulator {
const tree::Statement& Statements::tree_of(std::string_view pattern) {
  const auto found = trees_.find(pattern);
  if (found != trees_.end()) return found->second;
  if (trees_.size() >= kept) trees_.clear();
  return trees_.emplace(std::string(pattern), rules_->parse(pattern)).first->second;
}

const Plan& Statements::plan_of(std::string_view pattern, const contents::Contents& contents,
                                bool took_effect, std::string_view session) {
  if (version_ != contents.version())
    for (auto& plans : plans_) plans.clear();
  version_ = contents.version();
  auto& plans = plans_[took_effect ? 1 : 0];
  std::string key(pattern);
  if (!session.empty()) (key += '\0') += session;
  const auto found = plans.find(key);
  if (found != plans.end()) return found->second;
  if (plans.size() >= kept) plans.clear();
  Plan plan;
  plan.reason = rules_->unsure_by_text(pattern);
  if (plan.reason.empty()) plan = rules_->plan(tree_of(pattern), contents.book(), took_effect);
  return plans.emplace(std::move(key), std::move(plan)).first->second;
}

MayWrite Statements::may_write(std::string_view pattern, const contents::TableBook& book) {
  KeyNames names;
  names.table = [&](const tree::Name& name) {
    try {
      return KeyPath{rules_->key_in(name, book)};
    } catch (const Unsure&) {
      return KeyPath();  // any of them
    }
  };
  names.locks = {"@lock"};
  names.catalogue = {"@catalog"};
  const StatementFacts facts = facts_of(tree_of(pattern), catalog_, dialect_, names);
  const std::string serial_table = rules_->numbered_by(pattern);
  MayWrite written;
  for (const auto* paths : {&facts.dependencies.writes, &facts.cascades})
    for (const KeyPath& path : *paths) {
      if (path.empty())
        written.anything = true;
      else if (path.front() == outside_transactions && !serial_table.empty())
        written.numbered.insert(serial_table);
      else if (path.front() == outside_transactions && path.size() > 1)
        written.numbered.insert(path[1]);
      else if (path.front() == outside_transactions)
        written.numbers = true;
      else
        written.tables.insert(path.front());
    }
  return written;
}

}  // namespace understudy::sql::emulator
