#include "server_truth.hpp"

namespace differential {

using namespace understudy;

ServerTruth::ServerTruth(const Speech& speech, std::uint32_t connections, const std::string& before)
    : speech_(speech), facts_(connections, Document::object()) {
  speech_.prepare(before);
  for (std::uint32_t i = 0; i < connections; ++i) {
    Speech::Opened opened = speech_.open();
    connections_.push_back({std::move(opened.connection), speech_.protocol.new_observer({})});
    for (const Spoken& each : opened.login) observe(i, each.from, each.octets);
  }
}

std::string ServerTruth::execute(std::uint32_t number, const std::string& sql) {
  const std::string query = speech_.query(sql);
  observe(number, Direction::from_client, query);
  std::string answer = connections_.at(number).server->converse(query);
  observe(number, Direction::from_server, answer);
  return answer;
}

void ServerTruth::observe(std::uint32_t number, Direction from, const std::string& octets) {
  Observer& observer = *connections_.at(number).observer;
  Relay relay;
  observer.feed(from, as_bytes(octets), {++tick_, {}}, relay);
  while (const auto observed = observer.next()) {
    if (const auto* said = std::get_if<Exchange>(&*observed))
      recording_.push_back({number, said->request, said->answer});
    if (const auto* opened = std::get_if<SessionOpened>(&*observed))
      facts_.at(number) = opened->facts;
  }
}

}  // namespace differential
