#include "protocols/sql/contents/contents.hpp"

#include <algorithm>
#include <mutex>

namespace understudy::sql::contents {

const Enumeration* interned(Enumeration enumeration) {
  static std::mutex mutex;
  static std::set<Enumeration> all;
  const std::scoped_lock lock(mutex);
  return &*all.insert(std::move(enumeration)).first;
}

namespace {

std::string columns_of(const Definition& table, const std::vector<std::size_t>& columns) {
  std::string list;
  for (const std::size_t each : columns) {
    if (!list.empty()) list += ", ";
    list += table.sql_column(each);
  }
  return list;
}

/// Without types, so that a value is kept as it is given; NOT NULL is the translator's business.
/// What a column compares without regard to case it does everywhere, in its keys as well.
std::string definition_text(const Definition& table) {
  std::string text = "CREATE TABLE " + table.sql_name() + " (";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) text += ", ";
    text += table.sql_column(i);
    if (const Comparison comparison = table.columns[i].type.comparison;
        comparison != Comparison::octets)
      (text += " COLLATE ") += name_of(comparison);
  }
  for (const UniqueKey& key : table.keys)
    text += ", UNIQUE (" + columns_of(table, key.columns) + ")";
  return text + ")";
}

}  // namespace

Contents::Contents(const Beginning& beginning, const ValueFunctions& functions)
    : database_(beginning.image, functions),
      book_(beginning.book),
      numbers_(beginning.numbers),
      last_id_(beginning.last_id),
      last_index_(beginning.last_index) {}

std::optional<Contents::Beginning> Contents::beginning() {
  auto image = database_.image();
  if (!image) return std::nullopt;
  return Beginning{book_, numbers_, last_id_, last_index_, std::move(image)};
}

const TableState* Contents::find(std::string_view key) const {
  const auto found = book_.tables.find(key);
  return found == book_.tables.end() ? nullptr : &found->second;
}

TableState* Contents::state(std::string_view key) {
  const auto found = book_.tables.find(key);
  return found == book_.tables.end() ? nullptr : &found->second;
}

// ---- tables ----

bool Contents::create(Definition definition) {
  definition.id = ++last_id_;
  if (definition.columns.empty() || database_.run(definition_text(definition)) != Outcome::done)
    return false;
  for (std::size_t i = 0; i < definition.columns.size(); ++i)
    if (definition.columns[i].default_.kind == Default::Kind::number)
      numbers_[{definition.id, i}] = 0;
  ++version_;
  const std::string key = definition.key;
  book_.note_doubtful(key);  // once it is dropped, that is said
  book_.beside.erase(key);
  book_.forgotten.erase(key);
  TableState& table = book_.tables[key];
  table = TableState{std::make_shared<const Definition>(std::move(definition)), true, {}};
  empty(key);
  return true;
}

void Contents::note_taken(std::string_view name, char kind) {
  book_.note_doubtful(name);
  book_.beside.insert_or_assign(std::string(name), kind);
}

void Contents::drop(std::string_view key) {
  const bool complete = book_.complete;
  forget_whether(key);
  book_.note_absent(key);
  if (const auto found = book_.forgotten.find(key); found != book_.forgotten.end())
    book_.forgotten.erase(found);
  book_.complete = complete;
}

void Contents::define_sequence(std::string_view key, std::int64_t start, std::int64_t increment) {
  ++version_;
  book_.note_doubtful(key);
  const SequenceState made{++last_id_, increment};
  book_.sequences.insert_or_assign(std::string(key), made);
  numbers_[{made.id, 0}] = start - increment;
}

void Contents::drop_sequence(std::string_view key) {
  const auto found = book_.sequences.find(key);
  if (found == book_.sequences.end()) return;
  ++version_;
  book_.sequences.erase(found);
  book_.note_absent(key);
}

void Contents::define_type(std::string_view key, const Enumeration* enumeration) {
  ++version_;
  book_.note_doubtful(key);
  book_.types.emplace(key);
  if (enumeration != nullptr) book_.enumerations.insert_or_assign(std::string(key), enumeration);
}

void Contents::forget_labels(std::string_view key) {
  const auto found = book_.enumerations.find(key);
  if (found == book_.enumerations.end()) return;
  ++version_;
  const Enumeration* const enumeration = found->second;
  book_.enumerations.erase(found);
  for (auto& [name, state] : book_.tables) {
    Definition changed = *state.definition;
    bool differs = false;
    for (std::size_t i = 0; i < changed.columns.size(); ++i) {
      if (changed.columns[i].type.enumeration != enumeration) continue;
      changed.columns[i].type = {};
      if (changed.columns[i].default_.kind == Default::Kind::constant &&
          !is_null(changed.columns[i].default_.value))
        changed.columns[i].default_.kind = Default::Kind::elsewhere;
      state.unknown.insert(i);
      differs = true;
    }
    if (differs) state.definition = std::make_shared<const Definition>(std::move(changed));
  }
}

void Contents::drop_type(std::string_view key) {
  if (const auto found = book_.enumerations.find(key); found != book_.enumerations.end())
    book_.enumerations.erase(found);
  if (const auto found = book_.types.find(key); found != book_.types.end())
    book_.types.erase(found);
  if (find(key) == nullptr) book_.note_absent(key);
}

void Contents::drop_public() {
  std::vector<std::string> keys;
  for (const auto& [key, table] : book_.tables)
    if (key.find('.') == std::string::npos) keys.push_back(key);
  for (const std::string& key : keys) drop(key);
  const auto is_public = [](const auto& each) { return each.first.find('.') == std::string::npos; };
  std::erase_if(book_.views, is_public);
  std::erase_if(book_.sequences, is_public);
  std::erase_if(book_.enumerations, is_public);
  std::erase_if(book_.types,
                [](const std::string& key) { return key.find('.') == std::string::npos; });
  std::erase_if(book_.forgotten,
                [](const std::string& key) { return key.find('.') == std::string::npos; });
  book_.routines.clear();
  book_.note_public_empty();
}

void Contents::define_view(std::string_view key, View view) {
  drop(key);
  book_.note_doubtful(key);
  if (const auto found = book_.forgotten.find(key); found != book_.forgotten.end())
    book_.forgotten.erase(found);
  book_.views.insert_or_assign(std::string(key), std::move(view));
}

void Contents::define_routine(std::string_view key,
                              std::shared_ptr<const tree::CreateRoutine> routine) {
  ++version_;
  book_.routines.insert_or_assign(std::string(key), std::move(routine));
}

void Contents::drop_routine(std::string_view key) {
  ++version_;
  if (const auto found = book_.routines.find(key); found != book_.routines.end())
    book_.routines.erase(found);
}

void Contents::drop_view(std::string_view key) {
  const auto found = book_.views.find(key);
  if (found == book_.views.end()) return;
  ++version_;
  book_.views.erase(found);
  book_.note_absent(key);
}

void Contents::forget_whether(std::string_view key) {
  ++version_;
  if (const auto view = book_.views.find(key); view != book_.views.end()) book_.views.erase(view);
  if (const TableState* table = state(key))
    static_cast<void>(database_.run("DROP TABLE " + table->definition->sql_name()));
  if (const auto found = book_.tables.find(key); found != book_.tables.end())
    book_.tables.erase(found);
  if (const auto found = book_.beside.find(key); found != book_.beside.end())
    book_.beside.erase(found);
  book_.forgotten.emplace(key);
  book_.note_doubtful(key);
  book_.complete = false;
}

void Contents::forget_view(std::string_view key) {
  const TableState* const table = find(key);
  const bool known =
      book_.forgotten.contains(key) || (table != nullptr && !table->definition->references.empty());
  forget_whether(key);
  if (const auto found = book_.forgotten.find(key); !known && found != book_.forgotten.end())
    book_.forgotten.erase(found);
}

void Contents::redefine(std::string_view key, Definition definition) {
  TableState* const table = state(key);
  if (table == nullptr) return;
  ++version_;
  definition.id = table->definition->id;
  for (std::size_t i = table->definition->keys.size(); i < definition.keys.size(); ++i) {
    const std::string sql = "CREATE UNIQUE INDEX u" + std::to_string(++last_index_) + " ON " +
                            definition.sql_name() + " (" +
                            columns_of(definition, definition.keys[i].columns) + ")";
    if (database_.run(sql) != Outcome::done) table->known = definition.takes_rows = false;
  }
  for (const std::size_t each : std::set<std::size_t>(table->partial))
    if (!may_hide(definition, each)) {
      table->partial.erase(each);
      table->unknown.insert(each);
    }
  table->definition = std::make_shared<const Definition>(std::move(definition));
}

void Contents::copy_rows(const TableState& from, TableState& to,
                         const std::vector<KeptColumn>& columns) {
  std::string names = "rowid", values = "rowid";
  std::vector<Datum> constants;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const KeptColumn& kept = columns[i];
    names += ", " + to.definition->sql_column(i);
    std::string value;
    if (kept.column) {
      value = from.definition->sql_column(*kept.column);
      if (kept.most > 0) value = "fitting(" + value + ", " + std::to_string(kept.most) + ")";
      if (kept.range)
        value = "within(" + value + ", " + std::to_string(kept.range->first) + ", " +
                std::to_string(kept.range->second) + ")";
      if (kept.not_null) value = "required(" + value + ")";
      if (from.unknown.contains(*kept.column)) to.unknown.insert(i);
      // What becomes of it as another type is not known.
      const bool hides =
          may_hide(*to.definition, i) && kept.most == 0 &&
          to.definition->columns[i].type == from.definition->columns[*kept.column].type;
      if (from.partial.contains(*kept.column)) (hides ? to.partial : to.unknown).insert(i);
    } else {
      constants.push_back(kept.value.value_or(Datum()));
      value = "?" + std::to_string(constants.size());
      if (!kept.value) to.unknown.insert(i);
    }
    values += ", " + value;
  }
  const std::string sql = "INSERT INTO " + to.definition->sql_name() + " (" + names + ") SELECT " +
                          values + " FROM " + from.definition->sql_name();
  // Of what a key is made, what is not known may be equal.
  const bool sure_keys = std::ranges::all_of(to.definition->keys, [&](const UniqueKey& key) {
    return std::ranges::none_of(key.columns,
                                [&](std::size_t each) { return to.unknown.contains(each); });
  });
  to.known = database_.run(sql, constants) == Outcome::done && from.known && sure_keys;
}

bool Contents::remake(std::string_view key, Definition definition,
                      const std::vector<KeptColumn>& columns) {
  const TableState* const found = state(key);
  if (found == nullptr) return false;
  const TableState before = *found;
  const std::string now = definition.key;
  if (!create(std::move(definition))) return false;
  const bool empty = [&] {
    std::vector<DatumRow> rows;
    const std::string sql = "SELECT 1 FROM " + before.definition->sql_name() + " LIMIT 1";
    return before.known && database_.run(sql, {}, &rows) == Outcome::done && rows.empty();
  }();
  TableState& made = *state(now);
  copy_rows(before, made, columns);
  const std::uint32_t id = made.definition->id, old = before.definition->id;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (made.definition->columns[i].default_.kind != Default::Kind::number) continue;
    const bool counted =
        columns[i].column &&
        before.definition->columns[*columns[i].column].default_.kind == Default::Kind::number;
    if (counted)
      numbers_[{id, i}] = last_number({old, *columns[i].column});
    else if (!empty)
      numbers_[{id, i}].reset();
  }
  // Numbers that are taken from here on are not given back by a rollback.
  for (auto each = numbers_.lower_bound({old, 0}); each != numbers_.end(); ++each)
    if (owner_ && each->first.first == old) restarted_.insert(each->first);
  if (now == key)
    static_cast<void>(database_.run("DROP TABLE " + before.definition->sql_name()));
  else
    drop(key);
  return true;
}

void Contents::empty(std::string_view key) {
  TableState* const table = state(key);
  if (table == nullptr) return;
  const Definition& definition = *table->definition;
  table->known = database_.run("DELETE FROM " + definition.sql_name()) == Outcome::done;
  table->unknown.clear();
  table->partial.clear();
  for (std::size_t i = 0; i < definition.columns.size(); ++i)
    if (definition.columns[i].type.kind == TypeKind::opaque) table->unknown.insert(i);
}

void Contents::forget_rows(std::string_view key) {
  if (TableState* const table = state(key)) table->known = false;
  book_.note_doubtful(key);
}

void Contents::note_known(std::string_view key) {
  if (TableState* const table = state(key)) table->known = true;
}

void Contents::forget_column(std::string_view key, std::size_t column) {
  if (TableState* const table = state(key)) table->unknown.insert(column);
}

bool may_hide(const Definition& table, std::size_t column) {
  const auto has_it = [&](const auto& each) {
    return std::ranges::find(each.columns, column) != each.columns.end();
  };
  return table.columns[column].type.kind != TypeKind::opaque &&
         std::ranges::none_of(table.keys, has_it) && std::ranges::none_of(table.references, has_it);
}

Datum Contents::hidden_cell(std::string_view key, std::size_t column, const Datum& made) {
  TableState* const table = state(key);
  if (table == nullptr || table->unknown.contains(column)) return {};
  if (!may_hide(*table->definition, column)) return table->unknown.insert(column), Datum();
  // From here on it is read otherwise.
  if (table->partial.insert(column).second) ++version_;
  return hidden_value(made);
}

bool Contents::reveal(std::string_view key) {
  const TableState* const table = state(key);
  if (table == nullptr) return false;
  bool revealed = false;
  for (const std::size_t each : table->partial) {
    const std::string column = table->definition->sql_column(each);
    const std::string sql = "UPDATE " + table->definition->sql_name() + " SET " + column +
                            " = made(" + column + ") WHERE made(" + column + ") IS NOT NULL";
    revealed = (database_.run(sql) == Outcome::done && database_.changed() > 0) || revealed;
  }
  return revealed;
}

void Contents::forget_everything() {
  while (!book_.tables.empty()) forget_whether(std::string(book_.tables.begin()->first));
  book_.views.clear();
  book_.routines.clear();
  book_.beside.clear();
  book_.has_comments = true;
  book_.sequences.clear();
  book_.types.clear();
  book_.enumerations.clear();
  book_.lost = true;
  book_.note_others(nullptr);
  book_.complete = false;
}

bool Contents::has_no_rows(std::string_view key) {
  const TableState* const table = state(key);
  if (table == nullptr || !table->known) return false;
  std::vector<DatumRow> rows;
  const std::string sql = "SELECT 1 FROM " + table->definition->sql_name() + " LIMIT 1";
  return database_.run(sql, {}, &rows) == Outcome::done && rows.empty();
}

void Contents::note_removed(std::string_view key) {
  if (has_no_rows(key)) empty(key);
}

// ---- sequences ----

std::optional<std::int64_t> Contents::last_number(const Sequence& sequence) const {
  const auto found = numbers_.find(sequence);
  return found == numbers_.end() ? std::nullopt : found->second;
}

void Contents::set_last_number(const Sequence& sequence, std::optional<std::int64_t> last) {
  numbers_[sequence] = last;
}

void Contents::restart_numbers(std::string_view key) {
  const TableState* const table = state(key);
  if (table == nullptr) return;
  const Definition& definition = *table->definition;
  for (std::size_t i = 0; i < definition.columns.size(); ++i) {
    if (definition.columns[i].default_.kind != Default::Kind::number) continue;
    const bool own = definition.columns[i].default_.sequence.empty();
    numbers_[{definition.id, i}] = own ? std::optional<std::int64_t>(0) : std::nullopt;
    if (owner_) restarted_.insert({definition.id, i});
  }
}

void Contents::forget_numbers(std::string_view key) {
  const TableState* const table = state(key);
  if (table == nullptr) return;
  for (auto& [sequence, last] : numbers_)
    if (sequence.first == table->definition->id) last.reset();
}

void Contents::forget_all_numbers() {
  for (auto& [sequence, last] : numbers_) last.reset();
}

// ---- transactions ----

void Contents::save(std::string name) {
  static_cast<void>(database_.run("SAVEPOINT s" + std::to_string(levels_.size())));
  levels_.push_back({std::move(name), book_, version_});
}

/// To how it was when the level was saved, which stays.
void Contents::restore(std::size_t level) {
  static_cast<void>(database_.run("ROLLBACK TO s" + std::to_string(level)));
  book_ = levels_[level].book;
  if (version_ != levels_[level].version) ++version_;
  levels_.erase(levels_.begin() + static_cast<std::ptrdiff_t>(level) + 1, levels_.end());
  for (const Sequence& each : restarted_) numbers_[each].reset();
}

void Contents::release(std::size_t level) {
  static_cast<void>(database_.run("RELEASE s" + std::to_string(level)));
  levels_.erase(levels_.begin() + static_cast<std::ptrdiff_t>(level), levels_.end());
}

void Contents::own(Connection connection) {
  owner_ = connection;
  save({});
  for (const std::string& name : open_[connection].savepoints) save(name);
}

void Contents::end(Connection connection, bool keeps) {
  if (owner_ == connection) {
    if (!keeps) restore(0);
    release(0);
    owner_.reset();
    restarted_.clear();
    if (keeps) ++epoch_;
  }
  const Open open = std::move(open_[connection]);
  open_.erase(connection);
  if (open.doubted_all) forget_at_all_levels(std::nullopt);
  if (!open.doubted.empty()) forget_at_all_levels(open.doubted);
}

std::size_t Contents::level_of(std::string_view name) const {
  for (std::size_t level = levels_.size(); level > 1; --level)
    if (levels_[level - 1].name == name) return level - 1;
  return 0;
}

void Contents::control(Control control, std::string_view name, Connection connection) {
  const auto found = open_.find(connection);
  if (control == Control::begin) {
    if (found == open_.end()) open_[connection].began = name.empty() ? epoch_ : 0;
    return;
  }
  if (found == open_.end()) return;
  std::vector<std::string>& savepoints = found->second.savepoints;
  const auto last = std::find(savepoints.rbegin(), savepoints.rend(), name);
  const bool owns = owner_ == connection;
  switch (control) {
    case Control::savepoint:
      savepoints.emplace_back(name);
      if (owns) save(std::string(name));
      return;
    case Control::release:
      if (last == savepoints.rend()) return;
      if (const std::size_t level = owns ? level_of(name) : 0; level > 0) release(level);
      savepoints.erase(last.base() - 1, savepoints.end());
      return;
    case Control::rollback_to:
      if (last == savepoints.rend()) return;
      if (const std::size_t level = owns ? level_of(name) : 0; level > 0) restore(level);
      savepoints.erase(last.base(), savepoints.end());
      return;
    case Control::commit:
      return end(connection, true);
    case Control::rollback:
    case Control::reset:
      return end(connection, false);
    default:
      return;
  }
}

bool Contents::sees(Connection connection, Sees what) const {
  if (owner_ && owner_ != connection) return false;
  const auto found = open_.find(connection);
  if (found == open_.end() || found->second.began == epoch_) return true;
  const Open& open = found->second;
  if (open.began == 0 || what == Sees::since_beginning) return false;
  return what == Sees::newest || open.looked == 0 || open.looked == epoch_;
}

void Contents::look(Connection connection) {
  if (const auto found = open_.find(connection); found != open_.end() && found->second.looked == 0)
    found->second.looked = epoch_;
}

bool Contents::others_are_open(Connection connection) const {
  return open_.size() > (open_.contains(connection) ? 1U : 0U);
}

bool Contents::enter(Connection connection) {
  if (owner_ && owner_ != connection) return false;
  if (!owner_ && open_.contains(connection)) own(connection);
  before_ = book_;
  version_before_ = version_;
  static_cast<void>(database_.run("SAVEPOINT one"));
  return true;
}

void Contents::keep() {
  static_cast<void>(database_.run("RELEASE one"));
}

void Contents::undo() {
  static_cast<void>(database_.run("ROLLBACK TO one"));
  static_cast<void>(database_.run("RELEASE one"));
  book_ = before_;
  if (version_ != version_before_) ++version_;
}

void Contents::note_written(Connection connection) {
  if (owner_ != connection) ++epoch_;
}

void Contents::doubt(const std::optional<std::set<std::string>>& keys, Connection connection) {
  forget_at_all_levels(keys);
  const auto open = open_.find(connection);
  if (open == open_.end()) return;
  if (keys)
    open->second.doubted.insert(keys->begin(), keys->end());
  else
    open->second.doubted_all = true;
}

void Contents::forget_at_all_levels(const std::optional<std::set<std::string>>& keys) {
  ++epoch_;
  const auto forget = [&](TableBook& book) {
    if (!keys) {
      book = TableBook();
      book.lost = true;
      return;
    }
    for (auto& [key, table] : book.tables)
      if (keys->contains(key)) table.known = false;
    for (const std::string& key : *keys) book.note_doubtful(key);
  };
  forget(book_);
  for (Level& level : levels_) forget(level.book);
  if (!keys) ++version_;
  if (!keys) return forget_all_numbers();
  for (const std::string& key : *keys) forget_numbers(key);
}

}  // namespace understudy::sql::contents
