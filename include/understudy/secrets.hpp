// Secrets: what must never reach the disk, a log or an error, and what stands there in its place.
// One engine for all protocols, used alike when recording, compiling and serving.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy {

/// What a name says of its value. Names are split into words: `userPassword`, `db_password`,
/// `X-Api-Key`, `user[apiKey]`.
enum class Naming : std::uint8_t {
  plain,
  text,       ///< its value, or those of a list, where they are texts: `token`
  scalar,     ///< numbers as well: `pin`, `password`
  all_below,  ///< and what is in a map: `credentials`
};

/// What the user of a mock set says of its secrets: `secrets:` in understudy.yaml. Names are
/// compared by their last words, so that `tax_id` is `customerTaxId` as well; values are regular
/// expressions in the syntax of RE2.
struct SecretRules {
  std::vector<std::string> names;         ///< their values are secrets
  std::vector<std::string> values;        ///< what matches is one: its first group, else the match
  std::vector<std::string> plain_names;   ///< no secrets, whatever their words say
  std::vector<std::string> plain_values;  ///< nor is what matches as a whole
  [[nodiscard]] bool empty() const noexcept {
    return names.empty() && values.empty() && plain_names.empty() && plain_values.empty();
  }
  friend bool operator==(const SecretRules&, const SecretRules&) = default;
};

/// The rules, ready to be asked. Immutable, thread-safe.
class SecretMatcher;

/// Why a regular expression of SecretRules can't be used; empty where it can.
[[nodiscard]] std::string problem_of_pattern(const std::string& pattern);

/// Makes placeholders. A placeholder is `redacted:` and 32 hexadecimal digits of a keyed hash
/// (HMAC-SHA-256, the key is the mock set's): equal secrets have equal placeholders, and nobody
/// finds another secret that has the same. A JSON Web Token stays one: its claims are kept, its
/// signature is replaced. A placeholder is its own placeholder, so that a token which a mock handed
/// out is recognised when it comes back. Cheap to copy, thread-safe.
class Secrets {
 public:
  using Key = std::array<std::uint8_t, 32>;
  /// What placeholders begin with.
  static constexpr std::string_view mark = "redacted:";

  /// Of a mock set without a key, which was recorded before there were keys: 8 digits of an unkeyed
  /// hash, as its session files have them. Two secrets may have the same.
  Secrets() = default;
  explicit Secrets(const Key& key) : key_(key) {}
  /// Replaces nothing: for what is compared in memory and never written.
  [[nodiscard]] static Secrets shown() {
    Secrets secrets;
    secrets.shown_ = true;
    return secrets;
  }

  /// The same that keep to `rules`, all patterns of which can be used.
  [[nodiscard]] Secrets with(const SecretRules& rules) const;

  /// What a name says of its value: by the user's rules, else by its words.
  [[nodiscard]] Naming naming_of(std::string_view name) const;
  [[nodiscard]] bool is_secret_name(std::string_view name) const {
    return naming_of(name) != Naming::plain;
  }
  /// Whether values are looked for that only the user's rules tell to be secrets.
  [[nodiscard]] bool has_patterns() const noexcept;
  /// `text` with what matches the user's patterns replaced; nothing where nothing does.
  [[nodiscard]] std::optional<std::string> without_patterns(std::string_view text) const;
  [[nodiscard]] const SecretRules& rules() const noexcept;

  [[nodiscard]] const std::optional<Key>& key() const noexcept { return key_; }
  [[nodiscard]] bool shows() const noexcept { return shown_; }

  /// Empty text stays empty, and what the user's rules call plain as it is.
  [[nodiscard]] std::string placeholder(std::string_view secret) const;
  /// `text` with the parts replaced that are secrets by their shape: JSON Web Tokens, private keys
  /// (PEM), SCRAM verifiers, access tokens of well-known services, payment card numbers, and what
  /// matches the user's patterns. Nothing where it has none.
  [[nodiscard]] std::optional<std::string> without_shapes(std::string_view text) const;
  /// The same for text in which names and values stand beside each other (`password: "x"`,
  /// `password=x`, `<password>x</password>`): values behind the name of a secret as well.
  [[nodiscard]] std::optional<std::string> without_assignments(std::string_view text) const;

  /// Whether `text` is a placeholder, of whatever key.
  [[nodiscard]] static bool is_placeholder(std::string_view text) noexcept;
  /// Whether it is one of a mock set without a key.
  [[nodiscard]] static bool is_unkeyed_placeholder(std::string_view text) noexcept;

 private:
  std::optional<Key> key_;
  bool shown_ = false;
  std::shared_ptr<const SecretMatcher> matcher_;  // null where the user said nothing
};

}  // namespace understudy
