// What is made of patterns once: their trees, and their plans over the tables that there are.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "protocols/sql/catalog/catalog.hpp"
#include "protocols/sql/contents/contents.hpp"
#include "protocols/sql/emulator/plan.hpp"
#include "protocols/sql/emulator/server_rules.hpp"
#include "protocols/sql/facts/contents_alone.hpp"
#include "protocols/sql/facts/dependencies.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql::emulator {

/// What a statement may change, if it is not understood any better.
struct MayWrite {
  bool anything = false, numbers = false;
  std::set<std::string> tables;    ///< keys
  std::set<std::string> numbered;  ///< keys of tables of which only the next number may change
  [[nodiscard]] bool nothing() const noexcept {
    return !anything && !numbers && tables.empty() && numbered.empty();
  }
};

class Statements {
 public:
  /// What `catalog` has counts for what statements may write. `rules` outlive it.
  Statements(const ServerRules& rules, Dialect dialect, Catalog catalog)
      : rules_(&rules), dialect_(dialect), catalog_(std::move(catalog)) {}
  [[nodiscard]] const tree::Statement& tree_of(std::string_view pattern);
  /// Valid until the next call. `took_effect`: see Translator. `session`: what else than the
  /// statement the plan depends on.
  [[nodiscard]] const Plan& plan_of(std::string_view pattern, const contents::Contents& contents,
                                    bool took_effect, std::string_view session = {});
  [[nodiscard]] MayWrite may_write(std::string_view pattern, const contents::TableBook& book);
  /// See contents_alone().
  [[nodiscard]] std::optional<ContentsAlone> contents_alone(std::string_view pattern) {
    return sql::contents_alone(tree_of(pattern), catalog_, dialect_);
  }
  /// The statement took effect: what it defines counts for what others may write.
  void define(const tree::Statement& statement) { catalog_.apply(statement); }
  [[nodiscard]] const Catalog& catalog() const noexcept { return catalog_; }

 private:
  static constexpr std::size_t kept = 5000;

  const ServerRules* rules_;
  Dialect dialect_;
  std::map<std::string, tree::Statement, std::less<>> trees_;
  std::map<std::string, Plan, std::less<>> plans_[2];
  std::uint64_t version_ = 0;  ///< of the contents that the plans are over
  Catalog catalog_;
};

}  // namespace understudy::sql::emulator
