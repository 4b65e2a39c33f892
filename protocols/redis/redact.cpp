#include "protocols/redis/redact.hpp"

#include <algorithm>

namespace understudy::redis {

namespace {

constexpr std::string_view secret_commands[] = {"ACL SETUSER", "AUTH", "CONFIG SET", "HELLO",
                                                "MIGRATE"};

constexpr std::string_view secret_parameters[] = {
    "masterauth", "requirepass", "tls-client-key-file-pass", "tls-key-file-pass", "sentinel-pass"};

bool is_secret_parameter(std::string_view name) {
  return std::ranges::any_of(secret_parameters, [&](std::string_view secret) {
    return equals_ignoring_case(secret, name);
  });
}

// `>password`, `<password`, `#hash` and `!hash` of an ACL rule.
void redact_acl_rule(const SecretReplacement& replacement, std::string& rule) {
  if (!rule.empty() && std::string_view("><#!").find(rule.front()) != std::string_view::npos)
    rule.replace(1, std::string::npos, replacement.of(std::string_view(rule).substr(1)));
}

// `keyword secret…` anywhere from `from` on.
void redact_behind(const SecretReplacement& replacement, std::vector<std::string>& words,
                   std::size_t from, std::string_view keyword, std::size_t secrets) {
  for (std::size_t i = from; i < words.size(); ++i) {
    if (!equals_ignoring_case(words[i], keyword)) continue;
    const std::size_t end = std::min(words.size(), i + 1 + secrets);
    for (std::size_t at = i + 1; at < end; ++at) words[at] = replacement.of(words[at]);
    i = end;
  }
}

}  // namespace

std::string SecretReplacement::of(std::string_view secret) const {
  if (secret == masked || (masks_ && !secret.empty())) return std::string(masked);
  return secrets_.placeholder(secret);
}

bool may_carry_secrets(const Command* command) noexcept {
  return command != nullptr &&
         std::ranges::find(secret_commands, command->name) != std::end(secret_commands);
}

void redact_arguments(std::string_view name, const SecretReplacement& replacement,
                      std::vector<std::string>& words) {
  if (name == "AUTH") {
    for (std::size_t i = 1; i < words.size(); ++i) words[i] = replacement.of(words[i]);
  } else if (name == "HELLO") {
    redact_behind(replacement, words, 2, "AUTH", 2);
  } else if (name == "MIGRATE") {
    const auto keys = std::ranges::find_if(
        words, [](const std::string& word) { return equals_ignoring_case(word, "KEYS"); });
    std::vector<std::string> options(words.begin(), keys);
    redact_behind(replacement, options, 6, "AUTH", 1);
    redact_behind(replacement, options, 6, "AUTH2", 2);
    std::ranges::move(options, words.begin());
  } else if (name == "CONFIG SET") {
    for (std::size_t i = 2; i + 1 < words.size(); i += 2)
      if (is_secret_parameter(words[i])) words[i + 1] = replacement.of(words[i + 1]);
  } else if (name == "ACL SETUSER") {
    for (std::size_t i = 3; i < words.size(); ++i) redact_acl_rule(replacement, words[i]);
  }
}

namespace {

void redact_parameters(const SecretReplacement& replacement, Value& reply) {
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2)
    if (is_secret_parameter(reply.items[i].text) && !reply.items[i + 1].text.empty())
      reply.items[i + 1].text = replacement.of(reply.items[i + 1].text);
}

void redact_user(const SecretReplacement& replacement, Value& reply) {
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2)
    if (reply.items[i].text == "passwords")
      for (Value& password : reply.items[i + 1].items)
        password.text = replacement.of(password.text);
}

// "user alice on #<hash> ~* …"
void redact_acl_line(const SecretReplacement& replacement, std::string& line) {
  std::string rest;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    std::string rule = line.substr(at, end - at);
    redact_acl_rule(replacement, rule);
    rest += rule;
    if (end < line.size()) rest += ' ';
    at = end + 1;
  }
  line = std::move(rest);
}

}  // namespace

void redact_reply(std::string_view name, const SecretReplacement& replacement, Value& reply) {
  if (name == "CONFIG GET") redact_parameters(replacement, reply);
  if (name == "ACL GETUSER") redact_user(replacement, reply);
  if (name == "ACL LIST")
    for (Value& item : reply.items) redact_acl_line(replacement, item.text);
}

namespace {

bool is_of_word(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

}  // namespace

void redact_error(std::string_view name, const SecretReplacement& replacement,
                  const std::vector<std::string>& sent, std::string& text) {
  std::vector<std::string> hidden = sent;
  redact_arguments(name, replacement, hidden);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (hidden[i] == sent[i] || sent[i].empty()) continue;
    for (std::size_t at = text.find(sent[i]); at != std::string::npos;) {
      const std::size_t end = at + sent[i].size();
      // A short one may be a part of any word.
      const bool whole =
          (at == 0 || !is_of_word(text[at - 1])) && (end == text.size() || !is_of_word(text[end]));
      if (whole) text.replace(at, sent[i].size(), hidden[i]);
      at = text.find(sent[i], whole ? at + hidden[i].size() : end);
    }
  }
}

void redact_patterns(const Secrets& secrets, std::vector<std::string>& words) {
  if (!secrets.has_patterns()) return;
  for (std::size_t i = 1; i < words.size(); ++i)
    if (auto cleaned = secrets.without_patterns(words[i])) words[i] = *std::move(cleaned);
}

void redact_patterns(const Secrets& secrets, Value& reply) {
  if (!secrets.has_patterns()) return;
  if (auto cleaned = secrets.without_patterns(reply.text)) reply.text = *std::move(cleaned);
  for (Value& item : reply.items) redact_patterns(secrets, item);
  for (Value& attribute : reply.attributes) redact_patterns(secrets, attribute);
}

}  // namespace understudy::redis
