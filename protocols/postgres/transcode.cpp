#include "protocols/postgres/transcode.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <iterator>

#include "protocols/postgres/composite.hpp"
#include "protocols/postgres/datetime.hpp"
#include "protocols/postgres/network.hpp"
#include "protocols/postgres/numbers.hpp"
#include "understudy/byte_reader.hpp"
#include "understudy/byte_writer.hpp"
#include "understudy/document.hpp"

namespace understudy::postgres {
namespace {

constexpr std::uint8_t jsonb_version = 1;

template <class Integer>
bool integer_to_text(ByteReader& reader, std::string& out) {
  const auto value = static_cast<Integer>(reader.be<std::make_unsigned_t<Integer>>());
  fmt::format_to(std::back_inserter(out), "{}", value);
  return reader.complete();
}

template <class Integer>
bool integer_to_binary(std::string_view text, std::vector<std::uint8_t>& out) {
  Integer value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  ByteWriter(out).be(static_cast<std::make_unsigned_t<Integer>>(value));
  return true;
}

bool bytea_to_text(Bytes binary, std::string& out) {
  out += "\\x";
  for (const std::uint8_t octet : binary) fmt::format_to(std::back_inserter(out), "{:02x}", octet);
  return true;
}

bool hex_to_binary(std::string_view hex, std::vector<std::uint8_t>& out) {
  if (hex.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    std::uint8_t octet = 0;
    const auto [end, error] = std::from_chars(hex.data() + i, hex.data() + i + 2, octet, 16);
    if (error != std::errc{} || end != hex.data() + i + 2) return false;
    out.push_back(octet);
  }
  return true;
}

/// Both input spellings of bytea: `\x0102` and the escape format.
bool bytea_to_binary(std::string_view text, std::vector<std::uint8_t>& out) {
  if (text.starts_with("\\x")) return hex_to_binary(text.substr(2), out);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out.push_back(static_cast<std::uint8_t>(text[i]));
    } else if (text.substr(i).starts_with("\\\\")) {
      out.push_back('\\');
      ++i;
    } else {
      std::uint8_t octet = 0;
      const std::string_view digits = text.substr(i + 1, 3);
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), octet, 8);
      if (digits.size() != 3 || error != std::errc{} || end != digits.data() + 3) return false;
      out.push_back(octet);
      i += 3;
    }
  }
  return true;
}

bool uuid_to_text(Bytes binary, std::string& out) {
  if (binary.size() != 16) return false;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    fmt::format_to(std::back_inserter(out), "{:02x}", binary[i]);
  }
  return true;
}

/// Braces, capitals and missing hyphens are accepted, as by uuid_in.
bool uuid_to_binary(std::string_view text, std::vector<std::uint8_t>& out) {
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  std::string hex;
  for (const char c : text)
    if (c != '-') hex += c;
  return hex.size() == 32 && hex_to_binary(hex, out);
}

bool bool_to_binary(std::string_view text, std::vector<std::uint8_t>& out) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  const auto prefix_of = [&](std::string_view word) {
    return !lower.empty() && word.starts_with(lower);
  };
  const bool yes = prefix_of("true") || prefix_of("yes") || lower == "on" || lower == "1";
  const bool no =
      prefix_of("false") || prefix_of("no") || lower == "off" || lower == "of" || lower == "0";
  if (yes == no) return false;
  out.push_back(yes ? 1 : 0);
  return true;
}

bool bits_to_text(Bytes binary, std::string& out) {
  ByteReader reader(binary);
  const auto count = reader.be<std::uint32_t>();
  const Bytes octets = reader.rest();
  if (reader.failed() || octets.size() != (std::size_t{count} + 7) / 8) return false;
  for (std::uint32_t i = 0; i < count; ++i)
    out += (octets[i / 8] >> (7 - i % 8) & 1) != 0 ? '1' : '0';
  return true;
}

bool bits_to_binary(std::string_view text, std::vector<std::uint8_t>& out) {
  ByteWriter writer(out);
  writer.be(static_cast<std::uint32_t>(text.size()));
  const std::size_t first = out.size();
  out.resize(first + (text.size() + 7) / 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '0' && text[i] != '1') return false;
    if (text[i] == '1')
      out[first + i / 8] = static_cast<std::uint8_t>(out[first + i / 8] | 0x80U >> i % 8);
  }
  return true;
}

bool lsn_to_binary(std::string_view text, std::vector<std::uint8_t>& out) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  for (const std::string_view half : {text.substr(0, slash), text.substr(slash + 1)}) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(half.data(), half.data() + half.size(), value, 16);
    if (error != std::errc{} || end != half.data() + half.size()) return false;
    ByteWriter(out).be(value);
  }
  return true;
}

bool interval_to_text(ByteReader& reader, std::string& out) {
  Interval value;
  value.time = static_cast<Microseconds>(reader.be<std::uint64_t>());
  value.days = static_cast<std::int32_t>(reader.be<std::uint32_t>());
  value.months = static_cast<std::int32_t>(reader.be<std::uint32_t>());
  if (reader.complete()) append_interval(value, out);
  return reader.complete();
}

bool interval_to_binary(std::string_view text, std::vector<std::uint8_t>& out) {
  Interval value;
  if (!parse_interval(text, value)) return false;
  ByteWriter writer(out);
  writer.be(static_cast<std::uint64_t>(value.time));
  writer.be(static_cast<std::uint32_t>(value.days));
  writer.be(static_cast<std::uint32_t>(value.months));
  return true;
}

bool time_to_text(ByteReader& reader, std::string& out) {
  const auto value = static_cast<Microseconds>(reader.be<std::uint64_t>());
  if (!reader.complete() || value < 0) return false;
  append_time(value, out);
  return true;
}

bool timetz_to_text(ByteReader& reader, std::string& out) {
  TimeWithZone value;
  value.time = static_cast<Microseconds>(reader.be<std::uint64_t>());
  value.seconds_west = static_cast<std::int32_t>(reader.be<std::uint32_t>());
  if (!reader.complete() || value.time < 0) return false;
  append_timetz(value, out);
  return true;
}

bool timetz_to_binary(std::string_view text, std::vector<std::uint8_t>& out) {
  TimeWithZone value;
  if (!parse_timetz(text, value)) return false;
  ByteWriter writer(out);
  writer.be(static_cast<std::uint64_t>(value.time));
  writer.be(static_cast<std::uint32_t>(value.seconds_west));
  return true;
}

using MicrosecondsParser = bool (*)(std::string_view, Microseconds&) noexcept;

bool micros_to_binary(MicrosecondsParser parse, std::string_view text,
                      std::vector<std::uint8_t>& out) {
  Microseconds value = 0;
  if (!parse(text, value)) return false;
  ByteWriter(out).be(static_cast<std::uint64_t>(value));
  return true;
}

template <class Float, class Raw>
bool float_to_text(ByteReader& reader, std::string& out) {
  const Raw raw = reader.be<Raw>();
  if (reader.complete()) append_float(std::bit_cast<Float>(raw), out);
  return reader.complete();
}

template <class Float, class Raw>
bool float_to_binary(std::string_view text, std::vector<std::uint8_t>& out) {
  Float value = 0;
  if (!parse_float(text, value)) return false;
  ByteWriter(out).be(std::bit_cast<Raw>(value));
  return true;
}

bool versioned_to_text(ByteReader& reader, std::string& out) {
  if (reader.be<std::uint8_t>() != jsonb_version) return false;
  out += as_text(reader.rest());
  return true;
}

bool versioned_to_binary(std::string_view text, std::vector<std::uint8_t>& out) {
  ByteWriter writer(out);
  writer.byte(jsonb_version);
  writer.text(text);
  return true;
}

bool plain_to_text(Bytes binary, std::string& out) {
  out += as_text(binary);
  return true;
}

bool plain_to_binary(std::string_view text, std::vector<std::uint8_t>& out) {
  ByteWriter(out).text(text);
  return true;
}

bool scalar_to_text(Oid type, Bytes binary, std::string& out) {
  ByteReader reader(binary);
  switch (type) {
    case oid::boolean:
      if (binary.size() != 1) return false;
      return out += binary[0] != 0 ? 't' : 'f', true;
    case oid::bytea:
      return bytea_to_text(binary, out);
    case oid::int2:
      return integer_to_text<std::int16_t>(reader, out);
    case oid::int4:
      return integer_to_text<std::int32_t>(reader, out);
    case oid::int8:
      return integer_to_text<std::int64_t>(reader, out);
    case oid::oid:
    case oid::xid:
    case oid::cid:
      return integer_to_text<std::uint32_t>(reader, out);
    case oid::xid8:
      return integer_to_text<std::uint64_t>(reader, out);
    case oid::float4:
      return float_to_text<float, std::uint32_t>(reader, out);
    case oid::float8:
      return float_to_text<double, std::uint64_t>(reader, out);
    case oid::numeric:
      return numeric_to_text(binary, out);
    case oid::uuid:
      return uuid_to_text(binary, out);
    case oid::date: {
      const auto days = static_cast<std::int32_t>(reader.be<std::uint32_t>());
      if (reader.complete()) append_date(days, out);
      return reader.complete();
    }
    case oid::time:
      return time_to_text(reader, out);
    case oid::timetz:
      return timetz_to_text(reader, out);
    case oid::timestamp:
    case oid::timestamptz: {
      const auto value = static_cast<Microseconds>(reader.be<std::uint64_t>());
      if (!reader.complete()) return false;
      return type == oid::timestamp ? append_timestamp(value, out) : append_timestamptz(value, out),
             true;
    }
    case oid::interval:
      return interval_to_text(reader, out);
    case oid::jsonb:
    case oid::jsonpath:
      return versioned_to_text(reader, out);
    case oid::inet:
      return network_to_text(NetworkKind::inet, binary, out);
    case oid::cidr:
      return network_to_text(NetworkKind::cidr, binary, out);
    case oid::macaddr:
      return mac_to_text(binary, 6, out);
    case oid::macaddr8:
      return mac_to_text(binary, 8, out);
    case oid::bit:
    case oid::varbit:
      return bits_to_text(binary, out);
    case oid::pg_lsn: {
      const auto high = reader.be<std::uint32_t>();
      fmt::format_to(std::back_inserter(out), "{:X}/{:X}", high, reader.be<std::uint32_t>());
      return reader.complete();
    }
    case oid::record:
      return record_to_text(binary, out);
    default:
      return has_one_format(type) && plain_to_text(binary, out);
  }
}

bool scalar_to_binary(Oid type, std::string_view text, std::vector<std::uint8_t>& out) {
  switch (type) {
    case oid::boolean:
      return bool_to_binary(text, out);
    case oid::bytea:
      return bytea_to_binary(text, out);
    case oid::int2:
      return integer_to_binary<std::int16_t>(text, out);
    case oid::int4:
      return integer_to_binary<std::int32_t>(text, out);
    case oid::int8:
      return integer_to_binary<std::int64_t>(text, out);
    case oid::oid:
    case oid::xid:
    case oid::cid:
      return integer_to_binary<std::uint32_t>(text, out);
    case oid::xid8:
      return integer_to_binary<std::uint64_t>(text, out);
    case oid::float4:
      return float_to_binary<float, std::uint32_t>(text, out);
    case oid::float8:
      return float_to_binary<double, std::uint64_t>(text, out);
    case oid::numeric:
      return numeric_to_binary(text, out);
    case oid::uuid:
      return uuid_to_binary(text, out);
    case oid::date: {
      std::int32_t days = 0;
      if (!parse_date(text, days)) return false;
      return ByteWriter(out).be(static_cast<std::uint32_t>(days)), true;
    }
    case oid::time:
      return micros_to_binary(parse_time, text, out);
    case oid::timetz:
      return timetz_to_binary(text, out);
    case oid::timestamp:
      return micros_to_binary(parse_timestamp, text, out);
    case oid::timestamptz:
      return micros_to_binary(parse_timestamptz, text, out);
    case oid::interval:
      return interval_to_binary(text, out);
    case oid::jsonb:
    case oid::jsonpath:
      return versioned_to_binary(text, out);
    case oid::inet:
      return network_to_binary(NetworkKind::inet, text, out);
    case oid::cidr:
      return network_to_binary(NetworkKind::cidr, text, out);
    case oid::macaddr:
      return mac_to_binary(text, 6, out);
    case oid::macaddr8:
      return mac_to_binary(text, 8, out);
    case oid::bit:
    case oid::varbit:
      return bits_to_binary(text, out);
    case oid::pg_lsn:
      return lsn_to_binary(text, out);
    default:
      return has_one_format(type) && plain_to_binary(text, out);
  }
}

}  // namespace

bool has_one_format(Oid type) noexcept {
  switch (type) {
    case oid::unspecified:
    case oid::char_:
    case oid::name:
    case oid::text:
    case oid::json:
    case oid::xml:
    case oid::unknown:
    case oid::bpchar:
    case oid::varchar:
    case oid::refcursor:
    case oid::cstring:
    case oid::void_:
      return true;
    default:
      return false;
  }
}

bool has_one_format(Oid type, std::int16_t length, std::string_view value) noexcept {
  constexpr std::int16_t length_of_enum = 4;
  if (has_one_format(type)) return true;
  if (!is_of_user(type) || length != length_of_enum) return false;
  return is_text(value) && value.find_first_not_of("+-0123456789") != std::string_view::npos;
}

bool binary_to_text(Oid type, Bytes binary, std::string& out) {
  const std::size_t before = out.size();
  const auto known = find_type(type);
  const bool array = known && known->element != 0;
  if (array ? array_to_text(binary, out) : scalar_to_text(type, binary, out)) return true;
  out.resize(before);
  return false;
}

bool text_to_binary(Oid type, std::string_view text, std::vector<std::uint8_t>& out) {
  const std::size_t before = out.size();
  const auto known = find_type(type);
  const bool array = known && known->element != 0;
  if (array ? array_to_binary(known->element, text, out) : scalar_to_binary(type, text, out))
    return true;
  out.resize(before);
  return false;
}

std::string canonical_text(Oid type, std::string_view text) {
  if (has_one_format(type) || type == oid::jsonb) return std::string(text);
  std::vector<std::uint8_t> binary;
  std::string canonical;
  if (!text_to_binary(type, text, binary) || !binary_to_text(type, binary, canonical))
    return std::string(text);
  return canonical;
}

}  // namespace understudy::postgres
