#include "protocols/postgres/startup.hpp"

#include <algorithm>

#include "protocols/postgres/settings.hpp"
#include "understudy/scope.hpp"

namespace understudy::postgres {
namespace {

constexpr std::size_t startup_cap = 10'000;  // MAX_STARTUP_PACKET_LENGTH
constexpr std::string_view option_prefix = "_pq_.";

void read_cancel(ByteReader& reader, Startup& startup) {
  startup.process_id = reader.be<std::uint32_t>();
  startup.secret_key = as_text(reader.rest());
  const std::size_t length = startup.secret_key.size();
  startup.kind = reader.failed() || length < 4 || length > 256 ? StartupKind::invalid
                                                               : StartupKind::cancel_request;
}

void read_parameters(ByteReader& reader, Startup& startup) {
  startup.kind = StartupKind::startup;
  while (true) {
    const std::string name(as_text(reader.until(0)));
    if (reader.failed() || name.empty()) break;
    startup.parameters.emplace_back(name, as_text(reader.until(0)));
  }
  // Of another major version nothing but the number is known.
  if (startup.major == 3 && !reader.complete()) startup.kind = StartupKind::invalid;
}

/// Splits at blanks; a backslash keeps the next character.
std::vector<std::string> split_options(std::string_view options) {
  std::vector<std::string> words;
  std::string word;
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (options[i] == ' ' || options[i] == '\t' || options[i] == '\n') {
      if (!word.empty()) words.push_back(std::exchange(word, {}));
    } else if (options[i] == '\\' && i + 1 < options.size()) {
      word += options[++i];
    } else {
      word += options[i];
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

}  // namespace

std::string_view Startup::parameter(std::string_view name) const noexcept {
  const auto found =
      std::ranges::find(parameters, name, &std::pair<std::string, std::string>::first);
  return found == parameters.end() ? std::string_view{} : std::string_view(found->second);
}

Startup decode_startup(Bytes pending) {
  Startup startup;
  if (pending.size() < 4) return startup;
  const std::size_t length = ByteReader(pending).be<std::uint32_t>();
  if (length < 8 || length > startup_cap) return startup.kind = StartupKind::invalid, startup;
  if (pending.size() < length) return startup;
  startup.octets = length;
  ByteReader reader(pending.subspan(4, length - 4));
  const auto code = reader.be<std::uint32_t>();
  startup.major = static_cast<std::uint16_t>(code >> 16);
  startup.minor = static_cast<std::uint16_t>(code);
  if (code == cancel_request_code) {
    read_cancel(reader, startup);
  } else if (code == ssl_request_code || code == gssenc_request_code) {
    startup.kind = length != 8                ? StartupKind::invalid
                   : code == ssl_request_code ? StartupKind::ssl_request
                                              : StartupKind::gssenc_request;
  } else {
    read_parameters(reader, startup);
  }
  return startup;
}

std::vector<std::pair<std::string, std::string>> settings_of(const Startup& startup) {
  std::vector<std::pair<std::string, std::string>> settings;
  for (const auto& [name, value] : startup.parameters) {
    const bool own =
        name == "user" || name == "database" || name == "replication" || name == "options";
    if (own || name.starts_with(option_prefix)) continue;
    settings.emplace_back(name, name == "application_name" ? split_scope(value).bare : value);
  }
  const std::vector<std::string> words = split_options(startup.parameter("options"));
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view setting = words[i];
    if (setting == "-c" && i + 1 < words.size())
      setting = words[++i];
    else if (setting.starts_with("-c") || setting.starts_with("--"))
      setting.remove_prefix(2);
    else
      continue;
    const std::size_t equals = setting.find('=');
    if (equals == std::string_view::npos) continue;
    std::string name(setting.substr(0, equals));
    std::ranges::replace(name, '-', '_');
    settings.emplace_back(name, setting.substr(equals + 1));
  }
  return settings;
}

std::map<std::string, std::string> login_of(const Startup& startup) {
  std::map<std::string, std::string> login;
  for (const auto& [name, value] : settings_of(startup))
    if (name != "application_name" && name != scope_setting) login.insert_or_assign(name, value);
  const std::string_view user = startup.parameter("user");
  const std::string_view database = split_scope(startup.parameter("database")).bare;
  login["user"] = user;
  login["database"] = database.empty() ? user : database;
  return login;
}

LoginScope scope_of_login(const Startup& startup, const Document& settings) {
  for (const auto& [name, value] : settings_of(startup))
    if (name == scope_setting) return {value, {}};
  for (const char* name : {"database", "application_name"})
    if (const auto scope = split_scope(startup.parameter(name)).scope)
      return {std::string(*scope), {}};
  const std::string from = scope_source(settings);
  if (from.empty()) return {};
  if (from != "application_name" && from != "database" && from != "user")
    return {{}, "scope_from: " + from + " is unknown, expected application_name, database or user"};
  return {std::string(startup.parameter(from)), {}};
}

std::vector<std::string> protocol_options_of(const Startup& startup) {
  std::vector<std::string> options;
  for (const auto& [name, value] : startup.parameters)
    if (name.starts_with(option_prefix)) options.push_back(name);
  return options;
}

void encode_negotiate_protocol_version(std::uint16_t minor, const std::vector<std::string>& unknown,
                                       std::vector<std::uint8_t>& out) {
  FrameWriter writer(out, 'v');
  writer.be(std::uint32_t{3} << 16 | minor);
  writer.be(static_cast<std::uint32_t>(unknown.size()));
  for (const std::string& option : unknown) writer.c_string(option);
  writer.finish();
}

}  // namespace understudy::postgres
