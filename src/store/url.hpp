// Parts of URLs.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace understudy::store {

/// `%41` is `A`; what is no escape stays.
[[nodiscard]] std::string percent_decoded(std::string_view text);
/// As a URL spells a user, a segment of a path or a value (RFC 3986); `kept` is left as it is.
[[nodiscard]] std::string percent_encoded(std::string_view text, std::string_view kept = {});

/// `name=value&flag` behind the `?`, decoded; the last of equal names counts.
[[nodiscard]] std::map<std::string, std::string> query_of_url(std::string_view url);

}  // namespace understudy::store
