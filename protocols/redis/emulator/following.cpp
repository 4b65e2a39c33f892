#include "protocols/redis/emulator/following.hpp"

#include <algorithm>
#include <array>

#include "protocols/redis/emulator/lessons.hpp"
#include "protocols/redis/emulator/scanning.hpp"

namespace understudy::redis::emulation {

bool State::computes(const Request& request) const {
  return request.handler != nullptr && !pinned.contains(request.subject());
}

void State::forget(const std::vector<KeyPath>& paths) {
  for (const KeyPath& path : paths) keys.forget(path);
}

void State::forget_written(const std::vector<KeyPath>& writes, bool changed) {
  for (const KeyPath& path : writes) keys.forget(path, changed);
  if (!recording) return;
  for (const KeyPath& path : writes) seeds.written(path);
}

namespace {

// Errors that say nothing of the keys: memory, rights, replication, cluster.
bool is_refusal(const Value& reply) {
  return is_error(reply.kind) && !reply.text.starts_with("ERR ") &&
         !reply.text.starts_with("WRONGTYPE ");
}

// Those that are about who asks or when, not about the command or its keys.
bool is_passing(const Value& reply) {
  static constexpr std::string_view passing[] = {"NOAUTH", "NOPERM", "LOADING", "BUSY", "NOSCRIPT"};
  return std::ranges::any_of(passing,
                             [&](std::string_view code) { return reply.text.starts_with(code); });
}

// Whether the replies themselves show in which order such commands were run.
bool tells_its_turn(std::string_view name) {
  static constexpr std::array<std::string_view, 8> telling = {"INCR",  "DECR",  "INCRBY", "DECRBY",
                                                              "LPUSH", "RPUSH", "LPOP",   "RPOP"};
  return std::ranges::find(telling, name) != telling.end();
}

// A script that failed may have written before.
bool may_change(const Request& request, const Value& reply) {
  if (!request.sound || (request.handler == nullptr && is_error(reply.kind))) return true;
  return has_changed(request.resolved, request.words, reply);
}

// Whether a request that may have changed its one key has done so for certain: scripts need not
// have, nor what says OK, a size, or one reply for each of its parts in any case. What reads a
// stream for a group changes only what the group knows, which WATCH does not see.
bool is_sure_to_change(const Request& request, const Value& reply, const Effects& effects) {
  static constexpr std::array<std::string_view, 16> vague = {
      "BITFIELD",   "EVAL",     "EVALSHA", "FCALL",     "GETEX",    "HEXPIRE",
      "HPERSIST",   "HPEXPIRE", "LTRIM",   "RESTORE",   "SETRANGE", "XACK",
      "XAUTOCLAIM", "XCLAIM",   "XGROUP",  "XREADGROUP"};
  if (!request.sound || is_error(reply.kind) || effects.writes.size() != 1) return false;
  const std::string_view name = request.name();
  if (std::ranges::any_of(vague, [&](std::string_view each) { return name.starts_with(each); }))
    return false;
  if ((name == "SMOVE" || name == "RENAME") && request.words[1] == request.words[2]) return false;
  // It tells the bit that was there before.
  if (name == "SETBIT")
    return request.words.size() == 4 && std::to_string(reply.integer) != request.words[3];
  return reply.kind != Kind::integer || reply.integer > 0 || name == "HSET";
}

}  // namespace

Followed::Followed(State& state, const Request& request, const Value& reply, Emulator::Moment now,
                   bool in_order)
    : state_(state),
      request_(request),
      reply_(reply),
      now_(now),
      in_order_(in_order),
      effects_(request.effects()),
      changes_(may_change(request, reply)) {}

void Followed::follow() {
  if (request_.handler != nullptr && is_refusal(reply_)) return refuse();
  if (!state_.computes(request_)) {
    if (changes_)
      state_.forget_written(effects_.writes, is_sure_to_change(request_, reply_, effects_));
    return;
  }
  meaning_ = meaning_of(request_, reply_);
  look_at_keys();
  if (is_part_of_scan(request_.name(), request_.words, reply_)) return;
  Answer answer = compute(state_.keys);
  if (answer && is_part_of_scan(request_.name(), request_.words, *answer)) return;
  if (!answer && in_order_) {
    learn_before();
    answer = compute(state_.keys);
  }
  if (agrees(answer))
    agree();
  else if (answer)
    disagree();
  else
    learn_after();
  if (state_.recording && changes_)
    for (const KeyPath& path : effects_.writes) state_.seeds.written(path);
  for (const Concerned& key : concerned_) state_.keys.settle(key.name);
}

void Followed::look_at_keys() {
  for (const auto* paths : {&effects_.reads, &effects_.writes})
    for (const KeyPath& path : *paths) {
      const auto db = database_of(path);
      if (!db || path.size() == 1) continue;
      KeyName name{*db, path[1]};
      const Entry entry = state_.keys.look(name);
      concerned_.push_back(
          {std::move(name), entry.present() ? Entry() : entry, entry.present(), entry.expiry});
    }
}

Answer Followed::compute(Keyspace& keys) {
  Call call(keys, request_.words, request_.line.db, now_, Doubt::presumed, {});
  call.follow(reply_);
  Answer answer = request_.handler(call);
  if (answer)
    call.settle();
  else
    call.undo();
  return answer;
}

bool Followed::agrees(const Answer& answer) const {
  return answer && meaning_of(request_, *answer) == meaning_;
}

// It has taken effect. But what came first may have come last, and what may have ended is another
// thing now if it had.
void Followed::agree() {
  if (!changes_) return;
  if (!in_order_ && !tells_its_turn(request_.name())) return state_.forget(effects_.writes);
  settle_doubt();
}

void Followed::settle_doubt() {
  const auto doubtful = [&](const Concerned& key) {
    return key.expiry.ends() && may_have_ended(key);
  };
  if (std::ranges::none_of(concerned_, doubtful)) return;
  if (concerned_.size() > 1) {
    state_.forget(effects_.reads);
    return state_.forget(effects_.writes);
  }
  const KeyName& name = concerned_.front().name;
  Keyspace ended;
  ended.at(name) = {Absent{}, {}};
  if (agrees(compute(ended)) && ended.look(name) != state_.keys.look(name))
    state_.forget({{std::to_string(name.db), name.segment}});
}

bool Followed::may_have_ended(const Concerned& key) const {
  if (!key.present) return false;
  return key.expiry.kind == Expiry::Kind::unknown || key.expiry.kind == Expiry::Kind::sometime ||
         (key.expiry.kind == Expiry::Kind::at && !now_);
}

// Whether it is answered so where the one key that may have ended has. Then it has, and the request
// has taken effect.
bool Followed::is_explained_by_expiry() {
  if (std::ranges::count_if(concerned_, &Concerned::present) != 1) return false;
  for (const Concerned& key : concerned_) {
    if (key.present && !may_have_ended(key)) return false;
    state_.keys.at(key.name) = key.present ? Entry{Absent{}, {}} : key.without_value;
    if (key.present && state_.recording) state_.seeds.doubt(key.name);
  }
  return agrees(compute(state_.keys));
}

void Followed::disagree() {
  if (is_explained_by_expiry()) return agree();
  state_.forget(effects_.reads);
  state_.forget(effects_.writes);
  if (state_.recording)
    for (const Concerned& key : concerned_) state_.seeds.doubt(key.name);
  const bool may_have_changed = std::ranges::any_of(
      concerned_, [&](const Concerned& key) { return key.expiry.ends() || may_have_ended(key); });
  if (in_order_ && !may_have_changed) pin();
}

void Followed::refuse() {
  if (is_passing(reply_)) return;
  state_.forget(effects_.writes);
  pin();
}

void Followed::pin() {
  if (state_.recording) state_.pinned.insert(request_.subject());
}

void Followed::learn_before() {
  if (const auto segments = lesson_of_database(request_, reply_)) {
    if (state_.recording) state_.seeds.told(request_.line.db, *segments);
    state_.keys.complete(request_.line.db, *segments);
  }
  for (const Lesson& lesson : lessons_before(request_, reply_)) {
    const KeyName name{request_.line.db, segment_of(lesson.key)};
    if (state_.recording) state_.seeds.told(name, lesson.entry);
    Entry& entry = state_.keys.at(name);
    if (entry.contents != lesson.entry.contents) entry = lesson.entry;
    state_.keys.settle(name);
  }
}

void Followed::learn_after() {
  if (changes_)
    for (const KeyPath& path : effects_.writes)
      state_.keys.forget(path, is_sure_to_change(request_, reply_, effects_));
  if (!in_order_) return;
  for (const Lesson& lesson : lessons_after(request_, reply_)) {
    const KeyName name{request_.line.db, segment_of(lesson.key)};
    state_.keys.at(name) = lesson.entry;
    state_.keys.settle(name);
  }
  if (const auto end = lesson_of_end(request_, reply_, now_)) {
    const KeyName name{request_.line.db, segment_of(request_.words[1])};
    state_.keys.at(name).expiry = *end;
    state_.keys.settle(name);
  }
  const auto expiry = lesson_of_expiry(request_, reply_);
  if (!expiry) return;
  const KeyName name{request_.line.db, segment_of(request_.words[1])};
  if (Entry* entry = state_.keys.find(name); entry != nullptr && entry->present())
    entry->expiry = *expiry;
  if (state_.recording) state_.seeds.told(name, *expiry);
}

}  // namespace understudy::redis::emulation
