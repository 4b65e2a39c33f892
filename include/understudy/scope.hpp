// Scopes: isolated copies of what is alive in a mock, and how clients name them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "understudy/document.hpp"

namespace understudy {

/// Which scope a connection is in that names none.
enum class Scoping : std::uint8_t {
  named,       ///< the default one, which all of them share
  connection,  ///< one of its own, which ends with it
  one          ///< the default one, as everybody is: names are not heard
};

inline constexpr std::array<std::string_view, 3> scoping_names = {"named", "connection", "one"};

[[nodiscard]] constexpr std::string_view name_of(Scoping scoping) noexcept {
  return scoping_names[static_cast<std::size_t>(scoping)];
}
/// Nothing for another word.
[[nodiscard]] constexpr std::optional<Scoping> scoping_of(std::string_view name) noexcept {
  for (std::size_t i = 0; i < scoping_names.size(); ++i)
    if (scoping_names[i] == name) return static_cast<Scoping>(i);
  return std::nullopt;
}

/// The word that names a scope in every protocol: of a parameter, an attribute, a variable.
inline constexpr std::string_view scope_word = "understudy_scope";
/// Names the scope of those that name none.
inline constexpr std::string_view default_scope = "default";

/// 1 to 128 printable ASCII characters without blanks.
[[nodiscard]] constexpr bool is_scope_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 128 &&
         std::ranges::all_of(name, [](char c) { return c >= '!' && c <= '~'; });
}

/// A name that a client gave at its login, such as `shop?understudy_scope=w1`: `shop`, in scope
/// `w1`. Both borrowed from it.
struct ScopedName {
  std::string_view bare;
  std::optional<std::string_view> scope;
};

[[nodiscard]] constexpr ScopedName split_scope(std::string_view name) noexcept {
  const std::size_t mark = name.rfind('?');
  if (mark == std::string_view::npos) return {name, std::nullopt};
  std::string_view rest = name.substr(mark + 1);
  if (!rest.starts_with(scope_word)) return {name, std::nullopt};
  rest.remove_prefix(scope_word.size());
  if (!rest.starts_with('=')) return {name, std::nullopt};
  return {name.substr(0, mark), rest.substr(1)};
}

/// `options: {scope_from: …}` of a service's entry of understudy.yaml: what a client's scope is
/// told by where it names none in so many words. Empty where it does not say.
[[nodiscard]] inline std::string scope_source(const Document& settings) {
  if (!settings.is_object()) return {};
  const auto options = settings.find("options");
  if (options == settings.end() || !options->is_object()) return {};
  const auto source = options->find("scope_from");
  return source != options->end() && source->is_string() ? source->get<std::string>()
                                                         : std::string();
}

}  // namespace understudy
