// What a request does, where its method does not say it: RPC that goes through POST.
#pragma once

#include <string>
#include <string_view>

#include "protocols/http/identity.hpp"

namespace understudy::http {

/// The operation that a field or the body names, as `x-amz-target=Tables.GetItem`, `op=get`,
/// `method=tools/list`; empty where nothing does.
[[nodiscard]] std::string operation_of(const Asked& asked);

/// Whether a request only asks: safe methods (RFC 9110, 9.2.1; WebDAV's and the search ones), POST
/// to what is called a search, a GraphQL query, an operation that is called `get…`, `list…` and the
/// like.
[[nodiscard]] bool only_asks(const Asked& asked, std::string_view operation);

/// Whether its path says that it begins or ends a session: `/login`, `/oauth/token`, `/sessions`.
[[nodiscard]] bool signs_in(const Asked& asked);

/// Its method and path with what looks like an identifier as `*`: `GET /users/*`.
[[nodiscard]] std::string template_of(const Asked& asked);
/// A segment that names one of many.
[[nodiscard]] bool is_identifier(std::string_view segment);

}  // namespace understudy::http
