#include "protocols/redis/command_decoder.hpp"

#include <algorithm>
#include <limits>

#include "protocols/redis/numbers.hpp"

namespace understudy::redis {

namespace {

// The real server's limits, beside which those of Limits can only be narrower.
constexpr std::size_t inline_octets = 64 * 1024;
constexpr std::int64_t bulk_octets = 512LL * 1024 * 1024;
constexpr std::int64_t unauthenticated_arguments = 10;
constexpr std::int64_t unauthenticated_bulk_octets = 16384;

}  // namespace

CommandDecoder::Status CommandDecoder::next(Bytes pending) {
  const std::string_view text = as_text(pending);
  if (text.empty()) return Status::need_more;
  return text.front() == '*' ? multibulk(text) : inline_command(text);
}

CommandDecoder::Status CommandDecoder::multibulk(std::string_view text) {
  if (offset_ == 0) {
    const Status status = count_line(text);
    if (status != Status::command) return status;
  }
  while (left_ > 0) {
    const Status status = bulk(text);
    if (status != Status::command) return status;
  }
  return finish(text);
}

CommandDecoder::Line CommandDecoder::find_line(std::string_view text, std::string_view& line) {
  const std::size_t end = text.find('\r', offset_);
  if (end == std::string_view::npos)
    return text.size() - offset_ > inline_octets ? Line::too_long : Line::need_more;
  if (end + 2 > text.size()) return Line::need_more;
  line = text.substr(offset_ + 1, end - offset_ - 1);
  return Line::found;
}

CommandDecoder::Status CommandDecoder::count_line(std::string_view text) {
  std::string_view line;
  switch (find_line(text, line)) {
    case Line::need_more:
      return Status::need_more;
    case Line::too_long:
      return fail("too big mbulk count string");
    case Line::found:
      break;
  }
  const auto count = parse_integer(line);
  if (!count || *count > std::numeric_limits<int>::max()) return fail("invalid multibulk length");
  if (!authenticated_ && *count > unauthenticated_arguments)
    return fail("unauthenticated multibulk length");
  if (*count <= 0) {
    size_ = line.size() + 3;
    return Status::blank;
  }
  offset_ = line.size() + 3;
  left_ = static_cast<std::uint64_t>(*count);
  slices_.clear();
  return Status::command;
}

CommandDecoder::Status CommandDecoder::bulk(std::string_view text) {
  if (bulk_length_ < 0) {
    const Status status = bulk_header(text);
    if (status != Status::command) return status;
  }
  const auto length = static_cast<std::size_t>(bulk_length_);
  if (text.size() - offset_ < length + 2) return Status::need_more;
  slices_.push_back({offset_, length});
  offset_ += length + 2;
  bulk_length_ = -1;
  --left_;
  return Status::command;
}

CommandDecoder::Status CommandDecoder::bulk_header(std::string_view text) {
  if (text.size() <= offset_) return Status::need_more;
  std::string_view line;
  switch (find_line(text, line)) {
    case Line::need_more:
      return Status::need_more;
    case Line::too_long:
      return fail("too big bulk count string");
    case Line::found:
      break;
  }
  if (text[offset_] != '$') return fail(std::string("expected '$', got '") + text[offset_] + "'");
  const auto length = parse_integer(line);
  if (!length || *length < 0 || *length > bulk_octets) return fail("invalid bulk length");
  if (!authenticated_ && *length > unauthenticated_bulk_octets)
    return fail("unauthenticated bulk length");
  if (offset_ + static_cast<std::size_t>(*length) > limits_.message_octets)
    return fail("too big command");
  offset_ += line.size() + 3;
  bulk_length_ = *length;
  return Status::command;
}

CommandDecoder::Status CommandDecoder::inline_command(std::string_view text) {
  const std::size_t end = text.find('\n', searched_);
  if (end == std::string_view::npos) {
    if (text.size() > std::min(inline_octets, limits_.head_octets))
      return fail("too big inline request");
    searched_ = text.size();
    return Status::need_more;
  }
  searched_ = 0;
  std::string_view line = text.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  unquoted_.clear();
  if (!split_line(line, unquoted_)) return fail("unbalanced quotes in request");
  arguments_.assign(unquoted_.begin(), unquoted_.end());
  size_ = end + 1;
  return unquoted_.empty() ? Status::blank : Status::command;
}

CommandDecoder::Status CommandDecoder::finish(std::string_view text) {
  arguments_.clear();
  for (const auto [begin, length] : slices_) arguments_.push_back(text.substr(begin, length));
  size_ = offset_;
  offset_ = 0;
  return Status::command;
}

CommandDecoder::Status CommandDecoder::fail(std::string problem) {
  problem_ = std::move(problem);
  return Status::protocol_error;
}

namespace {

int hex_digit(char octet) {
  if (octet >= '0' && octet <= '9') return octet - '0';
  const char lower = static_cast<char>(octet | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

char unescaped(char octet) {
  switch (octet) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return octet;
  }
}

bool is_space(char octet) {
  return octet == ' ' || (octet >= '\t' && octet <= '\r');
}

// One line, word by word, as sdssplitargs does.
class LineSplitter {
 public:
  explicit LineSplitter(std::string_view line) : line_(line) {}

  bool at_end() {
    while (at_ < line_.size() && is_space(line_[at_])) ++at_;
    return at_ == line_.size();
  }

  bool word(std::string& out) {
    while (at_ < line_.size() && !is_space(line_[at_])) {
      const char octet = line_[at_++];
      if (octet == '"') return double_quoted(out);
      if (octet == '\'') return single_quoted(out);
      out += octet;
    }
    return true;
  }

 private:
  // A closing quote must be followed by a space or nothing.
  bool closed() const { return at_ == line_.size() || is_space(line_[at_]); }

  bool double_quoted(std::string& out) {
    while (at_ < line_.size()) {
      const char octet = line_[at_++];
      if (octet == '"') return closed();
      if (octet == '\\' && at_ < line_.size())
        escape(out);
      else
        out += octet;
    }
    return false;
  }

  void escape(std::string& out) {
    if (line_[at_] == 'x' && at_ + 2 < line_.size()) {
      const int high = hex_digit(line_[at_ + 1]);
      const int low = hex_digit(line_[at_ + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        at_ += 3;
        return;
      }
    }
    out += unescaped(line_[at_++]);
  }

  bool single_quoted(std::string& out) {
    while (at_ < line_.size()) {
      const char octet = line_[at_++];
      if (octet == '\'') return closed();
      if (octet == '\\' && at_ < line_.size() && line_[at_] == '\'')
        out += line_[at_++];
      else
        out += octet;
    }
    return false;
  }

  std::string_view line_;
  std::size_t at_ = 0;
};

}  // namespace

bool split_line(std::string_view line, std::vector<std::string>& words) {
  LineSplitter splitter(line);
  while (!splitter.at_end())
    if (!splitter.word(words.emplace_back())) return false;
  return true;
}

}  // namespace understudy::redis
