#include "protocols/http/h2/header_block.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "protocols/http/ascii.hpp"

namespace understudy::http::h2 {
namespace {

constexpr std::size_t default_table_octets = 4096;
/// What a field costs besides its octets (RFC 9113, 6.5.2), so that empty ones count too.
constexpr std::size_t field_cost = 32;

std::string text_of(const std::uint8_t* octets, std::size_t count) {
  return {reinterpret_cast<const char*>(octets), count};
}

nghttp2_nv as_pair(const HeaderField& field) {
  // The library takes what it does not change through pointers that are not const.
  const auto octets = [](const std::string& text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  return {octets(field.name), octets(field.value), field.name.size(), field.value.size(),
          static_cast<std::uint8_t>(field.is_sensitive ? NGHTTP2_NV_FLAG_NO_INDEX
                                                       : NGHTTP2_NV_FLAG_NONE)};
}

/// Calls `visit` for all that are no pseudo-fields, cookies joined, those of the connection left
/// out.
Fields plain_fields(const HeaderFields& all) {
  Fields fields;
  Field* cookie = nullptr;
  std::size_t cookie_at = 0;
  for (const HeaderField& field : all) {
    if (field.name.starts_with(':') || is_of_connection(field.name)) continue;
    if (field.name == "cookie" && cookie != nullptr) {
      fields[cookie_at].value += "; " + field.value;
      continue;
    }
    fields.push_back({field.name, field.value});
    if (field.name != "cookie") continue;
    cookie_at = fields.size() - 1;
    cookie = &fields.back();
  }
  return fields;
}

const HeaderField* find_field(const HeaderFields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &HeaderField::name);
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace

void HeaderDecoder::Free::operator()(nghttp2_hd_inflater* inflater) const noexcept {
  nghttp2_hd_inflate_del(inflater);
}
void HeaderEncoder::Free::operator()(nghttp2_hd_deflater* deflater) const noexcept {
  nghttp2_hd_deflate_del(deflater);
}

HeaderDecoder::HeaderDecoder(std::size_t most_octets) : most_octets_(most_octets) {
  nghttp2_hd_inflater* inflater = nullptr;
  if (nghttp2_hd_inflate_new(&inflater) == 0) inflater_.reset(inflater);
}

std::optional<HeaderBlock> HeaderDecoder::decode(Bytes block) {
  if (!inflater_) return std::nullopt;
  HeaderBlock decoded;
  std::size_t octets = 0;
  for (;;) {
    nghttp2_nv pair{};
    int flags = 0;
    const auto taken =
        nghttp2_hd_inflate_hd2(inflater_.get(), &pair, &flags, block.data(), block.size(), 1);
    if (taken < 0) return std::nullopt;
    block = block.subspan(static_cast<std::size_t>(taken));
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
      octets += pair.namelen + pair.valuelen + field_cost;
      decoded.is_cut = decoded.is_cut || octets > most_octets_;
      if (!decoded.is_cut)
        decoded.fields.push_back({text_of(pair.name, pair.namelen),
                                  text_of(pair.value, pair.valuelen),
                                  (pair.flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0});
    }
    if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && block.empty()) break;
  }
  nghttp2_hd_inflate_end_headers(inflater_.get());
  return decoded;
}

void HeaderDecoder::allow_table(std::uint32_t octets) {
  // What is remembered on this side is bounded whatever the two have agreed on: the peer's encoder
  // may then refer to what is gone, and the block is broken.
  constexpr std::uint32_t most = 1U << 20;
  if (inflater_) nghttp2_hd_inflate_change_table_size(inflater_.get(), std::min(octets, most));
}

HeaderEncoder::HeaderEncoder() {
  nghttp2_hd_deflater* deflater = nullptr;
  if (nghttp2_hd_deflate_new(&deflater, default_table_octets) == 0) deflater_.reset(deflater);
}

std::string HeaderEncoder::encode(const HeaderFields& fields) {
  if (!deflater_) return {};
  std::vector<nghttp2_nv> pairs;
  for (const HeaderField& field : fields) pairs.push_back(as_pair(field));
  std::string block(nghttp2_hd_deflate_bound(deflater_.get(), pairs.data(), pairs.size()), '\0');
  const auto size =
      nghttp2_hd_deflate_hd(deflater_.get(), reinterpret_cast<std::uint8_t*>(block.data()),
                            block.size(), pairs.data(), pairs.size());
  block.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return block;
}

void HeaderEncoder::allow_table(std::uint32_t octets) {
  if (deflater_) nghttp2_hd_deflate_change_table_size(deflater_.get(), octets);
}

bool is_of_connection(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 6> names = {
      "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te"};
  return std::ranges::any_of(names, [&](std::string_view one) { return iequals(name, one); });
}

std::optional<Message> request_of(const HeaderFields& fields) {
  const HeaderField* const method = find_field(fields, ":method");
  const HeaderField* const path = find_field(fields, ":path");
  const HeaderField* const authority = find_field(fields, ":authority");
  if (method == nullptr || (path == nullptr && method->value != "CONNECT")) return std::nullopt;
  Message request;
  request.method = method->value;
  request.target = path == nullptr ? "" : path->value;
  request.fields = plain_fields(fields);
  if (authority != nullptr) {
    std::erase_if(request.fields, [](const Field& field) { return field.name == "host"; });
    request.fields.insert(request.fields.begin(), {"host", authority->value});
  }
  return request;
}

std::optional<Message> answer_of(const HeaderFields& fields) {
  const HeaderField* const status = find_field(fields, ":status");
  if (status == nullptr || status->value.size() != 3) return std::nullopt;
  Message answer;
  const char* const end = status->value.data() + status->value.size();
  const auto [stop, error] = std::from_chars(status->value.data(), end, answer.status);
  if (error != std::errc() || stop != end || answer.status < 100) return std::nullopt;
  answer.reason = standard_reason(answer.status);
  answer.fields = plain_fields(fields);
  return answer;
}

Fields trailers_of(const HeaderFields& fields) {
  return plain_fields(fields);
}

}  // namespace understudy::http::h2
