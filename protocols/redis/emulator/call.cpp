#include "protocols/redis/emulator/call.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "protocols/redis/effects.hpp"

namespace understudy::redis::emulation {

KeyName Call::name_of(std::string_view key) const {
  return {db_, segment_of(key)};
}

bool Call::may_have_ended(const Entry& entry) const {
  return entry.expiry.kind == Expiry::Kind::sometime ||
         (entry.expiry.kind == Expiry::Kind::at && !now_);
}

namespace {

// In place of a key that is not there; nothing is written through it.
Seen not_there() {
  thread_local Entry absent;
  absent = {Absent{}, {}};
  return {&absent};
}

}  // namespace

Seen Call::see(std::string_view key) {
  Entry* const entry = keys_.find(name_of(key));
  if (entry == nullptr) return keys_.is_emptied(db_) ? not_there() : Seen{};
  if (entry->unknown()) return {};
  // It stays where it is: who runs the clock takes it away and tells of it, see end_due().
  if (entry->expiry.kind == Expiry::Kind::at && now_ && now_->count() > entry->expiry.at)
    return not_there();
  if (entry->present() && doubt_ == Doubt::unsure && may_have_ended(*entry)) return {};
  return {entry};
}

bool Call::is_sure_to_last(const Entry& entry) const {
  if (entry.expiry.kind == Expiry::Kind::at) return now_.has_value();
  return entry.expiry.kind == Expiry::Kind::never || doubt_ == Doubt::unsure;
}

Entry& Call::to_change(const KeyName& name) {
  Entry* const entry = keys_.find(name);
  undo_.emplace_back(name, entry != nullptr ? std::optional(std::move(*entry)) : std::nullopt);
  return keys_.at(name);
}

void Call::replace(std::string_view key, Entry entry) {
  replace_in(db_, key, std::move(entry));
}

void Call::replace_in(std::uint32_t db, std::string_view key, Entry entry) {
  to_change({db, segment_of(key)}) = std::move(entry);
  writes_.push_back(key_path(db, key));
}

void Call::touch(std::string_view key) {
  writes_.push_back(key_path(db_, key));
}

void Call::flush_database() {
  keys_.empty(db_);
  writes_.push_back({std::to_string(db_)});
}

void Call::flush_all() {
  keys_.empty();
  writes_.emplace_back();
}

void Call::swap_databases(std::uint32_t one, std::uint32_t other) {
  keys_.swap(one, other);
  for (const std::uint32_t db : {one, other}) writes_.push_back({std::to_string(db)});
}

Answer Call::run(Handler handler, Arguments words, const std::vector<KeyPath>& writes) {
  for (const KeyPath& path : writes) {
    const auto db = database_of(path);
    if (!db || path.size() < 2) return std::nullopt;
    const KeyName name{*db, path[1]};
    const Entry* entry = keys_.find(name);
    undo_.emplace_back(name, entry != nullptr ? std::optional(*entry) : std::nullopt);
  }
  Call inner(keys_, words, db_, now_, doubt_, doubles_);
  inner.is_inner_ = true;
  Answer answer = handler(inner);
  if (!answer) return inner.undo(), std::nullopt;
  std::ranges::move(inner.undo_, std::back_inserter(undo_));
  std::ranges::move(inner.writes_, std::back_inserter(writes_));
  std::ranges::move(inner.perhaps_, std::back_inserter(perhaps_));
  return answer;
}

void Call::undo() {
  for (auto change = undo_.rbegin(); change != undo_.rend(); ++change) {
    auto& [name, entry] = *change;
    if (entry)
      keys_.at(name) = *std::move(entry);
    else if (Entry* made = keys_.find(name))
      *made = {keys_.is_emptied(name.db) ? Contents(Absent{}) : Contents(Unknown{}), {}};
    keys_.settle(name);
  }
  undo_.clear();
  writes_.clear();
}

void Call::settle() {
  for (const KeyPath& path : writes_) {
    const auto db = database_of(path);
    if (!db || path.size() < 2) continue;
    const KeyName name{*db, path[1]};
    keys_.touch(name, std::ranges::find(perhaps_, name) == perhaps_.end());
    keys_.settle(name);
  }
}

namespace {

// Where all servers spell a number in the same way, whatever their style: no exponent is near.
bool is_whole(double number) {
  return std::isinf(number) || (std::fabs(number) < 0x1p52 && number == std::trunc(number));
}
bool is_plain(double number) {
  const double size = std::fabs(number);
  return size >= 0.001 && size < 1e6;
}

}  // namespace

Answer Call::number(double number) const {
  const auto spelled = [&](DoubleStyle style) {
    return Value::of(Kind::double_number, format_double(number, style));
  };
  const Value digits = spelled(DoubleStyle::seventeen_digits);
  // Small sorted sets forget the sign of zero, large ones keep it.
  if (number == 0 && std::signbit(number) && (doubt_ == Doubt::unsure || is_inner_))
    return std::nullopt;
  if ((doubt_ == Doubt::presumed && !is_inner_) || doubles_ == DoubleStyle::seventeen_digits ||
      is_whole(number))
    return digits;
  if (!is_plain(number)) return std::nullopt;
  const Value shortest = spelled(DoubleStyle::shortest);
  if (digits == shortest || doubles_ == DoubleStyle::shortest) return shortest;
  return std::nullopt;
}

std::optional<std::string_view> type_of(const Seen& seen) {
  constexpr std::string_view names[] = {"", "none", "string", "list", "hash", "set", "zset"};
  static_assert(std::size(names) == std::variant_size_v<Contents>);
  if (seen.unknown()) return std::nullopt;
  return names[seen.entry->contents.index()];
}

Value error(std::string_view text) {
  return Value::of(Kind::simple_error, text);
}
Value wrong_type() {
  return error("WRONGTYPE Operation against a key holding the wrong kind of value");
}
Value not_an_integer() {
  return error("ERR value is not an integer or out of range");
}
Value not_a_float() {
  return error("ERR value is not a valid float");
}
Value syntax_error() {
  return error("ERR syntax error");
}
Value wrong_arity(const Call& call) {
  return error("ERR wrong number of arguments for '" + lower_case(call.word(0)) + "' command");
}

}  // namespace understudy::redis::emulation
