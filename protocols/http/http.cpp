#include "protocols/http/http.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "protocols/http/analyser.hpp"
#include "protocols/http/ascii.hpp"
#include "protocols/http/body.hpp"
#include "protocols/http/either_version.hpp"
#include "protocols/http/identity.hpp"
#include "protocols/http/json_text.hpp"
#include "protocols/http/target.hpp"
#include "protocols/http/values.hpp"

namespace understudy::http {
namespace {

constexpr std::array<std::string_view, 22> methods = {
    "GET",    "HEAD",   "POST",     "PUT",       "DELETE", "CONNECT", "OPTIONS", "TRACE",
    "PATCH",  "QUERY",  "PROPFIND", "PROPPATCH", "MKCOL",  "COPY",    "MOVE",    "LOCK",
    "UNLOCK", "SEARCH", "REPORT",   "PURGE",     "LINK",   "PRI"};  // how HTTP/2 begins

// A request line longer than this need not be seen whole to be one.
constexpr std::size_t convincing_line = 256;

/// What begins with a method: a request line, or a Redis inline command such as `GET key`.
Recognition recognise_line(std::string_view text, std::string_view method) {
  const std::size_t end = text.find('\n');
  if (end != std::string_view::npos) {
    const bool is_request = text.substr(0, end).find(" HTTP/") != std::string_view::npos;
    return is_request ? Recognition::yes : Recognition::no;
  }
  const std::string_view target = text.substr(method.size() + 1);
  const bool plausible = target.empty() || target.front() == '/' || target.front() == '*' ||
                         method == "CONNECT" ||
                         std::string_view("http").starts_with(target.substr(0, 4));
  if (!plausible) return Recognition::no;
  return text.size() > convincing_line ? Recognition::yes : Recognition::need_more;
}

std::string_view first_word(std::string_view& rest) {
  rest = trimmed(rest);
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  rest = trimmed(rest.substr(word.size()));
  return word;
}

class Http final : public Protocol {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "http"; }
  [[nodiscard]] std::uint16_t default_port() const noexcept override { return 80; }
  [[nodiscard]] std::string_view alpn() const noexcept override { return "h2,http/1.1"; }
  [[nodiscard]] bool handles_in_order() const noexcept override { return false; }  // HTTP/2

  [[nodiscard]] Recognition recognise(Bytes first) const noexcept override {
    const std::string_view text = as_text(first);
    for (const std::string_view method : methods) {
      if (text.size() <= method.size()) {
        if (method.starts_with(text)) return Recognition::need_more;
      } else if (text.starts_with(method) && text[method.size()] == ' ') {
        return recognise_line(text, method);
      }
    }
    return Recognition::no;
  }

  [[nodiscard]] std::unique_ptr<Observer> new_observer(const Limits& limits) const override {
    return new_observer_of_either(limits);
  }

  [[nodiscard]] std::unique_ptr<ServerMachine> new_server(
      const ServiceTable& table, const ServerContext& context) const override {
    return new_server_of_either(table, context);
  }

  [[nodiscard]] std::unique_ptr<Analyser> new_analyser() const override {
    return std::make_unique<HttpAnalyser>();
  }

  /// "GET /path?x=1", "POST /charges {json}", "POST /login user=a&x=b"; "/path" is GET /path.
  [[nodiscard]] Document request_from_text(std::string_view line) const override {
    std::string_view rest = line;
    std::string_view method = first_word(rest);
    std::string_view target = first_word(rest);
    if (method.find('/') != std::string_view::npos) {
      rest = line.substr(line.find(method) + method.size());
      rest = trimmed(rest);
      target = std::exchange(method, "GET");
    }
    const Target parsed = parse_target(target);
    Document request{{"method", document_of(method)}, {"path", document_of(parsed.path)}};
    if (!parsed.query.empty()) request["query"] = pairs_document(parsed.query);
    if (rest.empty()) return request;
    const bool is_json = canonical_json(rest).has_value();
    const bool is_form = !is_json && rest.find('=') != std::string_view::npos;
    const std::string_view type = is_json   ? "application/json"
                                  : is_form ? "application/x-www-form-urlencoded"
                                            : "text/plain";
    request["headers"] = Document{{"content-type", type}};
    request["body"] = body_document(type, rest, Secrets::shown());
    return request;
  }

  [[nodiscard]] Document describe(std::string_view canonical) const override {
    return describe_canonical(canonical);
  }

  [[nodiscard]] std::string map_values(std::string_view canonical,
                                       const ValueMap& map) const override {
    return http::map_values(canonical, map);
  }

  [[nodiscard]] std::string summarise(const Document& request) const override {
    if (!request.is_object()) return {};
    std::string line = scalar_text(request.value("method", Document()));
    line += ' ' + scalar_text(request.value("path", Document()));
    std::vector<Problem> problems;
    if (request.contains("query"))
      line += '?' + encode_query(pairs_of(request["query"], "", problems));
    return line;
  }
};

}  // namespace

const Protocol& protocol() noexcept {
  static const Http http;
  return http;
}

}  // namespace understudy::http
