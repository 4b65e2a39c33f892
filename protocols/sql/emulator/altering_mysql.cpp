// ALTER TABLE of MySQL and MariaDB: keys are dropped first, then the columns change, and what
// constrains them is added last. All names of columns but those of added keys are the old ones.
#include <algorithm>
#include <set>
#include <utility>

#include "protocols/sql/emulator/altering.hpp"
#include "protocols/sql/emulator/definitions.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::sql::emulator {
namespace {

using contents::ColumnType;
using contents::Default;
using contents::Definition;
using contents::KeptColumn;
using contents::TableColumn;
using contents::TypeKind;
using tree::AlterAction;
using ActionKind = AlterAction::Kind;

enum class Turn : std::uint8_t { keys_go, columns, keys_come };

Turn turn_of(ActionKind kind) {
  switch (kind) {
    case ActionKind::drop_constraint:
    case ActionKind::drop_index:
    case ActionKind::rename_index:
      return Turn::keys_go;
    case ActionKind::add_constraint:
      return Turn::keys_come;
    default:
      return Turn::columns;
  }
}

bool same_name(const std::string& a, const std::string& b) {
  return lower(a) == lower(b);
}

/// All lists of columns that the table has.
template <class Change>
void change_lists(Definition& table, const Change& change) {
  for (auto& key : table.keys) change(key.columns);
  for (auto& index : table.indexes) change(index.columns);
  for (auto& reference : table.references) change(reference.columns);
}

/// What a column without default gets in rows that are there already.
std::optional<Datum> implied(const TableColumn& column) {
  if (!column.not_null) return Datum();
  if (contents::is_whole(column.type.kind) || column.type.kind == TypeKind::numeric)
    return Datum(std::int64_t{0});
  if (contents::is_text(column.type.kind)) return Datum(std::string());
  return std::nullopt;
}

bool changes_columns(ActionKind kind) {
  return kind == ActionKind::add_column || kind == ActionKind::drop_column ||
         kind == ActionKind::change_column || kind == ActionKind::rename_column;
}

class MysqlAlteration {
 public:
  MysqlAlteration(const Definition& before, const ServerRules& rules)
      : before_(before), table_(before), rules_(rules) {
    for (std::size_t i = 0; i < before.columns.size(); ++i) result_.columns.push_back({i, {}});
  }

  /// False where it is not followed.
  bool apply(const AlterAction& action) {
    table_.altered |= changes_columns(action.kind);
    switch (action.kind) {
      case ActionKind::inert:
        return true;
      case ActionKind::add_column:
        return add_column(action);
      case ActionKind::drop_column:
        return drop_column(action);
      case ActionKind::change_column:
        return change_column(action);
      case ActionKind::rename_column:
        return rename_column(action);
      case ActionKind::set_default:
        return set_default(action);
      case ActionKind::add_constraint:
        return constrain(table_, *action.constraint, rules_), true;
      case ActionKind::drop_constraint:
        return drop_constraint(action);
      case ActionKind::drop_index:
        return drop_index(action);
      case ActionKind::rename_index:
        return rename_index(action);
      case ActionKind::rename_table:
        return rename_table(action.table), true;
      default:
        return false;
    }
  }

  Altered finish() && {
    for (const tree::Constraint& each : of_columns_) constrain(table_, each, rules_);
    index_references(table_, rules_);
    drop_made_indexes();
    check_keys(table_);
    result_.table = std::move(table_);
    return std::move(result_);
  }

 private:
  /// An index that the server made for a reference goes as soon as another one serves it.
  void drop_made_indexes() {
    const auto is_made = [&](const contents::PlainIndex& index) {
      return std::ranges::any_of(table_.references, [&](const contents::Reference& reference) {
        return !index.name.empty() && same_name(reference.name, index.name) &&
               reference.columns == index.columns;
      });
    };
    const std::vector<contents::PlainIndex> all = table_.indexes;
    std::erase_if(table_.indexes, [&](const contents::PlainIndex& index) {
      const auto serves = [&](const auto& other) {
        return !same_name(other.name, index.name) && other.columns.size() >= index.columns.size() &&
               std::equal(index.columns.begin(), index.columns.end(), other.columns.begin());
      };
      return is_made(index) &&
             (std::ranges::any_of(table_.keys, serves) || std::ranges::any_of(all, serves));
    });
  }

  /// By the name that it has had before the statement; nothing where a column of that name was made
  /// by the statement itself.
  std::optional<std::size_t> column(const std::string& name) const {
    return made_.contains(lower(name)) ? std::nullopt : table_.column(name);
  }

  bool add_column(const AlterAction& action) {
    const tree::ColumnDefinition& definition = *action.column;
    if (table_.column(definition.name)) return action.if_exists;
    emulator::add_column(table_, definition, rules_);
    made_.insert(lower(definition.name));
    const TableColumn& column = table_.columns.back();
    const bool constant = column.default_.kind == Default::Kind::constant && definition.default_;
    result_.columns.push_back(constant ? KeptColumn{{}, column.default_.value}
                              : !definition.default_ && !definition.identity
                                  ? KeptColumn{{}, implied(column)}
                                  : KeptColumn{});
    result_.remade = true;
    take_constraints(definition);
    return place(action, table_.columns.size() - 1);
  }

  void take_constraints(const tree::ColumnDefinition& definition) {
    for (tree::Constraint each : definition.constraints) {
      if (each.kind == tree::Constraint::Kind::check) each.of_column = definition.name;
      of_columns_.push_back(std::move(each));
    }
  }

  /// FIRST and AFTER.
  bool place(const AlterAction& action, std::size_t from) {
    if (!action.first && action.after.empty()) return true;
    std::size_t to = 0;
    if (!action.first) {
      const auto after = table_.column(action.after);
      if (!after) return false;
      to = *after < from ? *after + 1 : *after;
    }
    const auto moved = [&](std::size_t at) {
      if (at == from) return to;
      if (from < to) return at > from && at <= to ? at - 1 : at;
      return at >= to && at < from ? at + 1 : at;
    };
    const auto move = [&](auto& list) {
      auto each = std::move(list[from]);
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(from));
      list.insert(list.begin() + static_cast<std::ptrdiff_t>(to), std::move(each));
    };
    move(table_.columns);
    move(result_.columns);
    change_lists(table_, [&](std::vector<std::size_t>& columns) {
      for (std::size_t& each : columns) each = moved(each);
    });
    result_.remade = true;
    return true;
  }

  bool drop_column(const AlterAction& action) {
    const auto found = column(action.name);
    if (!found) return action.if_exists && !table_.column(action.name);
    const std::size_t gone = *found;
    const bool refers = std::ranges::any_of(table_.references, [&](const auto& each) {
      return std::ranges::count(each.columns, gone) > 0;
    });
    if (refers) return false;
    std::erase_if(table_.checks, [&](const contents::Check& check) {
      return columns_in(table_, *check.condition).contains(gone);
    });
    change_lists(table_, [&](std::vector<std::size_t>& columns) {
      std::erase(columns, gone);
      for (std::size_t& each : columns) each -= each > gone ? 1U : 0U;
    });
    const auto is_empty = [](const auto& each) { return each.columns.empty(); };
    std::erase_if(table_.keys, is_empty);
    std::erase_if(table_.indexes, is_empty);
    const auto at = static_cast<std::ptrdiff_t>(gone);
    table_.columns.erase(table_.columns.begin() + at);
    result_.columns.erase(result_.columns.begin() + at);
    result_.remade = true;
    return true;
  }

  /// MODIFY and CHANGE: all of its definition is new, but for the keys that it is part of.
  bool change_column(const AlterAction& action) {
    const auto found = column(action.name);
    if (!found) return false;
    const tree::ColumnDefinition& definition = *action.column;
    const std::string before_name = table_.columns[*found].name;
    Definition scratch = table_;
    emulator::add_column(scratch, definition, rules_);
    TableColumn made = scratch.columns.back();
    const TableColumn was = table_.columns[*found];
    made.attribute = was.attribute;
    made.not_null = made.not_null || is_primary(*found);
    std::erase_if(table_.checks, [&](const contents::Check& check) {
      return same_name(check.column, before_name);
    });
    table_.columns[*found] = std::move(made);
    convert(was, table_.columns[*found], result_.columns[*found]);
    result_.remade = true;
    take_constraints(definition);
    if (before_name != definition.name) {
      table_.columns[*found].name = before_name;
      name_column(*found, definition.name);
    }
    return place(action, *found);
  }

  [[nodiscard]] bool is_primary(std::size_t column) const {
    return std::ranges::any_of(table_.keys, [&](const auto& key) {
      return key.primary && std::ranges::count(key.columns, column) > 0;
    });
  }

  /// What becomes of the values: those that fit stay what they are.
  static void convert(const TableColumn& from, const TableColumn& to, KeptColumn& kept) {
    const ColumnType &a = from.type, &b = to.type;
    kept.not_null = kept.not_null || (to.not_null && !from.not_null);
    if (contents::is_text(a.kind) && contents::is_text(b.kind)) {
      // Blanks behind a CHAR are lost.
      const bool cut = b.scale != a.scale && b.scale != 0;
      const bool known =
          a.collation == b.collation || (a.comparison != contents::Comparison::alike &&
                                         b.comparison != contents::Comparison::alike);
      if (cut || !known) return void(kept = KeptColumn{});
      kept.most = kept.most > 0 ? std::min(kept.most, b.length) : b.length;
      return;
    }
    if (contents::is_whole(a.kind) && contents::is_whole(b.kind)) {
      const int bits = 8 * std::clamp(b.length, 1, 8);
      if (bits == 64 && !b.is_unsigned) return;
      const std::int64_t all = bits == 64 ? 0 : std::int64_t{1} << bits;
      kept.range = bits == 64      ? std::pair(std::int64_t{0}, INT64_MAX)
                   : b.is_unsigned ? std::pair(std::int64_t{0}, all - 1)
                                   : std::pair(-all / 2, all / 2 - 1);
      return;
    }
    const bool wider = a.kind == b.kind && a.scale == b.scale && a.is_unsigned == b.is_unsigned &&
                       a.length <= b.length && a.kind != TypeKind::opaque;
    if (!wider) kept = KeptColumn{};
  }

  bool rename_column(const AlterAction& action) {
    const auto found = column(action.name);
    if (!found) return false;
    name_column(*found, action.new_name);
    return true;
  }

  /// Conditions keep the text in which they were written: those that name it are not looked at.
  void name_column(std::size_t at, const std::string& name) {
    const auto names_it = [&](const contents::Check& check) {
      return columns_in(table_, *check.condition).contains(at);
    };
    if (std::erase_if(table_.checks, names_it) > 0) table_.takes_rows = false;
    std::string& old = table_.columns[at].name;
    for (auto& reference : table_.references)
      if (reference.parent == table_.key) std::ranges::replace(reference.of, old, name);
    result_.renamed_columns.emplace_back(old, name);
    old = name;
    made_.insert(lower(name));
  }

  bool set_default(const AlterAction& action) {
    const auto found = column(action.name);
    if (!found) return false;
    TableColumn& changed = table_.columns[*found];
    changed.lacks_default = !action.expression;
    changed.default_ = action.expression ? rules_.default_of(*action.expression, changed.type)
                                         : rules_.no_default(changed);
    return true;
  }

  bool drop_constraint(const AlterAction& action) {
    const auto is_it = [&](const auto& each) { return same_name(each.name, action.name); };
    if (std::erase_if(table_.references, is_it) > 0) {
      for (auto& index : table_.indexes)  // it stays when the reference is gone
        if (same_name(index.name, action.name)) index.of_reference = false;
      return true;
    }
    if (std::erase_if(table_.checks, is_it) > 0) return true;
    return drop_index(action);
  }

  bool drop_index(const AlterAction& action) {
    const auto is_it = [&](const auto& each) { return same_name(each.name, action.name); };
    result_.remade = result_.remade || std::ranges::any_of(table_.keys, is_it);
    const bool any = std::erase_if(table_.keys, is_it) + std::erase_if(table_.indexes, is_it) > 0;
    if (any) return true;
    // A key whose name is not known may be meant, or one that is not followed.
    const auto unnamed = [](const auto& each) { return each.name.empty(); };
    return table_.takes_rows && std::ranges::none_of(table_.keys, unnamed) &&
           std::ranges::none_of(table_.indexes, unnamed) &&
           (action.if_exists || action.kind == ActionKind::drop_index);
  }

  bool rename_index(const AlterAction& action) {
    const auto rename = [&](auto& list) {
      for (auto& each : list)
        if (same_name(each.name, action.name)) each.name = action.new_name;
    };
    rename(table_.keys);
    rename(table_.indexes);
    return true;
  }

  void rename_table(const tree::Name& name) {
    const std::string key = rules_.key_of(name);
    const std::string stem = table_.spelled.name + "_ibfk_";
    table_.spelled = name;
    for (auto& reference : table_.references) {
      if (reference.parent == table_.key) reference.parent = key;
      if (reference.name.starts_with(stem))  // the server's choice
        reference.name.replace(0, stem.size(), name.name + "_ibfk_");
    }
    table_.key = key;
    result_.remade = true;
  }

  const Definition& before_;
  Definition table_;
  const ServerRules& rules_;
  Altered result_;
  std::set<std::string> made_;                ///< names of columns that the statement makes
  std::vector<tree::Constraint> of_columns_;  ///< that it wrote behind them
};

}  // namespace

Altered altered_of_mysql(const Definition& table, const tree::AlterTable& alter,
                         const ServerRules& rules) {
  MysqlAlteration alteration(table, rules);
  for (const Turn turn : {Turn::keys_go, Turn::columns, Turn::keys_come})
    for (const AlterAction& action : alter.actions)
      if (turn_of(action.kind) == turn && !alteration.apply(action)) return {};
  return std::move(alteration).finish();
}

}  // namespace understudy::sql::emulator
