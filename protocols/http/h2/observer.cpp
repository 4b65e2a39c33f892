#include "protocols/http/h2/observer.hpp"

#include <algorithm>
#include <utility>

#include "protocols/http/ascii.hpp"
#include "protocols/http/conversation.hpp"
#include "protocols/http/observer.hpp"
#include "protocols/http/own_urls.hpp"

namespace understudy::http::h2 {
namespace {

/// A block as it is sent; what it becomes is bounded by Limits::head_octets.
constexpr std::size_t most_block_octets = 1U << 20;
constexpr std::size_t most_watched_streams = 10'000;
constexpr std::size_t most_frame_octets = 16384;  // what every peer takes
constexpr std::string_view https_port = ":443";

bool may_change(const Message& request) {
  return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

bool is_call(const Message& request) {
  return combined(request.fields, "content-type").starts_with("application/grpc");
}

std::string line_of(const Message& request) {
  return request.method + ' ' + request.target.substr(0, request.target.find_first_of("?#"));
}

}  // namespace

H2Observer::H2Observer(const Limits& limits)
    : limits_(limits), client_(limits.head_octets), server_(limits.head_octets) {}

void H2Observer::set_upstream(std::string_view authority) {
  upstream_ = spellings_of(authority);
}

void H2Observer::use(const TlsRelay& tls) {
  if (!tls.server_has_it || upstream_.empty()) return;
  rewrites_ = true;
  authority_ = upstream_.front();
  if (authority_.ends_with(https_port)) authority_.resize(authority_.size() - https_port.size());
}

void H2Observer::feed(Direction from, Bytes chunk, Moment at, Relay& relay) {
  Output& out = from == Direction::from_client ? relay.to_server : relay.to_client;
  const bool rewrites = rewrites_ && from == Direction::from_client;
  if (!rewrites) out.copy(chunk);
  if (!watching() && !rewrites_) return;
  side(from).reader.feed(chunk);
  read(from, at, rewrites ? &out : nullptr);
}

void H2Observer::read(Direction from, Moment at, Output* rewritten) {
  Side& one = side(from);
  if (from == Direction::from_client && preface_octets_ < preface.size()) {
    const std::size_t count =
        std::min(preface.size() - preface_octets_, one.reader.pending().size());
    if (rewritten != nullptr) rewritten->copy(one.reader.pending().first(count));
    one.reader.consume(count);
    preface_octets_ += count;
    if (preface_octets_ < preface.size()) return;
  }
  while (const auto frame = one.reader.next()) {
    if (take(from, *frame, at, rewritten)) continue;
    if (watching()) stop("what was sent is no HTTP/2");
    rewrites_ = false;
    if (rewritten != nullptr) {
      rewritten->copy(frame->whole);
      rewritten->copy(one.reader.pending());
    }
    return;
  }
}

bool H2Observer::take(Direction from, const Frame& frame, Moment at, Output* rewritten) {
  Side& one = side(from);
  if (one.block && frame.type != FrameType::continuation) return false;
  if (frame.type == FrameType::headers || frame.type == FrameType::push_promise ||
      frame.type == FrameType::continuation)
    return take_block(from, frame, at, rewritten);
  if (rewritten != nullptr) rewritten->copy(frame.whole);
  switch (frame.type) {
    case FrameType::settings:
      take_settings(from, frame);
      return true;
    case FrameType::data:
      return !watching() || take_data(from, frame, at);
    case FrameType::rst_stream:
      if (watching()) reset(from, frame.stream, at);
      return true;
    default:
      return true;
  }
}

bool H2Observer::take_block(Direction from, const Frame& frame, Moment at, Output* rewritten) {
  Side& one = side(from);
  const auto content = content_of(frame);
  if (!content || frame.stream == 0) return false;
  if (frame.type == FrameType::continuation) {
    if (!one.block || one.block->stream != frame.stream) return false;
  } else {
    one.block.emplace();
    one.block->stream = frame.stream;
    one.block->flags = frame.flags;
    one.block->is_promise = frame.type == FrameType::push_promise;
    if (frame.type == FrameType::headers && frame.has(flag_priority)) {
      const Bytes priority = frame.payload.subspan(frame.has(flag_padded) ? 1 : 0, 5);
      one.block->priority.assign(priority.begin(), priority.end());
    }
  }
  std::vector<std::uint8_t>& octets = one.block->octets;
  if (octets.size() + content->size() > most_block_octets) return false;
  octets.insert(octets.end(), content->begin(), content->end());
  return !frame.has(flag_end_headers) || end_block(from, at, rewritten);
}

bool H2Observer::end_block(Direction from, Moment at, Output* rewritten) {
  const OpenBlock block = *std::exchange(side(from).block, std::nullopt);
  auto decoded = side(from).decoder.decode(block.octets);
  if (!decoded || (decoded->is_cut && rewritten != nullptr)) return false;
  // What a server pushes nobody asked for.
  if (watching() && !block.is_promise) {
    take_fields(from, block.stream, *decoded, at);
    if ((block.flags & flag_end_stream) != 0) end_side(from, block.stream, at);
  }
  if (rewritten != nullptr) write_block(block, std::move(decoded->fields), *rewritten);
  return true;
}

/// With the authority of the service.
void H2Observer::write_block(const OpenBlock& block, HeaderFields fields, Output& out) {
  std::erase_if(fields, [](const HeaderField& field) { return field.name == "host"; });
  for (HeaderField& field : fields)
    if (field.name == ":authority") field.value = authority_;
  const std::string encoded = encoder_.encode(fields);
  std::string_view rest = encoded;
  bool first = true;
  do {
    const std::size_t priority = first ? block.priority.size() : 0;
    const std::string_view part = rest.substr(0, most_frame_octets - priority);
    rest.remove_prefix(part.size());
    std::uint8_t flags = rest.empty() ? flag_end_headers : 0;
    if (first) flags |= block.flags & (flag_end_stream | flag_priority);
    append_frame_head(out.buffer(), priority + part.size(),
                      first ? FrameType::headers : FrameType::continuation, flags, block.stream);
    if (first) out.copy(block.priority);
    out.copy(as_bytes(part));
    first = false;
  } while (!rest.empty());
}

/// Sizes of the table count for the other side, from when that has acknowledged them.
void H2Observer::take_settings(Direction from, const Frame& frame) {
  constexpr std::uint32_t header_table_size = 1;
  if (frame.has(flag_ack)) {
    auto& sizes = side(from).table_sizes;
    if (sizes.empty()) return;
    if (sizes.front()) side(from).decoder.allow_table(*sizes.front());
    sizes.pop_front();
    return;
  }
  std::optional<std::uint32_t> size;
  for (std::size_t at = 0; at + 6 <= frame.payload.size(); at += 6)
    if (static_cast<std::uint32_t>(frame.payload[at] << 8U | frame.payload[at + 1]) ==
        header_table_size)
      size = number_at(frame.payload, at + 2);
  Side& other =
      side(from == Direction::from_client ? Direction::from_server : Direction::from_client);
  constexpr std::size_t most_settings = 1000;
  if (other.table_sizes.size() < most_settings) other.table_sizes.push_back(size);
  if (size && from == Direction::from_server && rewrites_) encoder_.allow_table(*size);
}

bool H2Observer::take_data(Direction from, const Frame& frame, Moment at) {
  const auto content = content_of(frame);
  if (!content || frame.stream == 0) return false;
  const auto stream = streams_.find(frame.stream);
  if (stream == streams_.end()) return true;
  Message& message =
      from == Direction::from_client ? stream->second.request : stream->second.answer;
  body_octets_ += content->size();
  if (body_octets_ > limits_.message_octets) {
    stop("the bodies under way are larger than allowed");
    return true;
  }
  message.body += as_text(*content);
  if (frame.has(flag_end_stream)) end_side(from, frame.stream, at);
  return true;
}

void H2Observer::take_fields(Direction from, std::uint32_t id, const HeaderBlock& block,
                             Moment at) {
  const auto known = streams_.find(id);
  if (from == Direction::from_client && known == streams_.end())
    return begin_request(id, block, at);
  if (known == streams_.end()) return;
  Stream& stream = known->second;
  if (block.is_cut) return lose(id, "its head is larger than allowed");
  if (from == Direction::from_client) {
    stream.request.trailers = trailers_of(block.fields);
  } else if (stream.answer.status != 0) {
    stream.answer.trailers = trailers_of(block.fields);
  } else {
    auto answer = answer_of(block.fields);
    if (!answer) return lose(id, "its answer has no status");
    if (!is_interim(answer->status)) stream.answer = *std::move(answer);
  }
}

void H2Observer::begin_request(std::uint32_t id, const HeaderBlock& block, Moment at) {
  // Those of a client are odd.
  if (id % 2 == 0) return;
  auto request = request_of(block.fields);
  if (block.is_cut || !request || request->method == "CONNECT") {
    queue_.warn(block.is_cut ? "a request is not recorded: its head is larger than allowed"
                : !request   ? "a request without a method or path is not recorded"
                             : "a tunnel through an HTTP/2 stream: relayed, not recorded",
                true);
    return;
  }
  if (is_call(*request)) {
    if (!std::exchange(told_of_calls_, true))
      queue_.warn("gRPC is relayed, not recorded: " + line_of(*request), true);
    return;
  }
  if (streams_.size() >= most_watched_streams)
    return stop("more requests are under way than allowed");
  Stream stream;
  stream.request = *std::move(request);
  stream.began = at;
  streams_.emplace(id, std::move(stream));
}

void H2Observer::end_side(Direction from, std::uint32_t id, Moment at) {
  const auto known = streams_.find(id);
  if (known == streams_.end()) return;
  Stream& stream = known->second;
  if (from == Direction::from_client)
    stream.request_ended = true;
  else if (stream.answer.status == 0)
    return lose(id, "its answer has no status");
  else
    stream.answer_ended = true;
  if (stream.request_ended && stream.answer_ended) tell(id, at, false);
}

void H2Observer::reset(Direction from, std::uint32_t id, Moment at) {
  const auto known = streams_.find(id);
  if (known == streams_.end()) return;
  // A server that has answered need not read the rest.
  if (from == Direction::from_client && record_stream(id, at)) return;
  lose(id, from == Direction::from_client ? "the client gave it up before its answer was complete"
           : known->second.answer_ended   ? "the server did not read it to its end"
                                          : "the server gave it up");
}

/// An answer of no announced length that its client left: events, a log that is followed.
bool H2Observer::record_stream(std::uint32_t id, Moment at) {
  const Stream& stream = streams_.at(id);
  if (!stream.request_ended || stream.answer.status == 0 ||
      find(stream.answer.fields, "content-length") != nullptr)
    return false;
  tell(id, at, true);
  return true;
}

void H2Observer::tell(std::uint32_t id, Moment at, bool open) {
  const Stream& stream = streams_.at(id);
  const std::string host = combined(stream.request.fields, "host");
  if (!std::exchange(session_open_, true)) queue_.open(session_facts(host, stream.answer));
  std::vector<std::string> authorities = spellings_of(host);
  authorities.insert(authorities.end(), upstream_.begin(), upstream_.end());
  std::vector<std::string> warnings;
  Document request = request_document(stream.request, limits_.decoded_octets, secrets_);
  Document answer =
      answer_document(stream.answer, {stream.request.method, true, std::move(authorities)},
                      limits_.decoded_octets, secrets_, warnings);
  if (open) answer["open"] = true;
  for (std::string& text : warnings) queue_.warn(std::move(text));
  queue_.tell({std::move(request), std::move(answer), stream.began, at});
  forget(id);
}

void H2Observer::lose(std::uint32_t id, const std::string& why) {
  const Message& request = streams_.at(id).request;
  queue_.warn(line_of(request) + " is not recorded: " + why, may_change(request));
  forget(id);
}

void H2Observer::forget(std::uint32_t id) {
  const auto known = streams_.find(id);
  body_octets_ -= known->second.request.body.size() + known->second.answer.body.size();
  streams_.erase(known);
}

void H2Observer::feed_eof(Direction from, Moment at) {
  if (watching() && from == Direction::from_server) {
    while (!streams_.empty())
      lose(streams_.begin()->first, "the server closed without answering it");
  }
  static_cast<void>(at);
}

void H2Observer::abandon(Moment at) {
  while (watching() && !streams_.empty()) {
    const std::uint32_t id = streams_.begin()->first;
    if (!record_stream(id, at)) lose(id, "the client left before its answer was complete");
  }
}

void H2Observer::stop(std::string why) {
  const bool lost = std::ranges::any_of(
      streams_, [](const auto& stream) { return may_change(stream.second.request); });
  queue_.stop(Sync::lost, std::move(why), lost);
  streams_.clear();
  body_octets_ = 0;
}

}  // namespace understudy::http::h2
