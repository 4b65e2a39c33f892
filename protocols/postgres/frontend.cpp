#include "protocols/postgres/frontend.hpp"

namespace understudy::postgres {
namespace {

constexpr std::uint32_t null_parameter_length = 0xFFFFFFFF;

std::string_view c_string_view(ByteReader& reader) noexcept {
  return as_text(reader.until(0));
}

bool read_formats(ByteReader& reader, std::vector<Format>& formats) {
  const auto count = reader.be<std::uint16_t>();
  if (count > reader.remaining() / 2) return false;
  for (std::uint16_t i = 0; i < count; ++i) {
    const auto code = reader.be<std::uint16_t>();
    if (code > 1) return false;
    formats.push_back(static_cast<Format>(code));
  }
  return !reader.failed();
}

bool read(ByteReader& reader, Query& query) {
  query.text = c_string_view(reader);
  return reader.complete();
}

bool read(ByteReader& reader, Parse& parse) {
  parse.statement = c_string_view(reader);
  parse.text = c_string_view(reader);
  const auto count = reader.be<std::uint16_t>();
  if (reader.failed() || count > reader.remaining() / 4) return false;
  for (std::uint16_t i = 0; i < count; ++i) parse.types.push_back(reader.be<std::uint32_t>());
  return reader.complete();
}

bool read(ByteReader& reader, Bind& bind) {
  bind.portal = c_string_view(reader);
  bind.statement = c_string_view(reader);
  if (!read_formats(reader, bind.parameter_formats)) return false;
  const auto count = reader.be<std::uint16_t>();
  if (reader.failed() || count > reader.remaining() / 4) return false;
  for (std::uint16_t i = 0; i < count; ++i) {
    const auto length = reader.be<std::uint32_t>();
    if (length == null_parameter_length)
      bind.parameters.emplace_back(std::nullopt);
    else
      bind.parameters.emplace_back(as_text(reader.take(length)));
  }
  return read_formats(reader, bind.result_formats) && reader.complete();
}

template <class Targeted>
bool read_target(ByteReader& reader, Targeted& message) {
  const auto target = reader.be<std::uint8_t>();
  message.target = static_cast<Target>(target);
  message.name = c_string_view(reader);
  return reader.complete() && (target == 'S' || target == 'P');
}

bool read(ByteReader& reader, Describe& describe) {
  return read_target(reader, describe);
}
bool read(ByteReader& reader, CloseTarget& close) {
  return read_target(reader, close);
}

bool read(ByteReader& reader, Execute& execute) {
  execute.portal = c_string_view(reader);
  execute.max_rows = reader.be<std::uint32_t>();
  if (execute.max_rows > 0x7FFFFFFF) execute.max_rows = 0;  // int32: not positive means all
  return reader.complete();
}

bool read(ByteReader& reader, CopyData& data) {
  data.data = as_text(reader.rest());
  return true;
}

bool read(ByteReader& reader, CopyFail& fail) {
  fail.reason = c_string_view(reader);
  return reader.complete();
}

template <class Message>
FrontendStatus decode_as(const Frame& frame, FrontendMessage& message) {
  ByteReader reader(frame.body);
  return read(reader, message.emplace<Message>()) ? FrontendStatus::ok : FrontendStatus::malformed;
}

template <class Message>
FrontendStatus empty_as(const Frame& frame, FrontendMessage& message) {
  message.emplace<Message>();
  return frame.body.empty() ? FrontendStatus::ok : FrontendStatus::malformed;
}

}  // namespace

FrontendStatus decode_frontend(const Frame& frame, const Limits& limits, FrontendMessage& message) {
  if (frame.octets > limits.message_octets) return FrontendStatus::malformed;
  switch (frame.type) {
    case 'Q':
      return decode_as<Query>(frame, message);
    case 'P':
      return decode_as<Parse>(frame, message);
    case 'B':
      return decode_as<Bind>(frame, message);
    case 'D':
      return decode_as<Describe>(frame, message);
    case 'E':
      return decode_as<Execute>(frame, message);
    case 'C':
      return decode_as<CloseTarget>(frame, message);
    case 'd':
      return decode_as<CopyData>(frame, message);
    case 'f':
      return decode_as<CopyFail>(frame, message);
    case 'S':
      return empty_as<SyncMessage>(frame, message);
    case 'H':
      return empty_as<Flush>(frame, message);
    case 'X':
      return empty_as<Terminate>(frame, message);
    case 'c':
      return empty_as<CopyDone>(frame, message);
    case 'F':
      return message.emplace<FunctionCall>(), FrontendStatus::ok;
    case 'p':
      return message.emplace<PasswordMessage>(PasswordMessage{frame.body}), FrontendStatus::ok;
    default:
      return FrontendStatus::unknown_type;
  }
}

}  // namespace understudy::postgres
