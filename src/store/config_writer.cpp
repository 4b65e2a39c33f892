#include <system_error>

#include "store/config.hpp"
#include "store/file.hpp"
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

}  // namespace

bool write_config(const std::filesystem::path& mock_set, const Config& config,
                  std::string& problem) {
  try {
    Document document = {{"understudy", 1}, {"services", Document::object()}};
    if (config.scopes != Scoping::named) document["scopes"] = std::string(name_of(config.scopes));
    if (config.shifts_times) document["times"] = "shifted";
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
