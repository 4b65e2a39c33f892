// What makes two requests the same: see README.md, "Identity".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http/message.hpp"
#include "protocols/http/target.hpp"
#include "understudy/analyser.hpp"
#include "understudy/document.hpp"
#include "understudy/secrets.hpp"

namespace understudy::http {

/// A request as it is compared: normalised, decoded, secrets replaced.
struct Asked {
  std::string method;
  std::string path;
  Query query;       ///< sorted by key
  Fields headers;    ///< names in lower case, those that say nothing of the request left out
  std::string body;  ///< canonical
};

/// `decoded_limit`: cap on what a compressed body may become.
[[nodiscard]] Asked asked_of(const Message& request, std::size_t decoded_limit,
                             const Secrets& secrets);
[[nodiscard]] Asked asked_of(const Document& request, const Secrets& secrets,
                             std::vector<Problem>& problems);

/// The body without its content coding, the service's own address replaced (own_urls.hpp); as it is
/// where the coding is unknown or damaged.
[[nodiscard]] std::string own_body(const Message& message, std::size_t decoded_limit,
                                   const std::vector<std::string>& authorities);
/// The same for the values of a query.
[[nodiscard]] Query own_query(Query query, const std::vector<std::string>& authorities);

/// Fields by which a client asks for less than the whole representation. A server may ignore them
/// (RFC 9110, 13.2.1 and 14.2), so that the whole answers such a request as well.
[[nodiscard]] bool is_optional_condition(std::string_view name) noexcept;
/// Fields that always are part of the identity where they are present.
[[nodiscard]] bool is_condition(std::string_view name) noexcept;
/// Request fields of the connection, the client program or the single request.
[[nodiscard]] bool is_request_noise(std::string_view name) noexcept;

/// The field that names the scope of its request; never part of the identity.
inline constexpr std::string_view scope_field = "understudy-scope";
/// The scope that a request names, by the field or the query parameter; without either by the field
/// `otherwise`, where that is not empty. Empty where it names none.
[[nodiscard]] std::string scope_of(const Message& request, std::string_view otherwise);

/// Cuts `/understudy_scope=w1` off the front of a target, for clients whose only setting is a base
/// URL, and gives the name; empty where there is none.
[[nodiscard]] std::string take_scope_segment(std::string& target);

/// "GET /path": the part of a canonical request before its NUL.
[[nodiscard]] std::string pattern_of(const Asked& asked);

/// A field on which answers depend, as the recordings of one pattern show it.
struct Selector {
  std::string name;          ///< lower case
  bool by_presence = false;  ///< only whether it is there counts
  friend bool operator==(const Selector&, const Selector&) = default;
};
using Selectors = std::vector<Selector>;  ///< sorted by name

/// The key and content of the shape that tells a server the selectors of a pattern.
[[nodiscard]] std::string selectors_key(std::string_view pattern);
[[nodiscard]] std::string encode_selectors(const Selectors& selectors);
[[nodiscard]] Selectors decode_selectors(std::string_view encoded);

/// The key of the shape that a table has whose recordings hold placeholders without a key.
inline constexpr std::string_view unkeyed_placeholders = "unkeyed placeholders";
[[nodiscard]] bool has_unkeyed_placeholder(const Asked& asked) noexcept;

enum class Conditions : unsigned char { keep, drop_optional };
[[nodiscard]] std::string canonical_of(const Asked& asked, const Selectors& selectors,
                                       Conditions conditions = Conditions::keep);

/// The request document of a canonical request; identifying it gives the same again where no
/// selector is by presence.
[[nodiscard]] Document describe_canonical(std::string_view canonical);

}  // namespace understudy::http
