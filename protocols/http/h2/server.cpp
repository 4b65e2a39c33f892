#include "protocols/http/h2/server.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/http/ascii.hpp"

namespace understudy::http::h2 {
namespace {

constexpr std::uint32_t most_streams = 128;
constexpr std::size_t most_continuations = 100;
constexpr std::int32_t stream_window = 1 << 20, connection_window = 16 << 20;

struct FreeCallbacks {
  void operator()(nghttp2_session_callbacks* callbacks) const noexcept {
    nghttp2_session_callbacks_del(callbacks);
  }
};

nghttp2_nv pair_of(const std::string& name, const std::string& value) {
  const auto octets = [](const std::string& text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  return {octets(name), octets(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

/// The names must outlive what is made of them.
std::vector<nghttp2_nv> pairs_of(Fields& fields) {
  std::vector<nghttp2_nv> pairs;
  for (Field& field : fields) {
    field.name = lowered(field.name);
    if (!is_of_connection(field.name)) pairs.push_back(pair_of(field.name, field.value));
  }
  return pairs;
}

/// The request as HTTP/1.1 has it. The library has seen to it that no field holds a line break.
std::string text_of(const Message& request, const std::string& body) {
  std::string text = request.method + ' ' + request.target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : request.fields)
    // That the client may send its body is settled by windows here.
    if (name != "content-length" && name != "expect") text += name + ": " + value + "\r\n";
  const bool has_body = !body.empty() || find(request.fields, "content-length") != nullptr;
  if (has_body) text += "content-length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

}  // namespace

struct H2Server::Calls {
  static H2Server& of(void* user) { return *static_cast<H2Server*>(user); }

  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) of(user).begin_stream(frame->hd.stream_id);
    of(user).awaits_rest_ = true;
    return 0;
  }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t, void* user) {
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;  // trailers
    of(user).take_field(frame->hd.stream_id,
                        {std::string(reinterpret_cast<const char*>(name), name_size),
                         std::string(reinterpret_cast<const char*>(value), value_size)});
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                     std::size_t size, void* user) {
    of(user).take_body(id, Bytes(data, size));
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    of(user).awaits_rest_ = false;
    const bool carries = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (carries && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
      of(user).end_request(frame->hd.stream_id);
    return 0;
  }
  static int on_invalid_frame(nghttp2_session*, const nghttp2_frame*, int error, void* user) {
    of(user).flaw_ = nghttp2_strerror(error);
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
    of(user).end_stream(id);
    return 0;
  }
  static ssize_t read_body(nghttp2_session* session, std::int32_t id, std::uint8_t* room,
                           std::size_t size, std::uint32_t* flags, nghttp2_data_source*,
                           void* user) {
    const auto known = of(user).streams_.find(id);
    if (known == of(user).streams_.end()) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    Stream& stream = known->second;
    const std::size_t count = std::min(size, stream.body.size() - stream.sent);
    if (count == 0 && stream.stays_open) return NGHTTP2_ERR_DEFERRED;
    std::copy_n(stream.body.data() + stream.sent, count, reinterpret_cast<char*>(room));
    stream.sent += count;
    if (stream.sent < stream.body.size() || stream.stays_open) return static_cast<ssize_t>(count);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (stream.trailers.empty()) return static_cast<ssize_t>(count);
    *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    const auto pairs = pairs_of(stream.trailers);
    nghttp2_submit_trailer(session, id, pairs.data(), pairs.size());
    return static_cast<ssize_t>(count);
  }

  static nghttp2_session* new_session(H2Server* machine, const Limits& limits) {
    nghttp2_session_callbacks* made = nullptr;
    if (nghttp2_session_callbacks_new(&made) != 0) return nullptr;
    const std::unique_ptr<nghttp2_session_callbacks, FreeCallbacks> callbacks(made);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(made, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, on_frame);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made, on_invalid_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, on_close);
    nghttp2_option* option = nullptr;
    if (nghttp2_option_new(&option) != 0) return nullptr;
    nghttp2_option_set_no_closed_streams(option, 1);
    // The library counts one that comes in pieces several times.
    nghttp2_option_set_max_continuations(option, most_continuations);
    nghttp2_session* session = nullptr;
    const int failed = nghttp2_session_server_new2(&session, made, machine, option);
    nghttp2_option_del(option);
    if (failed != 0) return nullptr;
    const std::array<nghttp2_settings_entry, 3> settings = {
        {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, most_streams},
         {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, stream_window},
         {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.head_octets)}}};
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
    nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, connection_window);
    return session;
  }
};

void H2Server::FreeSession::operator()(nghttp2_session* session) const noexcept {
  nghttp2_session_del(session);
}

H2Server::H2Server(std::unique_ptr<HttpServer> inner, const Limits& limits)
    : inner_(std::move(inner)),
      limits_(limits),
      session_(Calls::new_session(this, limits)),
      answers_(Role::response, limits) {}

H2Server::~H2Server() = default;

void H2Server::feed(Bytes chunk) {
  if (!session_ || broken_) return;
  const auto taken = nghttp2_session_mem_recv(session_.get(), chunk.data(), chunk.size());
  if (taken >= 0) return;
  broken_ = true;
  flaw_ = nghttp2_strerror(static_cast<int>(taken));
}

// States: the inner machine answers a request (asking_), the next one is put to it, or more is
// read.
ServerEvent H2Server::next() {
  for (;;) {
    if (flaw_)
      return Noted{"a client does not keep to HTTP/2: " + *std::exchange(flaw_, std::nullopt)};
    if (asking_ == 0 && !ask_next()) {
      if (!flush() || eof_ || broken_ || !session_) return Close{};
      return NeedBytes{};
    }
    ServerEvent event = inner_->next();
    collect();
    if (std::holds_alternative<Close>(event)) {
      end_answers();
    } else if (std::holds_alternative<NeedBytes>(event)) {
      // It has been answered, or is a stream that nothing more is recorded of.
      if (asking_ != 0) end_answers();
    } else {
      return event;
    }
  }
}

/// Puts the oldest complete request to the inner machine. False where there is none.
bool H2Server::ask_next() {
  while (!ready_.empty()) {
    const std::int32_t id = ready_.front();
    ready_.pop_front();
    const auto known = streams_.find(id);
    if (known == streams_.end()) continue;
    Stream& stream = known->second;
    const auto request = request_of(std::exchange(stream.fields, {}));
    const std::string body = std::exchange(stream.body, {});
    body_octets_ -= body.size();
    if (!request || request->method == "CONNECT") {
      refuse(id, NGHTTP2_REFUSED_STREAM);
      continue;
    }
    asking_ = id;
    asking_is_head_ = stream.is_head = request->method == "HEAD";
    inner_->feed(as_bytes(text_of(*request, body)));
    return true;
  }
  return false;
}

void H2Server::reply(const Answer& answer) {
  inner_->reply(answer);
  collect();
}

void H2Server::reply(const Miss& miss) {
  inner_->reply(miss);
  collect();
}

/// Takes what the inner machine has put out.
void H2Server::collect() {
  Output& out = inner_->output();
  if (out.empty()) return;
  out.for_each_slice([this](Bytes slice) { answers_.feed(slice); });
  out.clear();
  while (asking_ != 0) {
    switch (answers_.step(asking_is_head_)) {
      case MessageStream::Step::need_bytes:
        return;
      case MessageStream::Step::head:
        break;
      case MessageStream::Step::message:
        if (is_interim(answers_.current().status))
          static_cast<void>(answers_.take());
        else
          answer(answers_.take(), false);
        break;
      case MessageStream::Step::fault:
        return end_answers();
    }
  }
}

/// Nothing more comes for the present request: it ends with what is there. The inner machine is as
/// new, but in the scope in which it was.
void H2Server::end_answers() {
  if (asking_ != 0 && !answers_.at_boundary() &&
      answers_.step() == MessageStream::Step::need_bytes) {
    Message begun = answers_.current();
    const bool to_the_end = begun.to_the_end;
    if (begun.status != 0) answer(std::move(begun), !to_the_end);
  }
  if (asking_ != 0) refuse(std::exchange(asking_, 0), NGHTTP2_INTERNAL_ERROR);
  answers_ = MessageStream(Role::response, limits_);
  inner_->begin_anew();
}

void H2Server::answer(Message message, bool stays_open) {
  const std::int32_t id = std::exchange(asking_, 0);
  const auto known = streams_.find(id);
  if (known == streams_.end()) return;  // the client has given it up
  Stream& stream = known->second;
  stream.body = std::move(message.body);
  stream.trailers = std::move(message.trailers);
  stream.stays_open = stays_open;
  message.fields.insert(message.fields.begin(), {":status", std::to_string(message.status)});
  const auto pairs = pairs_of(message.fields);
  nghttp2_data_provider body{{.ptr = nullptr}, Calls::read_body};
  const bool has_body = !stream.body.empty() || stays_open || !stream.trailers.empty();
  nghttp2_submit_response(session_.get(), id, pairs.data(), pairs.size(),
                          has_body && !stream.is_head ? &body : nullptr);
}

void H2Server::refuse(std::int32_t id, std::uint32_t error) {
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, error);
}

void H2Server::begin_stream(std::int32_t id) {
  streams_.try_emplace(id);
}

void H2Server::take_field(std::int32_t id, HeaderField field) {
  const auto known = streams_.find(id);
  if (known == streams_.end()) return;
  Stream& stream = known->second;
  stream.head_octets += field.name.size() + field.value.size() + 32;
  if (stream.head_octets <= limits_.head_octets) return stream.fields.push_back(std::move(field));
  flaw_ = "a head is larger than allowed";
  refuse(id, NGHTTP2_ENHANCE_YOUR_CALM);
  streams_.erase(known);
}

void H2Server::take_body(std::int32_t id, Bytes part) {
  const auto known = streams_.find(id);
  if (known == streams_.end()) return;
  if (body_octets_ + part.size() > limits_.message_octets) {
    flaw_ = "the bodies under way are larger than allowed";
    refuse(id, NGHTTP2_ENHANCE_YOUR_CALM);
    return end_stream(id);
  }
  body_octets_ += part.size();
  known->second.body += as_text(part);
}

void H2Server::end_request(std::int32_t id) {
  if (streams_.contains(id)) ready_.push_back(id);
}

void H2Server::end_stream(std::int32_t id) {
  const auto known = streams_.find(id);
  if (known == streams_.end()) return;
  const bool is_asking = id == asking_, was_asked = known->second.fields.empty();
  if (!was_asked && !is_asking) body_octets_ -= known->second.body.size();
  streams_.erase(known);
  std::erase(ready_, id);
}

/// Puts out what the windows allow. False where the connection is over.
bool H2Server::flush() {
  if (!session_) return false;
  for (;;) {
    const std::uint8_t* octets = nullptr;
    const auto size = nghttp2_session_mem_send(session_.get(), &octets);
    if (size < 0) return false;
    if (size == 0) break;
    output_.copy(Bytes(octets, static_cast<std::size_t>(size)));
  }
  return nghttp2_session_want_read(session_.get()) != 0 ||
         nghttp2_session_want_write(session_.get()) != 0;
}

}  // namespace understudy::http::h2
