// An emulator that is spoken to in words and answers in the octets of RESP3.
#pragma once

#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "protocols/redis/image.hpp"
#include "protocols/redis/reply_shape.hpp"
#include "support.hpp"
#include "understudy/emulator.hpp"

namespace redis_test {

inline constexpr std::chrono::milliseconds noon{1'700'000'000'000};

/// Words that are parted by blanks.
inline Words words_of(const std::string& line) {
  std::istringstream stream(line);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// The image of a reply that was seen in either version.
inline std::string image_of(const Words& words, const std::string& octets) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  Value reply = decode_value(as_bytes(octets), Limits()).value();
  lift(reply, shape_of(words[0], views));
  return make_image(reply, words[0], views);
}

class Emulated {
 public:
  explicit Emulated(const Document& knowledge = nullptr)
      : emulator_(protocol().new_emulator(knowledge)) {}

  /// The octets that a RESP3 client gets, `\r\n` as `|`; empty where there is no answer.
  std::string say(const Words& words) {
    writes.clear();
    const auto computed = emulator_->compute(canonical(words), now);
    if (!computed) return {};
    for (const KeyPath& path : computed->writes) writes.push_back(join(path));
    return shown(as_text(octets_for(as_bytes(computed->image), Resp::v3).value()));
  }
  std::string say(const std::string& line) { return say(words_of(line)); }

  /// `reply`: as say() gives it.
  void hear(const std::string& line, const std::string& reply, bool in_order = true) {
    const Words words = words_of(line);
    std::string octets;
    for (const char octet : reply) octet == '|' ? octets += "\r\n" : octets += octet;
    emulator_->follow(canonical(words), as_bytes(image_of(words, octets)), now, in_order);
  }

  Emulator& operator*() { return *emulator_; }
  Emulator* operator->() { return emulator_.get(); }

  Emulator::Moment now = noon;
  /// Of the last answer, segments parted by 0x1f.
  std::vector<std::string> writes;

 private:
  static std::string shown(std::string_view octets) {
    std::string text;
    for (const char octet : octets)
      if (octet == '\n')
        text.back() = '|';
      else
        text += octet;
    return text;
  }

  std::unique_ptr<Emulator> emulator_;
};

/// Of which all is known: nothing is there.
inline Emulated empty_server() {
  Emulated redis;
  static_cast<void>(redis.say("FLUSHALL"));
  return redis;
}

}  // namespace redis_test
