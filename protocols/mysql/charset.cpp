#include "protocols/mysql/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>

namespace understudy::mysql {

namespace {

using Encoding = Charset::Encoding;

// clang-format off
constexpr std::array charsets = {
    Charset{"utf8mb4", 4, 45, Encoding::utf8, nullptr},
    Charset{"utf8mb3", 3, 33, Encoding::utf8mb3, nullptr},
    Charset{"utf8", 3, 33, Encoding::utf8mb3, nullptr},
    Charset{"latin1", 1, 8, Encoding::latin1, nullptr},
    Charset{"ascii", 1, 11, Encoding::ascii, nullptr},
    Charset{"binary", 1, 63, Encoding::binary, nullptr},
    Charset{"big5", 2, 1, Encoding::other, "BIG5"},
    Charset{"dec8", 1, 3, Encoding::other, nullptr},
    Charset{"cp850", 1, 4, Encoding::other, "CP850"},
    Charset{"hp8", 1, 6, Encoding::other, nullptr},
    Charset{"koi8r", 1, 7, Encoding::other, "KOI8-R"},
    Charset{"latin2", 1, 9, Encoding::other, "ISO-8859-2"},
    Charset{"swe7", 1, 10, Encoding::other, nullptr},
    Charset{"ujis", 3, 12, Encoding::other, "EUC-JP"},
    Charset{"sjis", 2, 13, Encoding::other, "SHIFT_JIS"},
    Charset{"hebrew", 1, 16, Encoding::other, "ISO-8859-8"},
    Charset{"tis620", 1, 18, Encoding::other, "TIS-620"},
    Charset{"euckr", 2, 19, Encoding::other, "EUC-KR"},
    Charset{"koi8u", 1, 22, Encoding::other, "KOI8-U"},
    Charset{"gb2312", 2, 24, Encoding::other, "EUC-CN"},
    Charset{"greek", 1, 25, Encoding::other, "ISO-8859-7"},
    Charset{"cp1250", 1, 26, Encoding::other, "CP1250"},
    Charset{"gbk", 2, 28, Encoding::other, "GBK"},
    Charset{"latin5", 1, 30, Encoding::other, "ISO-8859-9"},
    Charset{"armscii8", 1, 32, Encoding::other, nullptr},
    Charset{"ucs2", 2, 35, Encoding::other, "UCS-2BE"},
    Charset{"cp866", 1, 36, Encoding::other, "CP866"},
    Charset{"keybcs2", 1, 37, Encoding::other, nullptr},
    Charset{"macce", 1, 38, Encoding::other, nullptr},
    Charset{"macroman", 1, 39, Encoding::other, "MACINTOSH"},
    Charset{"cp852", 1, 40, Encoding::other, "CP852"},
    Charset{"latin7", 1, 41, Encoding::other, "ISO-8859-13"},
    Charset{"cp1251", 1, 51, Encoding::other, "CP1251"},
    Charset{"utf16", 4, 54, Encoding::other, "UTF-16BE"},
    Charset{"utf16le", 4, 56, Encoding::other, "UTF-16LE"},
    Charset{"cp1256", 1, 57, Encoding::other, "CP1256"},
    Charset{"cp1257", 1, 59, Encoding::other, "CP1257"},
    Charset{"utf32", 4, 60, Encoding::other, "UTF-32BE"},
    Charset{"geostd8", 1, 92, Encoding::other, nullptr},
    Charset{"cp932", 2, 95, Encoding::other, "CP932"},
    Charset{"eucjpms", 3, 97, Encoding::other, "EUC-JP-MS"},
    Charset{"gb18030", 4, 248, Encoding::other, "GB18030"},
};

// Collation numbers as MySQL 8 and MariaDB assign them, first to last.
struct Range { std::uint16_t first, last; std::string_view charset; };
constexpr std::array ranges = {
    Range{1, 1, "big5"}, Range{2, 2, "latin2"}, Range{3, 3, "dec8"}, Range{4, 4, "cp850"},
    Range{5, 5, "latin1"}, Range{6, 6, "hp8"}, Range{7, 7, "koi8r"}, Range{8, 8, "latin1"},
    Range{9, 9, "latin2"}, Range{10, 10, "swe7"}, Range{11, 11, "ascii"}, Range{12, 12, "ujis"},
    Range{13, 13, "sjis"}, Range{14, 14, "cp1251"}, Range{15, 15, "latin1"}, Range{16, 16, "hebrew"},
    Range{18, 18, "tis620"}, Range{19, 19, "euckr"}, Range{20, 20, "latin7"}, Range{21, 21, "latin2"},
    Range{22, 22, "koi8u"}, Range{23, 23, "cp1251"}, Range{24, 24, "gb2312"}, Range{25, 25, "greek"},
    Range{26, 26, "cp1250"}, Range{27, 27, "latin2"}, Range{28, 28, "gbk"}, Range{29, 29, "cp1257"},
    Range{30, 30, "latin5"}, Range{31, 31, "latin1"}, Range{32, 32, "armscii8"}, Range{33, 33, "utf8mb3"},
    Range{34, 34, "cp1250"}, Range{35, 35, "ucs2"}, Range{36, 36, "cp866"}, Range{37, 37, "keybcs2"},
    Range{38, 38, "macce"}, Range{39, 39, "macroman"}, Range{40, 40, "cp852"}, Range{41, 42, "latin7"},
    Range{43, 43, "macce"}, Range{44, 44, "cp1250"}, Range{45, 46, "utf8mb4"}, Range{47, 49, "latin1"},
    Range{50, 52, "cp1251"}, Range{53, 53, "macroman"}, Range{54, 55, "utf16"}, Range{56, 56, "utf16le"},
    Range{57, 57, "cp1256"}, Range{58, 59, "cp1257"}, Range{60, 61, "utf32"}, Range{62, 62, "utf16le"},
    Range{63, 63, "binary"}, Range{64, 64, "armscii8"}, Range{65, 65, "ascii"}, Range{66, 66, "cp1250"},
    Range{67, 67, "cp1256"}, Range{68, 68, "cp866"}, Range{69, 69, "dec8"}, Range{70, 70, "greek"},
    Range{71, 71, "hebrew"}, Range{72, 72, "hp8"}, Range{73, 73, "keybcs2"}, Range{74, 74, "koi8r"},
    Range{75, 75, "koi8u"}, Range{76, 76, "utf8mb3"}, Range{77, 77, "latin2"}, Range{78, 78, "latin5"},
    Range{79, 79, "latin7"}, Range{80, 80, "cp850"}, Range{81, 81, "cp852"}, Range{82, 82, "swe7"},
    Range{83, 83, "utf8mb3"}, Range{84, 84, "big5"}, Range{85, 85, "euckr"}, Range{86, 86, "gb2312"},
    Range{87, 87, "gbk"}, Range{88, 88, "sjis"}, Range{89, 89, "tis620"}, Range{90, 90, "ucs2"},
    Range{91, 91, "ujis"}, Range{92, 93, "geostd8"}, Range{94, 94, "latin1"}, Range{95, 96, "cp932"},
    Range{97, 98, "eucjpms"}, Range{99, 99, "cp1250"}, Range{101, 124, "utf16"}, Range{128, 151, "ucs2"},
    Range{159, 159, "ucs2"}, Range{160, 183, "utf32"}, Range{192, 215, "utf8mb3"}, Range{223, 223, "utf8mb3"},
    Range{224, 247, "utf8mb4"}, Range{248, 250, "gb18030"}, Range{255, 323, "utf8mb4"},
    Range{576, 578, "utf8mb3"}, Range{608, 610, "utf8mb4"}, Range{640, 642, "ucs2"},
    Range{672, 674, "utf16"}, Range{736, 738, "utf32"}, Range{1025, 1025, "big5"}, Range{1027, 1027, "dec8"},
    Range{1028, 1028, "cp850"}, Range{1030, 1030, "hp8"}, Range{1031, 1031, "koi8r"},
    Range{1032, 1032, "latin1"}, Range{1033, 1033, "latin2"}, Range{1034, 1034, "swe7"},
    Range{1035, 1035, "ascii"}, Range{1036, 1036, "ujis"}, Range{1037, 1037, "sjis"},
    Range{1040, 1040, "hebrew"}, Range{1042, 1042, "tis620"}, Range{1043, 1043, "euckr"},
    Range{1046, 1046, "koi8u"}, Range{1048, 1048, "gb2312"}, Range{1049, 1049, "greek"},
    Range{1050, 1050, "cp1250"}, Range{1052, 1052, "gbk"}, Range{1054, 1054, "latin5"},
    Range{1056, 1056, "armscii8"}, Range{1057, 1057, "utf8mb3"}, Range{1059, 1059, "ucs2"},
    Range{1060, 1060, "cp866"}, Range{1061, 1061, "keybcs2"}, Range{1062, 1062, "macce"},
    Range{1063, 1063, "macroman"}, Range{1064, 1064, "cp852"}, Range{1065, 1065, "latin7"},
    Range{1067, 1067, "macce"}, Range{1069, 1070, "utf8mb4"}, Range{1071, 1071, "latin1"},
    Range{1074, 1075, "cp1251"}, Range{1077, 1077, "macroman"}, Range{1078, 1079, "utf16"},
    Range{1080, 1080, "utf16le"}, Range{1081, 1081, "cp1256"}, Range{1082, 1083, "cp1257"},
    Range{1084, 1085, "utf32"}, Range{1086, 1086, "utf16le"}, Range{1088, 1088, "armscii8"},
    Range{1089, 1089, "ascii"}, Range{1090, 1090, "cp1250"}, Range{1091, 1091, "cp1256"},
    Range{1092, 1092, "cp866"}, Range{1093, 1093, "dec8"}, Range{1094, 1094, "greek"},
    Range{1095, 1095, "hebrew"}, Range{1096, 1096, "hp8"}, Range{1097, 1097, "keybcs2"},
    Range{1098, 1098, "koi8r"}, Range{1099, 1099, "koi8u"}, Range{1101, 1101, "latin2"},
    // MariaDB's UCA 14.0.0 collations: 256 numbers for each of five character sets.
    Range{2048, 2303, "utf8mb3"}, Range{2304, 2559, "utf8mb4"}, Range{2560, 2815, "ucs2"},
    Range{2816, 3071, "utf16"}, Range{3072, 3327, "utf32"},
};

// MySQL's latin1 is Windows-1252 with its five gaps filled by C1 controls.
constexpr std::array<std::uint16_t, 32> cp1252 = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};
// clang-format on

// Those that drivers choose when they connect.
struct NamedCollation {
  std::uint16_t number;
  std::string_view name;
};
constexpr NamedCollation named_collations[] = {{5, "latin1_german1_ci"},
                                               {8, "latin1_swedish_ci"},
                                               {11, "ascii_general_ci"},
                                               {33, "utf8mb3_general_ci"},
                                               {45, "utf8mb4_general_ci"},
                                               {46, "utf8mb4_bin"},
                                               {47, "latin1_bin"},
                                               {48, "latin1_general_ci"},
                                               {63, "binary"},
                                               {65, "ascii_bin"},
                                               {83, "utf8mb3_bin"},
                                               {192, "utf8mb3_unicode_ci"},
                                               {224, "utf8mb4_unicode_ci"},
                                               {246, "utf8mb4_unicode_520_ci"},
                                               {255, "utf8mb4_0900_ai_ci"},
                                               {305, "utf8mb4_0900_as_ci"},
                                               {278, "utf8mb4_0900_as_cs"},
                                               {309, "utf8mb4_0900_bin"}};

bool is_ascii(std::string_view octets) noexcept {
  return std::ranges::all_of(octets, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void append_utf8(std::string& text, std::uint32_t point) {
  if (point < 0x80) {
    text += static_cast<char>(point);
  } else if (point < 0x800) {
    text += static_cast<char>(0xC0 | point >> 6);
    text += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    text += static_cast<char>(0xE0 | point >> 12);
    text += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    text += static_cast<char>(0x80 | (point & 0x3F));
  }
}

std::string latin1_to_utf8(std::string_view octets) {
  std::string text;
  text.reserve(octets.size() * 2);
  for (const char raw : octets) {
    const auto octet = static_cast<std::uint8_t>(raw);
    append_utf8(text, octet >= 0x80 && octet < 0xA0 ? cp1252[octet - 0x80U] : octet);
  }
  return text;
}

// The code point at the head of `text` and its octets; a stray octet stands for itself.
std::pair<std::uint32_t, std::size_t> code_point(std::string_view text) noexcept {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint32_t lead = octet(0);
  const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length == 1 || length > text.size()) return {lead, 1};
  std::uint32_t point = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (octet(i) & 0x3FU);
  return {point, length};
}

char latin1_octet(std::uint32_t point) noexcept {
  if (point < 0x80 || (point >= 0xA0 && point < 0x100)) return static_cast<char>(point);
  const auto found = std::ranges::find(cp1252, point);
  return found == cp1252.end() ? '?' : static_cast<char>(0x80 + (found - cp1252.begin()));
}

std::string narrow(std::string_view text, Encoding encoding) {
  std::string octets;
  for (std::size_t i = 0; i < text.size();) {
    const auto [point, length] = code_point(text.substr(i));
    if (encoding == Encoding::utf8mb3) {
      if (length == 4)
        octets += '?';
      else
        octets.append(text, i, length);
    } else {
      octets += encoding == Encoding::ascii && point >= 0x80 ? '?' : latin1_octet(point);
    }
    i += length;
  }
  return octets;
}

std::optional<std::string> convert(const char* to, const char* from, std::string_view input) {
  const iconv_t conversion = iconv_open(to, from);
  if (conversion == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string output(input.size() * 4 + 16, '\0');
  auto* source = const_cast<char*>(input.data());
  auto* target = output.data();
  std::size_t left = input.size();
  std::size_t room = output.size();
  const std::size_t result = iconv(conversion, &source, &left, &target, &room);
  iconv_close(conversion);
  if (result == static_cast<std::size_t>(-1) || left != 0) return std::nullopt;
  output.resize(output.size() - room);
  return output;
}

bool is_ascii_compatible(const Charset& charset) noexcept {
  return charset.name != "ucs2" && !charset.name.starts_with("utf16") && charset.name != "utf32";
}

}  // namespace

const Charset* charset_of(std::uint16_t collation) noexcept {
  const auto range = std::ranges::lower_bound(ranges, collation, {}, &Range::last);
  if (range == ranges.end() || collation < range->first) return nullptr;
  return charset_named(range->charset);
}

std::string collation_name(std::uint16_t collation) {
  const auto found = std::ranges::find(named_collations, collation, &NamedCollation::number);
  return found == std::end(named_collations) ? "#" + std::to_string(collation)
                                             : std::string(found->name);
}

const Charset* charset_named(std::string_view name) noexcept {
  const auto folded = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  const auto found = std::ranges::find_if(charsets, [&](const Charset& charset) {
    return std::ranges::equal(charset.name, name, {}, {}, folded);
  });
  return found == charsets.end() ? nullptr : &*found;
}

std::optional<std::string> to_utf8(const Charset& charset, std::string_view octets) {
  if (is_utf8(charset) || charset.encoding == Encoding::binary) return std::string(octets);
  if (is_ascii_compatible(charset) && is_ascii(octets)) return std::string(octets);
  if (charset.encoding == Encoding::latin1) return latin1_to_utf8(octets);
  if (charset.iconv_name == nullptr) return std::nullopt;
  return convert("UTF-8", charset.iconv_name, octets);
}

std::optional<std::string> from_utf8(const Charset& charset, std::string_view text) {
  if (charset.encoding == Encoding::utf8 || charset.encoding == Encoding::binary)
    return std::string(text);
  if (is_ascii_compatible(charset) && is_ascii(text)) return std::string(text);
  if (charset.encoding != Encoding::other) return narrow(text, charset.encoding);
  if (charset.iconv_name == nullptr) return std::nullopt;
  return convert(charset.iconv_name, "UTF-8", text);
}

}  // namespace understudy::mysql
