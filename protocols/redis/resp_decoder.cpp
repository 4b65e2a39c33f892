#include "protocols/redis/resp_decoder.hpp"

#include <algorithm>
#include <cstring>

#include "protocols/redis/numbers.hpp"
#include "understudy/byte_reader.hpp"

namespace understudy::redis {

namespace {

constexpr std::string_view leaf_types = "+-:_#,(";
constexpr std::string_view aggregate_types = "*%~>|";

bool sound_leaf(char type, std::string_view line) {
  switch (type) {
    case ':': {
      if (line.starts_with('+')) line.remove_prefix(1);
      return parse_integer(line).has_value();
    }
    case '_':
      return line.empty();
    case '#':
      return line == "t" || line == "f";
    case ',':
      return parse_double(line).has_value();
    case '(': {
      if (line.starts_with('-') || line.starts_with('+')) line.remove_prefix(1);
      return !line.empty() && line.find_first_not_of("0123456789") == std::string_view::npos;
    }
    default:
      return true;
  }
}

}  // namespace

void FrameScanner::reset() noexcept {
  levels_.clear();
  offset_ = 0;
  searched_ = 0;
}

FrameScanner::Status FrameScanner::scan(Bytes pending) {
  for (;;) {
    switch (step(pending)) {
      case Step::again:
        break;
      case Step::need_more:
        return Status::need_more;
      case Step::complete:
        return Status::complete;
      case Step::malformed:
        return Status::malformed;
    }
  }
}

FrameScanner::Step FrameScanner::step(Bytes pending) {
  if (offset_ > limits_.message_octets) return fail("a value larger than the limit");
  const std::string_view text = as_text(pending);
  const std::size_t end = text.find("\r\n", std::max(offset_, searched_));
  if (end == std::string_view::npos) {
    const std::size_t length = text.size() - offset_ - (text.ends_with('\r') ? 1 : 0);
    if (length > limits_.head_octets) return fail("a line longer than the limit");
    searched_ = std::max(offset_, text.size() - std::min<std::size_t>(text.size(), 1));
    return Step::need_more;
  }
  searched_ = end;
  const std::string_view header = text.substr(offset_, end - offset_);
  if (header.empty()) return fail("an empty line where a type was expected");
  if (header.size() > limits_.head_octets) return fail("a line longer than the limit");
  if (header.find_first_of("\r\n") != std::string_view::npos) return fail("a line end in a line");
  const char type = header.front();
  const std::string_view line = header.substr(1);
  const bool in_string = !levels_.empty() && levels_.back().kind == LevelKind::streamed_string;
  if (in_string) return type == ';' ? chunk(pending, line) : fail("a chunk was expected");
  if (leaf_types.find(type) != std::string_view::npos) return leaf(type, line);
  if (type == '$' || type == '=' || type == '!') return bulk(pending, type, line);
  if (aggregate_types.find(type) != std::string_view::npos) return aggregate(type, line);
  if (type == '.' && line.empty()) {
    offset_ += 3;
    return end_of_stream();
  }
  return fail("an unknown type");
}

FrameScanner::Step FrameScanner::leaf(char type, std::string_view line) {
  if (!sound_leaf(type, line)) return fail("a scalar that does not read as its type");
  offset_ += line.size() + 3;
  return finish();
}

FrameScanner::Step FrameScanner::bulk(Bytes pending, char type, std::string_view line) {
  if (line == "?" && type == '$') {
    offset_ += 4;
    return open(LevelKind::streamed_string, 0);
  }
  if (line == "-1" && type == '$') {
    offset_ += 5;
    return finish();
  }
  const auto length = parse_integer(line);
  if (!length || *length < 0 || (type == '=' && *length < 4)) return fail("an invalid length");
  const Step step = octets(pending, line, static_cast<std::uint64_t>(*length));
  if (step != Step::again) return step;
  const std::size_t begin = offset_ - 2 - static_cast<std::size_t>(*length);
  if (type == '=' && pending[begin + 3] != ':') return fail("a verbatim string without a format");
  return finish();
}

FrameScanner::Step FrameScanner::chunk(Bytes pending, std::string_view line) {
  if (line == "0") {
    offset_ += 4;
    levels_.pop_back();
    return finish();
  }
  const auto length = parse_integer(line);
  if (!length || *length < 0) return fail("an invalid chunk length");
  return octets(pending, line, static_cast<std::uint64_t>(*length));
}

// A length line, that many octets, CR LF. Moves on only when all of it is there.
FrameScanner::Step FrameScanner::octets(Bytes pending, std::string_view line,
                                        std::uint64_t length) {
  if (length > limits_.message_octets) return fail("a string larger than the limit");
  const std::size_t begin = offset_ + line.size() + 3;
  const std::size_t end = begin + static_cast<std::size_t>(length);
  if (pending.size() < end + 2) return Step::need_more;
  if (pending[end] != '\r' || pending[end + 1] != '\n') return fail("a string without its end");
  offset_ = end + 2;
  return Step::again;
}

FrameScanner::Step FrameScanner::aggregate(char type, std::string_view line) {
  const std::size_t size = line.size() + 3;
  const bool paired = type == '%' || type == '|';
  if (line == "?" && type != '>' && type != '|') {
    offset_ += size;
    return open(paired ? LevelKind::streamed_map : LevelKind::streamed, 0);
  }
  if (line == "-1" && type == '*') {
    offset_ += size;
    return finish();
  }
  const auto count = parse_integer(line);
  if (!count || *count < 0) return fail("an invalid count");
  if (static_cast<std::uint64_t>(*count) > limits_.elements)
    return fail("more elements than the limit");
  offset_ += size;
  if (*count == 0) return type == '|' ? Step::again : finish();
  const auto elements = static_cast<std::uint64_t>(*count) * (paired ? 2U : 1U);
  return open(type == '|' ? LevelKind::attribute : LevelKind::counted, elements);
}

FrameScanner::Step FrameScanner::end_of_stream() {
  if (levels_.empty()) return fail("the end of a stream that never began");
  const Level level = levels_.back();
  const bool streamed = level.kind == LevelKind::streamed || level.kind == LevelKind::streamed_map;
  if (!streamed) return fail("the end of a stream inside a counted aggregate");
  if (level.kind == LevelKind::streamed_map && level.left % 2 != 0)
    return fail("a key without a value");
  levels_.pop_back();
  return finish();
}

FrameScanner::Step FrameScanner::open(LevelKind kind, std::uint64_t left) {
  if (levels_.size() >= limits_.depth) return fail("nested deeper than the limit");
  levels_.push_back({kind, left});
  return Step::again;
}

// A value is complete; so may be those that hold it.
FrameScanner::Step FrameScanner::finish() {
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.kind == LevelKind::streamed || level.kind == LevelKind::streamed_map) {
      if (++level.left > 2 * limits_.elements) return fail("more elements than the limit");
      return Step::again;
    }
    if (--level.left > 0) return Step::again;
    const bool was_attribute = level.kind == LevelKind::attribute;
    levels_.pop_back();
    if (was_attribute) return Step::again;  // what it describes is still to come
  }
  return Step::complete;
}

FrameScanner::Step FrameScanner::fail(std::string_view problem) noexcept {
  problem_ = problem;
  return Step::malformed;
}

namespace {

Kind kind_of(char type) {
  switch (type) {
    case '+':
      return Kind::simple_string;
    case '-':
      return Kind::simple_error;
    case ':':
      return Kind::integer;
    case '$':
      return Kind::bulk_string;
    case '*':
      return Kind::array;
    case '#':
      return Kind::boolean;
    case ',':
      return Kind::double_number;
    case '(':
      return Kind::big_number;
    case '!':
      return Kind::bulk_error;
    case '=':
      return Kind::verbatim;
    case '%':
      return Kind::map;
    case '~':
      return Kind::set;
    case '>':
      return Kind::push;
    default:
      return Kind::null;
  }
}

// Builds what the scanner has found sound; bounded by the scanner's caps.
class Builder {
 public:
  explicit Builder(Bytes frame) : reader_(frame) {}

  Value value() {
    std::vector<Value> attributes;
    std::string_view line = next_line();
    while (line.starts_with('|')) {
      for (auto& item : counted(line.substr(1), 2)) attributes.push_back(std::move(item));
      line = next_line();
    }
    Value value = line.empty() ? Value{} : plain(line.front(), line.substr(1));
    value.attributes = std::move(attributes);
    return value;
  }

 private:
  std::string_view next_line() {
    const std::string_view line = as_text(reader_.until('\n'));
    return line.substr(0, line.size() - std::min<std::size_t>(line.size(), 1));
  }

  Value plain(char type, std::string_view line) {
    const Kind kind = kind_of(type);
    if (type == '$' && line == "-1") return Value::of(Kind::null_bulk);
    if (type == '*' && line == "-1") return Value::of(Kind::null_array);
    if (type == '$' && line == "?") return Value::of(kind, chunks());
    if (type == '$' || type == '!' || type == '=') return Value::of(kind, octets(line));
    if (kind == Kind::integer) return integer(line);
    if (kind == Kind::boolean) {
      Value value = Value::of(kind);
      value.integer = line == "t" ? 1 : 0;
      return value;
    }
    if (!is_aggregate(kind)) return Value::of(kind, line);
    return Value::aggregate(kind,
                            line == "?" ? streamed() : counted(line, kind == Kind::map ? 2 : 1));
  }

  static Value integer(std::string_view line) {
    if (line.starts_with('+')) line.remove_prefix(1);
    return Value::number(parse_integer(line).value_or(0));
  }

  std::string octets(std::string_view length) {
    const auto count = static_cast<std::size_t>(parse_integer(length).value_or(0));
    std::string text(as_text(reader_.take(count)));
    static_cast<void>(reader_.take(2));
    return text;
  }

  std::string chunks() {
    std::string text;
    for (std::string_view line = next_line(); line != ";0" && !reader_.failed(); line = next_line())
      text += octets(line.substr(1));
    return text;
  }

  std::vector<Value> counted(std::string_view line, std::size_t factor) {
    const std::size_t count = static_cast<std::size_t>(parse_integer(line).value_or(0)) * factor;
    std::vector<Value> items;
    items.reserve(std::min(count, reader_.remaining() / 3 + 1));
    for (std::size_t i = 0; i < count; ++i) items.push_back(value());
    return items;
  }

  std::vector<Value> streamed() {
    std::vector<Value> items;
    while (!reader_.failed() && !at_end_of_stream()) items.push_back(value());
    static_cast<void>(next_line());
    return items;
  }

  // The scanner has made sure that a value or the end follows.
  bool at_end_of_stream() {
    ByteReader ahead = reader_;
    return as_text(ahead.take(1)) == ".";
  }

  ByteReader reader_;
};

}  // namespace

std::optional<Value> decode_value(Bytes frame, const Limits& limits) {
  FrameScanner scanner(limits);
  if (scanner.scan(frame) != FrameScanner::Status::complete) return std::nullopt;
  if (scanner.size() != frame.size()) return std::nullopt;
  return Builder(frame).value();
}

}  // namespace understudy::redis
