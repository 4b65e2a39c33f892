// Secrets: what must never reach the disk, a log or an error, and what stands there in its place.
// One engine for all protocols, used alike when recording, compiling and serving.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy {

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

  [[nodiscard]] const std::optional<Key>& key() const noexcept { return key_; }
  [[nodiscard]] bool shows() const noexcept { return shown_; }

  /// Empty text stays empty.
  [[nodiscard]] std::string placeholder(std::string_view secret) const;
  /// `text` with the parts replaced that are secrets by their shape: JSON Web Tokens, private keys
  /// (PEM), SCRAM verifiers, access tokens of well-known services, payment card numbers. Nothing
  /// where it has none.
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
};

/// What a name says of its value. Names are split into words: `userPassword`, `db_password`,
/// `X-Api-Key`, `user[apiKey]`.
enum class Naming : std::uint8_t {
  plain,
  text,       ///< its value, or those of a list, where they are texts: `token`
  scalar,     ///< numbers as well: `pin`, `password`
  all_below,  ///< and what is in a map: `credentials`
};
[[nodiscard]] Naming naming_of(std::string_view name);
[[nodiscard]] inline bool is_secret_name(std::string_view name) {
  return naming_of(name) != Naming::plain;
}

}  // namespace understudy
