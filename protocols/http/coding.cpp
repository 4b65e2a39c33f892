#include "protocols/http/coding.hpp"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "protocols/http/ascii.hpp"
#include "protocols/http/content.hpp"

namespace understudy::http {
namespace {

constexpr int gzip_window = 15 + 16;  // zlib's spelling of "gzip, 32 KiB"
constexpr int zlib_window = 15;
constexpr int raw_window = -15;
constexpr int brotli_quality = 5;
constexpr int zstd_level = 3;
constexpr int zstd_window = 23;  // 8 MiB, the most that a sender may ask for (RFC 9659)

using Block = std::array<char, 16384>;

class Inflater {
 public:
  explicit Inflater(int window) { ready_ = inflateInit2(&stream_, window) == Z_OK; }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Members of a gzip file may follow each other (RFC 1952, 2.2).
  std::optional<std::string> run(std::string_view encoded, std::size_t limit) {
    if (!ready_ || encoded.size() > UINT32_MAX) return std::nullopt;
    std::string plain;
    Block block{};
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

std::string deflated(std::string_view plain, int window) {
  z_stream stream{};
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

std::optional<std::string> from_brotli(std::string_view encoded, std::size_t limit) {
  const std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> decoder(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), &BrotliDecoderDestroyInstance);
  const auto* in = reinterpret_cast<const std::uint8_t*>(encoded.data());
  std::size_t left = encoded.size();
  std::string plain;
  Block block{};
  for (;;) {
    auto* out = reinterpret_cast<std::uint8_t*>(block.data());
    std::size_t room = block.size();
    const auto result =
        BrotliDecoderDecompressStream(decoder.get(), &left, &in, &room, &out, nullptr);
    plain.append(block.data(), block.size() - room);
    if (plain.size() > limit) return std::nullopt;
    if (result == BROTLI_DECODER_RESULT_SUCCESS)
      return left == 0 ? std::optional(std::move(plain)) : std::nullopt;
    if (result != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) return std::nullopt;
  }
}

std::string to_brotli(std::string_view plain) {
  std::size_t size = BrotliEncoderMaxCompressedSize(plain.size());
  std::string encoded(std::max<std::size_t>(size, 16), '\0');
  size = encoded.size();
  const bool done =
      BrotliEncoderCompress(brotli_quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC,
                            plain.size(), reinterpret_cast<const std::uint8_t*>(plain.data()),
                            &size, reinterpret_cast<std::uint8_t*>(encoded.data())) == BROTLI_TRUE;
  encoded.resize(done ? size : 0);
  return encoded;
}

std::optional<std::string> from_zstd(std::string_view encoded, std::size_t limit) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> decoder(ZSTD_createDCtx(),
                                                                     &ZSTD_freeDCtx);
  if (encoded.empty() ||
      ZSTD_isError(ZSTD_DCtx_setParameter(decoder.get(), ZSTD_d_windowLogMax, zstd_window)) != 0)
    return std::nullopt;
  ZSTD_inBuffer in{encoded.data(), encoded.size(), 0};
  std::string plain;
  Block block{};
  for (;;) {
    ZSTD_outBuffer out{block.data(), block.size(), 0};
    const std::size_t before = in.pos;
    const std::size_t result = ZSTD_decompressStream(decoder.get(), &out, &in);
    if (ZSTD_isError(result) != 0) return std::nullopt;
    plain.append(block.data(), out.pos);
    if (plain.size() > limit) return std::nullopt;
    if (result == 0 && in.pos == in.size) return plain;
    if (in.pos == before && out.pos == 0) return std::nullopt;  // it was cut off
  }
}

std::string to_zstd(std::string_view plain) {
  std::string encoded(ZSTD_compressBound(plain.size()), '\0');
  const std::size_t size =
      ZSTD_compress(encoded.data(), encoded.size(), plain.data(), plain.size(), zstd_level);
  encoded.resize(ZSTD_isError(size) != 0 ? 0 : size);
  return encoded;
}

}  // namespace

Coding coding_of(std::string_view content_encoding) {
  const std::string_view name = trimmed(content_encoding);
  if (name.empty() || iequals(name, "identity")) return Coding::identity;
  if (iequals(name, "gzip") || iequals(name, "x-gzip")) return Coding::gzip;
  if (iequals(name, "br")) return Coding::br;
  if (iequals(name, "zstd")) return Coding::zstd;
  return iequals(name, "deflate") ? Coding::deflate : Coding::unknown;
}

std::optional<std::string> decode(Coding coding, std::string_view encoded, std::size_t limit) {
  switch (coding) {
    case Coding::identity:
      return std::string(encoded);
    case Coding::gzip:
      return inflated(encoded, gzip_window, limit);
    case Coding::deflate: {
      // "deflate" means the zlib format; some senders leave its two octets of head out (RFC
      // 9110, 8.4.1.2).
      auto plain = inflated(encoded, zlib_window, limit);
      return plain ? plain : inflated(encoded, raw_window, limit);
    }
    case Coding::br:
      return from_brotli(encoded, limit);
    case Coding::zstd:
      return from_zstd(encoded, limit);
    case Coding::unknown:
      break;
  }
  return std::nullopt;
}

std::string encode(Coding coding, std::string_view plain) {
  switch (coding) {
    case Coding::gzip:
      return deflated(plain, gzip_window);
    case Coding::deflate:
      return deflated(plain, zlib_window);
    case Coding::br:
      return to_brotli(plain);
    case Coding::zstd:
      return to_zstd(plain);
    default:
      return std::string(plain);
  }
}

bool accepts(std::string_view accept_encoding, std::string_view coding_name) {
  const Coding coding = coding_of(coding_name);
  bool named = false;
  bool accepted = false;
  for_each_part(accept_encoding, ',', [&](std::string_view member) {
    const std::string name = essence_of(member);
    const bool any = name == "*";
    const bool same =
        coding == Coding::unknown ? iequals(name, trimmed(coding_name)) : coding_of(name) == coding;
    if (!any && (!same || name.empty())) return;
    if (any && named) return;
    named = named || !any;
    accepted = has_weight(member);
  });
  return accepted;
}

bool accepts(std::string_view accept_encoding, Coding coding) {
  constexpr std::array<std::string_view, 5> names = {"identity", "gzip", "deflate", "br", "zstd"};
  return coding != Coding::unknown &&
         accepts(accept_encoding, names[static_cast<std::size_t>(coding)]);
}

}  // namespace understudy::http
