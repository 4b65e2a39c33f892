#include "protocols/redis/image.hpp"

#include "protocols/redis/reply_shape.hpp"
#include "protocols/redis/resp_encoder.hpp"
#include "understudy/byte_reader.hpp"

namespace understudy::redis {

namespace {

enum class Form : std::uint8_t { both, either, silent };

void append_length(std::string& out, std::size_t length) {
  for (unsigned shift = 0; shift < 32; shift += 8)
    out += static_cast<char>((length >> shift) & 0xFF);
}

}  // namespace

std::string make_image(const Value& reply, std::string_view name, Arguments arguments) {
  Value lowered = reply;
  lower(lowered, shape_of(name, arguments));
  Value unified = reply;
  unify_nulls(unified);
  std::string second;
  std::string third;
  encode(lowered, second);
  encode(unified, third);
  if (second == third) return static_cast<char>(Form::both) + second;
  std::string image(1, static_cast<char>(Form::either));
  append_length(image, second.size());
  return image + second + third;
}

std::string silent_image() {
  return std::string(1, static_cast<char>(Form::silent));
}

std::optional<Bytes> octets_for(Bytes image, Resp resp) noexcept {
  if (image.empty()) return std::nullopt;
  const Form form{image.front()};
  if (form == Form::both) return image.subspan(1);
  if (form != Form::either) return std::nullopt;
  ByteReader reader(image.subspan(1));
  const auto length = static_cast<std::size_t>(reader.le(4));
  const Bytes second = reader.take(length);
  if (reader.failed()) return std::nullopt;
  return resp == Resp::v2 ? second : reader.rest();
}

}  // namespace understudy::redis
