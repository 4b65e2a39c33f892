#include "protocols/redis/resp_encoder.hpp"

#include <charconv>

#include "understudy/bytes.hpp"

namespace understudy::redis {

namespace {

void line(std::string& out, char type, std::string_view text) {
  out += type;
  out += text;
  out += "\r\n";
}

void counted(std::string& out, char type, std::size_t count) {
  line(out, type, std::to_string(count));
}

void string(std::string& out, char type, std::string_view text) {
  counted(out, type, text.size());
  out += text;
  out += "\r\n";
}

char type_of(Kind kind) {
  switch (kind) {
    case Kind::map:
      return '%';
    case Kind::set:
      return '~';
    case Kind::push:
      return '>';
    default:
      return '*';
  }
}

}  // namespace

void encode(const Value& value, std::string& out) {
  if (!value.attributes.empty()) {
    counted(out, '|', value.attributes.size() / 2);
    for (const Value& item : value.attributes) encode(item, out);
  }
  switch (value.kind) {
    case Kind::simple_string:
      return line(out, '+', value.text);
    case Kind::simple_error:
      return line(out, '-', value.text);
    case Kind::integer:
      return line(out, ':', std::to_string(value.integer));
    case Kind::bulk_string:
      return string(out, '$', value.text);
    case Kind::null:
      return line(out, '_', {});
    case Kind::null_bulk:
      return line(out, '$', "-1");
    case Kind::null_array:
      return line(out, '*', "-1");
    case Kind::double_number:
      return line(out, ',', value.text);
    case Kind::boolean:
      return line(out, '#', value.integer != 0 ? "t" : "f");
    case Kind::big_number:
      return line(out, '(', value.text);
    case Kind::bulk_error:
      return string(out, '!', value.text);
    case Kind::verbatim:
      return string(out, '=', value.text);
    case Kind::array:
    case Kind::map:
    case Kind::set:
    case Kind::push:
      break;
  }
  counted(out, type_of(value.kind),
          value.kind == Kind::map ? value.items.size() / 2 : value.items.size());
  for (const Value& item : value.items) encode(item, out);
}

void ReplyWriter::raw(std::string_view octets) {
  const Bytes bytes = as_bytes(octets);
  out_.insert(out_.end(), bytes.begin(), bytes.end());
}

void ReplyWriter::header(char type, std::int64_t number) {
  char text[24];
  text[0] = type;
  char* end = std::to_chars(text + 1, text + sizeof text - 2, number).ptr;
  *end++ = '\r';
  *end++ = '\n';
  raw({text, end});
}

void ReplyWriter::simple_string(std::string_view text) {
  raw("+");
  raw(text);
  raw("\r\n");
}

void ReplyWriter::error(std::string_view text) {
  raw("-");
  for (const char octet : text)
    out_.push_back(octet == '\r' || octet == '\n' ? std::uint8_t{' '}
                                                  : static_cast<std::uint8_t>(octet));
  raw("\r\n");
}

void ReplyWriter::integer(std::int64_t number) {
  header(':', number);
}

void ReplyWriter::bulk(std::string_view octets) {
  header('$', static_cast<std::int64_t>(octets.size()));
  raw(octets);
  raw("\r\n");
}

void ReplyWriter::verbatim(std::string_view octets) {
  if (resp_ == Resp::v2) return bulk(octets);
  header('=', static_cast<std::int64_t>(octets.size()) + 4);
  raw("txt:");
  raw(octets);
  raw("\r\n");
}

void ReplyWriter::null() {
  raw(resp_ == Resp::v3 ? "_\r\n" : "$-1\r\n");
}
void ReplyWriter::null_array() {
  raw(resp_ == Resp::v3 ? "_\r\n" : "*-1\r\n");
}
void ReplyWriter::array(std::size_t count) {
  header('*', static_cast<std::int64_t>(count));
}

void ReplyWriter::map(std::size_t count) {
  const auto number = static_cast<std::int64_t>(count);
  resp_ == Resp::v3 ? header('%', number) : header('*', 2 * number);
}

void ReplyWriter::set(std::size_t count) {
  header(resp_ == Resp::v3 ? '~' : '*', static_cast<std::int64_t>(count));
}

void ReplyWriter::push(std::size_t count) {
  header(resp_ == Resp::v3 ? '>' : '*', static_cast<std::int64_t>(count));
}

}  // namespace understudy::redis
