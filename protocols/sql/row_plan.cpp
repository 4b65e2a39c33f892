#include "protocols/sql/row_plan.hpp"

#include <algorithm>
#include <array>

#include "protocols/sql/number.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::sql {
namespace {

constexpr std::size_t longest_value = 256;

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool is_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  bool digits = false, dot = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      digits = true;
    } else if (text[i] == '.' && !dot) {
      dot = true;
    } else if ((text[i] == 'e' || text[i] == 'E') && digits && i + 1 < text.size()) {
      const std::string_view exponent =
          text.substr(i + (text[i + 1] == '-' || text[i + 1] == '+' ? 2 : 1));
      return !exponent.empty() && exponent.size() < 4 && std::ranges::all_of(exponent, is_digit);
    } else {
      return false;
    }
  }
  return digits;
}

/// 2024-01-31… and 12:30…: one moment has many spellings, and a date equals some timestamps.
bool is_moment(std::string_view text) {
  const auto digits_then = [&](std::size_t count, char mark) {
    return text.size() > count && text[count] == mark &&
           std::ranges::all_of(text.substr(0, count), is_digit);
  };
  return digits_then(2, ':') || digits_then(1, ':') ||
         (digits_then(4, '-') && text.size() > 7 && text[7] == '-' && is_digit(text[5]));
}

/// A server may take a UUID with or without its hyphens.
std::optional<std::string> uuid_of(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == '-') continue;
    const char folded = to_lower(c);
    if (!is_digit(folded) && (folded < 'a' || folded > 'f')) return std::nullopt;
    digits += folded;
  }
  return digits.size() == 32 ? std::optional(digits) : std::nullopt;
}

std::string_view truth_of(std::string_view lowered) {
  static constexpr std::array<std::string_view, 5> truths = {"t", "true", "y", "yes", "on"};
  static constexpr std::array<std::string_view, 5> untruths = {"f", "false", "n", "no", "off"};
  if (std::ranges::find(truths, lowered) != truths.end()) return "1";
  if (std::ranges::find(untruths, lowered) != untruths.end()) return "0";
  return {};
}

/// The elements of an array of plain values, `{1,2,"a b"}`. Nothing where it is not so plain.
std::optional<std::vector<std::string>> elements_of(std::string_view array) {
  if (array.size() < 2 || array.front() != '{' || array.back() != '}') return std::nullopt;
  array = array.substr(1, array.size() - 2);
  std::vector<std::string> elements;
  if (array.empty()) return elements;
  std::string element;
  bool quoted = false;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const char c = array[i];
    if (c == '{' || c == '}') return std::nullopt;
    if (c == '\\' && i + 1 < array.size())
      element += array[++i];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      elements.push_back(std::exchange(element, {}));
    else
      element += c;
  }
  elements.push_back(element);
  return elements;
}

class Filler {
 public:
  Filler(const RowPlan& plan, std::span<const std::optional<std::string_view>> values,
         const RowResult& result, const ColumnRules& rules)
      : plan_(plan), values_(values), result_(result), rules_(rules) {}

  RowFacts fill() {
    for (const PlannedAccess& access : plan_.reads)
      facts_.reads.push_back({access.table, conditions(access.table, access.where)});
    for (const PlannedChange& change : plan_.changes) add_change(change);
    add_seen();
    return std::move(facts_);
  }

 private:
  using Use = ColumnRules::Use;

  [[nodiscard]] Cell cell(Use use, const std::string& table, const std::string& column,
                          const Operand& operand) const {
    switch (operand.kind) {
      case Operand::Kind::constant:
        return rules_.fold(use, table, column, operand.text, ColumnRules::no_slot);
      case Operand::Kind::null:
        return rules_.fold(use, table, column, std::nullopt, ColumnRules::no_slot);
      case Operand::Kind::slot:
        if (operand.slot >= values_.size()) return std::nullopt;
        return rules_.fold(use, table, column, values_[operand.slot], operand.slot);
      default:
        return std::nullopt;
    }
  }

  /// False where not all values are known.
  bool append_values(const std::string& table, const std::string& column, const Operand& operand,
                     std::vector<std::string>& values) const {
    if (operand.kind != Operand::Kind::array) {
      const Cell value = cell(Use::compared, table, column, operand);
      if (value) values.push_back(*value);
      return value.has_value();
    }
    if (operand.slot >= values_.size() || !values_[operand.slot]) return false;
    const auto elements = elements_of(*values_[operand.slot]);
    if (!elements) return false;
    for (const std::string& element : *elements) {
      const Cell value = rules_.fold(Use::compared, table, column, element, operand.slot);
      if (!value) return false;
      values.push_back(*value);
    }
    return true;
  }

  [[nodiscard]] std::vector<RowCondition> conditions(
      const std::string& table, const std::vector<PlannedCondition>& planned) const {
    std::vector<RowCondition> known;
    for (const PlannedCondition& each : planned) {
      RowCondition condition{each.column, {}};
      const bool comparable = std::ranges::all_of(each.through, [&](const auto& other) {
        return rules_.comparable({table, each.column}, other);
      });
      const bool all = comparable && std::ranges::all_of(each.any_of, [&](const Operand& operand) {
                         return append_values(table, each.column, operand, condition.values);
                       });
      std::ranges::sort(condition.values);
      condition.values.erase(std::unique(condition.values.begin(), condition.values.end()),
                             condition.values.end());
      if (all) known.push_back(std::move(condition));
    }
    return known;
  }

  void add_change(const PlannedChange& planned) {
    RowChange change;
    change.kind = planned.kind;
    change.table = planned.table;
    change.where = conditions(planned.table, planned.where);
    change.target = planned.target;
    for (const auto& [column, operand] : planned.set)
      change.set.emplace(column, cell(Use::stored, planned.table, column, operand));
    for (const std::vector<Operand>& operands : planned.rows)
      change.rows.push_back(row_of(planned, operands));
    // One row of which nothing is known stands for rows that are not known.
    if (!planned.rows_known) change.rows.assign(1, {});
    if (!planned.in_expression) change.count = result_.affected;
    facts_.changes.push_back(std::move(change));
  }

  [[nodiscard]] Row row_of(const PlannedChange& planned,
                           const std::vector<Operand>& operands) const {
    Row row;
    for (std::size_t i = 0; i < std::min(operands.size(), planned.columns.size()); ++i)
      if (operands[i].kind != Operand::Kind::omitted)
        row.emplace(planned.columns[i],
                    cell(Use::stored, planned.table, planned.columns[i], operands[i]));
    return row;
  }

  /// Which table and column stands in each column of the result; empty where not known.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> origins() const {
    if (!result_.origins.empty()) return result_.origins;
    const std::size_t width = result_.columns.size();
    std::vector<std::pair<std::string, std::string>> origins(width);
    if (plan_.outputs.size() == 1 && plan_.outputs[0].column.empty() &&
        !plan_.outputs[0].table.empty()) {
      for (std::size_t i = 0; i < width; ++i)
        origins[i] = {plan_.outputs[0].table, result_.columns[i]};
    } else if (plan_.outputs.size() == width) {
      for (std::size_t i = 0; i < width; ++i)
        if (!plan_.outputs[i].column.empty())
          origins[i] = {plan_.outputs[i].table, plan_.outputs[i].column};
    }
    return origins;
  }

  void add_seen() {
    const auto from = origins();
    std::vector<std::string> tables;
    for (const auto& [table, column] : from)
      if (!table.empty() && std::ranges::find(tables, table) == tables.end())
        tables.push_back(table);
    for (const std::string& table : tables) {
      if (mentions_of(table) > 1) continue;  // which of its rows a cell is of is not known
      RowsSeen seen{table, {}, plan_.each_once, plan_.returning};
      for (const auto& cells : result_.rows) seen.rows.push_back(seen_row(table, from, cells));
      if (!seen.rows.empty()) facts_.seen.push_back(std::move(seen));
    }
  }

  [[nodiscard]] std::ptrdiff_t mentions_of(const std::string& table) const {
    return std::ranges::count(plan_.reads, table, &PlannedAccess::table) +
           std::ranges::count(plan_.changes, table, &PlannedChange::table);
  }

  [[nodiscard]] Row seen_row(const std::string& table,
                             const std::vector<std::pair<std::string, std::string>>& from,
                             const std::vector<std::optional<std::string_view>>& cells) const {
    Row row;
    for (std::size_t i = 0; i < std::min(from.size(), cells.size()); ++i)
      if (from[i].first == table)
        row.insert_or_assign(from[i].second, rules_.fold(Use::shown, table, from[i].second,
                                                         cells[i], ColumnRules::no_slot));
    if (!plan_.each_once || plan_.returning) return row;
    // What the statement asked for holds for each row that it was given.
    for (const RowAccess& access : facts_.reads)
      for (const RowCondition& condition : access.where)
        if (access.table == table && condition.values.size() == 1)
          row.emplace(condition.column, condition.values[0]);
    return row;
  }

  const RowPlan& plan_;
  std::span<const std::optional<std::string_view>> values_;
  const RowResult& result_;
  const ColumnRules& rules_;
  RowFacts facts_;
};

}  // namespace

std::string folded_null() {
  return "null";
}

Cell fold_value(std::string_view text) {
  text = trimmed(text);
  if (text.size() > longest_value) return std::nullopt;
  if (std::ranges::any_of(text, [](char c) {
        return static_cast<unsigned char>(c) >= 0x80 || c == '\0' || c == '\x1f';
      }))
    return std::nullopt;
  if (!text.empty() &&
      (text.front() == '{' || text.front() == '[' || text.front() == '(' || text.front() == '$'))
    return std::nullopt;
  if (is_moment(text)) return std::nullopt;
  std::string folded = "=";
  if (is_number(text)) {
    if (text.front() == '+') text.remove_prefix(1);
    append_number(text, folded);
    return folded;
  }
  if (const auto uuid = uuid_of(text)) return folded + *uuid;
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), to_lower);
  const std::string_view truth = truth_of(lowered);
  return folded += truth.empty() ? std::string_view(lowered) : truth;
}

Cell ColumnRules::fold(Use, const std::string&, const std::string&,
                       std::optional<std::string_view> value, std::uint32_t) const {
  return value ? fold_value(*value) : folded_null();
}

bool ColumnRules::comparable(const std::pair<std::string, std::string>&,
                             const std::pair<std::string, std::string>&) const {
  return true;
}

RowFacts fill(const RowPlan& plan, std::span<const std::optional<std::string_view>> values,
              const RowResult& result, const ColumnRules& rules) {
  return Filler(plan, values, result, rules).fill();
}

}  // namespace understudy::sql
