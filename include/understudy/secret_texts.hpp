// Secrets within texts of a known form: markup, URLs. Part of the engine of understudy/secrets.hpp;
// what the functions give is the text with the secrets replaced, nothing where it has none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "understudy/secrets.hpp"

namespace understudy {

enum class Markup : bool { html, other };

/// Of tags that give a name and a value, the values of secrets: `<input name="csrf_token"
/// value="x">`; outside of HTML, where that shows no text to people, `<param
/// name="password">x</param>` as well.
[[nodiscard]] std::optional<std::string> without_secrets_of_markup(std::string_view text,
                                                                   Markup markup,
                                                                   const Secrets& secrets);

/// Of each URL with a host in it, the password of its user and what stands behind the name of a
/// secret. Secrets::without_shapes() does that as well.
[[nodiscard]] std::optional<std::string> without_secrets_of_urls(std::string_view text,
                                                                 const Secrets& secrets);

/// Of a URL without a host, `/path?token=x#code=y`, in the query and the fragment.
[[nodiscard]] std::optional<std::string> without_secrets_of_query(std::string_view target,
                                                                  const Secrets& secrets);

/// Secrets::is_secret_name() for a query or a form, in which more names mean a secret: `key`, and
/// `code` where its value is long enough for one that authorises.
[[nodiscard]] bool is_secret_of_url(std::string_view name, std::string_view value,
                                    const Secrets& secrets);

}  // namespace understudy
