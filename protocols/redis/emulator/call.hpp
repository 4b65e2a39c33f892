// One command that is being computed: its words, the keys that it looks at, what it changes.
//
// A command looks at all that it needs before it changes anything, and gives nothing as soon as it
// is not sure. What it put in place of a key until then is taken back.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/redis/command_table.hpp"
#include "protocols/redis/emulator/keyspace.hpp"
#include "protocols/redis/numbers.hpp"
#include "protocols/redis/value.hpp"
#include "understudy/emulator.hpp"

namespace understudy::redis::emulation {

/// The (lifted) reply; nothing where it is not sure.
using Answer = std::optional<Value>;

/// What is assumed where nothing is certain.
enum class Doubt : std::uint8_t {
  unsure,   ///< nothing: then there is no answer
  presumed  ///< that keys which may have ended are still there, and any way to spell a double
};

/// A key as a command sees it that takes any kind of value.
struct Seen {
  Entry* entry = nullptr;  ///< null where it is unknown whether there is a value, or which

  [[nodiscard]] bool unknown() const noexcept { return entry == nullptr; }
  [[nodiscard]] bool absent() const noexcept { return entry != nullptr && entry->absent(); }
  [[nodiscard]] bool present() const noexcept { return entry != nullptr && entry->present(); }
};

/// A key as a command sees it that takes one kind of value.
template <class T>
struct Found {
  T* value = nullptr;  ///< null where the key is absent, or `refused`
  bool refused = false;
  Answer refusal{};  ///< nothing, or WRONGTYPE

  explicit operator bool() const noexcept { return value != nullptr; }
};

class Call {
 public:
  Call(Keyspace& keys, Arguments words, std::uint32_t db, Emulator::Moment now, Doubt doubt,
       std::optional<DoubleStyle> doubles)
      : keys_(keys), words_(words), db_(db), now_(now), doubt_(doubt), doubles_(doubles) {}

  /// It is followed: where it is up to the server what it answers, it was this.
  void follow(const Value& reply) noexcept { told_ = &reply; }
  /// Null where it is not followed.
  [[nodiscard]] const Value* told() const noexcept { return told_; }
  /// Whether it may choose what is up to the server: not within a script, whose choice none shows.
  [[nodiscard]] bool chooses() const noexcept { return !is_inner_; }

  // -- words; the name is word 0
  [[nodiscard]] std::size_t count() const noexcept { return words_.size(); }
  [[nodiscard]] std::string_view word(std::size_t i) const { return words_[i]; }
  [[nodiscard]] Arguments from(std::size_t i) const { return words_.subspan(i); }
  [[nodiscard]] bool says(std::size_t i, std::string_view option) const {
    return equals_ignoring_case(words_[i], option);
  }
  [[nodiscard]] std::optional<std::int64_t> integer(std::size_t i) const {
    return parse_integer(words_[i]);
  }

  // -- keys
  /// A key as it is now: one that has ended is absent, one that may have ended is unknown.
  [[nodiscard]] Seen see(std::string_view key);
  /// False where a key may have ended and only what it is presumed to be is known: for commands
  /// whose keys nobody else sees, so that a disagreement is not put down to that.
  [[nodiscard]] bool is_sure_to_last(const Entry& entry) const;
  template <class T>
  [[nodiscard]] Found<T> find(std::string_view key);
  /// The (new) value of a key that does not end, whatever it was.
  template <class T>
  T& make(std::string_view key, T value = {});
  /// The value that find() found, or a new one.
  template <class T>
  T& made(const Found<T>& found, std::string_view key) {
    return found ? *found.value : make<T>(key);
  }
  /// The key becomes this.
  void replace(std::string_view key, Entry entry);
  void remove(std::string_view key) {
    if (see(key).unknown()) touch_perhaps(key);
    replace(key, {Absent{}, {}});
  }
  void touch(std::string_view key);
  /// Of a key that is touched: perhaps it was not changed at all.
  void touch_perhaps(std::string_view key) { perhaps_.push_back(name_of(key)); }
  /// A collection has changed: without elements it is no more.
  template <class T>
  void changed(std::string_view key, const T& collection) {
    if (collection.empty())
      remove(key);
    else
      touch(key);
  }
  /// Likewise, in another database.
  void replace_in(std::uint32_t db, std::string_view key, Entry entry);
  void flush_database();
  void flush_all();
  void swap_databases(std::uint32_t one, std::uint32_t other);
  [[nodiscard]] std::uint32_t database() const noexcept { return db_; }
  [[nodiscard]] Keyspace& keys() noexcept { return keys_; }
  /// The same command looking at another database.
  [[nodiscard]] Call in(std::uint32_t db) const {
    return {keys_, words_, db, now_, doubt_, doubles_};
  }

  /// A command within this one, a script: what it changes, at `writes`, is this one's and taken
  /// back with it. Without an answer it changed nothing.
  [[nodiscard]] Answer run(Answer (*handler)(Call&), Arguments words,
                           const std::vector<KeyPath>& writes);

  // -- time
  [[nodiscard]] std::optional<std::int64_t> now() const {
    return now_ ? std::optional(now_->count()) : std::nullopt;
  }
  [[nodiscard]] Doubt doubt() const noexcept { return doubt_; }

  // -- errors of scripts
  /// They are known to be spelled as servers since 7.0 do.
  void spell_script_errors() noexcept { spells_script_errors_ = true; }
  [[nodiscard]] bool tells_script_errors() const noexcept {
    return spells_script_errors_ || doubt_ == Doubt::presumed;
  }

  // -- doubles
  /// As the recorded server spells it; nothing where the spelling is not sure.
  [[nodiscard]] Answer number(double number) const;

  /// What has changed so far.
  [[nodiscard]] std::vector<KeyPath>& writes() noexcept { return writes_; }
  /// There is no answer, so that nothing has changed. Flushes can't be taken back.
  void undo();
  /// There is one: what was written is seen by those who watch it, and ends in time.
  void settle();

 private:
  /// To be overwritten: what was there is kept for undo().
  [[nodiscard]] Entry& to_change(const KeyName& name);
  [[nodiscard]] KeyName name_of(std::string_view key) const;
  [[nodiscard]] bool may_have_ended(const Entry& entry) const;

  Keyspace& keys_;
  Arguments words_;
  std::uint32_t db_;
  Emulator::Moment now_;
  Doubt doubt_;
  std::optional<DoubleStyle> doubles_;
  const Value* told_ = nullptr;
  bool is_inner_ = false, spells_script_errors_ = false;
  std::vector<KeyPath> writes_;
  std::vector<KeyName> perhaps_;
  std::vector<std::pair<KeyName, std::optional<Entry>>> undo_;
};

/// As TYPE says; nothing where it is unknown.
[[nodiscard]] std::optional<std::string_view> type_of(const Seen& seen);

// -- replies
[[nodiscard]] Value error(std::string_view text);
[[nodiscard]] Value wrong_type();
[[nodiscard]] Value not_an_integer();
[[nodiscard]] Value not_a_float();
[[nodiscard]] Value syntax_error();
[[nodiscard]] Value wrong_arity(const Call& call);
[[nodiscard]] inline Value bulk(std::string_view octets) {
  return Value::of(Kind::bulk_string, octets);
}
[[nodiscard]] inline Value status(std::string_view text) {
  return Value::of(Kind::simple_string, text);
}
[[nodiscard]] inline Value ok() {
  return status("OK");
}
[[nodiscard]] inline Value null() {
  return Value::of(Kind::null);
}
[[nodiscard]] inline Value integer(std::int64_t number) {
  return Value::number(number);
}
[[nodiscard]] inline Value count_of(std::size_t number) {
  return Value::number(static_cast<std::int64_t>(number));
}
[[nodiscard]] inline Value list(std::vector<Value> items = {}) {
  return Value::aggregate(Kind::array, std::move(items));
}

template <class T>
Found<T> Call::find(std::string_view key) {
  const Seen seen = see(key);
  if (seen.unknown()) return {.refused = true};
  if (seen.absent()) return {};
  if (T* value = std::get_if<T>(&seen.entry->contents)) return {.value = value};
  return {.refused = true, .refusal = wrong_type()};
}

template <class T>
T& Call::make(std::string_view key, T value) {
  Entry& entry = to_change(name_of(key));
  entry.expiry = {};
  touch(key);
  return entry.contents.template emplace<T>(std::move(value));
}

// -- what commands of several types do alike
/// SINTERSTORE, ZUNIONSTORE, SORT … STORE: the key becomes this collection, whatever it was;
/// without elements it is no more.
template <class T>
[[nodiscard]] Answer store(Call& call, std::string_view key, T collection) {
  const std::size_t size = collection.size();
  if (size > 0)
    call.make<T>(key, std::move(collection));
  else if (!call.see(key).absent())
    call.remove(key);
  return count_of(size);
}
/// LLEN, HLEN, SCARD, ZCARD.
template <class T>
[[nodiscard]] Answer size_of(Call& call) {
  const auto found = call.find<T>(call.word(1));
  if (found.refused) return found.refusal;
  return count_of(found ? found.value->size() : 0);
}
/// HDEL, SREM, ZREM.
template <class T>
[[nodiscard]] Answer remove_members(Call& call) {
  const auto found = call.find<T>(call.word(1));
  if (!found) return found.refused ? found.refusal : integer(0);
  std::int64_t removed = 0;
  for (const std::string_view member : call.from(2)) removed += found.value->erase(member) ? 1 : 0;
  if (removed > 0) call.changed(call.word(1), *found.value);
  return integer(removed);
}

// -- commands
using Handler = Answer (*)(Call& call);
struct NamedHandler {
  std::string_view name;
  Handler handler;
};
[[nodiscard]] std::span<const NamedHandler> string_commands() noexcept;
[[nodiscard]] std::span<const NamedHandler> counter_commands() noexcept;
[[nodiscard]] std::span<const NamedHandler> key_commands() noexcept;
[[nodiscard]] std::span<const NamedHandler> scanning_commands() noexcept;
[[nodiscard]] std::span<const NamedHandler> script_commands() noexcept;
[[nodiscard]] std::span<const NamedHandler> sorting_commands() noexcept;
[[nodiscard]] std::span<const NamedHandler> sorted_set_algebra_commands() noexcept;
[[nodiscard]] std::span<const NamedHandler> list_commands() noexcept;
[[nodiscard]] std::span<const NamedHandler> hash_commands() noexcept;
[[nodiscard]] std::span<const NamedHandler> set_commands() noexcept;
[[nodiscard]] std::span<const NamedHandler> sorted_set_commands() noexcept;
[[nodiscard]] std::span<const NamedHandler> sorted_set_range_commands() noexcept;

}  // namespace understudy::redis::emulation
