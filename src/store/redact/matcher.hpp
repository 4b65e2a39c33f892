// What the user of a mock set says of its secrets, ready to be asked.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "store/redact/names.hpp"
#include "understudy/secrets.hpp"

namespace understudy {

class SecretMatcher {
 public:
  /// Patterns that can't be used match nothing.
  explicit SecretMatcher(const SecretRules& rules);

  [[nodiscard]] const SecretRules& rules() const noexcept { return rules_; }
  [[nodiscard]] bool has_patterns() const noexcept { return !values_.empty(); }
  /// Nothing where no rule names it.
  [[nodiscard]] std::optional<Naming> naming_of(std::string_view name) const;
  /// Whether the whole of `value` matches a pattern of what is no secret.
  [[nodiscard]] bool is_plain(std::string_view value) const;
  /// The next secret in `text` from `from` on, empty (and null) for none; it lies within `text`.
  [[nodiscard]] std::string_view next_in(std::string_view text, std::size_t from) const;

 private:
  using Patterns = std::vector<std::unique_ptr<const re2::RE2>>;

  SecretRules rules_;
  std::vector<redact::Words> names_, plain_names_;
  Patterns values_, plain_values_;
};

}  // namespace understudy
