// A stream of messages decodes the same whole and octet by octet.
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

/// What the stream says until it needs more or fails.
void drain(MessageStream& stream, bool bodiless, std::string& log) {
  for (;;) {
    switch (stream.step(bodiless)) {
      case MessageStream::Step::need_bytes:
        return;
      case MessageStream::Step::head:
        break;
      case MessageStream::Step::message:
        append(log, stream.take());
        break;
      case MessageStream::Step::fault:
        log += "fault " + std::to_string(stream.fault().status);
        return;
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
    drain(stream, bodiless, log);
    if (log.find("fault ") != std::string::npos) return log;
  }
  stream.feed_eof();
  drain(stream, bodiless, log);
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Role role = (data[0] & 1) != 0 ? Role::response : Role::request;
  const bool bodiless = (data[0] & 2) != 0;
  const Bytes octets(data + 1, size - 1);
  const std::string whole = decoded(role, bodiless, octets, octets.size() + 1);
  // Which of two faults is found first may depend on what has arrived, not that there is one.
  const std::string split = decoded(role, bodiless, octets, 1);
  if (whole.substr(0, whole.rfind("fault ")) != split.substr(0, split.rfind("fault "))) std::abort();
  return 0;
}
