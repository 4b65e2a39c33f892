// Parts of URLs.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace understudy::store {

/// `%41` is `A`; what is no escape stays.
[[nodiscard]] std::string percent_decoded(std::string_view text);
/// What would end or change a part of a URL is escaped; `/` stays.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// `name=value&flag` behind the `?`, decoded; the last of equal names counts.
[[nodiscard]] std::map<std::string, std::string> query_of_url(std::string_view url);

}  // namespace understudy::store
