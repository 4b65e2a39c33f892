#include "protocols/redis/emulator/following.hpp"

#include <algorithm>
#include <array>

#include "protocols/redis/emulator/lessons.hpp"

namespace understudy::redis::emulation {

void State::forget(const std::vector<KeyPath>& paths) {
  for (const KeyPath& path : paths) keys.forget(path);
}

void State::forget_written(const std::vector<KeyPath>& writes) {
  forget(writes);
  if (!recording) return;
  for (const KeyPath& path : writes) seeds.written(path);
}

namespace {

// Errors that say nothing of the keys: memory, rights, replication, cluster.
bool is_refusal(const Value& reply) {
  return is_error(reply.kind) && !reply.text.starts_with("ERR ") &&
         !reply.text.starts_with("WRONGTYPE ");
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
  if (request_.handler == nullptr || state_.pinned.contains(request_.name())) {
    if (changes_) state_.forget_written(effects_.writes);
    return;
  }
  meaning_ = meaning_of(request_, reply_);
  for (const auto* paths : {&effects_.reads, &effects_.writes})
    for (const KeyPath& path : *paths)
      if (const auto db = database_of(path); db && path.size() > 1)
        if (Entry& entry = state_.keys.at({*db, path[1]}); entry.present())
          concerned_.push_back({{*db, path[1]}, entry.expiry});

  Call call(state_.keys, request_.words, request_.line.db, now_, Doubt::presumed, {});
  Answer answer = compute(call);
  if (!answer && in_order_) {
    learn_before();
    answer = compute(call);
  }
  if (agrees(answer))
    agree(call);
  else if (answer)
    disagree();
  else
    learn_after();
  if (state_.recording && changes_)
    for (const KeyPath& path : effects_.writes) state_.seeds.written(path);
}

Answer Followed::compute(Call& call) const {
  return request_.handler(call);
}

bool Followed::agrees(const Answer& answer) const {
  return answer && meaning_of(request_, *answer) == meaning_;
}

// It has taken effect, but what came first may have come last.
void Followed::agree(const Call&) {
  if (!in_order_ && changes_ && !tells_its_turn(request_.name())) state_.forget(effects_.writes);
}

bool Followed::may_have_ended(const Concerned& key) const {
  return key.expiry.kind == Expiry::Kind::unknown || key.expiry.kind == Expiry::Kind::sometime ||
         (key.expiry.kind == Expiry::Kind::at && !now_);
}

bool Followed::is_explained_by_expiry() {
  const bool all =
      std::ranges::all_of(concerned_, [&](const Concerned& key) { return may_have_ended(key); });
  if (concerned_.empty() || !all) return false;
  for (const Concerned& key : concerned_) {
    state_.keys.at(key.name) = {Absent{}, {}};
    if (state_.recording) state_.seeds.doubt(key.name);
  }
  Call call(state_.keys, request_.words, request_.line.db, now_, Doubt::presumed, {});
  if (!agrees(compute(call))) return false;
  agree(call);
  return true;
}

void Followed::disagree() {
  if (is_explained_by_expiry()) return;
  state_.forget(effects_.reads);
  state_.forget(effects_.writes);
  for (const Concerned& key : concerned_)
    if (state_.recording) state_.seeds.doubt(key.name);
  const bool may_end =
      std::ranges::any_of(concerned_, [](const Concerned& key) { return key.expiry.ends(); });
  const bool some_may_have_ended =
      concerned_.size() > 1 &&
      std::ranges::any_of(concerned_, [&](const Concerned& key) { return may_have_ended(key); });
  if (in_order_ && !may_end && !some_may_have_ended) pin();
}

void Followed::refuse() {
  state_.forget(effects_.writes);
  pin();
}

void Followed::pin() {
  if (state_.recording) state_.pinned.insert(request_.name());
}

void Followed::learn_before() {
  for (const Lesson& lesson : lessons_before(request_, reply_)) {
    const KeyName name{request_.line.db, segment_of(lesson.key)};
    if (state_.recording) state_.seeds.told(name, lesson.entry);
    Entry& entry = state_.keys.at(name);
    if (entry.contents != lesson.entry.contents) entry = lesson.entry;
  }
}

void Followed::learn_after() {
  if (changes_) state_.forget(effects_.writes);
  if (!in_order_) return;
  for (const Lesson& lesson : lessons_after(request_, reply_))
    state_.keys.at({request_.line.db, segment_of(lesson.key)}) = lesson.entry;
  const auto expiry = lesson_of_expiry(request_, reply_);
  if (!expiry) return;
  const KeyName name{request_.line.db, segment_of(request_.words[1])};
  if (Entry& entry = state_.keys.at(name); entry.present()) entry.expiry = *expiry;
  if (state_.recording) state_.seeds.told(name, *expiry);
}

}  // namespace understudy::redis::emulation
