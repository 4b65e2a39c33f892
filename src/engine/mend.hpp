// What a person can do about a request that is not answered, ready-made.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "understudy/protocol.hpp"

namespace understudy::engine {

/// A request document whose identity is `canonical`, where one can be told from it. What it gives
/// was tried out; nothing else is given.
[[nodiscard]] std::optional<Document> request_of(const Protocol& protocol,
                                                 std::string_view canonical);

/// The same as one line that `request_from_line` understands: what a person would type or, where
/// that would be another request, JSON.
[[nodiscard]] std::optional<std::string> line_of(const Protocol& protocol,
                                                 std::string_view canonical);
[[nodiscard]] Document request_from_line(const Protocol& protocol, std::string_view line);

/// "understudy explain MOCKSET --service orders --rule 'GET /orders/7'": prints a rule. Where no
/// one line says the request, or nobody would copy it: where to write one.
[[nodiscard]] std::string rule_command(const Protocol& protocol, std::string_view service,
                                       std::string_view canonical);

/// A rule file's text. `request` and `answer` are spelled as in sessions.
[[nodiscard]] std::string rule_text(std::string_view service, const Document& request,
                                    const Document& answer);

}  // namespace understudy::engine
