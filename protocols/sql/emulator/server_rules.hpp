// What servers of one dialect do otherwise than those of the other, as far as what is shared here
// has to know it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/contents/table.hpp"
#include "protocols/sql/emulator/plan.hpp"
#include "protocols/sql/statement.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql::emulator {

class ServerRules {
 public:
  ServerRules() = default;
  ServerRules(const ServerRules&) = delete;
  ServerRules& operator=(const ServerRules&) = delete;
  virtual ~ServerRules() = default;

  /// Of a pattern, with what stands before it.
  [[nodiscard]] virtual tree::Statement parse(std::string_view pattern) const = 0;
  /// The same for a person.
  [[nodiscard]] virtual std::string spelled(std::string_view pattern) const = 0;
  /// The key of a table in the catalogue.
  [[nodiscard]] virtual std::string key_of(const tree::Name& name) const = 0;
  /// The same in the session of the request under way; throws Unsure where that is not known.
  [[nodiscard]] virtual std::string key_in(const tree::Name& name,
                                           const contents::TableBook& /*book*/) const {
    return key_of(name);
  }
  /// `took_effect`: the server is known to have done what the statement says. Of what is not
  /// computed the plan says why.
  [[nodiscard]] virtual Plan plan(const tree::Statement& statement,
                                  const contents::TableBook& tables, bool took_effect) const = 0;
  /// Why a statement is not computed, by what its tree does not tell of its text; empty: it may be.
  [[nodiscard]] virtual std::string unsure_by_text(std::string_view /*pattern*/) const {
    return {};
  }
  /// The table whose next number the statement sets, and nothing else; empty where it does not.
  [[nodiscard]] virtual std::string numbered_by(std::string_view /*pattern*/) const { return {}; }

  /// What a view shows; null where it is none that is known.
  [[nodiscard]] virtual const tree::Query* view_of(const tree::Name& /*name*/) const {
    return nullptr;
  }

  /// Views, functions and triggers are followed.
  [[nodiscard]] virtual bool follows_routines() const noexcept { return false; }
  /// The body of a function is one that can be run.
  [[nodiscard]] virtual bool runs(const tree::CreateRoutine& /*routine*/) const { return false; }

  // ---- definitions ----
  /// Opaque where it is not calculated with. `table`: what is known of it so far.
  [[nodiscard]] virtual ColumnType type_of(const tree::ColumnDefinition& column,
                                           const contents::Definition& table) const = 0;
  [[nodiscard]] virtual contents::Default default_of(const tree::Expression& expression,
                                                     ColumnType type) const = 0;
  /// What a column has without DEFAULT.
  [[nodiscard]] virtual contents::Default no_default(
      const contents::TableColumn& /*column*/) const {
    return {};
  }
  /// The names that the server gives to what has none; empty where that is not sure. `suffix`: key,
  /// pkey, fkey, check.
  [[nodiscard]] virtual std::string constraint_name(const contents::Definition& table,
                                                    const std::vector<std::size_t>& columns,
                                                    std::string_view suffix) const = 0;
  /// Names of columns are the same in any case of letters.
  [[nodiscard]] virtual bool folds_names() const noexcept { return false; }
  /// The value that a literal or parameter of that class stands for in a place of that type;
  /// nothing where the server may refuse it, or take it for another one.
  [[nodiscard]] virtual std::optional<Datum> read_value(ColumnType type, ValueClass value_class,
                                                        std::string_view text) const = 0;
  /// What the server prints; nothing for NULL, and where `sure` is false for what is not known.
  [[nodiscard]] virtual std::optional<std::string> print_value(ColumnType type, const Datum& datum,
                                                               bool& sure) const = 0;
};

}  // namespace understudy::sql::emulator
