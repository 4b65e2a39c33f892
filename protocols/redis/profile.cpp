#include "protocols/redis/profile.hpp"

#include <charconv>

namespace understudy::redis {

std::uint16_t Profile::release() const noexcept {
  unsigned major = 0;
  unsigned minor = 0;
  const char* const end = version.data() + version.size();
  const auto first = std::from_chars(version.data(), end, major);
  if (first.ptr != end && *first.ptr == '.') std::from_chars(first.ptr + 1, end, minor);
  return static_cast<std::uint16_t>((major & 0xFF) << 8 | (minor & 0xFF));
}

namespace {

void take(const Document& document, const char* key, std::string& target) {
  const auto found = document.find(key);
  if (found != document.end() && found->is_string()) target = found->get<std::string>();
}

}  // namespace

void Profile::merge(const Document& document) {
  if (!document.is_object()) return;
  take(document, "version", version);
  take(document, "mode", mode);
  take(document, "role", role);
  if (const auto refuses = document.find("refuses_strangers");
      refuses != document.end() && refuses->is_boolean())
    refuses_strangers = refuses->get<bool>();
  if (const auto users = document.find("restricted"); users != document.end() && users->is_array())
    for (const Document& user : *users)
      if (user.is_string() || user.is_binary()) restricted.insert(octets_of(user));
  const auto found = document.find("databases");
  if (found != document.end() && found->is_number_integer())
    databases = found->get<std::uint32_t>();
}

Document Profile::to_document() const {
  Document document = {
      {"version", version}, {"mode", mode}, {"role", role}, {"databases", databases}};
  if (refuses_strangers) document["refuses_strangers"] = true;
  for (const std::string& user : restricted) document["restricted"].push_back(document_of(user));
  return document;
}

}  // namespace understudy::redis
