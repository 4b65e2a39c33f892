// Replies as session files spell them; see README.md.
#pragma once

#include <string>
#include <vector>

#include "protocols/redis/numbers.hpp"
#include "protocols/redis/value.hpp"
#include "understudy/analyser.hpp"
#include "understudy/document.hpp"

namespace understudy::redis {

/// The spelling of a lifted reply. Reading it back gives an equal value.
[[nodiscard]] Document reply_document(const Value& value);

/// The reply that `answer` spells. Problems are appended with paths below `path`; what stands in
/// their place is null. `style` is how a double is spelled that a person wrote as a plain number.
[[nodiscard]] Value read_reply(const Document& answer, DoubleStyle style, const std::string& path,
                               std::vector<Problem>& problems);

}  // namespace understudy::redis
