#include "protocols/http/evidence.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>
#include <utility>

#include "protocols/http/alike.hpp"
#include "protocols/http/ascii.hpp"
#include "protocols/http/body.hpp"
#include "protocols/http/operation.hpp"
#include "protocols/http/target.hpp"
#include "understudy/document_text.hpp"

namespace understudy::http {
namespace {

// Further back the cause of a change is not looked for.
constexpr std::size_t writes_looked_at = 64;

constexpr std::uint32_t absent = 0;  // id of the empty text: a field that is not there

/// Calls `visit(name, in a, in b)` for every name whose values differ, `absent` where there is
/// none.
template <class FieldIds, class Visitor>
void for_each_difference(const FieldIds& a, const FieldIds& b, Visitor&& visit) {
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() || right != b.end()) {
    if (right == b.end() || (left != a.end() && left->first < right->first)) {
      visit(left->first, left->second, absent);
      ++left;
    } else if (left == a.end() || right->first < left->first) {
      visit(right->first, absent, right->second);
      ++right;
    } else {
      if (left->second != right->second) visit(left->first, left->second, right->second);
      ++left;
      ++right;
    }
  }
}

std::string content_of(const Document& answer) {
  Document content = answer;
  if (content.is_object()) content.erase("headers");
  return json_text(content);
}

/// With all secrets the same: each recording has its own.
std::string without_secrets(std::string text) {
  for (const std::string_view begin : {Secrets::mark, std::string_view("eyJ")})
    for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
      at += begin.size();
      const auto ends = [](char octet) {
        return hex_value(octet) < 0 && !(lower(octet) >= 'a' && lower(octet) <= 'z') &&
               octet != '-' && octet != '_' && octet != '.';
      };
      const auto from = text.begin() + static_cast<std::ptrdiff_t>(at);
      text.erase(from, std::find_if(from, text.end(), ends));
    }
  return text;
}

/// The same for all that a recording has of its own in the fields of an answer.
Document comparable(const Document& answer) {
  Document compared = answer;
  if (compared.is_object() && compared.contains("headers") && compared["headers"].is_object())
    for (const char* name : {"Date", "date"}) compared["headers"].erase(name);
  return compared;
}

// Of longer bodies it is not compared what they consist of.
constexpr std::size_t most_parts = 256;

/// Which members a body has, and what they say that is no more than yes, no or nothing.
void add_parts(const Document& node, const std::string& name, std::set<std::string>& parts) {
  if (parts.size() >= most_parts) return;
  if (node.is_object())
    for (const auto& [key, item] : node.items()) add_parts(item, name + '/' + key, parts);
  else if (node.is_array())
    for (const Document& item : node) add_parts(item, name + "/*", parts);
  else
    parts.insert(node.is_boolean() || node.is_null() ? name + '=' + json_text(node) : name);
}

/// Those of a form are its keys.
std::string parts_of_body(const Asked& asked, const Document& body) {
  std::set<std::string> parts;
  if (asked.body.starts_with('f'))
    for (const Document& pair : body) parts.insert('/' + scalar_text(pair[0]));
  else if (!body.is_null())
    add_parts(body, "", parts);
  std::string text;
  for (const std::string& part : parts) text += '\n' + part;
  return text;
}

/// A word by which a program chooses rather than one that a person wrote: `admin`, `in_progress`.
bool may_choose(const Document& leaf) {
  constexpr std::size_t longest = 32;
  if (!leaf.is_string()) return false;
  const std::string& text = leaf.get_ref<const std::string&>();
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [](char octet) {
    return (lower(octet) >= 'a' && lower(octet) <= 'z') || octet == '-' || octet == '_';
  });
}

void add_choices(const Document& node, std::set<std::string>& choices) {
  if (choices.size() >= most_parts) return;
  if (node.is_structured())
    for (const Document& item : node) add_choices(item, choices);
  else if (may_choose(node))
    choices.insert(node.get<std::string>());
}

/// Which of several machines answered, from which cache, and how long it took.
bool is_of_delivery(std::string_view name) {
  constexpr std::array<std::string_view, 19> words = {
      "served", "server", "node",    "backend",  "instance", "pod",      "worker",
      "edge",   "cache",  "varnish", "ray",      "runtime",  "duration", "timing",
      "timer",  "took",   "elapsed", "upstream", "via"};
  bool found = false;
  for (std::string_view rest = name; !rest.empty() && !found;) {
    const std::size_t end = std::min(rest.find_first_of("-_"), rest.size());
    found = is_among(rest.substr(0, end), words);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return found;
}

/// A field that tells something each time, and is told as it was: counters and times, and what a
/// client brings back. Not so what is new in each answer and says nothing of what was asked.
bool moves(std::string_view name, std::string_view before, std::string_view after) {
  constexpr std::array<std::string_view, 6> told = {"set-cookie", "location", "content-location",
                                                    "link",       "etag",     "last-modified"};
  constexpr std::array<std::string_view, 4> brought_back = {"cursor", "next", "continuation",
                                                            "token"};
  const auto tells_a_number = [](std::string_view value) {
    return std::ranges::all_of(value, [](char octet) {
      return (octet >= '0' && octet <= '9') || octet == '"' || octet == '=' || octet == '.';
    });
  };
  if (std::ranges::find(told, name) != told.end() ||
      (tells_a_number(before) && tells_a_number(after)))
    return true;
  if (is_of_delivery(name) || is_named_per_request(name)) return false;
  const bool returns = std::ranges::any_of(brought_back, [name](std::string_view word) {
    return name.find(word) != std::string_view::npos;
  });
  return returns || !looks_generated(before) || !looks_generated(after);
}

/// The server says itself that it never changes (RFC 8246).
bool is_immutable(const Document& answer) {
  const Document headers = answer.is_object() ? answer.value("headers", Document()) : Document();
  if (!headers.is_object()) return false;
  for (const auto& [name, value] : headers.items())
    if (iequals(name, "cache-control") && value.is_string() &&
        value.get_ref<const std::string&>().find("immutable") != std::string::npos)
      return true;
  return false;
}

}  // namespace

Evidence::Id Evidence::id_of(std::string_view text) {
  if (texts_.empty()) ids_.emplace(texts_.emplace_back(), absent);
  if (const auto found = ids_.find(text); found != ids_.end()) return found->second;
  const auto id = static_cast<Id>(texts_.size());
  ids_.emplace(texts_.emplace_back(text), id);
  return id;
}

void Evidence::add(const SessionHeader& session, const Exchange& exchange, const Asked& asked,
                   const Dependencies& dependencies) {
  Seen seen{id_of(session.recording),
            id_of(base_of(asked)),
            id_of(pattern_of(asked)),
            exchange.began.tick,
            exchange.ended.tick,
            id_of(content_of(exchange.answer)),
            {},
            {},
            id_of(without_secrets(json_text(comparable(exchange.answer)))),
            absent,
            {},
            {}};
  describe(exchange, asked, dependencies, seen);
  Id host = absent;
  for (const Field& field : context_of(asked, {})) {
    const Id name = id_of(field.name);
    seen.asked.emplace_back(name, id_of("=" + field.value));
    if (field.name == "host") host = seen.asked.back().second;
    FieldUse& use = uses_[name];
    ++use.requests;
    use.values.insert(seen.asked.back().second);
    recordings_of_[name].insert(seen.recording);
  }
  hosts_.insert(host);
  const Document headers =
      exchange.answer.is_object() ? exchange.answer.value("headers", Document()) : Document();
  if (headers.is_object())
    for (const auto& [name, value] : headers.items()) {
      seen.answered.emplace_back(id_of(lowered(name)), id_of("=" + json_text(value)));
      if (iequals(name, "vary"))
        for (const Document& line : value.is_array() ? value : Document::array({value}))
          for_each_part(scalar_text(line), ',',
                        [&](std::string_view field) { varied_by_.insert(lowered(field)); });
    }
  std::ranges::sort(seen.asked);
  std::ranges::sort(seen.answered);
  if (dependencies.changed)
    writes_.push_back({seen.recording, seen.began, seen_.size(), dependencies.writes});
  seen_.push_back(std::move(seen));
}

/// What of it is compared when it is asked which writes leave it alone.
void Evidence::describe(const Exchange& exchange, const Asked& asked,
                        const Dependencies& dependencies, Seen& seen) {
  const std::string operation = operation_of(asked);
  std::string called = template_of(asked) + '\n' + operation;
  const Document body = asked.body.empty() ? Document() : describe_body(asked.body).body;
  for (const QueryPair& pair : asked.query) called += '\n' + pair.key;
  called += parts_of_body(asked, body);
  seen.kind.written_as = seen.kind.read_as = id_of(called);
  seen.kind.path = segments_of(asked.path);
  seen.kind.reads = dependencies.effect == Effect::read;
  seen.kind.constant =
      asked.method == "OPTIONS" || asked.method == "TRACE" || is_immutable(exchange.answer);
  std::set<Id> words;
  for (const std::string& segment : seen.kind.path)
    if (is_identifier(segment)) add_words(segment, words);
  for (const QueryPair& pair : asked.query)
    if (pair.value) add_words(*pair.value, words);
  if (!asked.body.empty()) add_words(body, words);
  seen.kind.words.assign(words.begin(), words.end());
  seen.kind.said = what_is_said(asked, body, seen.kind.reads);
  const Document answer = exchange.answer.is_object() ? exchange.answer : Document::object();
  Independence::Said& said = seen.said;
  said.recording = seen.recording;
  said.began = seen.began;
  said.ended = seen.ended;
  said.content = seen.content;
  said.body = id_of(json_text(answer.value("body", Document())));
  said.writes = dependencies.writes;
  said.collection = dependencies.collection;
  said.changed = dependencies.changed;
  const Document status = answer.value("status", Document());
  said.made = status == 201;
  if (answer.contains("body") && status.is_number_integer() && status < 300)
    seen.contents = id_of(without_secrets(json_text(answer["body"])));
  if (seen.kind.reads) return;
  seen.kind.sets = asked.method == "PUT" || asked.method == "PATCH";
  seen.kind.removes = asked.method == "DELETE";
  seen.kind.signs_in = signs_in(asked);
  if (seen.kind.signs_in) {
    std::set<Id> secrets;
    add_secrets(answer, secrets);
    said.gives.assign(secrets.begin(), secrets.end());
  }
  seen.said.content = id_of(scalar_text(answer.value("status", Document())) + ' ' +
                            unexplained(answer.value("body", Document()), "",
                                        [&](Id word) { return words.contains(word); }));
}

/// Placeholders and JSON Web Tokens within the texts of an answer.
void Evidence::add_secrets(const Document& node, std::set<Id>& secrets) {
  if (node.is_structured()) {
    for (const Document& item : node) add_secrets(item, secrets);
    return;
  }
  if (!node.is_string()) return;
  const std::string text = node.get<std::string>();
  for (const std::string_view begin : {Secrets::mark, std::string_view("eyJ")})
    for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1))
      secrets.insert(id_of(text.substr(at, text.find_first_of("; \"", at) - at)));
}

/// All of a question; of a write what may choose what it does, as far as it is told apart here:
/// numbers and names are whom it is done to.
Evidence::Id Evidence::what_is_said(const Asked& asked, const Document& body, bool reads) {
  std::string said;
  for (const QueryPair& pair : asked.query)
    if (pair.value && (reads || may_choose(*pair.value)))
      said += '\n' + pair.key + '=' + *pair.value;
  if (reads) {
    if (!asked.body.empty()) said += '\n' + asked.body;
  } else {
    std::set<std::string> choices;
    add_choices(body, choices);
    for (const std::string& choice : choices) said += '\n' + choice;
  }
  return id_of(said);
}

/// What can name something: short scalars.
void Evidence::add_words(const Document& node, std::set<Id>& words) {
  constexpr std::size_t most = 64, longest = 64;
  if (words.size() >= most) return;
  if (node.is_structured()) {
    for (const Document& item : node) add_words(item, words);
    return;
  }
  const std::string text = scalar_text(node);
  if (!text.empty() && text.size() <= longest && !node.is_boolean()) words.insert(id_of(text));
}

/// The leaves of an answer that neither the request nor chance explains: not what it was asked
/// with, an identifier or a time.
std::string Evidence::unexplained(const Document& node, const std::string& name,
                                  const std::function<bool(Id)>& asked_with) {
  if (node.is_structured()) {
    std::string text = "(";
    for (const auto& [key, item] : node.items())
      text += key + ':' + unexplained(item, node.is_object() ? key : name, asked_with) + ',';
    return text + ')';
  }
  const std::string text = scalar_text(node);
  const bool identifies = name == "id" || name.ends_with("_id") || name.ends_with("Id");
  if (identifies || looks_generated(text) || asked_with(id_of(text))) return "*";
  // What counts or flags something tells of what the last such write did: no two are alike.
  if (node.is_number() || node.is_boolean()) return '#' + std::to_string(seen_.size());
  return json_text(node);
}

void Evidence::conclude() {
  std::vector<std::size_t> order(seen_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, {}, [this](std::size_t i) { return std::tuple(seen_[i].recording, seen_[i].began); });
  find_irrelevant(order);
  name_requests();
  std::ranges::stable_sort(
      writes_, {}, [](const Write& write) { return std::tuple(write.recording, write.began); });
  std::map<std::pair<Id, Id>, std::size_t> last;  // by recording and request
  for (const std::size_t i : order) {
    const auto [found, is_first] = last.try_emplace({seen_[i].recording, seen_[i].request}, i);
    if (!is_first) compare(seen_[found->second], seen_[i], i);
    found->second = i;
  }
  independence_.conclude();
  // Of a million exchanges only what was concluded is kept.
  seen_ = {};
  writes_ = {};
  ids_ = {};
  texts_ = {};
  uses_ = {};
  recordings_of_ = {};
}

/// `order`: numbers in seen_ by recording and time.
void Evidence::find_irrelevant(const std::vector<std::size_t>& order) {
  for (const auto& [name, use] : uses_)
    if (varies(texts_[name], use)) irrelevant_.fields.push_back(texts_[name]);
  std::ranges::sort(irrelevant_.fields);
  std::vector<std::string> alike;
  for (const auto& [name, use] : uses_)
    if (use.values.size() > 1 && recordings_of_[name].size() > 1 &&
        may_make_no_difference(texts_[name]) && makes_no_difference(name, order))
      alike.push_back(texts_[name]);
  std::ranges::move(alike, std::back_inserter(irrelevant_.fields));
  std::ranges::sort(irrelevant_.fields);
  if (hosts_.size() == 1 && *hosts_.begin() != absent)
    irrelevant_.host = texts_[*hosts_.begin()].substr(1);
}

/// As several recordings show.
bool Evidence::makes_no_difference(Id name, const std::vector<std::size_t>& order) {
  if (varied_by_.contains(texts_[name]) || varied_by_.contains("*")) return false;
  std::vector<ComparedExchange> exchanges;
  for (const std::size_t i : order) {
    const Seen& seen = seen_[i];
    ComparedExchange compared{seen.recording, absent,     seen.kind.read_as,
                              absent,         seen.alike, seen.contents};
    std::string asked = without_secrets(texts_[seen.base]);
    for (const auto& [field, value] : seen.asked) {
      if (field == name) compared.value = value;
      const std::string& text = texts_[field];
      if (may_make_no_difference(text) || std::ranges::binary_search(irrelevant_.fields, text))
        continue;
      asked += '\n' + text + without_secrets(texts_[value]);
    }
    compared.asked = id_of(asked);
    exchanges.push_back(compared);
  }
  return http::makes_no_difference(exchanges, [&](Id a, Id b) {
    return ask_otherwise(texts_[name], texts_[a].substr(1), texts_[b].substr(1));
  });
}

/// By all its uses. Who asks is never noise, and neither is what is known to select an answer.
bool Evidence::varies(const std::string& name, const FieldUse& use) const {
  constexpr std::uint64_t enough = 3;
  const bool distinct = use.values.size() == use.requests;
  const bool generated =
      std::ranges::all_of(use.values, [this](Id value) { return looks_generated(texts_[value]); });
  switch (role_of(name)) {
    case FieldRole::irrelevant:
    case FieldRole::selecting:
      return false;
    case FieldRole::credential:
      // A signature is made of the request and of its time.
      return name.find("signature") != std::string::npos && distinct && use.requests > 1;
    case FieldRole::unknown:
      break;
  }
  if (is_named_per_request(name)) return generated || (distinct && use.requests > 1);
  return generated && distinct && use.requests >= enough;
}

void Evidence::name_requests() {
  for (Seen& seen : seen_) {
    Fields context;
    for (const auto& [name, value] : seen.asked) {
      const std::string& field = texts_[name];
      const std::string text = texts_[value].substr(1);
      if (std::ranges::binary_search(irrelevant_.fields, field)) continue;
      if (field == "host" && text == irrelevant_.host) continue;
      context.push_back({field, text});
    }
    std::ranges::sort(context, {},
                      [](const Field& field) { return std::tie(field.name, field.value); });
    const std::string base = texts_[seen.base];
    seen.request = id_of(canonical_of(base, context));
    auto& contexts = contexts_[base];
    const auto same = [&](const Fields& known) {
      return std::ranges::equal(known, context, [](const Field& a, const Field& b) {
        return a.name == b.name && a.value == b.value;
      });
    };
    std::string who;
    std::set<Id> secrets;
    for (const Field& field : context) {
      if (role_of(field.name) != FieldRole::credential) continue;
      who += field.name + '\n' + field.value + '\n';
      add_secrets(field.value, secrets);
    }
    seen.kind.credentials.assign(secrets.begin(), secrets.end());
    if (std::ranges::none_of(contexts, same)) contexts.push_back(std::move(context));
    seen.kind.who = id_of(who);
    seen.kind.read_as = id_of(texts_[seen.kind.read_as] + "\nby " + who);
    const auto [number, added] = numbers_.try_emplace(texts_[seen.request], 0);
    if (added) number->second = independence_.add(std::move(seen.kind));
    seen.said.request = number->second;
    independence_.add(std::move(seen.said));
  }
}

void Evidence::compare(const Seen& earlier, const Seen& later, std::size_t later_index) {
  const bool same_content = earlier.content == later.content;
  if (same_content && earlier.answered == later.answered) return;
  const std::vector<const Write*> writes = writes_between(earlier, later, later_index);
  if (writes.empty() && same_content) blame_answer_fields(earlier, later);
}

/// The writes that may have changed something from when `earlier` began to when `later` ended, the
/// latest ones.
std::vector<const Evidence::Write*> Evidence::writes_between(const Seen& earlier, const Seen& later,
                                                             std::size_t later_index) const {
  const auto began = [](const Write& write) { return std::tuple(write.recording, write.began); };
  const auto first =
      std::ranges::lower_bound(writes_, std::tuple(earlier.recording, earlier.began), {}, began);
  auto end = std::ranges::lower_bound(writes_, std::tuple(later.recording, later.ended), {}, began);
  std::vector<const Write*> between;
  for (; end != first && between.size() < writes_looked_at; --end)
    if (const Write& write = *std::prev(end); write.seen != later_index) between.push_back(&write);
  return between;
}

void Evidence::blame_answer_fields(const Seen& earlier, const Seen& later) {
  for_each_difference(earlier.answered, later.answered, [&](Id name, Id before, Id after) {
    if (!moves(texts_[name], texts_[before], texts_[after])) volatile_.insert(texts_[name]);
  });
}

namespace {

KeyPath path_of_set(std::uint32_t number) {
  return {std::string(unproven_writes), std::to_string(number)};
}

}  // namespace

Evidence::Beyond Evidence::beyond(const std::string& canonical) const {
  Beyond beyond;
  const auto found = numbers_.find(canonical);
  if (found == numbers_.end()) return beyond;
  for (const std::uint32_t number : independence_.depends_on(found->second))
    beyond.reads.push_back(path_of_set(number));
  for (const std::uint32_t number : independence_.is_part_of(found->second))
    beyond.writes.push_back(path_of_set(number));
  for (const std::uint32_t number : independence_.may_be_part_of(found->second))
    beyond.writes_otherwise.push_back(path_of_set(number));
  return beyond;
}

}  // namespace understudy::http
