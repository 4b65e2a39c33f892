// The smallest protocol with reads, writes and transactions, for testing what
// is above the protocols: one request a line, one answer a line.
//
//   GET table.key      SORT table          SET table.key value      BEGIN  COMMIT  ROLLBACK
//   PEEK table.key     PUT table.key value      ADD table.key number
//                      determine what is there, which is all that PEEK and ADD depend on
//   FILL table.key row;row   is answered by "2 rows"
//   CLOCK table.key          shows the clock
//   LOOK table.key           GET; in a transaction what others had done when it first looked
//   SAVEPOINT name     BACK name                WATCH table.key
//   ENTER scope        RESET scope              DROP scope
#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "understudy/protocol.hpp"

namespace toy {

using namespace understudy;

struct Parsed {
  std::string verb, key, value;
};

inline Parsed parse(const std::string& line) {
  Parsed parsed;
  std::istringstream in(line);
  in >> parsed.verb >> parsed.key;
  std::getline(in >> std::ws, parsed.value);
  return parsed;
}

inline KeyPath path_of(const std::string& key) {
  if (key.empty() || key == "*") return {};
  const auto dot = key.find('.');
  if (dot == std::string::npos) return {key};
  return {key.substr(0, dot), key.substr(dot + 1)};
}

inline Control control_of(const std::string& verb) {
  if (verb == "BEGIN") return Control::begin;
  if (verb == "COMMIT") return Control::commit;
  if (verb == "ROLLBACK") return Control::rollback;
  if (verb == "SAVEPOINT") return Control::savepoint;
  if (verb == "BACK") return Control::rollback_to;
  if (verb == "WATCH") return Control::watch;
  return Control::none;
}

inline Sight sight_of(const std::string& verb) {
  return verb == "LOOK" ? Sight::snapshot : Sight::newest;
}

/// The qualifier is what stands behind a '#' of the line, as octets; without, an octet for each
/// row.
inline Identity identity_of(const std::string& line) {
  const auto hash = line.find('#');
  const Parsed parsed = parse(line.substr(0, hash));
  const auto rows = static_cast<std::size_t>(std::ranges::count(parsed.value, ';')) + 1;
  std::string qualifier =
      hash == std::string::npos ? std::string(rows, '\0') : line.substr(hash + 1);
  const std::string verb = parsed.verb == "LOOK" ? "GET" : parsed.verb;
  return {verb + std::string(1, '\0') + parsed.key + " " + parsed.value, qualifier};
}

class ToyAnalyser : public Analyser {
 public:
  void learn(const SessionHeader&, const Exchange&) override {}
  Analysis analyse(const SessionHeader&, const Exchange& exchange,
                   std::vector<Problem>& problems) override {
    Analysis analysis;
    const auto line = exchange.request.value("line", std::string());
    if (line.empty()) problems.push_back({"/request/line", "a line was expected", ""});
    const Parsed parsed = parse(line);
    analysis.identity = identity_of(line);
    analysis.control = control_of(parsed.verb);
    analysis.sight = sight_of(parsed.verb);
    analysis.control_name =
        analysis.control == Control::watch ? join(path_of(parsed.key)) : parsed.key;
    const bool writes = parsed.verb == "SET" || parsed.verb == "PUT" || parsed.verb == "ADD" ||
                        parsed.verb == "FILL";
    analysis.effect = analysis.control != Control::none ? Effect::none
                      : writes                          ? Effect::write
                                                        : Effect::read;
    if (analysis.effect != Effect::none || analysis.control == Control::watch)
      analysis.reads = {path_of(parsed.key)};
    if (analysis.effect == Effect::write) analysis.writes = {path_of(parsed.key)};
    if (parsed.verb == "CLOCK") analysis.unsteady = "clock";
    analysis.image = exchange.answer.get<std::string>();
    analysis.changed = !analysis.image.starts_with("error");
    if (analysis.changed) tell_contents(parsed, analysis);
    return analysis;
  }
  Identity identify(const Document& request, std::vector<Problem>&) override {
    return identity_of(request.value("line", std::string()));
  }
  std::string encode(const Document&, const Document& answer, std::vector<Problem>&) override {
    return answer.get<std::string>();
  }
  Document profile() const override { return {{"toy", true}}; }
  std::vector<std::pair<std::string, std::string>> shapes() const override {
    return {{"a", "first"}, {"b", ""}};
  }

 private:
  static void tell_contents(const Parsed& parsed, Analysis& analysis) {
    const KeyPath path = path_of(parsed.key);
    if (parsed.verb == "PUT") {
      analysis.reads.clear();
      analysis.determined = {{path, parsed.value, true}};
    } else if (parsed.verb == "ADD" || parsed.verb == "PEEK") {
      analysis.reads.clear();
      analysis.contents = {path};
      if (parsed.verb == "ADD") analysis.determined = {{path, analysis.image, false}};
    }
  }
};

class ToyServer final : public ServerMachine {
 public:
  void feed(Bytes chunk) override { input_.append(as_text(chunk)); }
  void feed_eof() override { eof_ = true; }
  ServerEvent next() override {
    const auto end = input_.find('\n');
    if (end == std::string::npos) return eof_ ? ServerEvent(Close{}) : ServerEvent(NeedBytes{});
    line_ = input_.substr(0, end);
    input_.erase(0, end + 1);
    if (line_ == "PING") {
      say("PONG");
      return Synthesised{"PING"};
    }
    identity_ = identity_of(line_);
    const Parsed parsed = parse(line_);
    using Action = ScopeCall::Action;
    control_name_ = parsed.key;
    if (parsed.verb == "ENTER") return ScopeCall{Action::enter, control_name_};
    if (parsed.verb == "RESET") return ScopeCall{Action::reset, control_name_};
    if (parsed.verb == "DROP") return ScopeCall{Action::drop, control_name_};
    const Control control = control_of(parsed.verb);
    control_name_ = control == Control::watch ? join(path_of(parsed.key)) : parsed.key;
    Request request{identity_.canonical, identity_.qualifier, control, control_name_,
                    parsed.verb == "SHOW"};
    request.sight = sight_of(parsed.verb);
    return request;
  }
  void reply(const Answer& answer) override {
    if (answer.conflict) return say("CONFLICT");
    if (answer.grade == Grade::synthesised && answer.image.empty()) return say("OK");
    say(std::string(as_text(answer.image)) + " [" + std::string(name_of(answer.grade)) + "]");
  }
  void reply(const Miss& miss) override { say("MISS " + miss.summary + " | " + miss.detail); }
  Output& output() noexcept override { return output_; }

 private:
  void say(const std::string& text) { output_.copy(as_bytes(text + "\n")); }
  std::string input_, line_, control_name_;
  Identity identity_;
  bool eof_ = false;
  Output output_;
};

class ToyProtocol : public Protocol {
 public:
  std::string_view name() const noexcept override { return "toy"; }
  std::uint16_t default_port() const noexcept override { return 1; }
  Recognition recognise(Bytes) const noexcept override { return Recognition::yes; }
  std::unique_ptr<Observer> new_observer(const Limits&) const override { return nullptr; }
  std::unique_ptr<ServerMachine> new_server(const ServiceTable&,
                                            const ServerContext&) const override {
    return std::make_unique<ToyServer>();
  }
  std::unique_ptr<Analyser> new_analyser() const override {
    return std::make_unique<ToyAnalyser>();
  }
  Document request_from_text(std::string_view line) const override {
    return {{"line", std::string(line)}};
  }
  Document describe(std::string_view canonical) const override {
    const auto end = canonical.find('\0');
    return {{"verb", std::string(canonical.substr(0, end))},
            {"rest", end == std::string_view::npos ? "" : std::string(canonical.substr(end + 1))}};
  }
  /// The key is an address, the value of a SET is made.
  std::string map_values(std::string_view canonical, const ValueMap& map) const override {
    const std::size_t begin = pattern_of(canonical).size() + 1;
    if (begin > canonical.size()) return std::string(canonical);
    const bool makes = canonical.starts_with("SET") || canonical.starts_with("PUT") ||
                       canonical.starts_with("FILL");
    const ValueRole role = makes ? ValueRole::made : ValueRole::sought;
    const std::string_view values = canonical.substr(begin);
    return std::string(canonical.substr(0, begin)) +
           map(values, role).value_or(std::string(values));
  }
  std::vector<std::string> ordered_by(std::string_view canonical) const override {
    if (pattern_of(canonical) != "SORT") return {};
    return {std::string(by_anything)};
  }
  std::vector<Identity> rows_of(std::string_view canonical,
                                std::string_view qualifier) const override {
    const std::size_t space = canonical.find(' ');
    if (!canonical.starts_with("FILL") || space == std::string_view::npos) return {};
    std::vector<Identity> rows;
    std::istringstream in{std::string(canonical.substr(space + 1))};
    for (std::string row; std::getline(in, row, ';');)
      rows.push_back({std::string(canonical.substr(0, space + 1)) + row,
                      std::string(qualifier.substr(std::min(rows.size(), qualifier.size()), 1))});
    return rows;
  }
  Document answer_of_rows(const Document& answer, std::size_t recorded,
                          std::size_t rows) const override {
    if (answer != std::to_string(recorded) + " rows") return {};
    return std::to_string(rows) + " rows";
  }
  std::string summarise(const Document& request) const override {
    return request.value("verb", "") + " " + request.value("rest", "");
  }
};

inline const Protocol& protocol() {
  static const ToyProtocol instance;
  return instance;
}

}  // namespace toy
