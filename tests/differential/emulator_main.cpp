// The emulator of Redis beside a real redis-server: random commands go to both, and whatever the
// emulator answers must be what the server answers, in RESP2 and in RESP3.
//
// The emulator is shown each other reply, as it is when it serves. A second one follows all of them
// without a clock, as it does when a recording is compiled: it must agree throughout, and what it
// takes for the beginning must be how it was.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <thread>

#include "emulator_commands.hpp"
#include "protocols/redis/emulator/request.hpp"
#include "protocols/redis/emulator/scanning.hpp"
#include "protocols/redis/image.hpp"
#include "protocols/redis/redis.hpp"
#include "protocols/redis/reply_shape.hpp"
#include "protocols/redis/resp_decoder.hpp"
#include "redis_connection.hpp"
#include "understudy/document_text.hpp"

namespace {

using namespace differential;
using namespace understudy;
using namespace understudy::redis;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

struct Options {
  std::uint16_t redis = 0;
  std::uint64_t seed = 1;
  std::uint64_t commands = 200'000;
};

constexpr std::uint64_t commands_in_a_round = 1000;

milliseconds now() {
  return std::chrono::duration_cast<milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

std::string canonical_of(const Words& words, std::uint32_t db = 0) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  ResolvedCommand resolved;
  resolve(views, resolved);
  std::string canonical;
  make_canonical(resolved, views, db, {}, canonical);
  return canonical;
}

std::string line_of(const Words& words) {
  return quoted_line({words, 0}, 60);
}

std::string shown(std::string_view octets) {
  return quoted_line({{std::string(octets)}, 0}, 300);
}

// What a real server said, and its RESP3 meaning.
struct Reply {
  Resp resp;
  std::string octets;
  Value lifted;
};

// One connection for either version in either of two databases, and one that watches keys.
class Server {
 public:
  static constexpr std::uint32_t databases = 2;

  explicit Server(std::uint16_t port) : watcher_(connect_to_redis(port)) {
    for (std::uint32_t db = 0; db < databases; ++db) {
      for (auto* connections : {&second_, &third_}) {
        connections->push_back(connect_to_redis(port));
        static_cast<void>(
            converse(connections->back(), command_octets({"SELECT", std::to_string(db)})));
      }
      static_cast<void>(converse(third_.back(), command_octets({"HELLO", "3"})));
    }
    // How often it looks for clients that have waited long enough.
    static_cast<void>(converse(third_[0], command_octets({"CONFIG", "SET", "hz", "500"})));
  }
  ~Server() {
    for (const auto* connections : {&second_, &third_})
      for (const int connection : *connections) close(connection);
    close(watcher_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Reply execute(const Words& words, Resp resp, std::uint32_t db = 0) const {
    const int connection = (resp == Resp::v2 ? second_ : third_)[db];
    Reply reply{resp, converse(connection, command_octets(words)), {}};
    reply.lifted = decode_value(as_bytes(reply.octets), Limits()).value();
    const std::vector<std::string_view> views(words.begin(), words.end());
    lift(reply.lifted, shape_of(words[0], views));
    return reply;
  }

  void watch(const std::string& key) const {
    static_cast<void>(converse(watcher_, command_octets({"WATCH", key})));
  }
  // Whether what is watched has changed; nothing is watched afterwards.
  [[nodiscard]] bool has_changed() const {
    static_cast<void>(converse(watcher_, command_octets({"MULTI"})));
    return converse(watcher_, command_octets({"EXEC"})) == "*-1\r\n";
  }

 private:
  std::vector<int> second_, third_;
  int watcher_;
};

std::string image_of(const Words& words, const Reply& reply) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  return make_image(reply.lifted, words[0], views);
}

// Time passes between the two: `slack` is the most that it took to ask the server.
bool same_time(const Words& words, const Value& server, const Value& mine, milliseconds slack) {
  const std::int64_t unit = words[0] == "TTL" || words[0] == "EXPIRETIME" ? 1000 : 1;
  const std::int64_t difference = mine.integer - server.integer;
  return server.kind == Kind::integer && mine.kind == Kind::integer && server.integer > 0 &&
         std::abs(difference) <= slack.count() / unit + 1;
}

bool is_by_chance(std::string_view name) {
  return name == "SPOP" || name == "SRANDMEMBER";
}

bool is_unordered(const Value& value, std::string_view name) {
  return value.kind == Kind::map || value.kind == Kind::set || name == "HKEYS" || name == "HVALS" ||
         name == "KEYS" || emulation::is_scan(name);
}

bool same_reply(const Words& words, const Reply& reply, std::string_view image,
                milliseconds slack) {
  const auto octets = octets_for(as_bytes(image), reply.resp);
  if (!octets) return false;
  if (as_text(*octets) == reply.octets) return true;
  auto mine = decode_value(*octets, Limits());
  if (!mine) return false;
  static const Words times = {"TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"};
  if (std::ranges::find(times, words[0]) != times.end())
    return same_time(words, reply.lifted, *mine, slack);
  const std::vector<std::string_view> views(words.begin(), words.end());
  lift(*mine, shape_of(words[0], views));
  if (!is_unordered(*mine, words[0])) return false;
  const emulation::Request request(canonical_of(words));
  return octets->size() == reply.octets.size() &&
         emulation::meaning_of(request, *mine) == emulation::meaning_of(request, reply.lifted);
}

struct Count {
  std::uint64_t asked = 0, computed = 0, wrong = 0;
};

class Test {
 public:
  explicit Test(const Options& options)
      : options_(options), server_(options.redis), random_(options.seed << 32) {}  // far apart

  void run() {
    for (std::uint64_t done = 0; done < options_.commands; done += commands_in_a_round)
      play_round(done / commands_in_a_round);
  }

  int report() const;

 private:
  // What was said in a round, for those who must find out why.
  using History = std::vector<std::string>;

  void play_round(std::uint64_t number);
  void play(const Words& words, std::uint32_t db = 0);
  void let_a_key_end();
  void play_on_nothing();
  void watch_a_key();
  [[nodiscard]] std::vector<std::string> contents();
  void check_beginning(const std::map<Words, Reply>& beginning);
  void fail(const Words& words, std::string_view what, std::string_view mine, const Reply& reply);

  Options options_;
  Server server_;
  Random random_;
  std::unique_ptr<Emulator> serving_, recording_;
  std::size_t pinned_ = 0;
  milliseconds slack_ = 0ms;
  History history_;
  std::map<std::string, Count> counts_;
  std::shared_ptr<const Emulator::Watch> watched_;  // of one key, as long as the server does
  std::string watched_key_, touched_by_;
  std::uint64_t watches_ = 0, changes_ = 0, silences_ = 0, ends_ = 0;
  std::uint64_t told_ = 0, beginnings_ = 0, failures_ = 0;
};

void Test::fail(const Words& words, std::string_view what, std::string_view mine,
                const Reply& reply) {
  if (++failures_ > 10) return;
  fmt::print("  FAILED  {} in RESP{}: {}\n    emulator: {}\n    server:   {}\n", line_of(words),
             static_cast<int>(reply.resp), what, shown(mine), shown(reply.octets));
  const auto concerns = [&](const std::string& line) {
    for (std::size_t i = 1; i < words.size(); ++i)
      if (words[i].size() == 2 && line.find(words[i]) != std::string::npos) return true;
    return line.starts_with("FLUSH");
  };
  int left = 12;
  for (auto line = history_.rbegin(); line != history_.rend() && left > 0; ++line)
    if (concerns(*line)) {
      fmt::print("      before: {}\n", *line);
      --left;
    }
}

// All that the emulator says of what is there.
std::vector<std::string> Test::contents() {
  std::vector<std::string> said;
  for (std::uint32_t db = 0; db < Server::databases; ++db)
    for (const Words& words : inspecting_commands()) {
      const auto computed = serving_->compute(canonical_of(words, db), now());
      said.push_back(computed ? computed->image : "?");
    }
  return said;
}

void Test::play(const Words& words, std::uint32_t db) {
  const std::string canonical = canonical_of(words, db);
  const milliseconds began = now();
  ends_ += serving_->end_due(began).size();
  // What it does not answer it has not changed either.
  const bool looks = random_.below(200) == 0;
  const std::vector<std::string> before = looks ? contents() : std::vector<std::string>();
  // Some that it could compute it is only shown, and what the server chose by chance.
  const auto computed = random_.percent(15) || is_by_chance(words[0])
                            ? std::nullopt
                            : serving_->compute(canonical, began);
  const Reply reply = server_.execute(words, random_.percent(50) ? Resp::v2 : Resp::v3, db);
  if (looks && !computed) {
    ++silences_;
    if (contents() != before) fail(words, "changed what it did not answer", {}, reply);
  }
  slack_ = std::max(slack_, now() - began);
  const std::string image = image_of(words, reply);
  Count& count = counts_[words[0] == "SCRIPT" ? words[0] + " " + words[1] : words[0]];
  ++count.asked;
  if (!computed) {
    serving_->follow(canonical, as_bytes(image), began, true);
  } else {
    ++count.computed;
    if (!same_reply(words, reply, computed->image, slack_)) {
      ++count.wrong;
      fail(words, "another answer",
           as_text(octets_for(as_bytes(computed->image), reply.resp).value_or(Bytes())), reply);
    }
  }
  recording_->follow(canonical, as_bytes(image), std::nullopt, true);
  if (const Document pinned = recording_->knowledge()["pinned"]; pinned.size() > pinned_) {
    pinned_ = pinned.size();
    fail(words, "no longer computed: " + json_text(pinned), {}, reply);
  }
  history_.push_back(
      fmt::format("{}{}  ->  {}", db == 0 ? "" : "(db 1) ", line_of(words), shown(reply.octets)));
  if (watched_ && watched_->touched && touched_by_.empty()) touched_by_ = history_.back();
}

void Test::let_a_key_end() {
  static const std::vector<std::string> keys = {"s1", "l1", "h1", "m1", "z1"};
  const std::string key = keys[static_cast<std::size_t>(random_.below(5))];
  play(random_.percent(70) ? Words{"PEXPIRE", key, "1"} : Words{"PSETEX", key, "1", "gone"},
       static_cast<std::uint32_t>(random_.below(2)));
  std::this_thread::sleep_for(5ms);
}

// What is known of whole databases.
void Test::play_on_nothing() {
  play({"FLUSHALL"});
  for (const std::string& key : std::vector<std::string>{"l1", "l2", "s1", "a\x1f"}) {
    play({"LPUSH", key, "e"});
    for (const Words& words : {Words{"DBSIZE"}, Words{"KEYS", "*"}, Words{"KEYS", "l[^2]"},
                               Words{"SCAN", "0", "COUNT", "1000"}})
      for (const std::uint32_t db : {0U, 1U}) play(words, db);
    play({"SWAPDB", "1", "0"});
  }
}

// Compares what WATCH sees until now, and watches another key of database 0.
void Test::watch_a_key() {
  static const std::vector<std::string> keys = {"s2", "l2", "h2", "m2", "z2", "s1"};
  if (watched_) {
    ends_ += serving_->end_due(now()).size();
    const bool changed = server_.has_changed();
    ++watches_;
    changes_ += changed ? 1 : 0;
    const bool sure = !watched_->touched || watched_->certain;
    if (sure && changed != watched_->touched)
      fail({"WATCH", watched_key_},
           changed ? "a change that it did not see"
                   : "a change that was none: " + (touched_by_.empty() ? "it ended" : touched_by_),
           {}, {Resp::v2, "", {}});
  }
  const std::string key = keys[static_cast<std::size_t>(random_.below(6))];
  server_.watch(key);
  watched_key_ = key;
  touched_by_.clear();
  watched_ = serving_->watch({"0", key});
}

void Test::check_beginning(const std::map<Words, Reply>& beginning) {
  const auto learned = protocol().new_emulator(recording_->knowledge());
  for (const auto& [words, reply] : beginning) {
    const auto computed = learned->compute(canonical_of(words), now());
    ++beginnings_;
    if (!computed) continue;
    ++told_;
    if (!same_reply(words, reply, computed->image, slack_))
      fail(words, "another beginning",
           as_text(octets_for(as_bytes(computed->image), reply.resp).value_or(Bytes())), reply);
  }
}

void Test::play_round(std::uint64_t number) {
  serving_ = protocol().new_emulator(nullptr);
  recording_ = protocol().new_emulator(nullptr);
  recording_->begin_recording();
  pinned_ = 0;
  slack_ = 0ms;
  history_.clear();
  std::map<Words, Reply> beginning;
  for (const Words& words : inspecting_commands())
    beginning.emplace(words, server_.execute(words, Resp::v3));
  if (number % 2 == 0) play_on_nothing();
  watched_ = nullptr;
  static_cast<void>(server_.has_changed());
  for (std::uint64_t i = 0; i < commands_in_a_round; ++i) {
    play(random_command(random_, now().count()), random_.percent(15) ? 1 : 0);
    if (random_.below(300) == 0) let_a_key_end();
    if (random_.below(25) == 0) watch_a_key();
  }
  check_beginning(beginning);
}

int Test::report() const {
  const std::uint64_t enough = options_.commands / 2000;  // some are rare
  std::uint64_t passed = 0, failed = 0, asked = 0, computed = 0;
  for (const Command& command : all_commands()) {
    if (emulation::find_handler(command.name) == nullptr || is_by_chance(command.name)) continue;
    const auto found = counts_.find(std::string(command.name));
    const Count count = found == counts_.end() ? Count() : found->second;
    const bool sound = count.wrong == 0 && count.computed >= enough;
    ++(sound ? passed : failed);
    asked += count.asked;
    computed += count.computed;
    fmt::print("  {:<8}{:<18}{:>8} asked {:>8} computed {:>6.1f} %{}\n", sound ? "ok" : "FAILED",
               command.name, count.asked, count.computed,
               100.0 * static_cast<double>(count.computed) /
                   static_cast<double>(std::max<std::uint64_t>(count.asked, 1)),
               count.wrong > 0 ? fmt::format("   {} WRONG", count.wrong) : "");
  }
  const bool told = told_ > beginnings_ / 20 && failures_ == 0;
  ++(told ? passed : failed);
  fmt::print("  {:<8}{} of {} replies at the beginning of rounds are known from what followed\n",
             told ? "ok" : "FAILED", told_, beginnings_);
  const bool seen =
      watches_ > 0 && changes_ > 0 && changes_ < watches_ && silences_ > 0 && ends_ > 0;
  ++(seen ? passed : failed);
  fmt::print("  {:<8}{} watches, {} of changed keys; {} silences; {} keys ended\n",
             seen ? "ok" : "FAILED", watches_, changes_, silences_, ends_);
  fmt::print("{} of {} commands computed\n", computed, asked);
  fmt::print("emulator-against-server: {} passed, {} failed, 0 skipped\n", passed, failed);
  return failed == 0 ? 0 : 1;
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string_view value = argv[i + 1];
    const auto number = [&](auto& into) {
      const std::string_view digits = value.substr(value.rfind(':') + 1);  // of a URL the port
      return std::from_chars(digits.data(), digits.data() + digits.size(), into).ec == std::errc{};
    };
    if (!(name == "--redis" && number(options.redis)) &&
        !(name == "--seed" && number(options.seed)) &&
        !(name == "--commands" && number(options.commands)))
      return false;
  }
  return argc % 2 == 1 && options.redis != 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    fmt::print(stderr, "usage: emulator_against_server --redis URL [--seed N] [--commands N]\n");
    return 64;
  }
  Test test(options);
  test.run();
  return test.report();
}
