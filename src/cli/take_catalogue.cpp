#include "cli/take_catalogue.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <system_error>

#include "cli/map_option.hpp"
#include "cli/url_login.hpp"
#include "protocols/registry.hpp"
#include "store/file.hpp"
#include "store/snapshot_file.hpp"

namespace understudy::cli {
namespace {

std::string or_variable(std::string given, const char* variable) {
  const char* const value = given.empty() ? std::getenv(variable) : nullptr;
  return value != nullptr ? value : given;
}

/// The URL of the service's upstream as a person gave it, with user and password.
std::string url_of(const store::Service& service, const RecordOptions& options) {
  std::string ignored;
  const auto maps = parse_maps(options.maps, protocols(), ignored);
  for (std::size_t i = 0; maps && i < maps->size(); ++i)
    if ((*maps)[i].name == service.name) return url_of_map(options.maps[i]);
  const bool named = service.settings.is_object() && service.settings.contains("upstream") &&
                     service.settings["upstream"].is_string();
  return named ? service.settings["upstream"].get<std::string>() : std::string();
}

/// Whom to ask, and as whom.
CatalogueLogin login_for(const store::Upstream& upstream, const std::string& url,
                         const CatalogueReader::Variables& variables) {
  UrlLogin given = login_of_url(url);
  return {upstream.endpoint.host,
          upstream.endpoint.port,
          or_variable(std::move(given.user), variables.user),
          or_variable(std::move(given.password), variables.password),
          or_variable(std::move(given.database), variables.database),
          upstream.tls};
}

class CatalogueWriter {
 public:
  CatalogueWriter(const RecordOptions& options, const Secrets& secrets, std::string recording,
                  const engine::Recording::Warn& warn)
      : options_(options), secrets_(secrets), recording_(std::move(recording)), warn_(warn) {}

  /// False where nothing could be read.
  bool take(const std::string& service, const CatalogueReader& reader, const CatalogueLogin& login,
            RowBounds bounds) {
    if (options_.snapshot == Snapshots::schema) bounds.rows = 0;
    if (bounds.rows > 0) bounds.rows = options_.snapshot_rows.value_or(bounds.rows);
    const CatalogueReader::Variables variables = reader.variables();
    const std::string remedy = fmt::format(
        "give user and password in the URL of --map, with --snapshot-url {}=URL, or in "
        "{} and {}; --snapshot none asks for nothing",
        service, variables.user, variables.password);
    if (login.user.empty()) return lost(service, "no user is known to ask as", remedy);
    const Catalogue found = reader.read(login, secrets_, bounds);
    if (found.text.empty()) return lost(service, found.problem, remedy);
    if (!found.problem.empty())
      warn_(service, fmt::format("not all of the catalogue could be read, and of what is missing "
                                 "only recorded statements tell: {}",
                                 found.problem));
    const bool differs = write(service, found.text);
    if (differs) forget_rows(service);
    if (bounds.rows > 0) write_rows(service, found.rows);
    return true;
  }

 private:
  /// False, as what follows from it.
  bool lost(const std::string& service, const std::string& why, const std::string& remedy) {
    const bool kept = std::filesystem::exists(store::snapshot_of(options_.mock_set, service));
    warn_(service,
          fmt::format("the catalogue is not read: {}. {}; {}", why,
                      kept ? "That of an earlier recording stays"
                           : "Of views, triggers, functions and keys that are there already only "
                             "`schema` files tell",
                      remedy));
    return false;
  }

  /// Whether it is another catalogue than the one that is there.
  bool write(const std::string& service, const std::string& text) {
    const Path file = store::snapshot_of(options_.mock_set, service);
    std::string problem;
    const auto before = std::filesystem::exists(file)
                            ? store::read_file(file, store::Links::follow, problem)
                            : std::nullopt;
    if (before == text) return false;
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    problem = error.message();
    if (error || !store::replace_file(file, text, problem))
      warn_(service, fmt::format("{}: the catalogue can't be written: {}", file.string(), problem));
    else if (before)
      warn_(service, fmt::format("{}: the catalogue is another one than in the recording before, "
                                 "and replaces it",
                                 file.string()));
    return true;
  }

  /// Those that are there are of another catalogue.
  void forget_rows(const std::string& service) {
    std::error_code error;
    std::filesystem::remove(store::contents_of(options_.mock_set, service), error);
  }

  /// Of a service whose reader knows no rows there are none.
  void write_rows(const std::string& service, const HeldRows& rows) {
    if (!rows.problem.empty())
      warn_(service, fmt::format("the rows of its tables are not read: {}. What was not created "
                                 "while it was recorded is answered as recorded alone",
                                 rows.problem));
    if (rows.facts.is_null()) return;
    std::string problem;
    if (!store::write_snapshot_rows(options_.mock_set, service, rows, recording_, problem))
      warn_(service, fmt::format("the rows of its tables can't be written: {}", problem));
  }

  const RecordOptions& options_;
  const Secrets& secrets_;
  std::string recording_;
  const engine::Recording::Warn& warn_;
};

}  // namespace

std::optional<std::map<std::string, std::string>> parse_snapshot_urls(
    const std::vector<std::string>& texts, const store::Config& config, std::string& problem) {
  std::map<std::string, std::string> urls;
  for (const std::string& text : texts) {
    const std::size_t end = std::min(text.find('='), text.size());
    const std::string name = text.substr(0, end);
    const auto fail = [&](const std::string& why) {
      problem = fmt::format(
          "--snapshot-url {}: {}; expected SERVICE=URL, as in --snapshot-url "
          "orders=postgres://user:password@127.0.0.1:5432/shop",
          name, why);
      return std::nullopt;
    };
    const auto service = std::ranges::find(config.services, name, &store::Service::name);
    if (service == config.services.end()) return fail("there is no such service");
    std::string why;
    const auto upstream =
        store::parse_upstream(std::string_view(text).substr(std::min(end + 1, text.size())), why);
    if (!upstream) return fail(why);
    if (upstream->protocol != service->protocol)
      return fail(fmt::format("the service speaks {}", service->protocol));
    urls[name] = text.substr(end + 1);
  }
  return urls;
}

bool take_catalogues(const RecordOptions& options, const store::Config& config,
                     const std::map<std::string, std::string>& urls, const Secrets& secrets,
                     const std::string& recording, const engine::Recording::Warn& warn) {
  CatalogueWriter writer(options, secrets, recording, warn);
  bool all = true;
  for (const store::Service& service : config.services) {
    const CatalogueReader* const reader =
        find_protocol(protocols(), service.protocol)->catalogue_reader();
    if (reader == nullptr) continue;
    const auto given = urls.find(service.name);
    std::string ignored;
    const std::string url = given == urls.end() ? url_of(service, options) : given->second;
    const auto upstream =
        given == urls.end() ? *service.upstream : *store::parse_upstream(url, ignored);
    all = writer.take(service.name, *reader, login_for(upstream, url, reader->variables()),
                      service.snapshot) &&
          all;
  }
  return all;
}

}  // namespace understudy::cli
