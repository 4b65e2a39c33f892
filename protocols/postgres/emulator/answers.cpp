#include "protocols/postgres/emulator/answers.hpp"

#include <algorithm>
#include <set>

#include "protocols/postgres/emulator/catalogue.hpp"
#include "protocols/postgres/image.hpp"
#include "protocols/postgres/served.hpp"

namespace understudy::postgres::emulation {
namespace {

/// Beside the keys of tables.
std::string key_of_type(const sql::contents::Enumeration& type) {
  return "type " + type.name;
}

/// Equal but for the OIDs of tables and enumerations, which are learned.
bool same_columns(const Plan& plan, const std::vector<Column>& mine,
                  const std::vector<Column>& theirs, TableOids& oids) {
  if (mine.size() != theirs.size()) return false;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    Column told = mine[i];
    if ((told.table == 0) != (theirs[i].table == 0)) return false;
    told.table = theirs[i].table;
    if (plan.shown[i].type.enumeration != nullptr && is_of_user(theirs[i].type))
      told.type = theirs[i].type;
    if (!(told == theirs[i])) return false;
  }
  for (std::size_t i = 0; i < mine.size(); ++i)
    if (const auto* enumeration = plan.shown[i].type.enumeration)
      oids.insert_or_assign(key_of_type(*enumeration), theirs[i].type);
  for (std::size_t i = 0; i < mine.size(); ++i)
    if (plan.shown[i].origin) oids.insert_or_assign(plan.shown[i].origin->table, theirs[i].table);
  return true;
}

void sort_runs(std::vector<Row>& rows, const std::vector<std::size_t>& runs,
               const std::vector<bool>& hidden) {
  const auto less = [&](const Row& a, const Row& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!hidden[i] && a[i] != b[i]) return a[i] < b[i];
    return false;
  };
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin;
    while (end < rows.size() && runs[end] == runs[begin]) ++end;
    std::stable_sort(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                     rows.begin() + static_cast<std::ptrdiff_t>(end), less);
    begin = end;
  }
}

/// The OID of an object that was made in the recording is another one here, and learned. False
/// where the two can't be those of one object.
bool same_object(const Result& result, const std::optional<std::string>& mine,
                 const std::optional<std::string>& theirs, TableOids& learned) {
  if (mine == theirs) return true;
  if (!mine || !theirs) return false;
  const auto object = result.objects.find(*mine);
  if (object == result.objects.end()) return false;
  const auto oid = static_cast<Oid>(std::stoul(*theirs));
  return learned.try_emplace(object->second, oid).first->second == oid;
}

bool same_rows(const Plan& plan, const Result& result, std::vector<Row> theirs, TableOids& oids) {
  std::vector<Row> mine = result.answer.rows;
  if (mine.size() != theirs.size()) return false;
  std::vector<bool> hidden;
  for (const Shown& each : plan.shown) hidden.push_back(each.type.kind == TypeKind::oid);
  sort_runs(mine, result.runs, hidden);
  sort_runs(theirs, result.runs, hidden);
  TableOids learned;
  for (std::size_t row = 0; row < mine.size(); ++row)
    for (std::size_t i = 0; i < hidden.size(); ++i)
      if (hidden[i] ? !same_object(result, mine[row][i], theirs[row][i], learned)
                    : mine[row][i] != theirs[row][i])
        return false;
  for (const auto& [key, oid] : learned) oids.insert_or_assign(key, oid);
  return true;
}

/// In any order.
bool same_notices(const std::vector<Fields>& mine, Bytes octets) {
  std::multiset<std::string> told, made;
  for (const Fields& each : mine) made.emplace(field(each, 'M'));
  constexpr std::size_t head = 5;
  while (octets.size() > head) {
    const std::size_t length = 1 + (std::size_t{octets[1]} << 24U | std::size_t{octets[2]} << 16U |
                                    std::size_t{octets[3]} << 8U | std::size_t{octets[4]});
    Fields fields;
    if (length > octets.size() || !decode_fields(octets.subspan(head, length - head), fields))
      return false;
    told.emplace(field(fields, 'M'));
    octets = octets.subspan(length);
  }
  return told == made;
}

/// Equal but for what names a place in the server's source.
bool same_error(const Fields& mine, const Image& told) {
  Fields theirs;
  if (!told.is_error || told.returns_rows || !told.notices.empty() ||
      !decode_fields(told.tail.subspan(5), theirs))
    return false;
  std::erase_if(theirs, [](const auto& each) {
    return each.first == 'F' || each.first == 'L' || each.first == 'R';
  });
  return std::ranges::is_permutation(mine, theirs);
}

}  // namespace

namespace {

class SlotTypes {
 public:
  void add(const Plan& plan) {
    add(plan.text);
    add(plan.after);
    for (const auto& count : {plan.limit, plan.offset})
      if (count && count->slot != Bound::no_slot) add(count->slot, oid_of(ColumnType{count->kind}));
    for (const auto& row : plan.rows)
      for (const Given& given : row) add(given.bound);
    for (const PlannedCheck& check : plan.checks) add(check.text);
    for (const auto* plans : {&plan.sources, &plan.commons})
      for (const Plan& each : *plans) add(each);
  }
  std::vector<Oid> types;

 private:
  void add(const Text& text) {
    for (const Bound& bound : text.bounds) add(bound);
  }
  void add(const Bound& bound) {
    const bool of_request = bound.source == Bound::Source::request && bound.slot != Bound::no_slot;
    if (of_request && !bound.array) add(bound.slot, oid_of(bound.type));
  }
  /// One that stands at places of several types: which counts is not looked into.
  void add(std::size_t slot, Oid type) {
    if (slot >= types.size()) types.resize(slot + 1);
    types[slot] = types[slot] == 0 || types[slot] == type ? type : several;
  }

 public:
  static constexpr Oid several = ~Oid{0};
};

}  // namespace

std::vector<Oid> slot_types_of(const Plan& plan) {
  SlotTypes types;
  types.add(plan);
  std::ranges::replace(types.types, SlotTypes::several, Oid{0});
  return std::move(types.types);
}

std::vector<Column> columns_of(const std::vector<Shown>& shown, const TableOids& oids) {
  std::vector<Column> columns;
  for (const Shown& each : shown) {
    Column column;
    column.name = each.name;
    column.type = oid_of(each.type);
    if (const auto* enumeration = each.type.enumeration) {
      const std::string key = key_of_type(*enumeration);
      const auto known = oids.find(key);
      column.type = known == oids.end() ? stand_in(key) : known->second;
    }
    column.length = length_of(each.type);
    column.modifier = modifier_of(each.type);
    if (each.origin) {
      column.table = oid_of_object(each.origin->table, oids);
      column.attribute = each.origin->attribute;
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

bool words_differ(const Result& result, Bytes image) {
  const auto told = decode_image(image);
  Fields theirs;
  return result.answer.error && told && told->is_error &&
         decode_fields(told->tail.subspan(5), theirs) &&
         field(*result.answer.error, 'C') == field(theirs, 'C') &&
         !same_error(*result.answer.error, *told);
}

bool agrees(const Plan& plan, const Result& result, Bytes image, TableOids& oids) {
  const auto told = decode_image(image);
  if (told && result.answer.error) return same_error(*result.answer.error, *told);
  if (!told || told->is_error || told->is_empty || told->is_partial || told->is_copy_out ||
      !same_notices(result.answer.notices, told->notices) || !told->statuses.empty() ||
      told->returns_rows != result.answer.returns_rows)
    return false;
  std::string tag;
  if (!decode_command_complete(told->tail.subspan(5), tag) || tag != result.answer.tag)
    return false;
  if (!told->returns_rows) return true;
  std::vector<Column> columns;
  return decode_row_description(told->description.subspan(5), columns) &&
         same_columns(plan, result.answer.columns, columns, oids) &&
         same_rows(plan, result, rows_of(*told), oids);
}

}  // namespace understudy::postgres::emulation
