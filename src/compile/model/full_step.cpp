#include "compile/model/full_step.hpp"

namespace understudy::compile {
namespace {

/// Numbers of as few octets as they need; texts and lists behind their sizes.
class Packer {
 public:
  void put(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7U)
      octets_ += static_cast<char>(static_cast<std::uint8_t>(number) | 0x80U);
    octets_ += static_cast<char>(number);
  }
  void put(std::string_view text) {
    put(text.size());
    octets_ += text;
  }
  void put(const std::string& text) { put(std::string_view(text)); }
  template <class Item>
  void put(const std::vector<Item>& items) {
    put(items.size());
    for (const Item& item : items) put(item);
  }
  void put(const Cell& cell) {
    put(std::uint64_t{cell.has_value()});
    if (cell) put(std::string_view(*cell));
  }
  void put(const Row& row) {
    put(row.size());
    for (const auto& [column, cell] : row) {
      put(column);
      put(cell);
    }
  }
  void put(const Determined& each) {
    put(each.path);
    put(each.content);
    put(std::uint64_t{each.whatever_answered});
  }
  void put(const RowCondition& condition) {
    put(condition.column);
    put(condition.values);
  }
  void put(const RowAccess& access) {
    put(access.table);
    put(access.where);
  }
  void put(const RowChange& change) {
    put(static_cast<std::uint64_t>(change.kind));
    put(change.table);
    put(change.where);
    put(change.rows);
    put(change.set);
    put(change.target);
    put(std::uint64_t{change.generates} | std::uint64_t{change.count.has_value()} << 1U);
    if (change.count) put(*change.count);
  }
  void put(const RowsSeen& seen) {
    put(seen.table);
    put(seen.rows);
    put(std::uint64_t{seen.each_once} | std::uint64_t{seen.touched} << 1U);
  }
  void put(const RowFacts& rows) {
    put(rows.reads);
    put(rows.changes);
    put(rows.seen);
    put(std::uint64_t{rows.violation.has_value()});
    if (!rows.violation) return;
    put(rows.violation->table);
    put(rows.violation->constraint);
    put(rows.violation->columns);
  }

  /// Without the capacity that it grew.
  [[nodiscard]] std::string packed() const { return {octets_.begin(), octets_.end()}; }

 private:
  std::string octets_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view octets) : octets_(octets) {}

  void take(std::uint64_t& number) {
    number = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto octet = static_cast<std::uint8_t>(octets_[at_++]);
      number |= std::uint64_t{octet & 0x7FU} << shift;
      if (octet < 0x80) return;
    }
  }
  void take(std::string& text) {
    const std::uint64_t size = number();
    text.assign(octets_.substr(at_, size));
    at_ += size;
  }
  template <class Item>
  void take(std::vector<Item>& items) {
    items.resize(number());
    for (Item& item : items) take(item);
  }
  void take(Cell& cell) {
    if (number() != 0) take(cell.emplace());
  }
  void take(Row& row) {
    for (std::uint64_t left = number(); left > 0; --left) {
      std::string column;
      take(column);
      take(row.emplace_hint(row.end(), std::move(column), Cell())->second);
    }
  }
  void take(Determined& each) {
    take(each.path);
    take(each.content);
    each.whatever_answered = number() != 0;
  }
  void take(RowCondition& condition) {
    take(condition.column);
    take(condition.values);
  }
  void take(RowAccess& access) {
    take(access.table);
    take(access.where);
  }
  void take(RowChange& change) {
    change.kind = static_cast<RowChange::Kind>(number());
    take(change.table);
    take(change.where);
    take(change.rows);
    take(change.set);
    take(change.target);
    const std::uint64_t flags = number();
    change.generates = (flags & 1U) != 0;
    if ((flags & 2U) != 0) take(change.count.emplace());
  }
  void take(RowsSeen& seen) {
    take(seen.table);
    take(seen.rows);
    const std::uint64_t flags = number();
    seen.each_once = (flags & 1U) != 0;
    seen.touched = (flags & 2U) != 0;
  }
  void take(RowFacts& rows) {
    take(rows.reads);
    take(rows.changes);
    take(rows.seen);
    if (number() == 0) return;
    UniqueViolation& violation = rows.violation.emplace();
    take(violation.table);
    take(violation.constraint);
    take(violation.columns);
  }

 private:
  [[nodiscard]] std::uint64_t number() {
    std::uint64_t number = 0;
    take(number);
    return number;
  }

  std::string_view octets_;
  std::size_t at_ = 0;
};

}  // namespace

FullStep::FullStep(const Step& step)
    : analysis(step.analysis), recording(step.recording), connection(step.connection) {
  if (step.keys_and_rows.empty()) return;
  Unpacker from(step.keys_and_rows);
  from.take(reads);
  from.take(contents);
  from.take(writes);
  from.take(writes_otherwise);
  from.take(determined);
  from.take(rows);
}

void keep_analysis(Analysis analysis, Step& step) {
  Packer to;
  to.put(analysis.reads);
  to.put(analysis.contents);
  to.put(analysis.writes);
  to.put(analysis.writes_otherwise);
  to.put(analysis.determined);
  to.put(analysis.rows);
  step.keys_and_rows = to.packed();
  step.analysis = {std::move(analysis.identity),
                   std::move(analysis.session),
                   std::move(analysis.control_name),
                   std::move(analysis.unsteady),
                   std::move(analysis.image),
                   analysis.effect,
                   analysis.control,
                   analysis.changed,
                   analysis.waited,
                   analysis.understood,
                   analysis.sight};
}

}  // namespace understudy::compile
