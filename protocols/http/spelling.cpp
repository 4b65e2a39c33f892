#include "protocols/http/spelling.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/http/ascii.hpp"
#include "protocols/http/body.hpp"
#include "protocols/http/content.hpp"
#include "protocols/http/identity.hpp"
#include "protocols/http/json_text.hpp"
#include "protocols/http/redact.hpp"
#include "protocols/http/target.hpp"

namespace understudy::http {
namespace {

/// The server always ends the connection here: it is not that a count or the client asked for it.
bool closes_by_nature(const Message& answer, const AnsweredRequest& request) {
  return request.keep_alive && !answer.keep_alive && (answer.to_the_end || answer.version < 11);
}

Document answer_headers(const Message& answer, const AnsweredRequest& request) {
  Document headers = Document::object();
  for (const Field& field : answer.fields) {
    const bool length_says_more = request.method == "HEAD" && iequals(field.name, "content-length");
    if (!length_says_more &&
        (is_answer_noise(field.name) || is_nominated(answer.fields, field.name)))
      continue;
    const bool is_date = iequals(field.name, "date");
    add_field(headers, field.name,
              is_date ? std::string(live_date) : redacted_field(field.name, field.value));
  }
  if (closes_by_nature(answer, request)) headers["Connection"] = "close";
  return headers;
}

void add_answer_body(Document& spelled, const std::string& octets, std::string_view content_type) {
  if (kind_of(content_type) != BodyKind::json) {
    spelled["body"] = document_of(octets);
    return;
  }
  const std::string redacted = redacted_json(octets);
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

Document request_document(const Message& request, std::size_t decoded_limit) {
  Target target = parse_target(request.target);
  Document spelled{{"method", document_of(request.method)}, {"path", document_of(target.path)}};
  if (!target.query.empty())
    spelled["query"] = pairs_document(redacted_query(std::move(target.query)));
  const std::string content_type = combined(request.fields, "content-type");
  Document headers = Document::object();
  for (const Field& field : request.fields) {
    const std::string name = lowered(field.name);
    if (role_of(name) == FieldRole::irrelevant || is_nominated(request.fields, field.name))
      continue;
    if (name == "host") {
      if (const std::string host = telling_host(field.value); !host.empty())
        add_field(headers, name, host);
      continue;
    }
    const bool is_type = name == "content-type" && kind_of(content_type) == BodyKind::multipart;
    add_field(
        headers, name,
        is_type ? without_parameter(field.value, "boundary") : redacted_field(name, field.value));
  }
  Document body;
  if (!request.body.empty()) {
    body = body_document(content_type, decoded_body(request, decoded_limit));
    // Parts that could not be told apart are compared with their boundary.
    if (!body.is_structured() && kind_of(content_type) == BodyKind::multipart)
      headers["content-type"] = content_type;
  }
  if (!headers.empty()) spelled["headers"] = std::move(headers);
  if (!body.is_null()) spelled["body"] = std::move(body);
  return spelled;
}

Document answer_document(const Message& answer, const AnsweredRequest& request,
                         std::size_t decoded_limit, std::vector<std::string>& warnings) {
  Document spelled{{"status", answer.status}};
  if (answer.reason != standard_reason(answer.status))
    spelled["reason"] = document_of(answer.reason);
  if (Document headers = answer_headers(answer, request); !headers.empty())
    spelled["headers"] = std::move(headers);
  if (!answer.body.empty()) {
    const std::string coding_name = combined(answer.fields, "content-encoding");
    const Coding coding = coding_of(coding_name);
    if (auto plain = decode(coding, answer.body, decoded_limit)) {
      add_answer_body(spelled, *plain, combined(answer.fields, "content-type"));
    } else {
      warnings.push_back("a body in content coding `" + coding_name + "` is kept as it was sent");
      spelled["encoded"] = true;
      spelled["body"] = document_of(answer.body);
    }
  }
  Document trailers = Document::object();
  for (const Field& field : answer.trailers)
    add_field(trailers, field.name, redacted_field(field.name, field.value));
  if (!trailers.empty()) spelled["trailers"] = std::move(trailers);
  return spelled;
}

}  // namespace understudy::http
