// Functions of text and octets.
#include <openssl/evp.h>

#include <algorithm>
#include <limits>
#include <regex>

#include "protocols/postgres/emulator/value_functions.hpp"
#include "understudy/document.hpp"

namespace understudy::postgres::emulation {
namespace of_text {
namespace {

constexpr std::size_t longest = 1 << 20;

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Where the characters begin, and the end.
std::vector<std::size_t> beginnings(std::string_view text) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) all.push_back(i);
  all.push_back(text.size());
  return all;
}

/// Characters from `first` on, counted from 0, up to `last`; beyond the ends there are none.
std::string characters(std::string_view text, std::int64_t first, std::int64_t last) {
  const auto begin = beginnings(text);
  const auto count = static_cast<std::int64_t>(begin.size()) - 1;
  const auto from = static_cast<std::size_t>(std::clamp(first, std::int64_t{0}, count));
  const auto to = static_cast<std::size_t>(std::clamp(last, std::int64_t{0}, count));
  return from >= to ? std::string()
                    : std::string(text.substr(begin[from], begin[to] - begin[from]));
}

std::int64_t length_in(std::string_view text) {
  return static_cast<std::int64_t>(beginnings(text).size()) - 1;
}

constexpr bool is_far(std::int64_t number) {
  return number > std::numeric_limits<std::int32_t>::max() ||
         number < std::numeric_limits<std::int32_t>::min();
}

Given_value substring(Values values) {
  const std::int64_t begin = number_in(values[1]);
  if (is_far(begin)) return std::nullopt;
  std::int64_t end = std::numeric_limits<std::int32_t>::max();
  if (values.size() == 3) {
    const std::int64_t length = number_in(values[2]);
    if (length < 0 || is_far(length)) return std::nullopt;
    end = begin - 1 + length;
  }
  return Datum(characters(text_in(values[0]), begin - 1, end));
}

Given_value left(Values values) {
  const std::string& text = text_in(values[0]);
  const std::int64_t count = number_in(values[1]);
  return Datum(characters(text, 0, count < 0 ? length_in(text) + count : count));
}

Given_value right(Values values) {
  const std::string& text = text_in(values[0]);
  const std::int64_t count = number_in(values[1]), length = length_in(text);
  return Datum(characters(text, count < 0 ? -count : length - count, length));
}

Given_value position(Values values) {
  const std::string& text = text_in(values[0]);
  const std::size_t at = text.find(text_in(values[1]));
  return Datum(at == std::string::npos ? std::int64_t{0} : length_in(text.substr(0, at)) + 1);
}

/// Which of the characters at each end are taken off.
template <bool begin, bool end>
Given_value trimmed(Values values) {
  const std::string& text = text_in(values[0]);
  const std::string set = values.size() > 1 ? text_in(values[1]) : std::string(" ");
  if (!is_ascii(set)) return std::nullopt;
  std::size_t from = 0, to = text.size();
  while (begin && from < to && set.find(text[from]) != std::string::npos) ++from;
  while (end && from < to && set.find(text[to - 1]) != std::string::npos) --to;
  return Datum(text.substr(from, to - from));
}

template <bool at_left>
Given_value padded(Values values) {
  const std::string& text = text_in(values[0]);
  const std::string fill = values.size() > 2 ? text_in(values[2]) : std::string(" ");
  const std::int64_t length = std::max(number_in(values[1]), std::int64_t{0});
  if (length > static_cast<std::int64_t>(longest)) return std::nullopt;
  const std::int64_t own = std::min(length_in(text), length);
  const std::string kept = characters(text, 0, own);
  if (fill.empty()) return Datum(kept);
  const std::int64_t width = length_in(fill), missing = length - own;
  std::string padding;
  for (std::int64_t i = 0; i < missing / width; ++i) padding += fill;
  padding += characters(fill, 0, missing % width);
  return Datum(at_left ? padding + kept : kept + padding);
}

Given_value repeated(Values values) {
  const std::string& text = text_in(values[0]);
  const std::int64_t count = std::max(number_in(values[1]), std::int64_t{0});
  if (count * static_cast<std::int64_t>(std::max(text.size(), std::size_t{1})) >
      static_cast<std::int64_t>(longest))
    return std::nullopt;
  std::string result;
  for (std::int64_t i = 0; i < count; ++i) result += text;
  return Datum(result);
}

Given_value reversed(Values values) {
  const std::string& text = text_in(values[0]);
  const auto begin = beginnings(text);
  std::string result;
  for (std::size_t i = begin.size() - 1; i > 0; --i)
    result += text.substr(begin[i - 1], begin[i] - begin[i - 1]);
  return Datum(result);
}

Given_value split_part(Values values) {
  std::string_view text = text_in(values[0]);
  const std::string& between = text_in(values[1]);
  const std::int64_t wanted = number_in(values[2]);
  if (wanted == 0) return std::nullopt;
  std::vector<std::string_view> parts;
  if (between.empty() || text.empty()) {
    parts.push_back(text);
  } else {
    for (std::size_t at = text.find(between); at != std::string_view::npos;
         at = text.find(between)) {
      parts.push_back(text.substr(0, at));
      text.remove_prefix(at + between.size());
    }
    parts.push_back(text);
  }
  const auto count = static_cast<std::int64_t>(parts.size());
  const std::int64_t index = wanted > 0 ? wanted - 1 : count + wanted;
  if (index < 0 || index >= count) return Datum(std::string());
  return Datum(std::string(parts[static_cast<std::size_t>(index)]));
}

std::string hexadecimal(std::string_view octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : octets) {
    text += digits[static_cast<unsigned char>(c) >> 4U];
    text += digits[static_cast<unsigned char>(c) & 0xFU];
  }
  return text;
}

std::string digest_of(const EVP_MD* algorithm, std::string_view octets) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(octets.data(), octets.size(), digest, &size, algorithm, nullptr);
  return hexadecimal({reinterpret_cast<const char*>(digest), size});
}

int digit_of(char c) {
  return c >= '0' && c <= '9' ? c - '0' : c - 'a' + 10;
}

/// Of octets as they are kept: `\x` and digits.
std::string octets_in(std::string_view kept) {
  std::string octets;
  for (std::size_t i = 2; i + 1 < kept.size(); i += 2)
    octets += static_cast<char>(digit_of(kept[i]) * 16 + digit_of(kept[i + 1]));
  return octets;
}

Given_value md5_of_text(Values values) {
  return Datum(digest_of(EVP_md5(), text_in(values[0])));
}
Given_value md5_of_octets(Values values) {
  return Datum(digest_of(EVP_md5(), octets_in(text_in(values[0]))));
}
Given_value sha256_of_octets(Values values) {
  return Datum("\\x" + digest_of(EVP_sha256(), octets_in(text_in(values[0]))));
}

Given_value octet_length(Values values) {
  return Datum(static_cast<std::int64_t>(text_in(values[0]).size()));
}
Given_value bytea_length(Values values) {
  return Datum(static_cast<std::int64_t>(text_in(values[0]).size() / 2 - 1));
}
Given_value bytea_joined(Values values) {
  return Datum(text_in(values[0]) + text_in(values[1]).substr(2));
}

Given_value encoded(Values values) {
  const std::string octets = octets_in(text_in(values[0]));
  const std::string& format = text_in(values[1]);
  if (format == "hex") return Datum(hexadecimal(octets));
  if (format != "base64" || octets.size() > 56) return std::nullopt;  // lines of 76 characters
  std::string text((octets.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(static_cast<std::size_t>(EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(text.data()),
      reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size()))));
  return Datum(text);
}

Given_value decoded(Values values) {
  const std::string& text = text_in(values[0]);
  if (text_in(values[1]) != "hex" || text.size() % 2 != 0) return std::nullopt;
  std::string digits;
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!((lower >= '0' && lower <= '9') || (lower >= 'a' && lower <= 'f'))) return std::nullopt;
    digits += lower;
  }
  return Datum("\\x" + digits);
}

/// A text as bytea reads it, where nothing in it stands for another octet.
Given_value octets_of_text(Values values) {
  const std::string& text = text_in(values[0]);
  return text.find('\\') == std::string::npos ? std::optional(Datum("\\x" + hexadecimal(text)))
                                              : std::nullopt;
}

Given_value convert_to(Values values) {
  const std::string& encoding = text_in(values[1]);
  if (encoding != "UTF8" && encoding != "utf8" && encoding != "UTF-8" && encoding != "utf-8")
    return std::nullopt;
  return Datum("\\x" + hexadecimal(text_in(values[0])));
}

Given_value initcap(Values values) {
  std::string text = text_in(values[0]);
  if (!is_ascii(text)) return std::nullopt;
  bool inside = false;
  for (char& c : text) {
    const bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
    if (inside && upper) c = static_cast<char>(c - 'A' + 'a');
    if (!inside && lower) c = static_cast<char>(c - 'a' + 'A');
    inside = lower || upper || (c >= '0' && c <= '9');
  }
  return Datum(text);
}

Given_value translated(Values values) {
  const std::string &text = text_in(values[0]), &from = text_in(values[1]),
                    &to = text_in(values[2]);
  if (!is_ascii(from) || !is_ascii(to)) return std::nullopt;
  std::string result;
  for (const char c : text) {
    const std::size_t at = from.find(c);
    if (at == std::string::npos)
      result += c;
    else if (at < to.size())
      result += to[at];
  }
  return Datum(result);
}

Given_value starts_with(Values values) {
  return truth_of(text_in(values[0]).starts_with(text_in(values[1])));
}

Given_value hexadecimal_number(Values values) {
  auto number = static_cast<std::uint64_t>(number_in(values[0]));
  if (number_in(values[0]) < 0) return std::nullopt;
  std::string text;
  do text.insert(text.begin(), "0123456789abcdef"[number & 0xFU]);
  while ((number >>= 4U) > 0);
  return Datum(text);
}

Given_value code_of(Values values) {
  const std::string& text = text_in(values[0]);
  if (!is_ascii(text.substr(0, 1))) return std::nullopt;
  return Datum(text.empty() ? std::int64_t{0} : std::int64_t{text.front()});
}

Given_value character_of(Values values) {
  const std::int64_t code = number_in(values[0]);
  if (code <= 0 || code >= 0x80) return std::nullopt;
  return Datum(std::string(1, static_cast<char>(code)));
}

Given_value concatenated(Values values) {
  std::string text;
  for (const Datum& each : values) text += text_in(each);
  return Datum(text);
}

Given_value concatenated_with(Values values) {
  if (sql::contents::is_null(values[0])) return Datum();
  std::string text;
  bool first = true;
  for (const Datum& each : values.subspan(1)) {
    if (sql::contents::is_null(each)) continue;
    text += (first ? "" : text_in(values[0])) + text_in(each);
    first = false;
  }
  return Datum(text);
}

/// Whether a regular expression means the same to the server: characters, sets, groups,
/// alternatives and quantifiers.
class CommonPattern {
 public:
  explicit CommonPattern(std::string_view pattern) : rest_(pattern) {}

  bool holds() {
    if (!is_ascii(rest_) || rest_.find("(?") != std::string_view::npos) return false;
    while (!rest_.empty())
      if (!take()) return false;
    return true;
  }

 private:
  [[nodiscard]] bool ends_in_quantifier() const {
    return !rest_.empty() && std::string_view("*+?{").find(rest_.front()) != std::string_view::npos;
  }
  bool take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (static_cast<unsigned char>(c) < 0x20 || c == ']' || c == '}' || c == '{') return false;
    if (c == '*' || c == '+' || c == '?') return false;  // of nothing
    if (c == '^' || c == '$' || c == '(' || c == '|') return !ends_in_quantifier();
    if (c == '\\' && !take_escaped()) return false;
    if (c == '[' && !take_set()) return false;
    return take_quantifier();
  }
  bool take_escaped() {
    constexpr std::string_view known = "dDwWsS.*+?()[]{}|^$\\/-@";
    if (rest_.empty() || known.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_set() {
    if (rest_.starts_with('^')) rest_.remove_prefix(1);
    const std::size_t end = rest_.find(']');
    if (end == 0 || end == std::string_view::npos ||
        rest_.substr(0, end).find_first_of("[\\") != std::string_view::npos)
      return false;
    rest_.remove_prefix(end + 1);
    return true;
  }
  /// One at most.
  bool take_quantifier() {
    if (!ends_in_quantifier()) return true;
    std::size_t end = 0;
    if (rest_.front() == '{') {
      end = rest_.find('}');
      if (end == std::string_view::npos || end < 2 || end > 3 ||
          rest_.substr(1, end - 1).find_first_not_of("0123456789") != std::string_view::npos)
        return false;
    }
    rest_.remove_prefix(end + 1);
    return !ends_in_quantifier();
  }

  std::string_view rest_;
};

Given_value matches_regexp(Values values) {
  const std::string &text = text_in(values[0]), &pattern = text_in(values[1]);
  constexpr std::size_t most = 2000;
  const bool plain = is_ascii(text) && text.size() < most && std::ranges::all_of(text, [](char c) {
                       return static_cast<unsigned char>(c) >= 0x20;
                     });
  if (!plain || !CommonPattern(pattern).holds()) return std::nullopt;
  try {
    auto flags = std::regex::ECMAScript | std::regex::nosubs;
    if (number_in(values[2]) != 0) flags |= std::regex::icase;
    return truth_of(std::regex_search(text, std::regex(pattern, flags)));
  } catch (const std::regex_error&) {
    return std::nullopt;
  }
}

constexpr ValueFunction functions[] = {{"pg_substring", 2, substring},
                                       {"pg_substring", 3, substring},
                                       {"pg_left", 2, left},
                                       {"pg_right", 2, right},
                                       {"pg_position", 2, position},
                                       {"pg_btrim", 1, trimmed<true, true>},
                                       {"pg_btrim", 2, trimmed<true, true>},
                                       {"pg_ltrim", 1, trimmed<true, false>},
                                       {"pg_ltrim", 2, trimmed<true, false>},
                                       {"pg_rtrim", 1, trimmed<false, true>},
                                       {"pg_rtrim", 2, trimmed<false, true>},
                                       {"pg_lpad", 2, padded<true>},
                                       {"pg_lpad", 3, padded<true>},
                                       {"pg_rpad", 2, padded<false>},
                                       {"pg_rpad", 3, padded<false>},
                                       {"pg_repeat", 2, repeated},
                                       {"pg_reverse", 1, reversed},
                                       {"pg_split_part", 3, split_part},
                                       {"pg_md5", 1, md5_of_text},
                                       {"pg_md5_of_octets", 1, md5_of_octets},
                                       {"pg_sha256", 1, sha256_of_octets},
                                       {"pg_octet_length", 1, octet_length},
                                       {"pg_bytea_length", 1, bytea_length},
                                       {"pg_bytea_joined", 2, bytea_joined},
                                       {"pg_encode", 2, encoded},
                                       {"pg_decode", 2, decoded},
                                       {"pg_octets", 1, octets_of_text},
                                       {"pg_convert_to", 2, convert_to},
                                       {"pg_initcap", 1, initcap},
                                       {"pg_translate", 3, translated},
                                       {"pg_starts_with", 2, starts_with},
                                       {"pg_to_hex", 1, hexadecimal_number},
                                       {"pg_ascii", 1, code_of},
                                       {"pg_chr", 1, character_of},
                                       {"pg_concat", -1, concatenated, true},
                                       {"pg_concat_ws", -1, concatenated_with, true},
                                       {"pg_matches", 3, matches_regexp}};

}  // namespace
}  // namespace of_text

bool is_common_pattern(const std::string& pattern) {
  if (!of_text::CommonPattern(pattern).holds()) return false;
  try {
    static_cast<void>(std::regex(pattern, std::regex::ECMAScript));
    return true;
  } catch (const std::regex_error&) {
    return false;
  }
}

std::span<const ValueFunction> text_functions() {
  return of_text::functions;
}

}  // namespace understudy::postgres::emulation
