// A request with everything that was sent, as rules compare it: unlike the identity, which leaves
// out what says nothing of the request, and unlike session files, which hold no secrets.
//
//   {method, path, query, headers: {name: value, …}, cookies: {name: value, …}, body}
//
// Names of fields are in lower case, equal ones joined. A rule names the fields and cookies that
// matter to it; the others of a live request may be what they like.
#pragma once

#include <cstddef>
#include <vector>

#include "protocols/http/message.hpp"
#include "understudy/analyser.hpp"
#include "understudy/document.hpp"

namespace understudy::http {

/// A rule's value may be what was sent or what it is stored as, so there are two of a request: with
/// Secrets::shown() everything is as it was sent, else secrets are replaced and the media type is
/// without its parameters.
[[nodiscard]] Document whole_document(const Message& request, std::size_t decoded_limit,
                                      const Secrets& secrets);
/// Of a request document, as `explain` is given one.
[[nodiscard]] Document whole_document(const Document& request, std::vector<Problem>& problems);
/// What the request of a rule asks of a whole document.
[[nodiscard]] Document condition_of(const Document& request, std::vector<Problem>& problems);

}  // namespace understudy::http
