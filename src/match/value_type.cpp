#include "match/value_type.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "match/instant.hpp"
#include "understudy/secrets.hpp"

namespace understudy::match {
namespace {

constexpr std::array<std::string_view, 13> names = {
    "uuid", "ulid",   "ksuid",   "object id", "snowflake", "hex", "token",
    "jwt",  "bcrypt", "instant", "date",      "epoch",     "text"};

constexpr std::size_t uuid_size = 36, uuid_digits = 32;

constexpr std::string_view placeholder_mark = Secrets::mark;

bool is_digit(char octet) noexcept {
  return octet >= '0' && octet <= '9';
}
bool is_lower(char octet) noexcept {
  return octet >= 'a' && octet <= 'z';
}
bool is_upper(char octet) noexcept {
  return octet >= 'A' && octet <= 'Z';
}
bool is_alnum(char octet) noexcept {
  return is_digit(octet) || is_lower(octet) || is_upper(octet);
}
bool is_hex(char octet) noexcept {
  return is_digit(octet) || (octet >= 'a' && octet <= 'f') || (octet >= 'A' && octet <= 'F');
}
bool is_base64(char octet) noexcept {
  return is_alnum(octet) || octet == '+' || octet == '/';
}
bool is_base64url(char octet) noexcept {
  return is_alnum(octet) || octet == '-' || octet == '_';
}

template <class Is>
std::size_t run(std::string_view text, std::size_t from, Is is) noexcept {
  std::size_t end = from;
  while (end < text.size() && is(text[end])) ++end;
  return end - from;
}

std::size_t placeholder_at(std::string_view text, std::size_t at) noexcept {
  if (!text.substr(at).starts_with(placeholder_mark)) return 0;
  return placeholder_mark.size() + run(text, at + placeholder_mark.size(), is_base64url);
}

char to_lower(char octet) noexcept {
  return is_upper(octet) ? static_cast<char>(octet - 'A' + 'a') : octet;
}

std::size_t distinct(std::string_view text) noexcept {
  std::array<bool, 256> seen{};
  for (const char octet : text) seen[static_cast<std::uint8_t>(to_lower(octet))] = true;
  return static_cast<std::size_t>(std::ranges::count(seen, true));
}

/// Random digits: enough different ones, and not all of them letters, as in a word. A test's own
/// `00000000-…-000000000001` is made by hand.
bool is_random_hex(std::string_view text) noexcept {
  const auto digits = std::ranges::count_if(text, is_digit);
  return distinct(text) >= std::min<std::size_t>(8, text.size() / 3) && digits > 0 &&
         static_cast<std::size_t>(digits) < text.size();
}

enum class CharacterClass : std::uint8_t { digit, lower, upper, other };
CharacterClass class_of(char octet) noexcept {
  return is_digit(octet)   ? CharacterClass::digit
         : is_lower(octet) ? CharacterClass::lower
         : is_upper(octet) ? CharacterClass::upper
                           : CharacterClass::other;
}

/// Random bytes of a wide alphabet change between letters and digits all the time; names do not.
bool is_random_text(std::string_view text, bool in_both_cases = false) noexcept {
  std::array<std::size_t, 4> counts{};
  std::size_t changes = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    ++counts[static_cast<std::size_t>(class_of(text[i]))];
    changes += i > 0 && class_of(text[i]) != class_of(text[i - 1]);
  }
  if (counts[0] == 0 || distinct(text) < 10) return false;
  const bool mixed_case = counts[1] > 0 && counts[2] > 0;
  if (mixed_case) return changes * 25 >= text.size() * 9;
  return !in_both_cases && counts[0] >= 4 && changes * 4 >= text.size();
}

bool is_uuid(std::string_view text) noexcept {
  if (text.size() != uuid_size) return false;
  for (std::size_t i = 0; i < uuid_size; ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  const char variant = to_lower(text[19]);
  return text[14] >= '1' && text[14] <= '8' &&
         (variant == '8' || variant == '9' || variant == 'a' || variant == 'b') &&
         distinct(text) >= 9;
}

bool is_ulid(std::string_view text) noexcept {
  constexpr std::string_view excluded = "ilou";
  return text.size() == 26 && text[0] >= '0' && text[0] <= '7' &&
         std::ranges::any_of(text, is_digit) &&
         (std::ranges::none_of(text, is_lower) || std::ranges::none_of(text, is_upper)) &&
         std::ranges::all_of(text,
                             [&](char octet) {
                               return excluded.find(to_lower(octet)) == std::string_view::npos;
                             }) &&
         distinct(text) >= 8;
}

/// By the first digit: 10, 13 and 16 digits that begin with 1 to 3 are instants from 2001 to 2096.
bool is_epoch(std::string_view digits) noexcept {
  return (digits.size() == 10 || digits.size() == 13 || digits.size() == 16) && digits[0] >= '1' &&
         digits[0] <= '3';
}

std::optional<ValueKind> kind_of_number(std::string_view digits) noexcept {
  if (is_epoch(digits)) return ValueKind::epoch;
  if (digits.size() >= 17 && digits.size() <= 19 && digits[0] != '0' && distinct(digits) >= 6)
    return ValueKind::snowflake;
  return std::nullopt;
}

std::optional<ValueKind> kind_of_hex(std::string_view text) noexcept {
  if (text.size() < 16 || text.size() % 2 != 0 || !is_random_hex(text)) return std::nullopt;
  if (text.size() == 24) return ValueKind::object_id;
  return text.size() == uuid_digits ? ValueKind::uuid : ValueKind::hex;
}

/// What a whole run of letters and digits is.
std::optional<ValueKind> kind_of_word(std::string_view word) noexcept {
  if (std::ranges::all_of(word, is_digit)) return kind_of_number(word);
  if (std::ranges::all_of(word, is_hex))
    if (const auto kind = kind_of_hex(word)) return kind;
  if (is_ulid(word)) return ValueKind::ulid;
  if (word.size() < 20 || !is_random_text(word)) return std::nullopt;
  return word.size() == 27 ? ValueKind::ksuid : ValueKind::token;
}

class Scanner {
 public:
  Scanner(std::string_view text, std::vector<Token>& tokens) : text_(text), tokens_(tokens) {}

  void scan() {
    for (std::size_t at = 0; at < text_.size();) {
      if (text_[at] == '$' && bcrypt_at(at))
        at += take(at, bcrypt_size, ValueKind::bcrypt);
      else if (!is_alnum(text_[at]))
        ++at;
      else
        at += scan_run(at);
    }
  }

 private:
  static constexpr std::size_t bcrypt_size = 60;

  [[nodiscard]] bool bcrypt_at(std::size_t at) const noexcept {
    const std::string_view hash = text_.substr(at, bcrypt_size);
    return hash.size() == bcrypt_size && ends(at + bcrypt_size) && hash.starts_with("$2") &&
           hash[3] == '$' && is_digit(hash[4]) && is_digit(hash[5]) && hash[6] == '$' &&
           std::ranges::all_of(hash.substr(7), [](char octet) {
             return is_alnum(octet) || octet == '.' || octet == '/';
           });
  }

  std::size_t take(std::size_t begin, std::size_t size, ValueKind kind) {
    tokens_.push_back({begin, size, kind});
    return size;
  }

  /// A letter or digit that follows none: takes what is recognised there, else what can't begin
  /// anything.
  std::size_t scan_run(std::size_t at) {
    if (const std::size_t size = secret_at(at)) return size;
    if (const std::size_t size = jwt_at(at)) return take(at, size, ValueKind::jwt);
    if (const auto time = time_at(at)) return *time;
    if (const std::size_t size = base64_at(at)) return take(at, size, ValueKind::token);
    const std::size_t wide = run(text_, at, is_base64url);
    const std::size_t before = tokens_.size();
    std::size_t word = at;
    while (word < at + wide) word += scan_word(word);
    // Words joined by hyphens have one case, base64url has both.
    if (tokens_.size() == before && wide >= 20 && is_random_text(text_.substr(at, wide), true))
      take(at, wide, ValueKind::token);
    return std::max(wide, word - at);  // the fraction of an epoch lies behind its run
  }

  std::size_t scan_word(std::size_t at) {
    if (!is_alnum(text_[at])) return 1;
    if (is_uuid(text_.substr(at, uuid_size)) && ends(at + uuid_size))
      return take(at, uuid_size, ValueKind::uuid);
    const std::size_t size = run(text_, at, is_alnum);
    const auto kind = kind_of_word(text_.substr(at, size));
    if (!kind) return size;
    return take(at, size + (*kind == ValueKind::epoch ? fraction_at(at + size) : 0), *kind);
  }

  /// `.123` behind the seconds of an epoch.
  [[nodiscard]] std::size_t fraction_at(std::size_t at) const noexcept {
    if (at >= text_.size() || text_[at] != '.') return 0;
    const std::size_t digits = run(text_, at + 1, is_digit);
    return digits > 0 && ends(at + 1 + digits) ? 1 + digits : 0;
  }

  /// Base 64 that can't be taken for a path or a word: it has a `+` or is padded.
  [[nodiscard]] std::size_t base64_at(std::size_t at) noexcept {
    constexpr std::size_t longest = 8192;  // what is longer is no value but a file
    // One run is looked at once, however many words it has: a path is one.
    if (at >= base64_end_) base64_end_ = at + run(text_, at, is_base64);
    const std::size_t size = base64_end_ - at;
    if (size > longest) return 0;
    const std::string_view body = text_.substr(at, size);
    const std::size_t padding = run(text_, at + size, [](char octet) { return octet == '='; });
    const bool told = padding > 0 || body.find('+') != std::string_view::npos;
    const bool whole = padding <= 2 && size + padding >= 20 && (size + padding) % 4 == 0;
    return told && whole && is_random_text(body) ? size + padding : 0;
  }

  /// What stands for a secret never stands for another one, however random it looks: who has
  /// another password is somebody else.
  [[nodiscard]] std::size_t secret_at(std::size_t at) const noexcept {
    if (const std::size_t size = jwt_at(at))
      return Secrets::is_placeholder(text_.substr(at, size)) ? size : 0;
    return placeholder_at(text_, at);
  }

  [[nodiscard]] std::size_t jwt_at(std::size_t at) const noexcept {
    if (!text_.substr(at).starts_with("eyJ")) return 0;
    const std::size_t head = run(text_, at, is_base64url);
    const std::size_t payload = run(text_, at + head + 1, is_base64url);
    const std::size_t second = at + head + 1 + payload;
    if (payload < 10 || text_[at + head] != '.' || second >= text_.size() || text_[second] != '.')
      return 0;
    return second + 1 + run(text_, second + 1, is_base64url) - at;
  }

  [[nodiscard]] std::optional<std::size_t> time_at(std::size_t at) {
    const auto instant = parse_instant(text_.substr(at));
    if (!instant || !ends(at + instant->size)) return std::nullopt;
    const bool date = instant->style.form == InstantStyle::Form::date;
    return take(at, instant->size, date ? ValueKind::date : ValueKind::instant);
  }

  [[nodiscard]] bool ends(std::size_t at) const noexcept {
    return at >= text_.size() || !is_alnum(text_[at]);
  }

  std::string_view text_;
  std::vector<Token>& tokens_;
  std::size_t base64_end_ = 0;  ///< of the run in which the last one was looked for
};

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), to_lower);
  return lower;
}

bool folds_case(ValueKind kind) noexcept {
  return kind == ValueKind::uuid || kind == ValueKind::ulid || kind == ValueKind::object_id ||
         kind == ValueKind::hex;
}

/// Whether the fraction has a zero at its end, which only a fixed number of digits would show.
bool ends_in_zero(std::string_view instant, const InstantStyle& style) noexcept {
  return style.fraction > 0 && instant.substr(0, instant.size() - style.zone.size()).ends_with('0');
}

std::string respell_instant(std::string_view folded, std::string_view like) {
  const auto model = parse_instant(like);
  if (!model) return std::string(folded.substr(1));
  InstantStyle style = model->style;
  const std::int64_t time = time_of(folded);
  // PostgreSQL leaves out the zeros at the end of a fraction.
  const bool short_of_zeros = style.form == InstantStyle::Form::iso && style.between == ' ' &&
                              style.fraction >= 0 && !ends_in_zero(like, style);
  if (short_of_zeros) {
    style.fraction = 6;
    for (std::int64_t rest = time; style.fraction > 0 && rest % 10 == 0; rest /= 10)
      --style.fraction;
  }
  return format_instant(time, style);
}

}  // namespace

std::string_view name_of(ValueKind kind) noexcept {
  return names[static_cast<std::size_t>(kind)];
}

std::optional<ValueKind> kind_named(std::string_view name) noexcept {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<ValueKind>(found - names.begin());
}

std::string kind_names() {
  return fmt::format("{}", fmt::join(names, ", "));
}

void find_tokens(std::string_view text, std::vector<Token>& tokens) {
  Scanner(text, tokens).scan();
}

void find_placeholders(std::string_view text, std::vector<std::string>& folded) {
  for (std::size_t at = text.find(placeholder_mark); at < text.size();
       at = text.find(placeholder_mark, at + 1))
    folded.push_back(folded_placeholder + std::string(text.substr(at, placeholder_at(text, at))));
}

std::string fold(ValueKind kind, std::string_view spelled) {
  std::string folded(1, static_cast<char>('a' + static_cast<int>(kind)));
  if (kind == ValueKind::instant || kind == ValueKind::date) {
    const auto instant = parse_instant(spelled);
    return folded + (instant ? std::to_string(instant->microseconds) : std::string(spelled));
  }
  if (!folds_case(kind)) return folded.append(spelled);
  std::string text = lowered(spelled);
  if (kind == ValueKind::uuid) std::erase(text, '-');
  return folded + text;
}

ValueKind kind_of_folded(std::string_view folded) noexcept {
  return static_cast<ValueKind>(folded.empty() ? 0 : folded.front() - 'a');
}

std::string respell(std::string_view folded, std::string_view like) {
  const ValueKind kind = kind_of_folded(folded);
  if (fold(kind, like) == folded) return std::string(like);
  if (kind == ValueKind::instant || kind == ValueKind::date) return respell_instant(folded, like);
  std::string text(folded.substr(std::min<std::size_t>(1, folded.size())));
  if (kind == ValueKind::uuid && like.size() == uuid_size && text.size() == uuid_digits)
    for (const std::size_t hyphen : {8U, 13U, 18U, 23U}) text.insert(hyphen, 1, '-');
  if (folds_case(kind) && std::ranges::any_of(like, is_upper))
    for (char& octet : text)
      if (is_lower(octet)) octet = static_cast<char>(octet - 'a' + 'A');
  return text;
}

std::string spell(std::string_view folded) {
  switch (kind_of_folded(folded)) {
    case ValueKind::uuid:
      return respell(folded, std::string(uuid_size, '-'));
    case ValueKind::instant:
      return format_instant(time_of(folded), {.fraction = 6, .zone = "Z"});
    case ValueKind::date:
      return format_instant(time_of(folded), {.form = InstantStyle::Form::date});
    default:
      return std::string(folded.substr(std::min<std::size_t>(1, folded.size())));
  }
}

std::int64_t time_of(std::string_view folded) {
  const std::string_view digits = folded.substr(std::min<std::size_t>(1, folded.size()));
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const auto whole = end - digits.data();
  if (error != std::errc{} || kind_of_folded(folded) != ValueKind::epoch) return value;
  return whole == 10 ? value * 1'000'000 : whole == 13 ? value * 1'000 : value;
}

}  // namespace understudy::match
