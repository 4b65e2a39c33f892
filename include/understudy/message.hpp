// What live connections of one service say to each other: PUBLISH, NOTIFY and their like.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy {

/// Whether what is listened to by this name is about this topic.
using TopicMatch = bool (*)(std::string_view name, std::string_view topic);

/// A connection listens from now on, or no longer, to messages of one space whose topic `matches`
/// its name; null: whose topic is its name. Spaces are numbered by the protocol.
struct Listen {
  std::uint32_t space = 0;
  std::string name;
  TopicMatch matches = nullptr;
  bool on = true;
};

/// `spaces`: a bit for each space in which it is heard.
struct Message {
  std::uint32_t spaces = 1;
  std::string topic;
  std::string text;
  std::uint32_t sender = 0;  ///< as the protocol numbers connections
};

/// A message as one connection hears it, once for each name by which it listens.
struct Delivery {
  std::uint32_t space = 0;
  std::string name;
  std::string topic;
  std::string text;
  std::uint32_t sender = 0;
};

}  // namespace understudy
