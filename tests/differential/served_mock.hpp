// A mock as its clients see it: octets in, octets out, through the real server of a protocol.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/serve.hpp"
#include "mock.hpp"

namespace differential {

class ServedMock {
 public:
  ServedMock(const understudy::Protocol& protocol, const Mock& mock, std::uint32_t clients,
             understudy::engine::Strictness strictness = understudy::engine::Strictness::normal);

  struct Answer {
    std::string octets;
    understudy::Grade grade =
        understudy::Grade::miss;  ///< of the least sure one, where there are several
  };
  Answer ask(std::uint32_t client, const std::string& octets);

 private:
  [[nodiscard]] std::uint64_t counted(understudy::Grade grade) const;

  std::shared_ptr<understudy::engine::ServedService> service_;
  std::vector<std::unique_ptr<understudy::engine::ServedConnection>> served_;
};

}  // namespace differential
