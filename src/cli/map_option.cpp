#include "cli/map_option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cli/url_login.hpp"

namespace understudy::cli {
namespace {

struct Parts {
  std::string name, listen, url;
};

/// The URL begins behind the last `=` before `://`; an earlier `=` ends the name.
std::optional<Parts> split(const std::string& text) {
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == text.npos) return std::nullopt;
  const std::size_t url = text.rfind('=', scheme_end);
  if (url == text.npos) return std::nullopt;
  const std::string before = text.substr(0, url);
  const std::size_t name_end = before.find('=');
  Parts parts;
  parts.url = text.substr(url + 1);
  parts.name = name_end == before.npos ? "" : before.substr(0, name_end);
  parts.listen = name_end == before.npos ? before : before.substr(name_end + 1);
  if (name_end == 0) return std::nullopt;
  return parts;
}

/// As it may be shown: without user and password.
std::string shown(const std::string& text) {
  const std::size_t scheme_end = text.find("://");
  const std::size_t user = scheme_end == text.npos ? 0 : scheme_end + 3;
  const std::size_t at = text.rfind('@');
  if (at == text.npos || at < user) return text;
  return text.substr(0, user) + "…" + text.substr(at);
}

std::string free_name(const std::string& wanted, const std::vector<store::Service>& taken) {
  std::string name = wanted;
  for (int number = 2; std::ranges::find(taken, name, &store::Service::name) != taken.end();
       ++number)
    name = fmt::format("{}{}", wanted, number);
  return name;
}

}  // namespace

std::optional<std::vector<store::Service>> parse_maps(const std::vector<std::string>& texts,
                                                      Protocols protocols, std::string& problem) {
  std::vector<store::Service> services;
  for (const std::string& text : texts) {
    const auto fail = [&](std::string_view why) {
      problem = fmt::format(
          "--map {}: {}; expected [NAME=]LISTEN=URL, as in --map "
          "orders=15432=postgres://127.0.0.1:5432",
          shown(text), why);
      return std::nullopt;
    };
    const auto parts = split(text);
    if (!parts) return fail("there is no LISTEN=URL");
    const auto listen = store::parse_endpoint(parts->listen);
    if (!listen) return fail("'" + parts->listen + "' is no address");
    std::string why;
    const auto upstream = store::parse_upstream(parts->url, why);
    if (!upstream) return fail(why);
    if (find_protocol(protocols, upstream->protocol) == nullptr)
      return fail("the protocol '" + upstream->protocol + "' is not known");
    store::Service service;
    service.name = parts->name.empty() ? free_name(upstream->protocol, services) : parts->name;
    if (std::ranges::find(services, service.name, &store::Service::name) != services.end())
      return fail("the name is given twice");
    service.protocol = upstream->protocol;
    service.listen = *listen;
    service.upstream = *upstream;
    service.settings = Document::object();
    services.push_back(std::move(service));
  }
  return services;
}

std::string url_of_map(const std::string& map) {
  const auto parts = split(map);
  return parts ? parts->url : std::string();
}

Document logins_of(const std::vector<std::string>& maps,
                   const std::vector<store::Service>& services) {
  Document logins = Document::object();
  for (std::size_t i = 0; i < std::min(maps.size(), services.size()); ++i) {
    const auto parts = split(maps[i]);
    if (!parts || services[i].protocol == "http") continue;
    UrlLogin read = login_of_url(parts->url);
    Document& login = logins[services[i].name] = Document::object();
    if (!read.user.empty()) login["user"] = std::move(read.user);
    if (!read.database.empty()) login["database"] = std::move(read.database);
  }
  return logins;
}

}  // namespace understudy::cli
