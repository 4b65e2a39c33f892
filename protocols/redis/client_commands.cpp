// CLIENT and its subcommands.
#include <algorithm>

#include <fmt/format.h>

#include "protocols/redis/live_connection.hpp"
#include "protocols/redis/numbers.hpp"

namespace understudy::redis {

namespace {

constexpr std::string_view syntax_error = "ERR syntax error";

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char octet) { return octet >= '!' && octet <= '~'; });
}

class ClientCommands {
 public:
  ClientCommands(LiveConnection& live, Arguments arguments, std::vector<std::uint8_t>& out)
      : live_(live), arguments_(arguments), reply_(out, live.conversation.resp) {}

  Outcome answer(std::string_view subcommand) {
    if (subcommand == "ID") return integer(static_cast<std::int64_t>(live_.id));
    if (subcommand == "GETNAME") return get_name();
    if (subcommand == "SETNAME") return set_name();
    if (subcommand == "SETINFO") return set_info();
    if (subcommand == "INFO") return text(line() + "\n");
    if (subcommand == "LIST") return list();
    if (subcommand == "NO-EVICT") return on_off(live_.no_evict);
    if (subcommand == "NO-TOUCH") return on_off(live_.no_touch);
    if (subcommand == "REPLY") return reply_mode();
    if (subcommand == "TRACKING") return tracking();
    if (subcommand == "CACHING") return caching();
    if (subcommand == "TRACKINGINFO") return tracking_info();
    if (subcommand == "GETREDIR") return integer(live_.tracking.on ? 0 : -1);
    if (subcommand == "PAUSE" || subcommand == "UNPAUSE") return ok();
    if (subcommand == "UNBLOCK") return integer(0);  // nobody is ever parked
    return Outcome::unanswered;
  }

 private:
  Outcome ok() {
    reply_.simple_string("OK");
    return Outcome::done;
  }
  Outcome integer(std::int64_t number) {
    reply_.integer(number);
    return Outcome::done;
  }
  Outcome text(std::string_view octets) {
    reply_.verbatim(octets);
    return Outcome::done;
  }
  Outcome fail(std::string_view problem) {
    reply_.error(problem);
    return Outcome::failed;
  }
  [[nodiscard]] bool says(std::size_t at, std::string_view word) const {
    return at < arguments_.size() && equals_ignoring_case(arguments_[at], word);
  }

  Outcome get_name() {
    live_.name.empty() ? reply_.null() : reply_.bulk(live_.name);
    return Outcome::done;
  }

  Outcome set_name() {
    if (!is_printable(arguments_[2]))
      return fail("ERR Client names cannot contain spaces, newlines or special characters.");
    live_.name = arguments_[2];
    return ok();
  }

  Outcome set_info() {
    const bool is_name = says(2, "LIB-NAME");
    if (!is_name && !says(2, "LIB-VER"))
      return fail(fmt::format("ERR Unrecognized option '{}'", arguments_[2]));
    if (!is_printable(arguments_[3]))
      return fail(fmt::format("ERR {} cannot contain spaces, newlines or special characters.",
                              is_name ? "lib-name" : "lib-ver"));
    (is_name ? live_.library : live_.library_version) = arguments_[3];
    return ok();
  }

  Outcome on_off(bool& flag) {
    if (!says(2, "ON") && !says(2, "OFF")) return fail(syntax_error);
    flag = says(2, "ON");
    return ok();
  }

  Outcome reply_mode() {
    if (says(2, "ON")) return ok();
    if (says(2, "OFF") || says(2, "SKIP")) return Outcome::done;
    return fail(syntax_error);
  }

  // CLIENT LIST [TYPE t | ID id …]: this connection is all that is known here.
  Outcome list() {
    bool listed = true;
    if (says(2, "TYPE") && arguments_.size() == 4) {
      const bool subscriber = !live_.conversation.subscriptions.empty();
      listed = says(3, subscriber ? "pubsub" : "normal");
      if (!listed && !says(3, "normal") && !says(3, "pubsub") && !says(3, "master") &&
          !says(3, "replica") && !says(3, "slave"))
        return fail(fmt::format("ERR Unknown client type '{}'", arguments_[3]));
    } else if (says(2, "ID") && arguments_.size() > 3) {
      listed =
          std::ranges::find(arguments_.subspan(3), std::to_string(live_.id)) != arguments_.end();
    } else if (arguments_.size() != 2) {
      return fail(syntax_error);
    }
    return text(listed ? line() + "\n" : "");
  }

  [[nodiscard]] std::string line() const {
    const Conversation& conversation = live_.conversation;
    const Subscriptions& subscriptions = conversation.subscriptions;
    const auto count = [&](Subscriptions::Space space) { return subscriptions.in(space).size(); };
    std::string flags;
    if (!subscriptions.empty()) flags += 'P';
    if (conversation.in_multi) flags += 'x';
    if (live_.tracking.on) flags += 't';
    if (live_.tracking.broadcast) flags += 'B';
    if (live_.no_evict) flags += 'e';
    if (live_.no_touch) flags += 'T';
    if (flags.empty()) flags = "N";
    std::string text = fmt::format(
        "id={} addr=127.0.0.1:{} laddr=127.0.0.1:6379 fd=8 name={} age=0 idle=0 flags={} db={} "
        "sub={} "
        "psub={} ssub={} multi=-1 qbuf=26 qbuf-free=20448 argv-mem=10 multi-mem=0 rbs=1024 rbp=0 "
        "obl=0 "
        "oll=0 omem=0 tot-mem=22298 events=r cmd={} user={} redir=-1 resp={}",
        live_.id, 1024 + live_.id % 60000, live_.name, flags, conversation.db,
        count(Subscriptions::Space::channels), count(Subscriptions::Space::patterns),
        count(Subscriptions::Space::shards), "client|" + lower_case(arguments_[1]),
        live_.conversation.user, static_cast<int>(conversation.resp));
    if (live_.profile.release() >= 0x0702)
      text += fmt::format(" lib-name={} lib-ver={}", live_.library, live_.library_version);
    return text;
  }

  // CLIENT TRACKING ON|OFF [REDIRECT id] [PREFIX p]… [BCAST] [OPTIN] [OPTOUT] [NOLOOP]
  Outcome tracking() {
    if (!says(2, "ON") && !says(2, "OFF")) return fail(syntax_error);
    Tracking wanted{says(2, "ON")};
    for (std::size_t i = 3; i < arguments_.size(); ++i) {
      if (says(i, "BCAST"))
        wanted.broadcast = true;
      else if (says(i, "OPTIN"))
        wanted.opt_in = true;
      else if (says(i, "OPTOUT"))
        wanted.opt_out = true;
      else if (says(i, "NOLOOP"))
        wanted.no_loop = true;
      else if (says(i, "PREFIX") && i + 1 < arguments_.size())
        ++i;
      else if (says(i, "REDIRECT") && i + 1 < arguments_.size())
        return fail("ERR understudy: CLIENT TRACKING with REDIRECT is not offered; use RESP3");
      else
        return fail(syntax_error);
    }
    if (wanted.opt_in && wanted.opt_out)
      return fail("ERR You can't specify both OPTIN mode and OPTOUT mode");
    if (wanted.broadcast && (wanted.opt_in || wanted.opt_out))
      return fail("ERR OPTIN and OPTOUT are not compatible with BCAST");
    live_.tracking = wanted.on ? wanted : Tracking{};
    return ok();
  }

  Outcome caching() {
    const bool yes = says(2, "YES");
    if (!live_.tracking.on)
      return fail(
          "ERR CLIENT CACHING can be called only when the client is in tracking mode with "
          "OPTIN or OPTOUT mode enabled");
    if (yes && !live_.tracking.opt_in)
      return fail("ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
    if (says(2, "NO") && !live_.tracking.opt_out)
      return fail("ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");
    if (!yes && !says(2, "NO")) return fail(syntax_error);
    return ok();
  }

  Outcome tracking_info() {
    const Tracking& tracking = live_.tracking;
    std::vector<std::string_view> set = {tracking.on ? "on" : "off"};
    if (tracking.broadcast) set.push_back("bcast");
    if (tracking.opt_in) set.push_back("optin");
    if (tracking.opt_out) set.push_back("optout");
    if (tracking.no_loop) set.push_back("noloop");
    reply_.map(3);
    reply_.bulk("flags");
    reply_.set(set.size());
    for (const std::string_view flag : set) reply_.bulk(flag);
    reply_.bulk("redirect");
    reply_.integer(tracking.on ? 0 : -1);
    reply_.bulk("prefixes");
    reply_.array(0);
    return Outcome::done;
  }

  LiveConnection& live_;
  Arguments arguments_;
  ReplyWriter reply_;
};

}  // namespace

Outcome answer_client_command(LiveConnection& live, const ResolvedCommand& resolved,
                              Arguments arguments, std::vector<std::uint8_t>& out) {
  const std::string_view name = resolved.name;
  return ClientCommands(live, arguments, out)
      .answer(name.substr(std::min(name.size(), name.find(' ') + 1)));
}

}  // namespace understudy::redis
