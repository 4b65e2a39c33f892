#include "protocols/http/host_rewriter.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "protocols/http/ascii.hpp"

namespace understudy::http {
namespace {

constexpr std::string_view https_port = ":443", line_end = "\r\n", head_end = "\r\n\r\n";

std::optional<std::uint64_t> number_of(std::string_view text, int base) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc() || stop != end || text.empty()) return std::nullopt;
  return number;
}

/// Calls `visit(line)` for each field line of a complete head; the request line is none.
template <class Visitor>
void for_each_field(std::string_view head, Visitor&& visit) {
  std::size_t begin = head.find(line_end);
  while (begin != std::string_view::npos && begin + line_end.size() < head.size()) {
    begin += line_end.size();
    const std::size_t end = std::min(head.find(line_end, begin), head.size());
    if (end > begin) visit(head.substr(begin, end - begin));
    begin = end;
  }
}

std::string_view name_of(std::string_view line) {
  return line.substr(0, std::min(line.find(':'), line.size()));
}

std::string_view value_of(std::string_view line) {
  return trimmed(line.substr(std::min(name_of(line).size() + 1, line.size())));
}

}  // namespace

HostRewriter::HostRewriter(std::string_view authority, const Limits& limits)
    : host_(authority), longest_head_(limits.head_octets) {
  if (host_.ends_with(https_port)) host_.resize(host_.size() - https_port.size());
}

void HostRewriter::feed(Bytes chunk, Output& out) {
  std::string_view rest = as_text(chunk);
  while (!rest.empty()) rest.remove_prefix(take(rest, out));
}

/// How much of `rest` was taken; more than nothing.
std::size_t HostRewriter::take(std::string_view rest, Output& out) {
  if (state_ == State::unchanged) return out.copy(as_bytes(rest)), rest.size();
  if (state_ == State::head || state_ == State::chunk_size || state_ == State::trailers)
    return take_line(rest, out);
  const std::size_t count = std::min<std::uint64_t>(remaining_, rest.size());
  out.copy(as_bytes(rest.substr(0, count)));
  remaining_ -= count;
  if (remaining_ > 0) return count;
  if (state_ == State::chunk) {
    state_ = State::chunk_end;
    remaining_ = line_end.size();
  } else {
    state_ = state_ == State::body ? State::head : State::chunk_size;
  }
  return count;
}

/// Up to the end of a line. A head is held back until it is complete.
std::size_t HostRewriter::take_line(std::string_view rest, Output& out) {
  const std::size_t count = std::min(rest.find('\n'), rest.size() - 1) + 1;
  held_ += rest.substr(0, count);
  if (held_.size() > longest_head_) {
    out.copy(as_bytes(std::exchange(held_, {})));
    state_ = State::unchanged;
  } else if (state_ == State::head) {
    if (held_ == line_end) out.copy(as_bytes(std::exchange(held_, {})));
    if (held_.ends_with(head_end)) end_head(out);
  } else if (held_.ends_with(line_end)) {
    const std::string line = std::exchange(held_, {});
    out.copy(as_bytes(line));
    end_line(std::string_view(line).substr(0, line.size() - line_end.size()));
  }
  return count;
}

/// Of the size of a chunk, or of a trailer.
void HostRewriter::end_line(std::string_view line) {
  if (state_ == State::trailers) {
    if (line.empty()) state_ = State::head;
    return;
  }
  const auto size = number_of(trimmed(line.substr(0, line.find(';'))), 16);
  remaining_ = size.value_or(0);
  state_ = !size ? State::unchanged : *size > 0 ? State::chunk : State::trailers;
}

void HostRewriter::end_head(Output& out) {
  state_ = state_behind_head();
  const std::string head = std::exchange(held_, {});
  std::size_t copied = 0;
  for_each_field(head, [&](std::string_view line) {
    if (!iequals(name_of(line), "host")) return;
    const auto begin = static_cast<std::size_t>(line.data() - head.data());
    out.copy(as_bytes(std::string_view(head).substr(copied, begin - copied)));
    out.copy(as_bytes("Host: " + host_));
    copied = begin + line.size();
  });
  out.copy(as_bytes(std::string_view(head).substr(copied)));
}

/// Where two readers could disagree, or the connection may become another one, nothing is changed.
HostRewriter::State HostRewriter::state_behind_head() {
  std::optional<std::uint64_t> length;
  bool chunked = false, unsure = std::string_view(held_).starts_with("CONNECT ");
  for_each_field(held_, [&](std::string_view line) {
    const std::string_view name = name_of(line), value = value_of(line);
    if (iequals(name, "content-length")) {
      unsure = unsure || length.has_value();
      length = number_of(value, 10);
      unsure = unsure || !length;
    } else if (iequals(name, "transfer-encoding")) {
      unsure = unsure || chunked || !iequals(value, "chunked");
      chunked = true;
    } else if (iequals(name, "upgrade")) {
      unsure = true;
    }
  });
  if (unsure || (chunked && length)) return State::unchanged;
  if (chunked) return State::chunk_size;
  remaining_ = length.value_or(0);
  return remaining_ > 0 ? State::body : State::head;
}

}  // namespace understudy::http
