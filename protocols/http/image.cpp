#include "protocols/http/image.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/http/ascii.hpp"
#include "protocols/http/body.hpp"
#include "protocols/http/coding.hpp"
#include "protocols/http/json_text.hpp"
#include "protocols/http/message.hpp"
#include "protocols/http/own_urls.hpp"
#include "protocols/http/spelling.hpp"
#include "understudy/byte_reader.hpp"
#include "understudy/byte_writer.hpp"

namespace understudy::http {
namespace {

constexpr char image_mark = 'H';

enum Flags : std::uint8_t {
  flag_closes = 1,
  flag_stays_open = 2,
  flag_names_itself = 4,
  flag_is_sized_late = 8
};

struct OwnedVariant {
  std::uint8_t needs = needs_nothing;
  std::string head;
  std::string body;
  std::uint32_t date = Variant::no_date;
};

/// An answer document, checked and taken apart.
struct Spelled {
  unsigned status = 200;
  std::string reason;
  Fields fields;
  Fields trailers;
  std::string body;
  bool has_body = false;
  bool to_head = false;  // answers HEAD: a Content-Length says what GET would be sent
  Coding coding = Coding::identity;
  bool encoded = false;     // the body is still in its coding
  bool stays_open = false;  // a stream that was recorded as far as it went
  bool names_itself = false;
};

bool is_field_name(std::string_view name) {
  constexpr std::string_view separators = "\"(),/:;<=>?@[\\]{}";
  return !name.empty() && std::ranges::all_of(name, [&](char octet) {
    return octet > ' ' && octet < 0x7F && separators.find(octet) == std::string_view::npos;
  });
}

bool is_field_value(std::string_view value) {
  return value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

class AnswerReader {
 public:
  AnswerReader(const Document& answer, std::vector<Problem>& problems)
      : answer_(answer), problems_(problems) {}

  Spelled read() {
    Spelled spelled;
    if (!answer_.is_object()) {
      reject("", "expected a map", "an answer has at least a status");
      return spelled;
    }
    check_keys();
    read_status(spelled);
    read_fields("headers", spelled.fields);
    read_fields("trailers", spelled.trailers);
    read_body(spelled);
    return spelled;
  }

 private:
  void reject(std::string_view path, std::string what, std::string hint) {
    problems_.push_back({"/answer" + std::string(path), std::move(what), std::move(hint)});
  }

  void check_keys() {
    constexpr std::array<std::string_view, 8> known = {"status",  "reason", "headers", "style",
                                                       "encoded", "open",   "body",    "trailers"};
    for (const auto& [key, value] : answer_.items())
      if (std::ranges::find(known, key) == known.end())
        reject("/" + key, "unknown key `" + key + "`",
               "an answer has status, reason, headers, style, body and trailers");
  }

  void read_status(Spelled& spelled) {
    const Document status = answer_.value("status", Document());
    if (status.is_number_integer() && status >= 200 && status <= 999)
      spelled.status = status.get<unsigned>();
    else
      reject("/status", "expected a status from 200 to 999", "say 200");
    spelled.reason = standard_reason(spelled.status);
    if (!answer_.contains("reason")) return;
    spelled.reason = scalar_text(answer_["reason"]);
    if (!is_field_value(spelled.reason)) reject("/reason", "a line break in the reason", "");
  }

  void read_fields(const char* key, Fields& fields) {
    const Document headers = answer_.value(key, Document::object());
    if (!headers.is_object())
      return reject(std::string("/") + key, "expected a map of fields", "write Name: value");
    for (const auto& [name, value] : headers.items()) {
      const std::string path = std::string("/") + key + "/" + name;
      if (!is_field_name(name)) reject(path, "`" + name + "` is no field name", "");
      for (const Document& line : value.is_array() ? value : Document::array({value})) {
        const std::string text = line.is_structured() ? std::string() : scalar_text(line);
        if (line.is_structured() || !is_field_value(text))
          reject(path, "expected text of one line, or a list of such", "");
        else
          fields.push_back({name, text});
      }
    }
  }

  void read_body(Spelled& spelled) {
    JsonStyle style;
    if (answer_.contains("style")) {
      const auto parsed = parse_style(octets_of(answer_["style"]));
      if (!parsed)
        reject("/style", "unknown style", "words: indent N, spaced, ascii, slashes, newline");
      style = parsed.value_or(style);
    }
    const Document body = answer_.value("body", Document());
    spelled.has_body = !body.is_null();
    if (body.is_structured()) {
      if (!has_json_spelling(body))
        reject("/body", "the tree has no JSON spelling", "octets (!!binary) can't stand in JSON");
      spelled.body = write_json(body, style);
      if (find(spelled.fields, "content-type") == nullptr)
        spelled.fields.push_back({"Content-Type", "application/json"});
    } else {
      spelled.body = scalar_text(body);
    }
    spelled.coding = coding_of(combined(spelled.fields, "content-encoding"));
    spelled.encoded = answer_.value("encoded", Document(false)) == Document(true);
    spelled.stays_open = answer_.value("open", Document(false)) == Document(true);
    const auto names_itself = [](const Field& field) { return has_own_authority(field.value); };
    spelled.names_itself =
        has_own_authority(spelled.body) || std::ranges::any_of(spelled.fields, names_itself);
  }

  const Document& answer_;
  std::vector<Problem>& problems_;
};

bool never_has_body(unsigned status) noexcept {
  return status == 204 || status == 304;
}

/// Status line and fields, without Content-Length and the blank line.
OwnedVariant begin_variant(const Spelled& spelled, bool keep_coding) {
  OwnedVariant variant;
  variant.head = "HTTP/1.1 " + std::to_string(spelled.status) + ' ' + spelled.reason + "\r\n";
  for (const auto& [name, value] : spelled.fields) {
    // Those say how the answer was framed, which is settled here.
    if (iequals(name, "transfer-encoding") || iequals(name, "connection")) continue;
    if (iequals(name, "content-length") && !spelled.to_head) continue;
    if (iequals(name, "content-encoding") && !keep_coding) continue;
    variant.head += name + ": ";
    const bool live = iequals(name, "date") && value == live_date;
    if (live) variant.date = static_cast<std::uint32_t>(variant.head.size());
    variant.head += live ? std::string(date_octets, ' ') : value;
    variant.head += "\r\n";
  }
  return variant;
}

/// A body that ended with the connection when it was recorded does so again; else its length is
/// told.
OwnedVariant finish_variant(OwnedVariant variant, const Spelled& spelled, bool closes,
                            std::string body) {
  const bool bodiless = spelled.to_head || never_has_body(spelled.status);
  if (!bodiless && !closes && !spelled.stays_open && !spelled.names_itself)
    variant.head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  variant.head += "\r\n";
  if (!bodiless) variant.body = std::move(body);
  return variant;
}

/// One chunk and the trailers behind it (RFC 9112, 7.1).
OwnedVariant chunked_variant(const Spelled& spelled) {
  constexpr std::string_view digits = "0123456789abcdef";
  OwnedVariant variant = begin_variant(spelled, false);
  variant.needs = needs_chunked;
  variant.head += "Transfer-Encoding: chunked\r\n\r\n";
  if (!spelled.body.empty()) {
    std::string size;
    for (std::size_t rest = spelled.body.size(); rest > 0; rest /= 16)
      size.insert(size.begin(), digits[rest % 16]);
    variant.body = size + "\r\n" + spelled.body + "\r\n";
  }
  variant.body += "0\r\n";
  for (const auto& [name, value] : spelled.trailers) variant.body += name + ": " + value + "\r\n";
  variant.body += "\r\n";
  return variant;
}

std::string pack(std::uint8_t flags, const std::vector<OwnedVariant>& variants) {
  std::vector<std::uint8_t> image;
  ByteWriter writer(image);
  writer.byte(static_cast<std::uint8_t>(image_mark));
  writer.byte(static_cast<std::uint8_t>(variants.size()));
  writer.byte(flags);
  for (const OwnedVariant& variant : variants) {
    writer.byte(variant.needs);
    writer.be(static_cast<std::uint32_t>(variant.head.size()));
    writer.be(static_cast<std::uint32_t>(variant.body.size()));
    writer.be(variant.date);
  }
  for (const OwnedVariant& variant : variants) {
    writer.text(variant.head);
    writer.text(variant.body);
  }
  return {image.begin(), image.end()};
}

}  // namespace

std::uint8_t needs_of(Coding coding) noexcept {
  switch (coding) {
    case Coding::gzip:
      return needs_gzip;
    case Coding::deflate:
      return needs_deflate;
    case Coding::br:
      return needs_br;
    case Coding::zstd:
      return needs_zstd;
    case Coding::unknown:
      return needs_other;
    case Coding::identity:
      break;
  }
  return needs_nothing;
}

unsigned understood_codings(std::string_view accept_encoding) {
  unsigned understood = needs_nothing;
  if (accept_encoding.empty()) return understood;
  for (const Coding coding : {Coding::gzip, Coding::deflate, Coding::br, Coding::zstd})
    if (accepts(accept_encoding, coding)) understood |= needs_of(coding);
  return understood;
}

std::string encode_image(std::string_view method, const Document& answer,
                         std::vector<Problem>& problems) {
  Spelled spelled = AnswerReader(answer, problems).read();
  spelled.to_head = method == "HEAD";
  std::vector<OwnedVariant> variants;
  const bool closes = iequals(combined(spelled.fields, "connection"), "close");
  const bool has_body = spelled.has_body && !spelled.to_head && !never_has_body(spelled.status);
  const bool is_coded = has_body && spelled.coding != Coding::identity;
  const bool recoded = is_coded && !spelled.encoded && spelled.coding != Coding::unknown;
  // What is put in when it is sent can be neither coded nor chunked before.
  const bool as_is = spelled.names_itself || spelled.stays_open;
  if (!spelled.trailers.empty() && !spelled.to_head && !never_has_body(spelled.status) && !as_is)
    variants.push_back(chunked_variant(spelled));
  if (is_coded && (!as_is || !recoded)) {
    variants.push_back(
        finish_variant(begin_variant(spelled, true), spelled, closes,
                       recoded ? encode(spelled.coding, spelled.body) : spelled.body));
    variants.back().needs = needs_of(spelled.coding);
  }
  // Octets in a coding that could not be undone suit nobody else.
  if (!is_coded || recoded)
    variants.push_back(
        finish_variant(begin_variant(spelled, !recoded), spelled, closes, spelled.body));
  const bool bodiless = spelled.to_head || never_has_body(spelled.status);
  unsigned flags = 0;
  if (closes) flags |= flag_closes;
  if (spelled.stays_open) flags |= flag_stays_open;
  if (spelled.names_itself) flags |= flag_names_itself;
  if (spelled.names_itself && !bodiless && !closes) flags |= flag_is_sized_late;
  return pack(static_cast<std::uint8_t>(flags), variants);
}

namespace {

/// The value of a field of a head that begin_variant made.
std::string_view field_of(std::string_view head, std::string_view name) {
  std::string_view value;
  for_each_part(head, '\n', [&](std::string_view line) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    if (!iequals(line.substr(0, colon), name)) return;
    value = line.substr(std::min(colon + 1, line.size()));
    if (value.ends_with('\r')) value.remove_suffix(1);
  });
  return trimmed(value);
}

}  // namespace

std::optional<Variant> choose_variant(Bytes image, unsigned understood,
                                      std::string_view accept_encoding) {
  ByteReader reader(image);
  if (reader.be<std::uint8_t>() != image_mark) return std::nullopt;
  const std::size_t count = reader.be<std::uint8_t>();
  const unsigned flags = reader.be<std::uint8_t>();
  constexpr std::size_t entry_octets = 13;
  ByteReader octets(image.subspan(std::min(image.size(), 3 + count * entry_octets)));
  for (std::size_t i = 0; i < count && !reader.failed(); ++i) {
    const unsigned needs = reader.be<std::uint8_t>();
    const std::size_t head_size = reader.be<std::uint32_t>();
    const std::size_t body_size = reader.be<std::uint32_t>();
    const std::uint32_t date = reader.be<std::uint32_t>();
    const Variant variant{as_text(octets.take(head_size)),
                          as_text(octets.take(body_size)),
                          date,
                          (flags & flag_closes) != 0,
                          (flags & flag_stays_open) != 0,
                          (flags & flag_names_itself) != 0,
                          (flags & flag_is_sized_late) != 0};
    const bool sound = !reader.failed() && !octets.failed() && head_size >= 4 &&
                       (date == Variant::no_date || date + date_octets <= head_size);
    if (!sound) return std::nullopt;
    const unsigned missing = needs & ~understood;
    if (missing == 0 || (missing == needs_other &&
                         accepts(accept_encoding, field_of(variant.head, "content-encoding"))))
      return variant;
  }
  return std::nullopt;
}

}  // namespace understudy::http
