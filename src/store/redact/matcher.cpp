#include "store/redact/matcher.hpp"

#include <algorithm>
#include <array>

namespace understudy {
namespace {

re2::RE2::Options quiet() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // texts may be of any bytes
  return options;
}

std::vector<redact::Words> words_of(const std::vector<std::string>& names) {
  std::vector<redact::Words> all;
  for (const std::string& name : names)
    if (auto words = redact::words_of(name); !words.empty()) all.push_back(std::move(words));
  return all;
}

bool names(const std::vector<redact::Words>& all, const redact::Words& words) {
  return std::ranges::any_of(all, [&](const redact::Words& one) {
    return one.size() <= words.size() && std::equal(one.rbegin(), one.rend(), words.rbegin());
  });
}

/// The secret of the first match: its first group where it has one, else the whole of it.
std::string_view secret_of(const re2::RE2& pattern, std::string_view text, std::size_t from) {
  const bool grouped = pattern.NumberOfCapturingGroups() > 0;
  while (from < text.size()) {
    std::array<re2::StringPiece, 2> found;
    if (!pattern.Match(re2::StringPiece(text.data(), text.size()), from, text.size(),
                       re2::RE2::UNANCHORED, found.data(), grouped ? 2 : 1))
      return {};
    const re2::StringPiece& secret = found[grouped ? 1 : 0];
    if (!secret.empty()) return {secret.data(), secret.size()};
    // Nothing can be replaced there; another match may begin behind it.
    from = static_cast<std::size_t>(found[0].data() - text.data()) +
           std::max<std::size_t>(found[0].size(), 1);
  }
  return {};
}

}  // namespace

std::string problem_of_pattern(const std::string& pattern) {
  return re2::RE2(pattern, quiet()).error();
}

SecretMatcher::SecretMatcher(const SecretRules& rules)
    : rules_(rules), names_(words_of(rules.names)), plain_names_(words_of(rules.plain_names)) {
  const auto compile = [](const std::vector<std::string>& texts, Patterns& patterns) {
    for (const std::string& text : texts) {
      auto pattern = std::make_unique<const re2::RE2>(text, quiet());
      if (pattern->ok()) patterns.push_back(std::move(pattern));
    }
  };
  compile(rules.values, values_);
  compile(rules.plain_values, plain_values_);
}

std::optional<Naming> SecretMatcher::naming_of(std::string_view name) const {
  if (names_.empty() && plain_names_.empty()) return std::nullopt;
  const redact::Words words = redact::words_of(name);
  if (names(plain_names_, words)) return Naming::plain;
  if (names(names_, words)) return Naming::scalar;
  return std::nullopt;
}

bool SecretMatcher::is_plain(std::string_view value) const {
  return std::ranges::any_of(plain_values_, [&](const auto& pattern) {
    return re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *pattern);
  });
}

std::string_view SecretMatcher::next_in(std::string_view text, std::size_t from) const {
  std::string_view first;
  for (const auto& pattern : values_) {
    const std::string_view secret = secret_of(*pattern, text, from);
    if (secret.empty()) continue;
    if (first.empty() || secret.data() < first.data() ||
        (secret.data() == first.data() && secret.size() > first.size()))
      first = secret;
  }
  return first;
}

namespace {

/// Whether what stands from `begin` to `end` is, or is a part of, what stands for a secret.
bool overlaps_placeholder(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::size_t size = Secrets::mark.size() + 32;
  const std::size_t at = text.rfind(Secrets::mark, end - 1);
  return at != std::string_view::npos && at + size > begin &&
         Secrets::is_placeholder(text.substr(at, size));
}

}  // namespace

Secrets Secrets::with(const SecretRules& rules) const {
  Secrets secrets = *this;
  secrets.matcher_ = rules.empty() ? nullptr : std::make_shared<const SecretMatcher>(rules);
  return secrets;
}

Naming Secrets::naming_of(std::string_view name) const {
  constexpr std::size_t longest = 128;  // what is longer is no name
  if (name.size() > longest) return Naming::plain;
  if (matcher_)
    if (const auto naming = matcher_->naming_of(name)) return *naming;
  return redact::naming_by_words(name);
}

bool Secrets::has_patterns() const noexcept {
  return !shown_ && matcher_ && matcher_->has_patterns();
}

const SecretRules& Secrets::rules() const noexcept {
  static const SecretRules none;
  return matcher_ ? matcher_->rules() : none;
}

std::optional<std::string> Secrets::without_patterns(std::string_view text) const {
  if (!has_patterns()) return std::nullopt;
  std::string cleaned;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view secret = matcher_->next_in(text, at);
    if (secret.empty()) break;
    const auto begin = static_cast<std::size_t>(secret.data() - text.data());
    at = begin + secret.size();
    if (overlaps_placeholder(text, begin, at)) continue;
    cleaned.append(text, copied, begin - copied);
    cleaned += placeholder(secret);
    copied = at;
  }
  if (copied == 0) return std::nullopt;
  return cleaned.append(text, copied);
}

}  // namespace understudy
