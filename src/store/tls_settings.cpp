#include "store/tls_settings.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace understudy::store {

namespace {

constexpr std::array<std::string_view, 7> keys = {
    "mode", "certificate", "key", "client_ca", "client_certificate", "names", "authority"};
constexpr std::array<std::string_view, 3> client_certificates = {"none", "optional", "required"};

class Reader {
 public:
  Reader(const Document& tls, const std::filesystem::path& folder, std::string& problem,
         std::string& member)
      : tls_(tls), folder_(folder), problem_(problem), member_(member) {}

  [[nodiscard]] TlsSettings read() {
    TlsSettings settings;
    if (!tls_.is_object()) {
      settings.offer = offer_of(tls_, "");
      return settings;
    }
    for (const auto& [key, value] : tls_.items())
      if (std::ranges::find(keys, key) == keys.end())
        fail(key, fmt::format("`{}` is unknown, expected one of {}", key, fmt::join(keys, ", ")));
    if (tls_.contains("mode")) settings.offer = offer_of(tls_["mode"], "mode");
    settings.certificate = file("certificate");
    settings.key = file("key");
    settings.client_ca = file("client_ca");
    settings.authority = file("authority");
    read_client_certificate(settings);
    read_names(settings);
    if (settings.certificate.empty() && !settings.key.empty())
      fail("key", "`key` is that of a `certificate`, which is missing");
    if (settings.key.empty()) settings.key = settings.certificate;
    // Who writes about certificates wants TLS.
    if (!settings.offer && !tls_.empty()) settings.offer = TlsOffer::optional;
    return settings;
  }

 private:
  void fail(std::string_view member, std::string why) {
    if (!problem_.empty()) return;
    problem_ = std::move(why);
    member_ = member;
  }

  std::optional<TlsOffer> offer_of(const Document& value, std::string_view member) {
    if (value == true || value == "optional") return TlsOffer::optional;
    if (value == false || value == "off") return TlsOffer::none;
    if (value == "required") return TlsOffer::required;
    fail(member, "expected `off`, `optional`, `required`, true, false or a map");
    return std::nullopt;
  }

  [[nodiscard]] std::string text(const char* key) {
    const auto found = tls_.find(key);
    if (found == tls_.end()) return {};
    if (found->is_string() && !found->get_ref<const std::string&>().empty()) return *found;
    fail(key, fmt::format("`{}` has no text", key));
    return {};
  }

  [[nodiscard]] std::filesystem::path file(const char* key) {
    const std::string name = text(key);
    return name.empty() ? std::filesystem::path() : folder_ / name;
  }

  void read_client_certificate(TlsSettings& settings) {
    using Wanted = TlsSettings::ClientCertificate;
    const std::string wanted = text("client_certificate");
    const auto known = std::ranges::find(client_certificates, wanted);
    if (!wanted.empty() && known == client_certificates.end())
      return fail("client_certificate", fmt::format("`{}` is unknown, expected one of {}", wanted,
                                                    fmt::join(client_certificates, ", ")));
    if (!wanted.empty())
      settings.client_certificate = static_cast<Wanted>(known - client_certificates.begin());
    else if (!settings.client_ca.empty())
      settings.client_certificate = Wanted::optional;
    if (settings.client_certificate != Wanted::none && settings.client_ca.empty())
      fail("client_certificate",
           "`client_certificate` needs `client_ca`, the authority that clients are known by");
  }

  void read_names(TlsSettings& settings) {
    const auto found = tls_.find("names");
    if (found == tls_.end()) return;
    const Document list = found->is_array() ? *found : Document::array({*found});
    for (const Document& name : list) {
      if (!name.is_string()) return fail("names", "`names` has something that is no text");
      settings.names.push_back(name);
    }
  }

  const Document& tls_;
  const std::filesystem::path& folder_;
  std::string& problem_;
  std::string& member_;
};

}  // namespace

TlsSettings tls_settings(const Document& entry, const std::filesystem::path& folder,
                         std::string& problem, std::string& member) {
  const auto tls = entry.is_object() ? entry.find("tls") : entry.end();
  if (!entry.is_object() || tls == entry.end()) return {};
  return Reader(*tls, folder, problem, member).read();
}

}  // namespace understudy::store
