// What makes two requests the same: see README.md, "Identity".
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http/fields.hpp"
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
  Fields headers;    ///< names in lower case, irrelevant ones left out
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
/// Fields that Connection names belong to the connection (RFC 9110, 7.6.1).
/// In lower case.
[[nodiscard]] std::set<std::string> nominated(const Fields& fields);

/// The scope that a request names, by the field or the query parameter; without either by the field
/// `otherwise`, where that is not empty. Empty where it names none.
[[nodiscard]] std::string scope_of(const Message& request, std::string_view otherwise);

/// Cuts `/understudy_scope=w1` off the front of a target, for clients whose only setting is a base
/// URL, and gives the name; empty where there is none.
[[nodiscard]] std::string take_scope_segment(std::string& target);

/// "GET /path": the part of a canonical request before its NUL.
[[nodiscard]] std::string pattern_of(const Asked& asked);

/// What all recordings of a service together show to say nothing of what is asked.
struct Irrelevant {
  /// Fields, and cookies with their prefix, that vary by themselves. Sorted.
  std::vector<std::string> fields;
  /// The one host that every recorded request was sent to, see telling_host(): where the mock is
  /// another one now it is the same. Empty where there is none or there are several.
  std::string host;
  friend bool operator==(const Irrelevant&, const Irrelevant&) = default;
};
inline constexpr std::string_view irrelevant_key = "irrelevant";
[[nodiscard]] std::string encode_irrelevant(const Irrelevant& irrelevant);
[[nodiscard]] Irrelevant decode_irrelevant(std::string_view encoded);

/// The fields of a request that count beside method, path, query, conditions and body: who asks,
/// and what else is not proven irrelevant. As they are compared, sorted by name.
[[nodiscard]] Fields context_of(const Asked& asked, const Irrelevant& irrelevant);

/// The key of the shape that a table has whose recordings hold placeholders without a key.
inline constexpr std::string_view unkeyed_placeholders = "unkeyed placeholders";
[[nodiscard]] bool has_unkeyed_placeholder(const Asked& asked) noexcept;

enum class Conditions : unsigned char { keep, drop_optional };
/// Equal where two requests are equal but for their context.
[[nodiscard]] std::string base_of(const Asked& asked, Conditions conditions = Conditions::keep);
/// `base` is what base_of() gave for `asked`.
[[nodiscard]] std::string canonical_of(std::string_view base, const Fields& context);

/// The shape that tells a server in which contexts a request was recorded.
[[nodiscard]] std::string contexts_key(std::string_view base);
[[nodiscard]] std::string encode_contexts(const std::vector<Fields>& contexts);
[[nodiscard]] std::vector<Fields> decode_contexts(std::string_view encoded);
/// `context` is what canonical_of() puts behind the base.
[[nodiscard]] bool has_context(std::string_view encoded, std::string_view context) noexcept;

/// The context that differs least, and in what, for a person. `contexts` is not empty.
struct NearestContext {
  const Fields* context = nullptr;
  std::string difference;
};
[[nodiscard]] NearestContext nearest_context(const Fields& asked,
                                             const std::vector<Fields>& contexts);

/// The request document of a canonical request; identifying it gives the same again.
[[nodiscard]] Document describe_canonical(std::string_view canonical);

}  // namespace understudy::http
