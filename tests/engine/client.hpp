// A client of the toy protocol, without sockets.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/serve.hpp"
#include "support/toy_protocol.hpp"

namespace toy {

/// A service of a recording, served, with its incidents.
struct Stage {
  explicit Stage(std::shared_ptr<const table::MappedTable> table,
                 engine::Strictness strictness = engine::Strictness::normal,
                 const Protocol& spoken = protocol())
      : service(std::make_shared<engine::ServedService>(
            spoken, std::move(table), 0, Document::object(), strictness,
            [this](const engine::Incident& incident) { incidents.push_back(incident); })) {}
  std::vector<engine::Incident> incidents;
  std::shared_ptr<engine::ServedService> service;
};

struct Client {
  explicit Client(const Stage& stage) : Client(stage.service) {}
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
