// Request bodies: spelled in session files, compared by meaning.
//
// A canonical body is one letter for its kind and what the kind compares: `j` canonical JSON,
// `f` form fields sorted by name, `m` the parts of a multipart body without the boundary, `o` the
// media type, a NUL and the octets. No body is the empty string.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/http/message.hpp"
#include "protocols/http/target.hpp"
#include "understudy/analyser.hpp"
#include "understudy/document.hpp"
#include "understudy/secrets.hpp"

namespace understudy::http {

/// Of octets on the wire, content coding removed. Secrets are taken as their placeholders.
[[nodiscard]] std::string canonical_body(std::string_view content_type, std::string_view octets,
                                         const Secrets& secrets);
/// Of the `body` of a request document; `path` is its JSON pointer.
[[nodiscard]] std::string canonical_body(std::string_view content_type, const Document& body,
                                         std::string_view path, const Secrets& secrets,
                                         std::vector<Problem>& problems);

/// The `body` of a request document: a tree, a list of pairs, a list of parts, text or octets.
[[nodiscard]] Document body_document(std::string_view content_type, std::string_view octets,
                                     const Secrets& secrets);

/// What a canonical body says, with the media type that gives the same canonical body again.
struct DescribedBody {
  std::string content_type;
  Document body;
};
[[nodiscard]] DescribedBody describe_body(std::string_view canonical);

/// Pairs as a list of `[key, value]`, `[key]` where there is no value.
[[nodiscard]] Document pairs_document(const Query& pairs);
/// From such a list, or from a map of scalars, as a person may write it.
[[nodiscard]] Query pairs_of(const Document& pairs, std::string_view path,
                             std::vector<Problem>& problems);

/// A map of fields, in the order and with the case in which their names came first. Several of one
/// name are a list. Null where there are none.
[[nodiscard]] Document fields_document(const Fields& fields);

/// A scalar as the text that it stands for: 5 is "5", true is "true".
[[nodiscard]] std::string scalar_text(const Document& scalar);

}  // namespace understudy::http
