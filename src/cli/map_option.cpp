#include "cli/map_option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

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

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* const digits = text.data() + i + 1;
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
    decoded += escape ? static_cast<char>(value) : text[i];
    if (escape) i += 2;
  }
  return decoded;
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
          text, why);
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

Document logins_of(const std::vector<std::string>& maps,
                   const std::vector<store::Service>& services) {
  Document logins = Document::object();
  for (std::size_t i = 0; i < std::min(maps.size(), services.size()); ++i) {
    const auto parts = split(maps[i]);
    if (!parts || services[i].protocol == "http") continue;
    const std::string rest = parts->url.substr(parts->url.find("://") + 3);
    const std::string authority = rest.substr(0, rest.find_first_of("/?#"));
    const std::string path =
        rest.substr(authority.size(), rest.find_first_of("?#") - authority.size());
    const std::size_t at = authority.rfind('@');
    const std::string user =
        at == authority.npos ? "" : authority.substr(0, std::min(at, authority.find(':')));
    Document& login = logins[services[i].name] = Document::object();
    if (!user.empty()) login["user"] = percent_decoded(user);
    if (path.size() > 1) login["database"] = percent_decoded(path.substr(1));
  }
  return logins;
}

}  // namespace understudy::cli
