#include "served_mock.hpp"

#include <array>

namespace differential {

using namespace understudy;

ServedMock::ServedMock(const Protocol& protocol, const Mock& mock, std::uint32_t clients,
                       engine::Strictness strictness)
    : service_(std::make_shared<engine::ServedService>(protocol, mock.table(), 0,
                                                       Document::object(), strictness,
                                                       [](const engine::Incident&) {})) {
  for (std::uint32_t i = 0; i < clients; ++i) {
    served_.push_back(std::make_unique<engine::ServedConnection>(service_, i + 1,
                                                                 std::array<std::uint8_t, 32>{}));
    static_cast<void>(served_.back()->start());
  }
}

std::uint64_t ServedMock::counted(Grade grade) const {
  return service_->counters().by_grade[static_cast<std::size_t>(grade)];
}

ServedMock::Answer ServedMock::ask(std::uint32_t client, const std::string& octets) {
  const std::uint64_t guesses = counted(Grade::guess), misses = counted(Grade::miss),
                      computed = counted(Grade::computed);
  static_cast<void>(served_[client]->feed(as_bytes(octets)));
  Answer answer;
  served_[client]->output().for_each_slice([&](Bytes slice) { answer.octets += as_text(slice); });
  served_[client]->output().clear();
  answer.grade = counted(Grade::miss) > misses         ? Grade::miss
                 : counted(Grade::guess) > guesses     ? Grade::guess
                 : counted(Grade::computed) > computed ? Grade::computed
                                                       : Grade::exact;
  return answer;
}

}  // namespace differential
