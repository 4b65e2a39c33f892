// Which parts of a message are secrets. What stands in their place, and which names mean one, is
// the same for all protocols: understudy/secrets.hpp.
#pragma once

#include <string>
#include <string_view>

#include "protocols/http/target.hpp"
#include "understudy/secrets.hpp"

namespace understudy::http {

/// A field whose whole value is secret: Authorization, X-Api-Key, …
[[nodiscard]] bool is_secret_field(std::string_view name, const Secrets& secrets);

/// The value as it may be stored. Schemes, cookie names and cookie attributes stay readable.
[[nodiscard]] std::string redacted_field(std::string_view name, std::string_view value,
                                         const Secrets& secrets);
/// Of a URL or of a form, in which more names mean a secret than in JSON.
[[nodiscard]] Query redacted_query(Query query, const Secrets& secrets);
/// A URL or request target; as it is where nothing of it is secret.
[[nodiscard]] std::string redacted_url(std::string_view url, const Secrets& secrets);
/// A normalised path: what has the form of a secret, and Telegram's `/bot<id>:<token>`.
[[nodiscard]] std::string redacted_path(std::string path, const Secrets& secrets);
/// Texts in the JSON of a request may be of a language of their own (GraphQL) in which there are
/// names and values; those of an answer are looked at for what has the form of a secret only.
enum class JsonOf : bool { request, answer };
/// JSON, one text or one a line. Everything else stays octet by octet; text that is no JSON passes
/// as far as it makes sense.
[[nodiscard]] std::string redacted_json(std::string_view text, const Secrets& secrets, JsonOf side);
/// Any other text of a request: XML, GraphQL, …
[[nodiscard]] std::string redacted_text(std::string_view text, const Secrets& secrets);
/// The body of an answer that is text and, by its media type (in lower case, without parameters),
/// not JSON.
[[nodiscard]] std::string redacted_answer(std::string_view text, std::string_view media_type,
                                          const Secrets& secrets);
/// Whether a text is, by how it begins, an object or a list in JSON, whatever its media type.
[[nodiscard]] bool looks_like_json(std::string_view text) noexcept;

}  // namespace understudy::http
