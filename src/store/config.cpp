#include "store/config.hpp"

#include "store/file.hpp"
#include "store/key_file.hpp"
#include "store/placeholder.hpp"
#include "store/shape.hpp"
#include "store/suggest.hpp"
#include "store/tls_settings.hpp"
#include "store/yaml_stream.hpp"
#include "understudy/document_text.hpp"

namespace understudy::store {

namespace {

constexpr unsigned config_version = 1;
const std::vector<std::string> service_keys = {"protocol", "listen", "upstream", "auth",    "env",
                                               "tls",      "schema", "options",  "snapshot"};

bool is_variable(std::string_view text) {
  return is_service_name(text) && text.find('-') == std::string_view::npos &&
         !(text.front() >= '0' && text.front() <= '9');
}

/// A server of it greets before the client says anything, so nothing tells it from others.
bool server_speaks_first(std::string_view protocol) {
  return protocol == "mysql";
}

class ConfigReader {
 public:
  ConfigReader(Shape& shape, const YamlSlice& slice, const std::vector<std::string>& protocols)
      : shape_(shape), slice_(slice), protocols_(protocols) {}

  void read(const Document& document, Config& config) {
    if (!shape_.is(document, "", Kind::map, "the file")) return;
    shape_.only(document, "",
                {"understudy", "services", "scopes", "times", "env", "check", "secrets"});
    read_version(document);
    read_scopes(document, config);
    read_times(document, config);
    if (const Document* services =
            shape_.member(document, "", "services", Kind::map, Presence::required))
      for (const auto& [name, entry] : services->items()) read_service(name, entry, config);
    for (const Service& service : config.services) names_.push_back(service.name);
    for (const Service& service : config.services) check_service_templates(service);
    read_environment(document, "", config.environment);
    check_templates(config.environment, "/env", Scope::file);
    check_shared_ports(config);
    read_bars(document, config);
    read_secrets(document, config);
  }

 private:
  enum class Scope { file, service };

  void read_version(const Document& document) {
    const Document* version =
        shape_.member(document, "", "understudy", Kind::count, Presence::required);
    if (version && *version != config_version)
      shape_.report("/understudy",
                    fmt::format("the file is of format version {}, expected {}",
                                json_text(*version), config_version),
                    "read it with the release that it was written for");
  }

  void read_scopes(const Document& document, Config& config) {
    const Document* scopes = shape_.member(document, "", "scopes", Kind::text, Presence::optional);
    if (!scopes) return;
    const auto& text = scopes->get_ref<const std::string&>();
    if (const auto scoping = scoping_of(text))
      config.scopes = *scoping;
    else
      shape_.report("/scopes", fmt::format("`{}` is no way to divide clients into scopes", text),
                    "expected named, connection or one");
  }

  void read_times(const Document& document, Config& config) {
    const Document* times = shape_.member(document, "", "times", Kind::text, Presence::optional);
    if (!times) return;
    config.shifts_times = *times == "shifted";
    if (!config.shifts_times && *times != "recorded")
      shape_.report(
          "/times",
          fmt::format("`{}` is no way to show times", times->get_ref<const std::string&>()),
          "expected recorded or shifted");
  }

  void read_service(const std::string& name, const Document& entry, Config& config) {
    const std::string at = pointer_to("/services", name);
    if (!is_service_name(name))
      shape_.report(at,
                    fmt::format("`{}` is no service name, expected letters, digits, - and _", name),
                    "rename the service");
    if (!shape_.is(entry, at, Kind::map, name)) return;
    shape_.only(entry, at, service_keys);
    Service service;
    service.name = name;
    service.settings = entry;
    service.line = line_in_slice(slice_, at, slice_.line);
    read_upstream(entry, at, service);
    read_protocol(entry, at, service);
    read_listen(entry, at, service);
    for (const char* key : {"auth", "options"})
      static_cast<void>(shape_.member(entry, at, key, Kind::map, Presence::optional));
    check_tls(entry, at);
    read_schema(entry, at, service);
    read_snapshot(entry, at, service.snapshot);
    read_environment(entry, at, service.environment);
    config.services.push_back(std::move(service));
  }

  void read_upstream(const Document& entry, const std::string& at, Service& service) {
    const Document* url = shape_.member(entry, at, "upstream", Kind::text, Presence::optional);
    if (!url) return;
    const auto& text = url->get_ref<const std::string&>();
    std::string problem;
    service.upstream = parse_upstream(text, problem);
    if (!service.upstream)
      shape_.report(at + "/upstream", problem, "for instance postgres://127.0.0.1:5432");
    else if (text.find('@') != std::string::npos)
      shape_.report(at + "/upstream",
                    "the user in `upstream` is not used: clients log in themselves",
                    "remove it, a password above all", Severity::warning);
  }

  void read_protocol(const Document& entry, const std::string& at, Service& service) {
    const bool named = entry.contains("protocol");
    const Document* protocol =
        shape_.member(entry, at, "protocol", Kind::text,
                      service.upstream ? Presence::optional : Presence::required);
    if (protocol)
      service.protocol = protocol->get<std::string>();
    else if (service.upstream && !named)
      service.protocol = service.upstream->protocol;
    else
      return;
    if (std::ranges::find(protocols_, service.protocol) == protocols_.end())
      shape_.report(named ? at + "/protocol" : at + "/upstream",
                    fmt::format("unknown protocol `{}`", service.protocol),
                    suggest(service.protocol, protocols_));
    else if (service.upstream && service.upstream->protocol != service.protocol)
      shape_.report(at + "/upstream",
                    fmt::format("`upstream` speaks {}, expected {} as `protocol` says",
                                service.upstream->protocol, service.protocol),
                    "correct one of the two");
  }

  void read_listen(const Document& entry, const std::string& at, Service& service) {
    const Document* listen = shape_.member(entry, at, "listen", Kind::scalar, Presence::optional);
    if (!listen) return;
    const std::string text = listen->is_string() ? listen->get<std::string>() : json_text(*listen);
    if (const auto endpoint = parse_endpoint(text))
      service.listen = *endpoint;
    else
      shape_.report(at + "/listen", fmt::format("`{}` is no address, expected host:port", text),
                    "for instance 127.0.0.1:15432; port 0 takes any free one");
  }

  void check_tls(const Document& entry, const std::string& at) {
    std::string problem, member;
    static_cast<void>(tls_settings(entry, {}, problem, member));
    if (problem.empty()) return;
    const auto& tls = entry["tls"];
    const std::string pointer = at + "/tls" + (member.empty() ? "" : "/" + member);
    const bool is_odd = !tls.is_boolean() && !tls.is_object() && !tls.is_string();
    shape_.report(pointer,
                  is_odd ? fmt::format("`tls` is {}, {}", describe_kind(tls), problem) : problem,
                  "for instance `tls: optional`; docs/tls.md has all of it");
  }

  /// `schema: FILE` or `schema: [FILE, …]`.
  void read_schema(const Document& entry, const std::string& at, Service& service) {
    const auto schema = entry.find("schema");
    if (schema == entry.end()) return;
    const bool list = schema->is_array();
    const Document files = list ? *schema : Document::array({*schema});
    for (std::size_t i = 0; i < files.size(); ++i) {
      const std::string pointer = at + "/schema" + (list ? "/" + std::to_string(i) : "");
      if (!files[i].is_string() || files[i].get_ref<const std::string&>().empty())
        shape_.report(
            pointer,
            fmt::format("`schema` has {}, expected a file's name", describe_kind(files[i])),
            "for instance schema/tables.sql, a path below the mock set");
      else
        service.schema.push_back(files[i].get<std::string>());
    }
  }

  /// `snapshot: {tables: […], exclude: […], rows: N, redact: [TABLE.COLUMN, …]}`
  void read_snapshot(const Document& entry, const std::string& at, RowBounds& bounds) {
    const Document* snapshot = shape_.member(entry, at, "snapshot", Kind::map, Presence::optional);
    if (!snapshot) return;
    const std::string inner = at + "/snapshot";
    shape_.only(*snapshot, inner, {"tables", "exclude", "rows", "redact"});
    if (const Document* rows =
            shape_.member(*snapshot, inner, "rows", Kind::count, Presence::optional))
      bounds.rows = rows->get<std::uint64_t>();
    read_texts(*snapshot, inner, "tables", bounds.tables);
    read_texts(*snapshot, inner, "exclude", bounds.exclude);
    read_texts(*snapshot, inner, "redact", bounds.redact);
  }

  void read_environment(const Document& map, const std::string& at,
                        std::map<std::string, std::string>& environment) {
    const Document* env = shape_.member(map, at, "env", Kind::map, Presence::optional);
    if (!env) return;
    for (const auto& [name, text] : env->items()) {
      const std::string pointer = pointer_to(at + "/env", name);
      if (!is_variable(name))
        shape_.report(pointer, fmt::format("`{}` names no environment variable", name),
                      "letters, digits and _, not beginning with a digit");
      if (shape_.is(text, pointer, Kind::scalar, name))
        environment[name] = text.is_string() ? text.get<std::string>() : json_text(text);
    }
  }

  void read_bars(const Document& document, Config& config) {
    const Document* check = shape_.member(document, "", "check", Kind::map, Presence::optional);
    if (!check) return;
    shape_.only(*check, "/check", {self_tests.begin(), self_tests.end()});
    for (const auto& [name, bar] : check->items()) {
      const bool percentage = bar.is_number() && bar.get<double>() >= 0 && bar.get<double>() <= 100;
      if (!percentage)
        shape_.report("/check/" + name,
                      fmt::format("`{}` is {}, expected a percentage from 0 to 100", name,
                                  bar.is_number() ? json_text(bar) : describe_kind(bar)),
                      "the least share of certain answers, for instance 100");
      else
        config.bars[name] = bar.get<double>();
    }
  }

  /// `secrets: {names: […], values: [REGEX, …], keep: {names: […], values: [REGEX, …]}}`
  void read_secrets(const Document& document, Config& config) {
    const Document* secrets = shape_.member(document, "", "secrets", Kind::map, Presence::optional);
    if (!secrets) return;
    SecretRules rules;
    shape_.only(*secrets, "/secrets", {"names", "values", "keep"});
    read_texts(*secrets, "/secrets", "names", rules.names);
    read_patterns(*secrets, "/secrets", rules.values);
    if (const Document* keep =
            shape_.member(*secrets, "/secrets", "keep", Kind::map, Presence::optional)) {
      shape_.only(*keep, "/secrets/keep", {"names", "values"});
      read_texts(*keep, "/secrets/keep", "names", rules.plain_names);
      read_patterns(*keep, "/secrets/keep", rules.plain_values);
    }
    config.secrets = config.secrets.with(rules);
  }

  void read_patterns(const Document& map, const std::string& at, std::vector<std::string>& texts) {
    read_texts(map, at, "values", texts);
    for (std::size_t i = 0; i < texts.size(); ++i)
      if (const std::string problem = problem_of_pattern(texts[i]); !problem.empty())
        shape_.report(fmt::format("{}/values/{}", at, i),
                      fmt::format("`{}` is no regular expression: {}", texts[i], problem),
                      "in the syntax of RE2, for instance 'ACME-[0-9]{12}'");
  }

  /// A list of texts, none of which is empty.
  void read_texts(const Document& map, const std::string& at, const char* key,
                  std::vector<std::string>& texts) {
    const Document* list = shape_.member(map, at, key, Kind::list, Presence::optional);
    for (std::size_t i = 0; list && i < list->size(); ++i) {
      const std::string pointer = fmt::format("{}/{}/{}", at, key, i);
      if (!shape_.is((*list)[i], pointer, Kind::text, key)) continue;
      texts.push_back((*list)[i].get<std::string>());
      if (texts.back().empty())
        shape_.report(pointer, fmt::format("an empty text in `{}`", key), "remove it");
    }
  }

  void check_service_templates(const Service& service) {
    check_templates(service.environment, pointer_to("/services", service.name) + "/env",
                    Scope::service);
  }

  void check_templates(const std::map<std::string, std::string>& environment, const std::string& at,
                       Scope scope) {
    for (const auto& [name, text] : environment) {
      std::string problem;
      const auto value_of = [&](std::string_view placeholder) {
        return is_known(placeholder, scope) ? std::optional<std::string>("") : std::nullopt;
      };
      if (!expand_template(text, value_of, problem))
        shape_.report(pointer_to(at, name), problem,
                      scope == Scope::service
                          ? "known are {host}, {port}, {url}, and {service.host} of any service"
                          : "known are {service.host}, {service.port} and {service.url}");
    }
  }

  bool is_known(std::string_view placeholder, Scope scope) const {
    const auto is_part = [](std::string_view part) {
      return part == "host" || part == "port" || part == "url";
    };
    const std::size_t dot = placeholder.find('.');
    if (dot == std::string_view::npos) return scope == Scope::service && is_part(placeholder);
    return is_part(placeholder.substr(dot + 1)) &&
           std::ranges::find(names_, placeholder.substr(0, dot)) != names_.end();
  }

  void check_shared_ports(const Config& config) {
    for (std::size_t i = 0; i < config.services.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (config.services[i].listen.port != 0 &&
            config.services[i].listen == config.services[k].listen)
          check_shared(config.services[k], config.services[i]);
  }

  void check_shared(const Service& first, const Service& second) {
    const std::string at = pointer_to("/services", second.name) + "/listen";
    const std::string address = to_string(second.listen);
    if (first.protocol == second.protocol)
      shape_.report(at,
                    fmt::format("{} listens on {} like {}, and both speak {}: nothing tells "
                                "their clients apart",
                                second.name, address, first.name, first.protocol),
                    "give one of them another port");
    else if (server_speaks_first(first.protocol) || server_speaks_first(second.protocol))
      shape_.report(at,
                    fmt::format("{} listens on {} like {}, but a mysql server speaks first: "
                                "nothing tells their clients apart",
                                second.name, address, first.name),
                    "give the mysql service a port of its own");
  }

  Shape& shape_;
  const YamlSlice& slice_;
  const std::vector<std::string>& protocols_;
  std::vector<std::string> names_;
};

std::optional<Config> read_text(const std::string& text, const std::filesystem::path& path,
                                const std::vector<std::string>& protocols, Diagnostics& problems) {
  const std::string file = path.string();
  const std::size_t problems_before = problems.size();
  YamlStream stream(text);
  const auto slice = stream.next();
  if (!slice) {
    problems.push_back({.file = file,
                        .what = "the file is empty, expected `understudy: 1` and `services:`",
                        .hint = "docs/configuration.md has an example"});
    return std::nullopt;
  }
  Config config;
  config.file = path;
  int line = 0;
  if (const auto document = parse_slice(*slice, file, {}, problems, line)) {
    Shape shape(*slice, line, file, problems);
    ConfigReader(shape, *slice, protocols).read(*document, config);
  }
  if (const auto second = stream.next())
    problems.push_back({.file = file,
                        .line = second->line,
                        .what = "a second document begins here, expected one",
                        .hint = "remove the line `---`"});
  const auto is_error = [](const Diagnostic& flaw) { return flaw.severity == Severity::error; };
  const auto begin = problems.begin() + static_cast<std::ptrdiff_t>(problems_before);
  if (std::any_of(begin, problems.end(), is_error)) return std::nullopt;
  return config;
}

}  // namespace

bool is_service_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::optional<Config> read_config(const std::filesystem::path& mock_set,
                                  const std::vector<std::string>& protocols,
                                  Diagnostics& problems) {
  const std::filesystem::path path = mock_set / "understudy.yaml";
  try {
    std::string problem;
    const auto text = read_file(path, Links::follow, problem);
    if (text) {
      auto config = read_text(*text, path, protocols, problems);
      const auto key = read_key(mock_set, problems);
      if (config && key) config->secrets = Secrets(*key).with(config->secrets.rules());
      return config;
    }
    problems.push_back({.file = path.string(),
                        .what = problem,
                        .hint = "a mock set is a folder with understudy.yaml in it; "
                                "`understudy record --map` makes one"});
  } catch (const std::exception& failure) {
    problems.push_back({.file = path.string(), .what = failure.what(), .hint = ""});
  }
  return std::nullopt;
}

}  // namespace understudy::store
