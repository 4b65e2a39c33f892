#include "protocols/http/observer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "protocols/http/ascii.hpp"
#include "protocols/http/own_urls.hpp"
#include "understudy/foreign.hpp"

namespace understudy::http {
namespace {

/// Without the port, which is the recorder's own and another one each time.
std::string host_name(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return std::string(authority.substr(0, has_port ? colon : authority.size()));
}

}  // namespace

Document session_facts(std::string_view host, const Message& answer) {
  Document facts = Document::object();
  if (std::string name = host_name(host); !name.empty()) facts["host"] = document_of(name);
  if (const Field* server = find(answer.fields, "server"))
    facts["server"] = document_of(server->value);
  return facts;
}

HttpObserver::HttpObserver(const Limits& limits)
    : limits_(limits), requests_(Role::request, limits), answers_(Role::response, limits) {}

void HttpObserver::feed(Direction from, Bytes chunk, Moment at, Relay& relay) {
  if (from == Direction::from_client && rewriter_)
    rewriter_->feed(chunk, relay.to_server);
  else
    (from == Direction::from_client ? relay.to_server : relay.to_client).copy(chunk);
  if (!watching()) return;
  if (from == Direction::from_client) {
    if (!request_began_) request_began_ = at;
    requests_.feed(chunk);
    read_requests(at);
  } else {
    answers_.feed(chunk);
  }
  read_answers(at);
}

void HttpObserver::feed_eof(Direction from, Moment at) {
  if (!watching()) return;
  if (from == Direction::from_client) {
    octets_at_client_eof_ = answers_.at_boundary() ? 0 : answers_.current().body.size();
    requests_.feed_eof();
    // Half a request is no exchange, but the answers to those before it may still come.
    if (request_open_ || !requests_.pending().empty())
      queue_.warn("the client stopped in the middle of a request; it is not recorded");
    return;
  }
  // A body in chunks has no end of its own where its reader left.
  const bool left = octets_at_client_eof_.value_or(0) > 0 && !answers_.at_boundary() &&
                    !answers_.current().to_the_end;
  if (left && record_stream(at)) return;
  answers_.feed_eof();
  if (!asking_.empty() || !answers_.pending().empty()) read_answers(at);
  if (!watching() || asking_.empty()) return;
  const Asking& first = asking_.front();
  queue_.warn("the server closed without answering " + first.about.method +
                  (first.request ? " " + octets_of((*first.request)["path"]) : "") +
                  "; it is not recorded",
              may_have_changed());
}

/// Whether one of the requests that have no answer yet is more than a question.
bool HttpObserver::may_have_changed() const {
  return std::ranges::any_of(asking_, [](const Asking& asking) {
    const std::string& method = asking.about.method;
    return method != "GET" && method != "HEAD" && method != "OPTIONS";
  });
}

void HttpObserver::set_upstream(std::string_view authority) {
  upstream_ = spellings_of(authority);
}

void HttpObserver::use(const TlsRelay& tls) {
  if (tls.server_has_it && !upstream_.empty()) rewriter_.emplace(upstream_.front(), limits_);
}

void HttpObserver::abandon(Moment at) {
  if (!watching() || record_stream(at) || asking_.empty()) return;
  const Asking& first = asking_.front();
  queue_.warn("the client left before the answer to " + first.about.method +
                  (first.request ? " " + octets_of((*first.request)["path"]) : "") +
                  " was complete; it is not recorded",
              may_have_changed());
}

/// An answer of no announced length that its client left: events, a log that is followed. It is
/// recorded as far as it went.
bool HttpObserver::record_stream(Moment at) {
  if (answers_.at_boundary() || asking_.empty()) return false;
  const auto waiting = std::ranges::find_if(asking_, [](const Asking& a) { return !a.answer; });
  Message answer = answers_.current();
  if (waiting == asking_.end() || !waiting->request || answer.status == 0 ||
      find(answer.fields, "content-length") != nullptr)
    return false;
  // A client that only ended its own side may have read on.
  if (octets_at_client_eof_.value_or(0) > 0)
    answer.body.resize(std::min(answer.body.size(), *octets_at_client_eof_));
  open_session(answer, *waiting);
  std::vector<std::string> warnings;
  waiting->answer =
      answer_document(answer, waiting->about, limits_.decoded_octets, secrets_, warnings);
  (*waiting->answer)["open"] = true;
  waiting->ended = at;
  for (std::string& text : warnings) queue_.warn(std::move(text));
  tell_finished();
  asking_.clear();
  answers_ = MessageStream(Role::response, limits_);
  return true;
}

void HttpObserver::read_requests(Moment at) {
  while (watching()) {
    if (const auto foreign = foreign_opening(requests_.head_so_far()))
      return stop(Sync::opaque, "the client sent " + std::string(*foreign) + " to an http service");
    switch (requests_.step()) {
      case MessageStream::Step::need_bytes:
        if (requests_.at_boundary() && requests_.pending().empty()) request_began_.reset();
        return;
      case MessageStream::Step::head:
        head_arrived(requests_.current());
        break;
      case MessageStream::Step::message:
        if (!request_open_) head_arrived(requests_.current());
        request_arrived(requests_.take());
        // What follows in this chunk begins the next one.
        request_began_ = at;
        break;
      case MessageStream::Step::fault:
        return stop(Sync::lost, "a request can't be read: " + requests_.fault().text);
    }
  }
}

void HttpObserver::head_arrived(const Message& request) {
  const std::string host = combined(request.fields, "host");
  std::vector<std::string> authorities = spellings_of(host);
  authorities.insert(authorities.end(), upstream_.begin(), upstream_.end());
  asking_.push_back({{request.method, request.keep_alive, std::move(authorities)},
                     host,
                     request_began_.value_or(Moment{}),
                     std::nullopt,
                     std::nullopt,
                     {}});
  request_open_ = true;
}

void HttpObserver::request_arrived(Message request) {
  request_open_ = false;
  asking_.back().request = request_document(request, limits_.decoded_octets, secrets_);
  tell_finished();
}

void HttpObserver::read_answers(Moment at) {
  while (watching()) {
    const auto waiting = std::ranges::find_if(asking_, [](const Asking& a) { return !a.answer; });
    if (waiting == asking_.end()) {
      if (!answers_.pending().empty())
        stop(Sync::lost, "the server sent an answer without a request");
      return;
    }
    switch (answers_.step(is_bodiless_answer(waiting->about.method))) {
      case MessageStream::Step::need_bytes:
        return;
      case MessageStream::Step::head:
        if (!switches_protocol(waiting->about.method, answers_.current().status)) break;
        [[fallthrough]];
      case MessageStream::Step::message:
        answer_arrived(answers_.take(), at);
        break;
      case MessageStream::Step::fault:
        return stop(Sync::lost, "an answer can't be read: " + answers_.fault().text);
    }
  }
}

void HttpObserver::answer_arrived(const Message& answer, Moment at) {
  if (is_interim(answer.status)) return;
  const auto waiting = std::ranges::find_if(asking_, [](const Asking& a) { return !a.answer; });
  if (switches_protocol(waiting->about.method, answer.status)) {
    const std::string becomes =
        waiting->about.method == "CONNECT" ? "a tunnel" : combined(answer.fields, "upgrade");
    return stop(Sync::opaque, "the connection became " + becomes);
  }
  open_session(answer, *waiting);
  std::vector<std::string> warnings;
  waiting->answer =
      answer_document(answer, waiting->about, limits_.decoded_octets, secrets_, warnings);
  waiting->ended = at;
  // Requests of HTTP/1.1 are handled one after the other, also those that were sent early.
  if (const auto next = std::next(waiting); next != asking_.end() && next->began.tick < at.tick)
    next->began = at;
  for (std::string& text : warnings) queue_.warn(std::move(text));
  tell_finished();
}

void HttpObserver::tell_finished() {
  while (!asking_.empty() && asking_.front().request && asking_.front().answer) {
    Asking& first = asking_.front();
    queue_.tell({*std::move(first.request), *std::move(first.answer), first.began, first.ended});
    asking_.pop_front();
  }
}

void HttpObserver::open_session(const Message& answer, const Asking& asking) {
  if (std::exchange(session_open_, true)) return;
  queue_.open(session_facts(asking.host, answer));
}

void HttpObserver::stop(Sync sync, std::string why) {
  queue_.stop(sync, std::move(why), may_have_changed());
  asking_.clear();
  requests_ = MessageStream(Role::request, limits_);
  answers_ = MessageStream(Role::response, limits_);
}

}  // namespace understudy::http
