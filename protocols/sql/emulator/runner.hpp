// Runs a plan over the contents: what is alike in all dialects of it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/contents/contents.hpp"
#include "protocols/sql/emulator/plan.hpp"
#include "protocols/sql/emulator/server_rules.hpp"

namespace understudy::sql::emulator {

/// One value of a request, as it was spelled.
struct Value {
  std::optional<std::string_view> text;
  ValueClass value_class = ValueClass::unknown;
};

/// Keys of the tables that were changed.
using Written = std::vector<std::string>;
void add_written(Written& written, const std::string& key);

class Runner {
 public:
  /// All outlive it.
  Runner(contents::Contents& contents, const ServerRules& rules)
      : contents_(contents), rules_(rules) {}
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  virtual ~Runner() = default;

  /// After it ran, whatever becomes of what it changed: sequences have given their numbers.
  void take_numbers();
  /// Ids of the tables whose sequences did.
  [[nodiscard]] std::set<std::uint32_t> took_numbers() const {
    std::set<std::uint32_t> ids;
    for (const auto& [sequence, last] : numbers_) ids.insert(sequence.first);
    return ids;
  }
  /// Why nothing comes of it, found elsewhere.
  void note(std::string why_not) { why_not_ = std::move(why_not); }
  /// Why nothing came of it.
  [[nodiscard]] const std::string& why_not() const noexcept { return why_not_; }

 protected:
  using DatumRow = contents::DatumRow;

  [[nodiscard]] virtual std::optional<Datum> value_of(const Bound& bound,
                                                      std::span<const Value> values) = 0;
  /// Rows of the child refer to none, and it is known which: it is refused. Returns false.
  virtual bool tell_orphans(const contents::Definition& child, const contents::Reference& reference,
                            const contents::Definition& parent, const std::string& missing,
                            bool as_parent) = 0;
  /// It may be refused, or in words that are not known. Returns false.
  virtual bool refuse_untold() = 0;

  [[nodiscard]] bool may_read(const Plan& plan);
  [[nodiscard]] bool keeps_within(const Plan& plan);
  [[nodiscard]] bool bind(const std::vector<Bound>& bounds, std::span<const Value> values,
                          std::vector<Datum>& bound);
  [[nodiscard]] bool cut(const Plan& plan, std::span<const Value> values,
                         std::vector<DatumRow>& rows);
  /// Whether it finds no row.
  [[nodiscard]] bool holds(const std::string& sql, std::span<const Datum> values = {});

  // ---- references.cpp: false where the change is refused ----
  [[nodiscard]] bool follow_references(const std::string& key, const std::set<std::size_t>* changed,
                                       bool as_parent, Written& written, int depth = 0);
  [[nodiscard]] bool follow_child(const contents::Definition& child,
                                  const contents::Reference& reference, Written& written,
                                  bool removed, bool as_parent, int depth);
  /// The row that was put in or changed last, where it is the only one behind that place.
  [[nodiscard]] std::optional<DatumRow> row_behind(const contents::Definition& table,
                                                   std::int64_t place);
  /// What the server prints for these values; nothing where that is not sure.
  [[nodiscard]] std::optional<std::vector<std::string>> printed(
      const contents::Definition& table, const std::vector<std::size_t>& columns,
      std::span<const Datum> values);

  contents::Contents& contents_;
  const ServerRules& rules_;
  std::string why_not_;
  bool took_effect_ = false;
  std::map<contents::Contents::Sequence, std::optional<std::int64_t>> numbers_;
};

/// Columns as SQLite's, with commas between.
[[nodiscard]] std::string list_of(const contents::Definition& table,
                                  const std::vector<std::size_t>& columns);

/// Whether every reference that may be looked at when a transaction ends is known to hold.
[[nodiscard]] bool deferred_references_hold(contents::Contents& contents);
/// Whether every row of the child that refers to one refers to a row that there is; false where
/// that is not known.
[[nodiscard]] bool reference_holds(const contents::TableState& child,
                                   const contents::Reference& reference,
                                   contents::Contents& contents);

}  // namespace understudy::sql::emulator
