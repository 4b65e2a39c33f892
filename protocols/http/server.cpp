#include "protocols/http/server.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <iterator>
#include <utility>

#include "protocols/http/ascii.hpp"
#include "protocols/http/coding.hpp"
#include "protocols/http/identity.hpp"
#include "protocols/http/own_urls.hpp"
#include "protocols/http/redact.hpp"
#include "protocols/http/whole.hpp"
#include "understudy/document_text.hpp"
#include "understudy/foreign.hpp"
#include "understudy/scope.hpp"

namespace understudy::http {
namespace {

/// The current time as IMF-fixdate, made once a second and thread.
std::string_view current_date() noexcept {
  thread_local std::time_t made_at = -1;
  thread_local std::array<char, date_octets + 1> text{};
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm calendar{};
    gmtime_r(&now, &calendar);
    std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &calendar);
    made_at = now;
  }
  return {text.data(), date_octets};
}

/// Finds the recorded requests that answer one that was sent.
class Candidates {
 public:
  Candidates(const ServiceTable& table, const Irrelevant& irrelevant)
      : table_(table), irrelevant_(irrelevant) {}

  void add_all(Asked asked) {
    add(asked, Conditions::keep);
    const bool is_head = asked.method == "HEAD";
    if (!is_head && asked.method != "GET") return;
    add(asked, Conditions::drop_optional);
    if (!is_head) return;
    asked.method = "GET";
    add(asked, Conditions::keep);
    add(asked, Conditions::drop_optional);
  }

  [[nodiscard]] std::vector<Candidate> take() {
    if (!exact_.empty()) return std::move(exact_);
    // As it was asked, for rules.
    std::vector<Candidate> candidates = {{std::move(as_asked_)}};
    std::ranges::move(nearest_, std::back_inserter(candidates));
    return candidates;
  }

 private:
  void add(const Asked& asked, Conditions conditions) {
    std::string base = base_of(asked, conditions);
    if (base == last_base_) return;
    const Fields context = context_of(asked, irrelevant_);
    std::string canonical = canonical_of(base, context);
    if (const auto shape = table_.shape(contexts_key(base))) {
      const std::string_view recorded = as_text(*shape);
      if (has_context(recorded, std::string_view(canonical).substr(base.size())))
        exact_.push_back({canonical});
      else
        add_nearest(base, context, decode_contexts(recorded));
    }
    if (as_asked_.empty()) as_asked_ = std::move(canonical);
    last_base_ = std::move(base);
  }

  void add_nearest(const std::string& base, const Fields& context,
                   const std::vector<Fields>& recorded) {
    if (recorded.empty()) return;
    auto nearest = nearest_context(context, recorded);
    nearest_.push_back({canonical_of(base, *nearest.context), std::move(nearest.difference)});
  }

  const ServiceTable& table_;
  const Irrelevant& irrelevant_;
  std::vector<Candidate> exact_, nearest_;
  std::string as_asked_, last_base_;
};

/// Where the Date belongs once the live address has been put into the fields before it.
std::uint32_t moved_date(const Variant& variant, std::string_view host) {
  if (variant.date == Variant::no_date) return variant.date;
  return static_cast<std::uint32_t>(
      with_live_authority(variant.head.substr(0, variant.date), host).size());
}

constexpr std::string_view control_prefix = "/__understudy/";

bool is_address(std::string_view host) noexcept {
  if (host.starts_with('[')) return true;
  return !host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// A page that a browser shows must not reset a mock, not even one whose host name was made to lead
/// here: names with a point in them are somebody's domain.
bool may_control(const Message& request) {
  const std::string authority = combined(request.fields, "host");
  const std::string_view host = std::string_view(authority).substr(
      0, authority.starts_with('[') ? authority.find(']') : authority.find(':'));
  const bool is_local =
      is_address(host) || host.find('.') == std::string_view::npos || host.ends_with(".localhost");
  const Field* origin = find(request.fields, "origin");
  const Field* site = find(request.fields, "sec-fetch-site");
  const bool same_origin = origin == nullptr || origin->value.ends_with("://" + authority);
  return is_local && same_origin && (site == nullptr || !iequals(site->value, "cross-site"));
}

/// Whether a service of these settings can be reached from other machines.
bool is_exposed(const Document& settings) {
  if (!settings.is_object() || !settings.contains("listen") || !settings["listen"].is_string())
    return false;
  const auto& listen = settings["listen"].get_ref<const std::string&>();
  const std::string_view host = std::string_view(listen).substr(0, listen.rfind(':'));
  return listen.find(':') != std::string::npos && !host.empty() && !host.starts_with("127.") &&
         host != "localhost" && host != "[::1]";
}

std::string control_token_of(const Document& settings) {
  const Document options =
      settings.is_object() ? settings.value("options", Document()) : Document();
  const Document token =
      options.is_object() ? options.value("control_token", Document()) : Document();
  return token.is_string() ? token.get<std::string>() : std::string();
}

/// In a time that does not depend on where they differ.
bool is_same_token(std::string_view one, std::string_view other) noexcept {
  if (one.size() != other.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < one.size(); ++i)
    difference |= static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]);
  return difference == 0;
}

/// HTTP/1.1 requires exactly one Host (RFC 9112, 3.2).
bool has_sound_host(const Message& request) {
  std::size_t hosts = 0;
  for (const Field& field : request.fields) hosts += iequals(field.name, "host") ? 1U : 0U;
  return hosts == 1 || (hosts == 0 && request.version < 11);
}

}  // namespace

Prepared prepare(const Message& request, const ServiceTable& table, const Irrelevant& irrelevant,
                 std::size_t decoded_limit, const Secrets& secrets, std::string_view scope_from) {
  Prepared prepared;
  prepared.scope = scope_of(request, scope_from);
  if (std::string_view(request.target).starts_with(control_prefix))
    prepared.control = parse_target(request.target).path.substr(control_prefix.size());
  if (!prepared.control.empty()) {
    prepared.may_control = may_control(request);
    prepared.control_token = combined(request.fields, "understudy-token");
  }
  prepared.line = request.method + ' ' + redacted_url(request.target, secrets);
  prepared.is_head = request.method == "HEAD";
  prepared.keep_alive = request.keep_alive;
  prepared.is_http_10 = request.version < 11;
  prepared.accept_encoding = combined(request.fields, "accept-encoding");
  prepared.understood = understood_codings(prepared.accept_encoding);
  if (!prepared.is_http_10) prepared.understood |= needs_chunked;
  prepared.host = combined(request.fields, "host");

  Candidates candidates(table, irrelevant);
  candidates.add_all(asked_of(request, decoded_limit, secrets));
  // Recordings from before the mock set had a key have other placeholders.
  if (secrets.key() && table.shape(unkeyed_placeholders))
    candidates.add_all(asked_of(request, decoded_limit, Secrets()));
  prepared.candidates = candidates.take();
  return prepared;
}

const Prepared* RequestMemo::find(std::string_view head) const noexcept {
  const auto found = prepared_.find(head);
  return found == prepared_.end() ? nullptr : &found->second;
}

const Prepared* RequestMemo::store(std::string_view head, Prepared prepared) {
  if (prepared_.size() == most_heads || octets_ + head.size() > most_octets) {
    prepared_.clear();
    octets_ = 0;
  }
  octets_ += head.size();
  return &prepared_.insert_or_assign(std::string(head), std::move(prepared)).first->second;
}

HttpServer::HttpServer(const ServiceTable& table, const ServerContext& context)
    : table_(table),
      limits_(context.limits),
      secrets_(context.secrets),
      keeps_requests_(context.rules),
      needs_tls_(context.tls == TlsOffer::required),
      is_exposed_(is_exposed(*context.settings)),
      control_token_(control_token_of(*context.settings)),
      requests_(Role::request, context.limits),
      scope_from_(scope_source(*context.settings)) {
  if (const auto shape = table.shape(irrelevant_key))
    irrelevant_ = decode_irrelevant(as_text(*shape));
}

// States: a request waits for its answer (asked_), the connection is to be closed (closing_), or
// the next message is read.
ServerEvent HttpServer::next() {
  if (std::exchange(control_answered_, false)) return Synthesised{"scope"};
  if (unsendable_)
    return Noted{"the answer to " + *std::exchange(unsendable_, std::nullopt) +
                     " was not sent: its body is in a content coding that the client does not take",
                 true};
  if (asked_ != nullptr) return ask();
  if (closing_) return Close{};
  if (streaming_) {
    if (!requests_.ended()) return NeedBytes{};
    closing_ = true;
    return Close{};
  }
  for (;;) {
    if (requests_.at_boundary()) {
      const std::string_view head = requests_.next_head();
      if (!head.empty() && head.size() <= RequestMemo::largest_head) {
        asked_ = memo_.find(head);
        if (asked_ != nullptr) {
          requests_.skip(head.size());
          return ask();
        }
      }
      head_ = head;
    }
    if (const auto foreign = foreign_opening(requests_.head_so_far()))
      return refuse_foreign(*foreign);
    switch (requests_.step()) {
      case MessageStream::Step::need_bytes:
        if (!requests_.ended()) return NeedBytes{};
        closing_ = true;
        return Close{};
      case MessageStream::Step::head:
        if (expects_continue(requests_.current()) && requests_.current().body.empty())
          output_.copy(as_bytes("HTTP/1.1 100 Continue\r\n\r\n"));
        break;
      case MessageStream::Step::message:
        if (needs_tls_)
          return refuse({400, "this server speaks with nobody without TLS: ask with https://"});
        if (!has_sound_host(requests_.current()))
          return refuse({400, "an HTTP/1.1 request has exactly one Host"});
        accept(requests_.take());
        return ask();
      case MessageStream::Step::fault:
        return refuse(requests_.fault());
    }
  }
}

void HttpServer::begin_anew() {
  requests_ = MessageStream(Role::request, limits_);
  head_.clear();
  closing_ = streaming_ = false;
  asked_ = nullptr;
  candidate_ = 0;
}

ServerEvent HttpServer::ask() {
  if (!asked_->control.empty()) return answer_control();
  if (asked_->scope != scope_)
    return *(scope_call_ = ScopeCall{ScopeCall::Action::enter, asked_->scope});
  Request request;
  request.canonical = asked_->candidates[candidate_].canonical;
  request.unproven = asked_->candidates[candidate_].unproven;
  request.synthesisable = candidate_ + 1 < asked_->candidates.size();
  return request;
}

/// POST /__understudy/reset and …/drop, of the scope that the request names, else of the
/// connection's.
ServerEvent HttpServer::answer_control() {
  if (!asked_->may_control) {
    send_document(403, "",
                  {{"error",
                    "control calls come from no page of another origin, and name "
                    "this server as localhost or by its address"}});
    std::string note = "refused " + asked_->line + ": its Origin or Host is of somewhere else";
    finish_answer(asked_->keep_alive);
    return Noted{std::move(note)};
  }
  const bool token_wanted = is_exposed_ || !control_token_.empty();
  if (token_wanted &&
      (control_token_.empty() || !is_same_token(asked_->control_token, control_token_))) {
    send_document(403, "",
                  {{"error",
                    "control calls to a server that others can reach have the field "
                    "Understudy-Token, as `options: {control_token: …}` of the service says"}});
    std::string note = "refused " + asked_->line + ": it has not the token of the service";
    finish_answer(asked_->keep_alive);
    return Noted{std::move(note)};
  }
  const bool reset = asked_->control == "reset";
  const bool known = reset || asked_->control == "drop";
  if (known && asked_->line.starts_with("POST ")) {
    // The scope that an earlier request named is not meant.
    if (asked_->scope.empty() && !scope_.empty())
      return *(scope_call_ = ScopeCall{ScopeCall::Action::enter, {}});
    const auto action = reset ? ScopeCall::Action::reset : ScopeCall::Action::drop;
    return *(scope_call_ = ScopeCall{action, asked_->scope});
  }
  send_document(known ? 405 : 404, known ? "Allow: POST\r\n" : "",
                {{"error", "expected POST /__understudy/reset or /__understudy/drop"}});
  finish_answer(asked_->keep_alive);
  return Synthesised{"scope"};
}

void HttpServer::answer_scope_call() {
  const ScopeCall call = *std::exchange(scope_call_, std::nullopt);
  if (call.action == ScopeCall::Action::enter) {
    scope_ = call.name;
    return;
  }
  send_document(200, "", {{asked_->control, call.name.empty() ? default_scope : call.name}});
  finish_answer(asked_->keep_alive);
  control_answered_ = true;
}

void HttpServer::accept(Message request) {
  const std::string scope = take_scope_segment(request.target);
  Prepared prepared =
      prepare(request, table_, irrelevant_, limits_.decoded_octets, secrets_, scope_from_);
  if (prepared.scope.empty()) prepared.scope = scope;
  const bool framed_body = find(request.fields, "content-length") != nullptr ||
                           find(request.fields, "transfer-encoding") != nullptr;
  if (keeps_requests_) prepared.sent = std::move(request);
  if (!framed_body && !head_.empty() && head_.size() <= RequestMemo::largest_head) {
    asked_ = memo_.store(head_, std::move(prepared));
  } else {
    own_ = std::move(prepared);
    asked_ = &own_;
  }
}

Document HttpServer::whole_request(const Secrets& secrets) const {
  if (asked_ == nullptr || !asked_->sent) return nullptr;
  return whole_document(*asked_->sent, limits_.decoded_octets, secrets);
}

void HttpServer::reply(const Answer& answer) {
  if (scope_call_) return answer_scope_call();
  if (answer.image.empty() && candidate_ + 1 < asked_->candidates.size()) {
    ++candidate_;  // what was asked for is not recorded; the next candidate answers it as well
    return;
  }
  const auto variant = choose_variant(answer.image, asked_->understood, asked_->accept_encoding);
  if (!variant) {
    unsendable_ = asked_->line;
    reply(Miss{"the table holds no answer that can be sent for " + asked_->line, "",
               "its body is in a content coding that can't be undone and that Accept-Encoding does "
               "not name; or compile the mock set again with this version"});
    return;
  }
  send(*variant);
}

void HttpServer::send(const Variant& variant) {
  if (variant.stays_open && !asked_->is_head) return send_stream(variant);
  if (variant.names_itself) return send_naming_itself(variant);
  const bool keep_alive = asked_->keep_alive && !variant.closes;
  send_head(variant.head, variant.date, keep_alive);
  if (!asked_->is_head) output_.borrow(as_bytes(variant.body));
  finish_answer(keep_alive);
}

/// A head without Content-Length, which depends on the address that is put in.
void HttpServer::send_naming_itself(const Variant& variant) {
  const bool keep_alive = asked_->keep_alive && !variant.closes;
  const std::string body = with_live_authority(variant.body, asked_->host);
  std::string fields = with_live_authority(variant.head, asked_->host);
  if (variant.is_sized_late) {
    fields.resize(fields.size() - 2);
    fields += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  }
  send_head(fields, moved_date(variant, asked_->host), keep_alive);
  if (!asked_->is_head) output_.copy(as_bytes(body));
  finish_answer(keep_alive);
}

/// As far as it was recorded. What follows is that nothing follows, until the client leaves.
void HttpServer::send_stream(const Variant& variant) {
  const std::string body = with_live_authority(variant.body, asked_->host);
  std::string fields = with_live_authority(variant.head, asked_->host);
  const bool chunked = !asked_->is_http_10;
  if (chunked) {
    fields.resize(fields.size() - 2);
    fields += "Transfer-Encoding: chunked\r\n\r\n";
  }
  send_head(fields, moved_date(variant, asked_->host), chunked);
  if (chunked && !body.empty()) {
    std::array<char, 20> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", body.size());
    output_.copy(as_bytes(size.data()));
  }
  output_.copy(as_bytes(body));
  if (chunked && !body.empty()) output_.copy(as_bytes("\r\n"));
  finish_answer(true);
  streaming_ = true;
}

void HttpServer::reply(const Miss& miss) {
  scope_call_.reset();
  Document body{{"error", miss.summary}, {"request", document_of(asked_->line)}};
  if (!miss.detail.empty()) body["nearest"] = miss.detail;
  if (!miss.hint.empty()) body["hint"] = miss.hint;
  send_document(501, "Understudy-Miss: 1\r\n", body);
  finish_answer(asked_->keep_alive);
}

/// Appends a head that ends with its blank line, the live date and connection options put in.
void HttpServer::send_head(std::string_view head, std::uint32_t date, bool keep_alive) {
  std::vector<std::uint8_t>& out = output_.buffer();
  const std::size_t begin = out.size();
  out.insert(out.end(), head.begin(), head.end());
  if (date != Variant::no_date)
    std::memcpy(out.data() + begin + date, current_date().data(), date_octets);
  if (keep_alive && !asked_->is_http_10) return;
  out.resize(out.size() - 2);
  output_.copy(as_bytes(keep_alive ? std::string_view("Connection: keep-alive\r\n\r\n")
                                   : std::string_view("Connection: close\r\n\r\n")));
}

void HttpServer::send_document(unsigned status, std::string_view extra_fields,
                               const Document& body) {
  const std::string text = json_text(body) + "\n";
  std::string head =
      "HTTP/1.1 " + std::to_string(status) + ' ' + std::string(standard_reason(status)) + "\r\n" +
      std::string(extra_fields) +
      "Content-Type: application/json\r\nContent-Length: " + std::to_string(text.size()) +
      "\r\n\r\n";
  send_head(head, Variant::no_date, asked_->keep_alive);
  if (!asked_->is_head) output_.copy(as_bytes(text));
}

void HttpServer::finish_answer(bool keep_alive) {
  closing_ = !keep_alive;
  asked_ = nullptr;
  candidate_ = 0;
}

/// Answers what can't be understood, once, and closes: where the next request begins is unknown.
ServerEvent HttpServer::refuse(const Fault& fault) {
  own_ = Prepared{};
  own_.keep_alive = false;
  asked_ = &own_;
  send_document(fault.status, "", Document{{"error", fault.text}});
  finish_answer(asked_->keep_alive);
  return Noted{"refused a request with status " + std::to_string(fault.status) + ": " + fault.text};
}

ServerEvent HttpServer::refuse_foreign(std::string_view opening) {
  closing_ = true;
  return Noted{foreign_note(opening, "HTTP/1.1")};
}

}  // namespace understudy::http
