// A client of the toy protocol, without sockets.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/serve.hpp"
#include "support/toy_protocol.hpp"

namespace toy {

struct Client {
  explicit Client(std::shared_ptr<engine::ServedService> service)
      : connection(std::move(service), 1, {}) {}
  engine::ServedConnection connection;

  /// What a line is answered with, its line end left out.
  std::string ask(const std::string& line) {
    static_cast<void>(connection.feed(as_bytes(line + "\n")));
    std::string answer;
    connection.output().for_each_slice([&](Bytes slice) { answer += as_text(slice); });
    connection.output().clear();
    if (!answer.empty()) answer.pop_back();
    return answer;
  }
};

}  // namespace toy
