// Which errors a statement meets when it is parsed, before any of its values counts.
#pragma once

#include "protocols/postgres/answer.hpp"
#include "protocols/postgres/request.hpp"

namespace understudy::postgres {

/// Whether the server refused the statement as it would refuse to prepare it: a syntax error, or
/// names and types of a query that can't be resolved.
[[nodiscard]] bool fails_to_parse(const StatementRequest& request, const StatementAnswer& answer);

}  // namespace understudy::postgres
