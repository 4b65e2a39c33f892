#include "protocols/redis/emulator/emulator.hpp"

#include <algorithm>

#include "protocols/redis/emulator/following.hpp"
#include "protocols/redis/emulator/scanning.hpp"
#include "protocols/redis/image.hpp"
#include "protocols/redis/resp_decoder.hpp"

namespace understudy::redis {

namespace {

using namespace emulation;

std::optional<Value> reply_in(Bytes image) {
  const auto octets = octets_for(image, Resp::v3);
  return octets ? decode_value(*octets, Limits()) : std::nullopt;
}

void read_knowledge(const Document& knowledge, State& state) {
  if (!knowledge.is_object()) return;
  if (const auto seeds = knowledge.find("seeds"); seeds != knowledge.end())
    state.seeds.merge(*seeds);
  if (const auto pinned = knowledge.find("pinned"); pinned != knowledge.end() && pinned->is_array())
    for (const Document& name : *pinned) state.pinned.insert(octets_of(name));
  state.dialect.merge(knowledge);
  state.scripts.merge(knowledge);
}

class RedisEmulator final : public Emulator {
 public:
  explicit RedisEmulator(const Document& knowledge) {
    read_knowledge(knowledge, state_);
    reset();
  }

  void begin_recording() override {
    state_.seeds.begin_recording();
    keep_scripts();
    state_.keys = {};
    state_.scripts.begin_recording();
    state_.keys.scripts() = state_.scripts;
    state_.recording = true;
  }

  [[nodiscard]] Document knowledge() const override {
    Document knowledge = Document::object();
    knowledge["seeds"] = state_.seeds.to_document();
    Document& pinned = knowledge["pinned"] = Document::array();
    for (const std::string& name : state_.pinned) pinned.push_back(document_of(name));
    state_.dialect.write(knowledge);
    const ScriptCache& scripts = state_.recording ? state_.keys.scripts() : state_.scripts;
    scripts.write(knowledge);
    return knowledge;
  }

  void reset() override {
    keep_scripts();
    if (!first_ || state_.recording) first_ = state_.seeds.keyspace();
    state_.keys = *first_;
    state_.keys.scripts() = state_.scripts;
    state_.keys.scripts().begin_serving();
    state_.recording = false;
  }

  [[nodiscard]] std::optional<Computed> compute(const EmulatedRequest& asked, Moment now) override {
    const Request request(asked.canonical);
    // What a user may do who is not allowed everything is not known.
    if (!state_.computes(request) || !request.line.user.empty()) return std::nullopt;
    state_.keys.stay_bounded();
    Call call = call_of(request, now);
    const Answer answer = request.handler(call);
    if (!answer) return call.undo(), std::nullopt;
    call.settle();
    std::vector<KeyPath> writes = std::move(call.writes());
    std::ranges::sort(writes);
    writes.erase(std::unique(writes.begin(), writes.end()), writes.end());
    return Computed{make_image(*answer, request.name(), request.words), std::move(writes)};
  }

  void follow(const EmulatedRequest& asked, Bytes image, Moment now, bool in_order) override {
    const Request request(asked.canonical);
    const auto reply = reply_in(image);
    if (!reply) return state_.forget_written(request.effects().writes);
    if (request.sound) state_.keys.scripts().follow(request.name(), request.words, *reply);
    // A command that is none did nothing, whatever it would have been.
    if (is_error(reply->kind) && answers_blindly(request.resolved, request.words, *reply)) return;
    state_.keys.stay_bounded();
    state_.dialect.learn(*reply);
    if (now && in_order && !state_.recording && took_effect(request, *reply, now)) return;
    Followed(state_, request, *reply, now, in_order).follow();
  }

  /// What is computed without a doubt, as in most of serving, has taken effect by that. Where the
  /// reply is another one, what the request is about is no longer known. False where it can't be
  /// computed.
  bool took_effect(const Request& request, const Value& reply, Moment now) {
    if (!state_.computes(request)) return false;
    Call call = call_of(request, now);
    call.follow(reply);
    const Answer answer = request.handler(call);
    if (!answer) return call.undo(), false;
    call.settle();
    if (is_part_of_scan(request.name(), request.words, reply) ||
        is_part_of_scan(request.name(), request.words, *answer))
      return true;
    if (*answer == reply || meaning_of(request, *answer) == meaning_of(request, reply)) return true;
    const Effects effects = request.effects();
    state_.forget(effects.reads);
    state_.forget(effects.writes);
    return true;
  }

  void forget(const EmulatedRequest& asked) override {
    state_.forget_written(Request(asked.canonical).effects().writes);
  }

  [[nodiscard]] Moment next_end() const override {
    const auto end = state_.keys.next_end();
    return end ? Moment(std::chrono::milliseconds(*end)) : std::nullopt;
  }

  std::vector<KeyPath> end_due(std::chrono::milliseconds now) override {
    std::vector<KeyPath> ended;
    for (KeyName& name : state_.keys.end_before(now.count()))
      ended.push_back({std::to_string(name.db), std::move(name.segment)});
    return ended;
  }

  std::shared_ptr<const Watch> watch(const KeyPath& path) override {
    const auto db = database_of(path);
    if (!db || path.size() < 2) return nullptr;
    return state_.keys.watch({*db, path[1]});
  }

 private:
  /// In which nothing is assumed that is not certain.
  [[nodiscard]] Call call_of(const Request& request, Moment now) {
    Call call(state_.keys, request.words, request.line.db, now, Doubt::unsure,
              state_.dialect.doubles());
    if (state_.dialect.spells_script_errors()) call.spell_script_errors();
    return call;
  }

  /// What a recording has shown of them.
  void keep_scripts() {
    if (state_.recording) state_.scripts = state_.keys.scripts();
  }

  State state_;
  std::optional<Keyspace> first_;  // what reset() goes back to
};

}  // namespace

std::unique_ptr<Emulator> new_redis_emulator(const Document& knowledge) {
  return std::make_unique<RedisEmulator>(knowledge);
}

}  // namespace understudy::redis
