#include "cli/addresses.hpp"

#include <fmt/format.h>
#include <array>

#include <algorithm>
#include <cstdio>

#include "cli/files.hpp"
#include "net/mock_server.hpp"
#include "store/url.hpp"
#include "understudy/document.hpp"
#include "understudy/document_text.hpp"

namespace understudy::cli {
namespace {

/// "order-items" → "ORDER_ITEMS".
std::string variable_name(const std::string& service) {
  std::string name;
  for (const char c : service) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool other = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += lower ? static_cast<char>(c - 'a' + 'A') : other ? c : '_';
  }
  return name;
}

std::optional<std::string> field_of(const Address& address, std::string_view field) {
  const store::Endpoint at = reachable(address.endpoint);
  if (field == "host") return at.host;
  if (field == "port") return std::to_string(at.port);
  if (field == "url") return url_of(address);
  return std::nullopt;
}

/// Fills in `{host}`, `{port}`, `{url}` of `own` and `{service.host}` and so on of all; `{{` and
/// `}}` stand for braces.
class Template {
 public:
  Template(const std::vector<Address>& all, const Address* own) : all_(all), own_(own) {}

  std::optional<std::string> fill(std::string_view text, std::string& problem) const {
    std::string filled;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool doubled = i + 1 < text.size() && text[i + 1] == text[i];
      if ((text[i] == '{' || text[i] == '}') && doubled) {
        filled += text[i++];
      } else if (text[i] == '{') {
        const std::size_t end = text.find('}', i);
        const std::string_view name =
            text.substr(i + 1, end == text.npos ? text.npos : end - i - 1);
        const auto value = end == text.npos ? std::nullopt : value_of(name);
        if (!value) {
          problem = fmt::format("'{{{}}}' names no service and field", name);
          return std::nullopt;
        }
        filled += *value;
        i = end;
      } else {
        filled += text[i];
      }
    }
    return filled;
  }

 private:
  [[nodiscard]] std::optional<std::string> value_of(std::string_view name) const {
    const std::size_t dot = name.rfind('.');
    if (dot == name.npos) return own_ == nullptr ? std::nullopt : field_of(*own_, name);
    const auto named = std::ranges::find(all_, name.substr(0, dot), &Address::service);
    return named == all_.end() ? std::nullopt : field_of(*named, name.substr(dot + 1));
  }

  const std::vector<Address>& all_;
  const Address* own_;
};

}  // namespace

store::Endpoint reachable(const store::Endpoint& endpoint) {
  if (endpoint.host == "0.0.0.0") return {"127.0.0.1", endpoint.port};
  if (endpoint.host == "::") return {"::1", endpoint.port};
  return endpoint;
}

std::string url_of(const Address& address) {
  using store::percent_encoded;
  std::string url = net::scheme_of(address.protocol, address.needs_tls) + "://";
  if (!address.user.empty()) url += percent_encoded(address.user) + "@";
  url += store::to_string(reachable(address.endpoint));
  if (!address.database.empty()) url += "/" + percent_encoded(address.database);
  if (address.needs_tls && address.protocol == "postgres") url += "?sslmode=require";
  return url;
}

void enter_logins(std::vector<Address>& addresses, const Document& logins) {
  for (Address& address : addresses) {
    const auto login = logins.find(address.service);
    if (!logins.is_object() || login == logins.end()) continue;
    address.user = login->value("user", address.user);
    address.database = login->value("database", address.database);
  }
}

bool announce(const std::vector<Address>& addresses,
              const std::optional<std::filesystem::path>& file, std::FILE* out) {
  Document document = Document::object();
  std::string lines;
  for (const Address& address : addresses) {
    lines += fmt::format("listening {} {} {}\n", address.service, address.protocol,
                         store::to_string(address.endpoint));
    const store::Endpoint at = reachable(address.endpoint);
    document[address.service] = {{"protocol", address.protocol},
                                 {"host", at.host},
                                 {"port", at.port},
                                 {"url", url_of(address)}};
  }
  const std::string json = json_text(document, JsonForm::indented) + "\n";
  if (file && !write_file(*file, as_bytes(json))) return false;
  std::fwrite(lines.data(), 1, lines.size(), out);
  std::fflush(out);
  return true;
}

namespace {

/// Whether a variable decides which programs run, or what they load: a mock set that somebody else
/// made has no say in that.
bool decides_what_runs(const std::string& name) {
  constexpr std::array<std::string_view, 4> beginnings = {"LD_", "DYLD_", "GIT_", "BASH_FUNC"};
  constexpr std::array<std::string_view, 25> names = {"PATH",
                                                      "IFS",
                                                      "ENV",
                                                      "BASH_ENV",
                                                      "SHELLOPTS",
                                                      "BASHOPTS",
                                                      "PS4",
                                                      "SHELL",
                                                      "GCONV_PATH",
                                                      "NODE_OPTIONS",
                                                      "NODE_PATH",
                                                      "PYTHONPATH",
                                                      "PYTHONHOME",
                                                      "PYTHONSTARTUP",
                                                      "PYTHONINSPECT",
                                                      "PERL5LIB",
                                                      "PERL5OPT",
                                                      "PERL5DB",
                                                      "RUBYLIB",
                                                      "RUBYOPT",
                                                      "JAVA_TOOL_OPTIONS",
                                                      "_JAVA_OPTIONS",
                                                      "JDK_JAVA_OPTIONS",
                                                      "CLASSPATH",
                                                      "LUA_INIT"};
  return std::ranges::find(names, name) != names.end() ||
         std::ranges::any_of(beginnings,
                             [&](auto beginning) { return name.starts_with(beginning); });
}

}  // namespace

std::optional<std::map<std::string, std::string>> environment_of(
    const store::Config& config, const std::vector<Address>& addresses, std::string& problem) {
  std::map<std::string, std::string> environment;
  const auto fill = [&](const std::map<std::string, std::string>& templates, const Address* own) {
    for (const auto& [name, text] : templates) {
      std::string why;
      auto value = Template(addresses, own).fill(text, why);
      if (decides_what_runs(name)) {
        value.reset();
        why = "a mock set does not decide what programs run and load; set it yourself, outside";
      }
      if (!value) problem = fmt::format("env {}: {}", name, why);
      if (value) environment[name] = std::move(*value);
    }
  };
  for (const Address& address : addresses) {
    const std::string prefix = "UNDERSTUDY_" + variable_name(address.service);
    for (const auto& [suffix, field] :
         {std::pair{"_HOST", "host"}, {"_PORT", "port"}, {"_URL", "url"}})
      environment[prefix + suffix] = field_of(address, field).value_or("");
    const auto service = std::ranges::find(config.services, address.service, &store::Service::name);
    if (service != config.services.end()) fill(service->environment, &address);
  }
  fill(config.environment, nullptr);
  if (!problem.empty()) return std::nullopt;
  return environment;
}

}  // namespace understudy::cli
