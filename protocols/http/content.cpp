#include "protocols/http/content.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "protocols/http/ascii.hpp"

namespace understudy::http {
namespace {

constexpr int gzip_window = 15 + 16;  // zlib's spelling of "gzip, 32 KiB"
constexpr int zlib_window = 15;
constexpr int raw_window = -15;

/// Cuts a field value at the semicolons that are not inside of quotes.
template <class Visitor>
void for_each_parameter(std::string_view value, Visitor&& visit) {
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size() && value[i] == '\\' && quoted) {
      ++i;
    } else if (i < value.size() && value[i] == '"') {
      quoted = !quoted;
    } else if (i >= value.size() || (value[i] == ';' && !quoted)) {
      const std::size_t end = std::min(i, value.size());
      visit(trimmed(value.substr(begin, end - begin)));
      begin = std::min(i + 1, value.size());
    }
  }
}

std::string unquoted(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
  std::string plain;
  for (std::size_t i = 1; i + 1 < value.size(); ++i) {
    if (value[i] == '\\' && i + 2 < value.size()) ++i;
    plain += value[i];
  }
  return plain;
}

bool is_parameter(std::string_view part, std::string_view name) {
  const std::size_t equals = part.find('=');
  return equals != std::string_view::npos && iequals(trimmed(part.substr(0, equals)), name);
}

class Inflater {
 public:
  explicit Inflater(int window) { ready_ = inflateInit2(&stream_, window) == Z_OK; }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Members of a gzip file may follow each other (RFC 1952, 2.2).
  std::optional<std::string> run(std::string_view encoded, std::size_t limit) {
    if (!ready_) return std::nullopt;
    std::string plain;
    std::array<char, 16384> block{};
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(encoded.data()));
    stream_.avail_in = static_cast<uInt>(encoded.size());
    for (;;) {
      stream_.next_out = reinterpret_cast<Bytef*>(block.data());
      stream_.avail_out = block.size();
      const int result = inflate(&stream_, Z_NO_FLUSH);
      plain.append(block.data(), block.size() - stream_.avail_out);
      if (plain.size() > limit) return std::nullopt;
      if (result == Z_STREAM_END) {
        if (stream_.avail_in == 0) return plain;
        if (inflateReset(&stream_) != Z_OK) return std::nullopt;
      } else if (result != Z_OK) {
        return std::nullopt;
      }
    }
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

std::optional<std::string> inflated(std::string_view encoded, int window, std::size_t limit) {
  return Inflater(window).run(encoded, limit);
}

/// The weight of one member of Accept-Encoding: whether `q` is above zero.
bool has_weight(std::string_view member) {
  const std::string q = parameter_of(member, "q");
  return q.empty() || q.find_first_not_of("0.") != std::string::npos;
}

}  // namespace

std::string essence_of(std::string_view content_type) {
  return lowered(trimmed(content_type.substr(0, content_type.find(';'))));
}

std::string parameter_of(std::string_view field_value, std::string_view name) {
  std::string value;
  for_each_parameter(field_value, [&](std::string_view part) {
    if (value.empty() && is_parameter(part, name))
      value = unquoted(trimmed(part.substr(part.find('=') + 1)));
  });
  return value;
}

std::string without_parameter(std::string_view field_value, std::string_view name) {
  std::string rest;
  for_each_parameter(field_value, [&](std::string_view part) {
    if (part.empty() || is_parameter(part, name)) return;
    if (!rest.empty()) rest += "; ";
    rest += part;
  });
  return rest;
}

BodyKind kind_of(std::string_view content_type) {
  const std::string essence = essence_of(content_type);
  if (essence == "application/json" || essence == "text/json" || essence.ends_with("+json"))
    return BodyKind::json;
  if (essence == "application/x-www-form-urlencoded") return BodyKind::form;
  return essence.starts_with("multipart/") ? BodyKind::multipart : BodyKind::other;
}

Coding coding_of(std::string_view content_encoding) {
  const std::string_view name = trimmed(content_encoding);
  if (name.empty() || iequals(name, "identity")) return Coding::identity;
  if (iequals(name, "gzip") || iequals(name, "x-gzip")) return Coding::gzip;
  return iequals(name, "deflate") ? Coding::deflate : Coding::unknown;
}

std::optional<std::string> decode(Coding coding, std::string_view encoded, std::size_t limit) {
  if (coding == Coding::identity) return std::string(encoded);
  if (coding == Coding::unknown || encoded.size() > UINT32_MAX) return std::nullopt;
  if (coding == Coding::gzip) return inflated(encoded, gzip_window, limit);
  // "deflate" means the zlib format; some senders leave its two octets of head out (RFC
  // 9110, 8.4.1.2).
  auto plain = inflated(encoded, zlib_window, limit);
  return plain ? plain : inflated(encoded, raw_window, limit);
}

std::string encode(Coding coding, std::string_view plain) {
  if (coding != Coding::gzip && coding != Coding::deflate) return std::string(plain);
  z_stream stream{};
  const int window = coding == Coding::gzip ? gzip_window : zlib_window;
  constexpr int memory_level = 8;
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  std::string encoded(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(encoded.data());
  stream.avail_out = static_cast<uInt>(encoded.size());
  const int result = deflate(&stream, Z_FINISH);
  encoded.resize(result == Z_STREAM_END ? stream.total_out : 0);
  deflateEnd(&stream);
  return encoded;
}

bool accepts(std::string_view accept_encoding, Coding coding) {
  bool named = false;
  bool accepted = false;
  for_each_part(accept_encoding, ',', [&](std::string_view member) {
    const std::string name = essence_of(member);
    const bool any = name == "*";
    if (!any && (coding_of(name) != coding || name.empty())) return;
    if (any && named) return;
    named = named || !any;
    accepted = has_weight(member);
  });
  return accepted;
}

}  // namespace understudy::http
