// Who logs in with a URL, and where to.
#pragma once

#include <string>
#include <string_view>

namespace understudy::cli {

/// Empty where the URL does not say. Decoded.
struct UrlLogin {
  std::string user, password, database;
};

/// Of `postgres://user:password@host:port/database?option=…`.
[[nodiscard]] UrlLogin login_of_url(std::string_view url);

}  // namespace understudy::cli
