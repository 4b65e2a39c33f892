// Aggregates that gather the values of all rows, in an order that the statement tells.
//
// The first argument says how: `d` for DISTINCT, `a` else, and of each key two letters: a or d for
// its direction, f or l for where NULL stands. Behind the aggregate's own arguments stand the keys.
#include <algorithm>

#include "protocols/postgres/emulator/decimal.hpp"
#include "protocols/postgres/emulator/json_node.hpp"
#include "protocols/postgres/emulator/value_functions.hpp"

namespace understudy::postgres::emulation {
namespace of_gathered {
namespace {

using sql::contents::DatumRow;
using sql::contents::is_null;

/// Of rows that have an order: as they come; nothing where it is not sure. `keys`: where they
/// begin.
class Sorted {
 public:
  Sorted(std::vector<DatumRow>& rows, std::size_t keys) : rows_(rows), keys_(keys) {
    if (!rows.empty()) how_ = text_in(rows.front().front());
  }

  bool sort() {
    std::ranges::stable_sort(rows_, [&](const DatumRow& a, const DatumRow& b) {
      for (std::size_t key = keys_; key < a.size(); ++key)
        if (a[key] != b[key]) return comes_first(a[key], b[key], key - keys_);
      return false;
    });
    const bool distinct = how_.starts_with('d');
    const auto same_key = [&](const DatumRow& a, const DatumRow& b) {
      return std::equal(a.begin() + static_cast<std::ptrdiff_t>(keys_), a.end(),
                        b.begin() + static_cast<std::ptrdiff_t>(keys_));
    };
    // Rows that agree in their keys come in any order.
    if (std::ranges::adjacent_find(rows_, [&](const DatumRow& a, const DatumRow& b) {
          return same_key(a, b) && a != b;
        }) != rows_.end())
      return false;
    if (distinct) rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
    return true;
  }

 private:
  [[nodiscard]] bool comes_first(const Datum& a, const Datum& b, std::size_t key) const {
    const bool descends = how_[1 + key * 2] == 'd', nulls_first = how_[2 + key * 2] == 'f';
    if (is_null(a) || is_null(b)) return is_null(a) == nulls_first;
    return descends ? b < a : a < b;
  }

  std::vector<DatumRow>& rows_;
  std::size_t keys_;
  std::string how_ = "a";
};

void leave_out_nulls(std::vector<DatumRow>& rows, std::size_t column) {
  std::erase_if(rows, [&](const DatumRow& row) { return is_null(row[column]); });
}

/// how, value, what stands between
Given_value text_of_rows(std::vector<DatumRow>& rows) {
  leave_out_nulls(rows, 1);
  if (rows.empty()) return Datum();
  if (!Sorted(rows, 3).sort()) return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i)
    text += (i > 0 ? text_in(rows[i][2]) : "") + text_in(rows[i][1]);
  return Datum(text);
}

/// how, element as it is printed
Given_value array_of_rows(std::vector<DatumRow>& rows) {
  if (rows.empty()) return Datum();
  if (!Sorted(rows, 2).sort()) return std::nullopt;
  Elements elements;
  for (const DatumRow& row : rows)
    elements.push_back(is_null(row[1]) ? std::nullopt : std::optional(text_in(row[1])));
  return Datum(print_array(elements));
}

void append_json(const Datum& kind, const Datum& value, std::string& text) {
  if (is_null(value))
    text += "null";
  else if (text_in(kind) == "q")
    append_json_string(text_in(value), text);
  else
    text += text_in(value);
}

Given_value in_form_of_jsonb(const std::string& text) {
  const auto node = read_json(text);
  return node ? std::optional(Datum(print_jsonb(*node))) : std::nullopt;
}

/// how, kind, value
template <bool binary>
Given_value json_of_rows(std::vector<DatumRow>& rows) {
  if (rows.empty()) return Datum();
  if (!Sorted(rows, 3).sort()) return std::nullopt;
  std::string text = "[";
  for (const DatumRow& row : rows) {
    if (text.size() > 1) text += ", ";
    append_json(row[1], row[2], text);
  }
  text += ']';
  return binary ? in_form_of_jsonb(text) : Datum(text);
}

/// how, name, kind, value
template <bool binary>
Given_value object_of_rows(std::vector<DatumRow>& rows) {
  if (rows.empty()) return Datum();
  if (!Sorted(rows, 4).sort()) return std::nullopt;
  std::string text = "{ ";
  for (const DatumRow& row : rows) {
    if (is_null(row[1])) return std::nullopt;
    if (text.size() > 2) text += ", ";
    append_json_string(text_in(row[1]), text);
    text += " : ";
    append_json(row[2], row[3], text);
  }
  text += " }";
  return binary ? in_form_of_jsonb(text) : Datum(text);
}

std::optional<Decimal> total_of(const std::vector<DatumRow>& rows) {
  std::optional<Decimal> total = Decimal();
  for (const DatumRow& row : rows) {
    const auto number = read_decimal(text_in(row[0]));
    if (!number || !total) return std::nullopt;
    total = sum(*total, *number);
  }
  return total;
}

Given_value decimal_sum(std::vector<DatumRow>& rows) {
  leave_out_nulls(rows, 0);
  if (rows.empty()) return Datum();
  const auto total = total_of(rows);
  return total ? std::optional(Datum(print_decimal(*total))) : std::nullopt;
}

Given_value decimal_mean(std::vector<DatumRow>& rows) {
  leave_out_nulls(rows, 0);
  if (rows.empty()) return Datum();
  const auto total = total_of(rows);
  const auto mean =
      total ? quotient(*total, {static_cast<WideNumber>(rows.size()), 0}) : std::nullopt;
  return mean ? std::optional(Datum(print_decimal(*mean))) : std::nullopt;
}

template <int sign>
Given_value decimal_extreme(std::vector<DatumRow>& rows) {
  leave_out_nulls(rows, 0);
  if (rows.empty()) return Datum();
  const Datum* found = nullptr;
  std::optional<Decimal> most;
  for (const DatumRow& row : rows) {
    const auto number = read_decimal(text_in(row[0]));
    const auto order = number && most ? compared(*number, *most) : std::optional(sign);
    if (!number || !order) return std::nullopt;
    // Equal ones may be written in two ways.
    if (*order == 0 && found != nullptr && !(*found == row[0])) return std::nullopt;
    if (*order != sign) continue;
    most = number;
    found = &row[0];
  }
  return *found;
}

constexpr ValueAggregate aggregates[] = {{"pg_string_agg", text_of_rows},
                                         {"pg_array_agg", array_of_rows},
                                         {"pg_json_agg", json_of_rows<false>},
                                         {"pg_jsonb_agg", json_of_rows<true>},
                                         {"pg_json_object_agg", object_of_rows<false>},
                                         {"pg_jsonb_object_agg", object_of_rows<true>},
                                         {"pg_decimal_total", decimal_sum},
                                         {"pg_decimal_mean", decimal_mean},
                                         {"pg_decimal_max", decimal_extreme<1>},
                                         {"pg_decimal_min", decimal_extreme<-1>}};

}  // namespace
}  // namespace of_gathered

std::span<const ValueAggregate> gathering_aggregates() {
  return of_gathered::aggregates;
}

sql::contents::ValueFunctions value_functions() {
  static const std::vector<ValueFunction> all = [] {
    std::vector<ValueFunction> functions;
    for (const auto& family : {text_functions(), number_functions(), time_functions(),
                               array_functions(), json_functions(), text_search_functions()})
      functions.insert(functions.end(), family.begin(), family.end());
    return functions;
  }();
  return {all, gathering_aggregates()};
}

}  // namespace understudy::postgres::emulation
