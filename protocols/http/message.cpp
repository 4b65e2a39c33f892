// RFC 9112. Boost.Beast parses, in push mode; this file is its only user. On
// top of it stand the framing rules that keep two readers of one connection
// from disagreeing (section 6.3): Beast refuses Content-Length beside
// Transfer-Encoding and lengths that differ, here any coding but `chunked` is
// refused.
#include "protocols/http/message.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>
#include <utility>

#include "protocols/http/ascii.hpp"

namespace understudy::http {

namespace beast = boost::beast;
namespace {

using beast::error_code;
using beast::http::error;

// Announced lengths are believed for allocation up to here only.
constexpr std::uint64_t reserve_at_most = 1U << 20;

// The shortest rest of a chunked message is `0 CRLF CRLF`. Beast asserts that it has so many octets
// when it looks at a last chunk for the second time.
constexpr std::size_t shortest_chunked_rest = 5;

std::string_view view(beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

template <bool is_request>
class Sink final : public beast::http::basic_parser<is_request> {
  using Base = beast::http::basic_parser<is_request>;

 public:
  Sink(const Limits& limits, Message& message) : message_(message) {
    this->eager(false);  // one part of a message at a time, whatever pieces it comes in
    this->header_limit(static_cast<std::uint32_t>(limits.head_octets));
    this->body_limit(limits.message_octets);
  }

  /// What comes next is the head of a chunk, the line end of the chunk before it included.
  [[nodiscard]] bool at_chunk_head() const noexcept {
    return head_done_ && this->chunked() && chunk_rest_ == 0;
  }

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                       int version, error_code&) override {
    message_.method = view(method);
    message_.target = view(target);
    message_.version = static_cast<unsigned>(version);
  }

  void on_response_impl(int status, beast::string_view reason, int version,
                        error_code& ec) override {
    if (status < 100) ec = error::bad_status;
    message_.status = static_cast<unsigned>(status);
    message_.reason = view(reason);
    message_.version = static_cast<unsigned>(version);
  }

  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     error_code&) override {
    Fields& target = head_done_ ? message_.trailers : message_.fields;
    target.push_back({std::string(view(name)), std::string(trimmed(view(value)))});
  }

  void on_header_impl(error_code& ec) override {
    head_done_ = true;
    message_.keep_alive = this->keep_alive();
    message_.to_the_end = this->need_eof();
    if (find(message_.fields, "transfer-encoding") == nullptr) return;
    const bool chunked = iequals(combined(message_.fields, "transfer-encoding"), "chunked");
    if (!chunked || message_.version < 11) ec = error::bad_transfer_encoding;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) message_.body.reserve(static_cast<std::size_t>(std::min(*length, reserve_at_most)));
  }

  std::size_t on_body_impl(beast::string_view part, error_code&) override {
    message_.body.append(part.data(), part.size());
    return part.size();
  }

  void on_chunk_header_impl(std::uint64_t size, beast::string_view, error_code&) override {
    chunk_rest_ = size;
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view part, error_code& ec) override {
    chunk_rest_ -= part.size();
    return on_body_impl(part, ec);
  }

  void on_finish_impl(error_code&) override {}

  Message& message_;
  bool head_done_ = false;
  std::uint64_t chunk_rest_ = 0;  // octets of the present chunk that have not come
};

Fault fault_of(error_code ec) {
  if (ec == error::header_limit) return {431, "the head is larger than allowed"};
  if (ec == error::body_limit) return {413, "the body is larger than allowed"};
  if (ec == error::bad_version)
    return {505, "the start line does not end with HTTP/1.0 or HTTP/1.1"};
  if (ec == error::bad_transfer_encoding)
    return {400,
            "the Transfer-Encoding is not exactly `chunked`, or stands beside a Content-Length"};
  if (ec == error::partial_message) return {400, "the connection ended in the middle of a message"};
  return {400, "malformed message: " + ec.message()};
}

}  // namespace

struct MessageParser::Impl {
  Impl(Role role, const Limits& caps, bool bodiless) : limits(caps) {
    if (role == Role::request) {
      request = std::make_unique<Sink<true>>(limits, message);
    } else {
      response = std::make_unique<Sink<false>>(limits, message);
      response->skip(bodiless);
    }
  }

  template <class Visitor>
  auto with_parser(Visitor&& visit) {
    return request ? visit(*request) : visit(*response);
  }

  /// The octets of the head, once it is whole; 0 before and where it never can be, for the same
  /// reason whatever pieces it came in.
  std::size_t head_size(std::string_view octets) {
    const std::string_view start = octets.substr(0, limits.head_octets);
    const std::size_t line = start.find('\n');
    if (line != std::string_view::npos && (line == 0 || start[line - 1] != '\r')) {
      fault = fault_of(error::bad_line_ending);
      return 0;
    }
    const std::size_t end = end_of_head(start, searched);
    if (end != std::string_view::npos) return end;
    if (octets.size() > start.size()) fault = fault_of(error::header_limit);
    searched = start.size() < 3 ? 0 : start.size() - 3;
    return 0;
  }

  /// A whole head and nothing else: what follows would only change which flaw of it is found.
  std::size_t put_head(Bytes pending) {
    const std::size_t size = head_size(as_text(pending));
    if (size == 0) return 0;
    return with_parser([&](auto& parser) {
      error_code ec;
      const std::size_t taken = parser.put(boost::asio::const_buffer(pending.data(), size), ec);
      if (ec) fault = fault_of(ec == error::need_more ? error::bad_value : ec);
      return taken;
    });
  }

  std::size_t put_body(Bytes pending) {
    std::size_t taken = 0;
    while (taken < pending.size() && !fault) {
      const std::size_t part =
          with_parser([&](auto& parser) { return put_part(parser, pending.subspan(taken)); });
      if (part == 0) break;
      taken += part;
    }
    return taken;
  }

  /// Octets of a body, or the head of a chunk, or what follows the last one: each as a whole, so
  /// that the same flaw is found whatever pieces it comes in.
  template <class Parser>
  std::size_t put_part(Parser& parser, Bytes rest) {
    if (parser.is_done()) return 0;
    const bool is_head = parser.at_chunk_head();
    if (is_head && rest.size() < shortest_chunked_rest) return 0;
    const Bytes shown = is_head ? rest.first(std::min(rest.size(), limits.head_octets)) : rest;
    error_code ec;
    const std::size_t taken = parser.put(boost::asio::const_buffer(shown.data(), shown.size()), ec);
    if (ec == error::need_more) ec = {};
    if (!ec && taken == 0 && is_head && rest.size() > shown.size()) ec = error::header_limit;
    if (ec) fault = fault_of(ec);
    return taken;
  }

  Limits limits;
  Message message;
  std::unique_ptr<Sink<true>> request;
  std::unique_ptr<Sink<false>> response;
  std::optional<Fault> fault;
  std::size_t searched = 0;  // octets of the head in which its end is not
};

MessageParser::MessageParser(Role role, const Limits& limits, bool bodiless)
    : impl_(std::make_unique<Impl>(role, limits, bodiless)) {}
MessageParser::~MessageParser() = default;
MessageParser::MessageParser(MessageParser&&) noexcept = default;
MessageParser& MessageParser::operator=(MessageParser&&) noexcept = default;

std::size_t MessageParser::put(Bytes pending) {
  if (pending.empty() || done() || impl_->fault) return 0;
  std::size_t taken = 0;
  if (!head_done()) {
    taken = impl_->put_head(pending);
    if (!head_done() || done() || impl_->fault || taken == pending.size()) return taken;
  }
  return taken + impl_->put_body(pending.subspan(taken));
}

void MessageParser::put_eof() {
  if (done() || impl_->fault) return;
  impl_->with_parser([&](auto& parser) {
    error_code ec = error::partial_message;
    if (parser.is_header_done()) parser.put_eof(ec);
    if (ec) impl_->fault = fault_of(ec);
  });
}

bool MessageParser::head_done() const noexcept {
  return impl_->with_parser([](auto& parser) { return parser.is_header_done(); });
}

bool MessageParser::done() const noexcept {
  return impl_->with_parser([](auto& parser) { return parser.is_done(); });
}

const std::optional<Fault>& MessageParser::fault() const noexcept {
  return impl_->fault;
}
Message& MessageParser::message() noexcept {
  return impl_->message;
}

const Field* find(const Fields& fields, std::string_view name) noexcept {
  const auto found = std::ranges::find_if(
      fields, [name](const Field& field) { return iequals(field.name, name); });
  return found == fields.end() ? nullptr : &*found;
}

std::string combined(const Fields& fields, std::string_view name) {
  std::string values;
  bool first = true;
  for (const Field& field : fields) {
    if (!iequals(field.name, name)) continue;
    if (!std::exchange(first, false)) values += iequals(name, "cookie") ? "; " : ", ";
    values += field.value;
  }
  return values;
}

std::size_t end_of_head(std::string_view octets, std::size_t search_from) noexcept {
  const std::size_t blank = octets.find("\r\n\r\n", search_from);
  return blank == std::string_view::npos ? blank : blank + 4;
}

std::string_view standard_reason(unsigned status) noexcept {
  const auto known = beast::http::int_to_status(status);
  return known == beast::http::status::unknown ? "Unknown"
                                               : view(beast::http::obsolete_reason(known));
}

}  // namespace understudy::http
