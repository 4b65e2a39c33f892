#include <algorithm>
#include <system_error>

#include "store/config.hpp"
#include "store/config_addition.hpp"
#include "store/file.hpp"
#include "store/secrets_document.hpp"
#include "store/upstream_tls.hpp"
#include "store/yaml.hpp"

namespace understudy::store {

namespace {

/// With the options of TLS, without the user, password and path that the URL may have been given
/// with.
std::string url_of(const Upstream& upstream) {
  std::string scheme = upstream.protocol;
  if (upstream.tls.wanted && scheme == "http") scheme = "https";
  if (upstream.tls.wanted && scheme == "redis") scheme = "rediss";
  const std::string options = tls_options_of(upstream.protocol, upstream.tls);
  return scheme + "://" + to_string(upstream.endpoint) + (options.empty() ? "" : "/" + options);
}

Document environment_of(const std::map<std::string, std::string>& environment) {
  Document map = Document::object();
  for (const auto& [name, text] : environment) map[name] = text;
  return map;
}

Document entry_of(const Service& service) {
  Document entry = {{"protocol", service.protocol}, {"listen", to_string(service.listen)}};
  if (service.upstream) entry["upstream"] = url_of(*service.upstream);
  for (const char* key : {"auth", "tls", "options"})
    if (service.settings.is_object() && service.settings.contains(key))
      entry[key] = service.settings[key];
  if (!service.schema.empty()) entry["schema"] = service.schema;
  if (!service.environment.empty()) entry["env"] = environment_of(service.environment);
  return entry;
}

/// Where entries of `services:` stand in a file in block style: behind that line, and how far they
/// are indented. Nothing where it is written otherwise.
struct Room {
  std::size_t begin = 0, end = 0;  // what is replaced: `{}`
  std::size_t indent = 2;
};

std::optional<Room> room_in(std::string_view text) {
  constexpr std::string_view key = "services:", blanks = " \t\r";
  std::size_t at = text.starts_with(key) ? 0 : text.find("\nservices:");
  if (at == std::string_view::npos) return std::nullopt;
  at = text.find(key, at) + key.size();
  const std::size_t line_end = std::min(text.find('\n', at), text.size());
  const std::size_t value = std::min(text.find_first_not_of(blanks, at), line_end);
  const std::string_view rest = text.substr(value, line_end - value);
  Room room{at, at, 2};
  if (rest.starts_with("{}")) {
    room.end = value + 2;
  } else if (!rest.empty() && !rest.starts_with('#')) {
    return std::nullopt;
  } else {
    room.begin = room.end = line_end;
    std::size_t next = line_end;
    while (next < text.size()) {
      const std::size_t begin = next + 1;
      const std::size_t content = std::min(text.find_first_not_of(" \r", begin), text.size());
      next = std::min(text.find('\n', begin), text.size());
      if (content >= next || text[content] == '#') continue;
      if (content > begin) room.indent = content - begin;
      break;
    }
  }
  return room;
}

}  // namespace

bool add_service(const std::filesystem::path& mock_set, const Service& service,
                 std::string& problem) {
  const std::filesystem::path file = mock_set / "understudy.yaml";
  auto text = read_file(file, Links::follow, problem);
  if (!text) return false;
  const auto room = room_in(*text);
  if (!room) {
    problem = fmt::format("{} has no room for another service: write its `services` in lines",
                          file.string());
    return false;
  }
  std::string entry;
  write_yaml(entry, Document{{service.name, entry_of(service)}});
  const std::string indent(room->indent, ' ');
  std::string lines;
  for (std::size_t at = 0; at < entry.size();) {
    const std::size_t end = std::min(entry.find('\n', at), entry.size());
    if (end > at) lines += '\n' + indent + entry.substr(at, end - at);
    at = end + 1;
  }
  text->replace(room->begin, room->end - room->begin, lines);
  return replace_file(file, *text, problem);
}

bool write_config(const std::filesystem::path& mock_set, const Config& config,
                  std::string& problem) {
  try {
    Document document = {{"understudy", 1}, {"services", Document::object()}};
    if (config.scopes != Scoping::named) document["scopes"] = std::string(name_of(config.scopes));
    if (config.shifts_times) document["times"] = "shifted";
    if (Document rules = document_of(config.secrets.rules()); !rules.is_null())
      document["secrets"] = std::move(rules);
    for (const Service& service : config.services) {
      if (!is_service_name(service.name)) {
        problem =
            fmt::format("`{}` is no service name, expected letters, digits, - and _", service.name);
        return false;
      }
      document["services"][service.name] = entry_of(service);
    }
    if (!config.environment.empty()) document["env"] = environment_of(config.environment);
    std::string text;
    write_yaml(text, document);
    std::error_code failure;
    std::filesystem::create_directories(mock_set, failure);
    return replace_file(mock_set / "understudy.yaml", text, problem);
  } catch (const std::exception& failure) {
    problem = fmt::format("{} can't be written: {}", mock_set.string(), failure.what());
    return false;
  }
}

}  // namespace understudy::store
