#include "protocols/mysql/emulator/answers.hpp"

#include <algorithm>

#include "protocols/mysql/image.hpp"

namespace understudy::mysql::emulation {
namespace {

constexpr std::size_t packet_head = 4;  // length and sequence id

/// The payload of the next packet; nothing at the end, and where it is one of several parts.
std::optional<std::string_view> take_packet(std::string_view& octets) {
  if (octets.size() < packet_head) return std::nullopt;
  const auto octet = [&](std::size_t at) { return static_cast<unsigned char>(octets[at]); };
  const std::size_t size =
      octet(0) | (std::size_t{octet(1)} << 8U) | (std::size_t{octet(2)} << 16U);
  if (size == 0xFFFFFF || octets.size() < packet_head + size) return std::nullopt;
  const std::string_view payload = octets.substr(packet_head, size);
  octets.remove_prefix(packet_head + size);
  return payload;
}

bool read_columns(const RowsEntry& entry, ToldAnswer& told) {
  const bool extended = !entry.definitions.empty();
  std::string_view rest = as_text(extended ? entry.definitions : entry.packets);
  if (!extended && !take_packet(rest)) return false;
  for (std::uint32_t i = 0; i < entry.columns; ++i) {
    const auto packet = take_packet(rest);
    Column column;
    if (!packet ||
        !decode_column(as_bytes(*packet), extended ? with_extended_metadata : Negotiated{}, column))
      return false;
    to_neutral(column, entry.collation);
    told.definitions.push_back(*packet);
    told.set->columns.push_back(std::move(column));
  }
  return true;
}

bool read_rows(const RowsEntry& entry, ToldAnswer& told) {
  std::string_view rest = as_text(entry.packets);
  rest.remove_prefix(std::min(entry.head, rest.size()));
  if (!take_packet(rest)) return false;  // EOF
  for (std::uint64_t i = 0; i < entry.rows; ++i) {
    const auto packet = take_packet(rest);
    if (!packet) return false;
    told.rows.push_back(*packet);
  }
  return true;
}

}  // namespace

namespace {

std::optional<ToldAnswer> read_entry(const Entry& entry) {
  ToldAnswer told;
  OkEntry ok;
  ErrorPacket error;
  RowsEntry rows;
  if (entry.kind == EntryKind::ok && decode_entry(entry.body, ok)) {
    told.ok = OkPacket{ok.changed,  ok.insert_id,         ok.status,
                       ok.warnings, std::string(ok.info), ok.matched};
  } else if (entry.kind == EntryKind::error && decode_entry(entry.body, error)) {
    told.error = std::move(error);
  } else if (entry.kind == EntryKind::rows && decode_entry(entry.body, rows)) {
    told.warnings = rows.warnings;
    told.set = ResultSet{.warnings = rows.warnings, .status = rows.status};
    if (!read_columns(rows, told) || !read_rows(rows, told)) return std::nullopt;
  } else {
    return std::nullopt;
  }
  return told;
}

}  // namespace

std::optional<std::vector<ToldAnswer>> read_answers(Bytes image) {
  std::vector<Entry> entries;
  if (!decode_image(image, entries) || entries.empty()) return std::nullopt;
  std::vector<ToldAnswer> all;
  for (const Entry& entry : entries) {
    ErrorPacket stop;
    if (entry.kind == EntryKind::stop && !all.empty() && decode_entry(entry.body, stop)) {
      all.back() = {};
      all.back().error = std::move(stop);  // no row of it was kept
      continue;
    }
    auto told = read_entry(entry);
    if (!told) return std::nullopt;
    all.push_back(*std::move(told));
  }
  return all;
}

std::optional<ToldAnswer> read_answer(Bytes image) {
  auto all = read_answers(image);
  if (!all || all->size() != 1) return std::nullopt;
  return std::move(all->front());
}

bool same_answer(const ToldAnswer& mine, const std::vector<std::size_t>& runs,
                 const ToldAnswer& theirs) {
  if (mine.error || theirs.error)
    return mine.error && theirs.error && mine.error->code == theirs.error->code &&
           mine.error->state == theirs.error->state && mine.error->message == theirs.error->message;
  if (mine.ok || theirs.ok)
    return mine.ok && theirs.ok &&
           (mine.ok->affected == theirs.ok->affected || mine.ok->matched == theirs.ok->affected) &&
           mine.ok->insert_id == theirs.ok->insert_id && mine.ok->warnings == theirs.ok->warnings &&
           mine.ok->info == theirs.ok->info;
  if (!same_columns(mine.set->columns, theirs.set->columns) || mine.warnings != theirs.warnings ||
      mine.rows.size() != theirs.rows.size())
    return false;
  std::vector<std::string_view> a = mine.rows, b = theirs.rows;
  for (std::size_t begin = 0; begin < a.size();) {
    std::size_t end = begin;
    while (end < a.size() && runs[end] == runs[begin]) ++end;
    for (auto* rows : {&a, &b})
      std::sort(rows->begin() + static_cast<std::ptrdiff_t>(begin),
                rows->begin() + static_cast<std::ptrdiff_t>(end));
    begin = end;
  }
  return a == b;
}

std::optional<Document> cells_of(const Plan& plan, const std::vector<DatumRow>& rows,
                                 const std::vector<Column>& columns, const MysqlRules& rules) {
  Document cells = Document::array();
  bool sure = true;
  for (const DatumRow& row : rows) {
    Document line = Document::array();
    for (std::size_t i = 0; i < plan.shown.size(); ++i) {
      const auto text = rules.print_value(plan.shown[i].type, row[i], sure);
      line.push_back(text ? cell_document(columns[i], *text) : Document());
    }
    cells.push_back(std::move(line));
  }
  return sure ? std::optional(std::move(cells)) : std::nullopt;
}

std::optional<std::vector<Column>> columns_of(const Plan& plan,
                                              const DescriptionBook::Description* told,
                                              const TableBook& book, const MysqlRules& rules) {
  if (told != nullptr)
    return told->columns.size() == plan.shown.size() ? std::optional(told->columns) : std::nullopt;
  std::vector<Column> columns;
  for (const Shown& each : plan.shown) {
    const auto table = each.origin ? book.tables.find(each.origin->table) : book.tables.end();
    if (!each.plain || table == book.tables.end()) return std::nullopt;
    const Definition& definition = *table->second.definition;
    auto column = described(definition, each.origin->column, rules.database_of(definition),
                            each.relation, each.name);
    if (!column) return std::nullopt;
    columns.push_back(*std::move(column));
  }
  return columns;
}

}  // namespace understudy::mysql::emulation
