#include "match/fresh_value.hpp"

#include <charconv>
#include <random>

#include "match/value_type.hpp"
#include "table/hash.hpp"

namespace understudy::match {
namespace {

constexpr std::int64_t seconds_later = 40 * 86'400 + 1;
constexpr std::int64_t days_later = 40 * 86'400;
constexpr std::uint64_t most_tries = 64;

/// The same on every machine, unlike the distributions of the standard library.
using Random = std::mt19937_64;

bool is_between(char octet, char first, char last) noexcept {
  return octet >= first && octet <= last;
}

char any_of(std::string_view alphabet, Random& random) {
  return alphabet[random() % alphabet.size()];
}

/// One of the same class, so that the whole keeps its looks.
char other_octet(char octet, ValueKind kind, Random& random) {
  const bool hexadecimal =
      kind == ValueKind::uuid || kind == ValueKind::object_id || kind == ValueKind::hex;
  const bool letters_of_ulid = kind == ValueKind::ulid;
  if (is_between(octet, '0', '9') || (hexadecimal && is_between(octet, 'a', 'f')))
    return any_of(hexadecimal ? "0123456789abcdef" : "0123456789", random);
  if (is_between(octet, 'a', 'z'))
    return any_of(letters_of_ulid ? "abcdefghjkmnpqrstvwxyz" : "abcdefghijklmnopqrstuvwxyz",
                  random);
  if (is_between(octet, 'A', 'Z')) return any_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ", random);
  return octet;
}

/// What every value of its kind has in this place.
bool is_fixed(std::string_view text, std::size_t at, ValueKind kind) {
  switch (kind) {
    case ValueKind::uuid:  // version and variant
      return at == 12 || at == 16;
    case ValueKind::ulid:
    case ValueKind::ksuid:
    case ValueKind::snowflake:
      return at == 0;
    case ValueKind::jwt:  // the beginning of a JSON object, of the head and of the content
      return at < 3 || (text.find('.') != std::string_view::npos && at - text.find('.') - 1 < 3 &&
                        at > text.find('.'));
    case ValueKind::bcrypt:
      return at < 7;
    default:
      return false;
  }
}

bool looks_alike(const std::string& folded) {
  if (kind_of_folded(folded) == ValueKind::text) return true;
  const std::string spelled = spell(folded);
  std::vector<Token> tokens;
  find_tokens(spelled, tokens);
  return tokens.size() == 1 && tokens[0].size == spelled.size() &&
         tokens[0].kind == kind_of_folded(folded);
}

std::string later(std::string_view folded, std::uint32_t run) {
  const ValueKind kind = kind_of_folded(folded);
  const std::int64_t by = (kind == ValueKind::date ? days_later : seconds_later) * run;
  if (kind != ValueKind::epoch)
    return std::string(1, folded.front()) + std::to_string(time_of(folded) + by * 1'000'000);
  std::uint64_t digits = 0;
  const char* end = folded.data() + folded.size();
  const char* fraction = std::from_chars(folded.data() + 1, end, digits).ptr;
  const auto size = fraction - folded.data() - 1;
  const std::int64_t unit = size == 10 ? 1 : size == 13 ? 1'000 : 1'000'000;
  return std::string(1, folded.front()) +
         std::to_string(static_cast<std::int64_t>(digits) + by * unit) + std::string(fraction, end);
}

}  // namespace

std::string another(std::string_view folded, std::uint32_t run) {
  const ValueKind kind = kind_of_folded(folded);
  if (is_time(kind)) return later(folded, run);
  const std::string_view text = folded.substr(1);
  std::string made(folded);
  for (std::uint64_t attempt = 0; attempt < most_tries; ++attempt) {
    Random random(table::hash_of(folded) + run * most_tries + attempt);
    for (std::size_t i = 0; i < text.size(); ++i)
      made[i + 1] = is_fixed(text, i, kind) ? text[i] : other_octet(text[i], kind, random);
    if (made != folded && looks_alike(made)) return made;
  }
  return std::string(folded);
}

}  // namespace understudy::match
