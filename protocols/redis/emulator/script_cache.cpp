#include "protocols/redis/emulator/script_cache.hpp"

#include <openssl/sha.h>

#include <array>
#include <cctype>

namespace understudy::redis::emulation {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace

std::string digest_of(std::string_view body) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data());
  std::string text;
  for (const unsigned char byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

ScriptCache::Script ScriptCache::find(std::string_view digest) const {
  const auto found = scripts_.find(lower(digest));
  Script script = found == scripts_.end() ? Script{} : found->second;
  if (!script.loaded && flushed_) script.loaded = false;
  return script;
}

std::string ScriptCache::load(std::string_view body) {
  std::string digest = digest_of(body);
  Script& script = scripts_[digest];
  if (!script.body) script.body = std::make_shared<const std::string>(body);
  script.loaded = true;
  return digest;
}

void ScriptCache::flush() {
  flushed_ = true;
  for (auto& [digest, script] : scripts_) script.loaded = false;
}

void ScriptCache::seen_at_first(const std::string& digest, bool loaded) {
  if (find(digest).loaded) return;
  const auto [place, is_new] = first_.emplace(digest, loaded);
  if (!is_new && place->second != loaded) place->second.reset();
}

void ScriptCache::follow(std::string_view name, std::span<const std::string_view> words,
                         const Value& reply) {
  if (name == "SCRIPT FLUSH" && !is_error(reply.kind)) return flush();
  if (name == "SCRIPT LOAD" && words.size() == 3 && !is_error(reply.kind))
    return static_cast<void>(load(words[2]));
  const bool by_digest = name == "EVALSHA" || name == "EVALSHA_RO";
  if (words.size() < 2 || (!by_digest && name != "EVAL" && name != "EVAL_RO")) return;
  if (!by_digest) return static_cast<void>(load(words[1]));
  const std::string digest = lower(words[1]);
  const bool loaded = !(is_error(reply.kind) && reply.text.starts_with("NOSCRIPT"));
  seen_at_first(digest, loaded);
  scripts_[digest].loaded = loaded;
}

void ScriptCache::begin_recording() {
  flushed_ = false;
  for (auto& [digest, script] : scripts_) script.loaded.reset();
}

void ScriptCache::begin_serving() {
  begin_recording();
  for (const auto& [digest, loaded] : first_) scripts_[digest].loaded = loaded;
}

void ScriptCache::merge(const Document& knowledge) {
  const auto scripts = knowledge.find("scripts");
  if (scripts == knowledge.end() || !scripts->is_object()) return;
  for (const auto& [digest, known] : scripts->items()) {
    if (known.contains("body"))
      scripts_[digest].body = std::make_shared<const std::string>(octets_of(known["body"]));
    if (known.contains("loaded") && known["loaded"].is_boolean())
      first_.emplace(digest, known["loaded"].get<bool>());
  }
}

void ScriptCache::write(Document& knowledge) const {
  Document scripts = Document::object();
  for (const auto& [digest, script] : scripts_)
    if (script.body) scripts[digest]["body"] = document_of(*script.body);
  for (const auto& [digest, loaded] : first_)
    if (loaded) scripts[digest]["loaded"] = *loaded;
  if (!scripts.empty()) knowledge["scripts"] = std::move(scripts);
}

}  // namespace understudy::redis::emulation
