#include "protocols/http/spelling.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "protocols/http/ascii.hpp"
#include "protocols/http/body.hpp"
#include "protocols/http/coding.hpp"
#include "protocols/http/content.hpp"
#include "protocols/http/identity.hpp"
#include "protocols/http/json_text.hpp"
#include "protocols/http/own_urls.hpp"
#include "protocols/http/redact.hpp"
#include "protocols/http/target.hpp"

namespace understudy::http {
namespace {

/// The server always ends the connection here: it is not that a count or the client asked for it.
bool closes_by_nature(const Message& answer, const AnsweredRequest& request) {
  return request.keep_alive && !answer.keep_alive && (answer.to_the_end || answer.version < 11);
}

Document answer_headers(const Message& answer, const AnsweredRequest& request,
                        const Secrets& secrets) {
  const std::set<std::string> of_connection = nominated(answer.fields);
  Fields kept;
  for (const Field& field : answer.fields) {
    const bool length_says_more = request.method == "HEAD" && iequals(field.name, "content-length");
    if (!length_says_more &&
        (is_answer_noise(field.name) || of_connection.contains(lowered(field.name))))
      continue;
    const bool is_date = iequals(field.name, "date");
    kept.push_back(
        {field.name,
         is_date ? std::string(live_date)
                 : redacted_field(field.name, with_own_authority(field.value, request.authorities),
                                  secrets)});
  }
  if (closes_by_nature(answer, request)) kept.push_back({"Connection", "close"});
  return fields_document(kept);
}

void add_answer_body(Document& spelled, const std::string& octets, std::string_view content_type,
                     const Secrets& secrets) {
  if (kind_of(content_type) != BodyKind::json) {
    spelled["body"] = document_of(
        is_text(octets) ? redacted_answer(octets, essence_of(content_type), secrets) : octets);
    return;
  }
  const std::string redacted = redacted_json(octets, secrets, JsonOf::answer);
  auto styled = exact_tree(redacted);
  if (!styled) {
    spelled["body"] = document_of(redacted);
    return;
  }
  if (std::string style = to_string(styled->style); !style.empty()) spelled["style"] = style;
  spelled["body"] = std::move(styled->tree);
}

}  // namespace

bool is_answer_noise(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 26> names = {
      "connection", "keep-alive", "proxy-connection", "transfer-encoding", "content-length",
      "trailer", "upgrade", "alt-svc",
      // one value an answer
      "age", "x-request-id", "request-id", "x-correlation-id", "x-runtime", "x-response-time",
      "server-timing", "cf-ray", "x-trace-id", "traceparent", "x-amzn-trace-id", "x-amzn-requestid",
      "x-amz-request-id", "x-amz-id-2", "x-github-request-id", "x-served-by", "x-timer",
      "x-cloud-trace-context"};
  return std::ranges::any_of(names, [name](std::string_view one) { return iequals(name, one); });
}

Document request_document(const Message& request, std::size_t decoded_limit,
                          const Secrets& secrets) {
  const auto known = spellings_of(combined(request.fields, "host"));
  Target target = parse_target(request.target);
  Document spelled{{"method", document_of(request.method)},
                   {"path", document_of(redacted_path(std::move(target.path), secrets))}};
  if (!target.query.empty())
    spelled["query"] =
        pairs_document(redacted_query(own_query(std::move(target.query), known), secrets));
  const std::string content_type = combined(request.fields, "content-type");
  Document body;
  if (!request.body.empty())
    body = body_document(content_type, own_body(request, decoded_limit, known), secrets);
  // Parts that could not be told apart are compared with their boundary.
  const bool has_parts =
      kind_of(content_type) == BodyKind::multipart && (body.is_null() || body.is_structured());
  const std::set<std::string> of_connection = nominated(request.fields);
  Fields kept;
  for (const Field& field : request.fields) {
    std::string name = lowered(field.name);
    if (role_of(name) == FieldRole::irrelevant || of_connection.contains(name)) continue;
    if (name == "host") {
      if (std::string host = telling_host(field.value); !host.empty())
        kept.push_back({std::move(name), std::move(host)});
      continue;
    }
    std::string value = has_parts && name == "content-type"
                            ? without_parameter(field.value, "boundary")
                            : redacted_field(name, with_own_authority(field.value, known), secrets);
    kept.push_back({std::move(name), std::move(value)});
  }
  if (Document headers = fields_document(kept); !headers.is_null())
    spelled["headers"] = std::move(headers);
  if (!body.is_null()) spelled["body"] = std::move(body);
  return spelled;
}

Document answer_document(const Message& answer, const AnsweredRequest& request,
                         std::size_t decoded_limit, const Secrets& secrets,
                         std::vector<std::string>& warnings) {
  Document spelled{{"status", answer.status}};
  if (answer.reason != standard_reason(answer.status))
    spelled["reason"] = document_of(answer.reason);
  if (Document headers = answer_headers(answer, request, secrets); !headers.is_null())
    spelled["headers"] = std::move(headers);
  if (!answer.body.empty()) {
    const std::string coding_name = combined(answer.fields, "content-encoding");
    const Coding coding = coding_of(coding_name);
    if (auto plain = decode(coding, answer.body, decoded_limit)) {
      if (is_text(*plain)) plain = with_own_authority(*plain, request.authorities);
      add_answer_body(spelled, *plain, combined(answer.fields, "content-type"), secrets);
    } else {
      warnings.push_back("a body in content coding `" + coding_name + "` is kept as it was sent");
      spelled["encoded"] = true;
      spelled["body"] = document_of(answer.body);
    }
  }
  Fields trailers = answer.trailers;
  for (Field& field : trailers) field.value = redacted_field(field.name, field.value, secrets);
  if (!trailers.empty()) spelled["trailers"] = fields_document(trailers);
  return spelled;
}

}  // namespace understudy::http
