// A stream of messages decodes the same whole and octet by octet.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "protocols/http/conversation.hpp"

namespace {

using namespace understudy;
using namespace understudy::http;

void append(std::string& log, const Message& message) {
  log += message.method + ' ' + message.target + ' ' + std::to_string(message.status) + '\n';
  for (const Field& field : message.fields) log += field.name + ':' + field.value + '\n';
  log += message.body;
  for (const Field& field : message.trailers) log += field.name + ':' + field.value + '\n';
}

/// What the stream says until it needs more; false where it failed.
bool drain(MessageStream& stream, bool bodiless, std::string& log) {
  for (;;) {
    switch (stream.step(bodiless)) {
      case MessageStream::Step::need_bytes:
        return true;
      case MessageStream::Step::head:
        break;
      case MessageStream::Step::message:
        append(log, stream.take());
        break;
      case MessageStream::Step::fault:
        return false;
    }
  }
}

std::string decoded(Role role, bool bodiless, Bytes octets, std::size_t step) {
  Limits limits;
  limits.head_octets = 4096;
  limits.message_octets = 65536;
  MessageStream stream(role, limits);
  std::string log;
  for (std::size_t at = 0; at < octets.size(); at += step) {
    stream.feed(octets.subspan(at, std::min(step, octets.size() - at)));
    if (!drain(stream, bodiless, log)) return log;
  }
  stream.feed_eof();
  static_cast<void>(drain(stream, bodiless, log));
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Role role = (data[0] & 1) != 0 ? Role::response : Role::request;
  const bool bodiless = (data[0] & 2) != 0;
  const Bytes octets(data + 1, size - 1);
  // Messages before a fault are the same; which of two faults is found may depend on what has come.
  if (decoded(role, bodiless, octets, octets.size() + 1) != decoded(role, bodiless, octets, 1))
    std::abort();
  return 0;
}
