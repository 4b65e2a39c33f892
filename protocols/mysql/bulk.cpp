#include "protocols/mysql/bulk.hpp"

#include <algorithm>

#include "protocols/sql/lexer.hpp"

namespace understudy::mysql {
namespace {

constexpr std::uint16_t sends_types = 128;

/// Octets `begin` up to `end` of a statement.
struct Stretch {
  std::size_t begin = 0, end = 0;
};

/// Where a statement's parameters stand, and the row of VALUES if all of them are in one.
struct Layout {
  std::vector<Stretch> marks;
  std::optional<Stretch> row;
};

class LayoutReader {
 public:
  LayoutReader(std::string_view sql, sql::Mode mode) : lexer_(sql, mode) {}

  Layout read() {
    sql::Word verb = sql::Word::none;
    for (sql::Token token = lexer_.next(); token.kind != sql::TokenKind::end;
         token = lexer_.next()) {
      if (verb == sql::Word::none) verb = token.word();
      take(token);
    }
    const bool inserts = verb == sql::Word::insert || verb == sql::Word::replace;
    const bool inside =
        rows_.size() == 1 && std::ranges::all_of(layout_.marks, [&](const Stretch& mark) {
          return rows_[0].begin < mark.begin && mark.end < rows_[0].end;
        });
    if (inserts && inside) layout_.row = rows_[0];
    return std::move(layout_);
  }

 private:
  void take(const sql::Token& token) {
    const Stretch here{lexer_.offset() - token.text.size(), lexer_.offset()};
    if (token.kind == sql::TokenKind::parameter) layout_.marks.push_back(here);
    const bool values = token.word() == sql::Word::values || token.word() == sql::Word::value;
    if (token.is('(')) {
      if (depth_++ == 0 && expected_) begin_ = here.begin;
    } else if (token.is(')')) {
      if (--depth_ == 0 && expected_) rows_.push_back({begin_, here.end});
    }
    if (depth_ > 0) return;
    // VALUES(column) behind the list is a function.
    const bool goes_on = expected_ && (token.is(')') || token.is(','));
    expected_ = goes_on || (values && rows_.empty());
  }

  sql::Lexer lexer_;
  Layout layout_;
  std::vector<Stretch> rows_;
  std::size_t begin_ = 0;
  int depth_ = 0;
  bool expected_ = false;  ///< a row of VALUES is next, or has begun
};

/// The stretch with one row's cells in it.
void append_row(std::string_view sql, Stretch stretch, const std::vector<Stretch>& marks,
                const std::vector<BulkCell>& cells, BulkStatement& statement) {
  std::size_t at = stretch.begin;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    statement.sql += sql.substr(at, marks[i].begin - at);
    at = marks[i].end;
    if (cells[i].indicator == BulkCell::Indicator::default_) {
      statement.sql += "DEFAULT";
      continue;
    }
    statement.sql += '?';
    statement.parameters.push_back(cells[i].parameter);
  }
  statement.sql += sql.substr(at, stretch.end - at);
}

}  // namespace

bool decode_bulk(Bytes body, std::size_t count, Binding& binding, Bulk& bulk) {
  using Indicator = BulkCell::Indicator;
  ByteReader reader(body);
  bulk.statement = static_cast<std::uint32_t>(reader.le(4));
  const auto flags = static_cast<std::uint16_t>(reader.le(2));
  bulk.rows.clear();
  if (reader.failed() || count == 0) return false;
  if ((flags & sends_types) != 0) {
    binding.types.clear();
    for (std::size_t i = 0; i < count && !reader.failed(); ++i) {
      const auto type = static_cast<FieldType>(reader.le(1));
      binding.types.push_back({type, (reader.le(1) & 0x80) != 0});
    }
  }
  if (reader.failed() || binding.types.size() < count) return false;
  while (reader.remaining() > 0) {
    std::vector<BulkCell>& row = bulk.rows.emplace_back();
    for (std::size_t i = 0; i < count; ++i) {
      BulkCell& cell = row.emplace_back();
      const auto indicator = static_cast<std::uint8_t>(reader.le(1));
      if (reader.failed() || indicator > static_cast<std::uint8_t>(Indicator::ignore)) return false;
      cell.indicator = static_cast<Indicator>(indicator);
      if (cell.indicator == Indicator::value)
        read_parameter(reader, binding.types[i], cell.parameter);
    }
  }
  return !reader.failed() && !bulk.rows.empty();
}

std::optional<BulkStatement> statement_of(const Bulk& bulk, std::string_view sql, sql::Mode mode) {
  const Layout layout = LayoutReader(sql, mode).read();
  const auto unsayable = [&](const BulkCell& cell) {
    return cell.indicator == BulkCell::Indicator::ignore;
  };
  for (const auto& row : bulk.rows)
    if (row.size() != layout.marks.size() || std::ranges::any_of(row, unsayable))
      return std::nullopt;
  BulkStatement statement;
  const Stretch repeated = layout.row.value_or(Stretch{0, sql.size()});
  statement.sql = sql.substr(0, repeated.begin);
  for (std::size_t i = 0; i < bulk.rows.size(); ++i) {
    if (i > 0) statement.sql += layout.row ? ", " : "; ";
    append_row(sql, repeated, layout.marks, bulk.rows[i], statement);
  }
  statement.sql += sql.substr(repeated.end);
  return statement;
}

}  // namespace understudy::mysql
