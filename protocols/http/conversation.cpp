#include "protocols/http/conversation.hpp"

#include <utility>

#include "protocols/http/ascii.hpp"

namespace understudy::http {

bool expects_continue(const Message& request) {
  return request.version >= 11 && iequals(combined(request.fields, "expect"), "100-continue");
}

MessageStream::Step MessageStream::step(bool bodiless) {
  if (failed_) return Step::fault;
  if (!parser_) {
    skip_blank_lines();
    const std::string_view pending = as_text(buffer_.pending());
    // A lone carriage return may be half of an empty line.
    if (pending.empty() || (pending == "\r" && !eof_)) return Step::need_bytes;
    parser_.emplace(role_, limits_, bodiless);
    head_told_ = false;
  }
  buffer_.consume(parser_->put(buffer_.pending()));
  if (eof_ && !parser_->done()) parser_->put_eof();
  if (const auto& fault = parser_->fault()) {
    fault_ = *fault;
    failed_ = true;
    return Step::fault;
  }
  if (parser_->done()) return Step::message;
  if (parser_->head_done() && !std::exchange(head_told_, true)) return Step::head;
  return Step::need_bytes;
}

Message MessageStream::take() {
  Message message = std::move(parser_->message());
  parser_.reset();
  return message;
}

Bytes MessageStream::head_so_far() {
  if (failed_ || (parser_ && parser_->head_done())) return {};
  if (!parser_) skip_blank_lines();
  return buffer_.pending();
}

std::string_view MessageStream::next_head() {
  if (parser_ || failed_) return {};
  skip_blank_lines();
  const std::string_view pending = as_text(buffer_.pending());
  const std::size_t end = end_of_head(pending, 0);
  return end == std::string_view::npos ? std::string_view{} : pending.substr(0, end);
}

// RFC 9112, 2.2: empty lines before a request line are to be ignored.
void MessageStream::skip_blank_lines() {
  while (as_text(buffer_.pending()).starts_with("\r\n")) buffer_.consume(2);
}

}  // namespace understudy::http
