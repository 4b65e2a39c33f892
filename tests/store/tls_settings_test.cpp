#include "store/tls_settings.hpp"

#include <doctest/doctest.h>

namespace understudy::store {
namespace {

using ClientCertificate = TlsSettings::ClientCertificate;

TlsSettings read_tls(const Document& tls) {
  std::string problem, member;
  const TlsSettings settings = tls_settings({{"tls", tls}}, "/mocks", problem, member);
  CHECK(problem == "");
  return settings;
}

std::string flaw_of(const Document& tls) {
  std::string problem, member;
  static_cast<void>(tls_settings({{"tls", tls}}, "/mocks", problem, member));
  return member + ": " + problem;
}

TEST_CASE("what clients are offered is a word, or true, or not said") {
  std::string problem, member;
  CHECK_FALSE(tls_settings(Document::object(), {}, problem, member).offer);
  CHECK_FALSE(tls_settings(nullptr, {}, problem, member).offer);
  CHECK(read_tls(true).offer == TlsOffer::optional);
  CHECK(read_tls("optional").offer == TlsOffer::optional);
  CHECK(read_tls("required").offer == TlsOffer::required);
  CHECK(read_tls("off").offer == TlsOffer::none);
  CHECK(read_tls(false).offer == TlsOffer::none);
}

TEST_CASE("files are those of the mock set unless they are named from the root") {
  const TlsSettings settings =
      read_tls({{"certificate", "tls/own.pem"}, {"key", "/etc/own.key"}, {"client_ca", "ca.pem"}});
  CHECK(settings.offer == TlsOffer::optional);
  CHECK(settings.certificate == "/mocks/tls/own.pem");
  CHECK(settings.key == "/etc/own.key");
  CHECK(settings.client_ca == "/mocks/ca.pem");
  CHECK(settings.client_certificate == ClientCertificate::optional);
  CHECK(read_tls({{"certificate", "both.pem"}}).key == "/mocks/both.pem");
  CHECK(read_tls({{"mode", "required"}, {"names", {"db", "10.0.0.7"}}}).names ==
        std::vector<std::string>{"db", "10.0.0.7"});
}

TEST_CASE("what makes no sense is named") {
  CHECK(flaw_of("maybe").starts_with(": expected `off`"));
  CHECK(flaw_of({{"mode", 1}}).starts_with("mode: expected"));
  CHECK(flaw_of({{"cert", "x"}}).starts_with("cert: `cert` is unknown"));
  CHECK(flaw_of({{"key", "x"}}).starts_with("key: `key` is that of a `certificate`"));
  CHECK(flaw_of({{"certificate", 1}}) == "certificate: `certificate` has no text");
  CHECK(flaw_of({{"client_certificate", "required"}}).find("needs `client_ca`") !=
        std::string::npos);
  CHECK(flaw_of({{"client_ca", "x"}, {"client_certificate", "always"}}).find("`always`") !=
        std::string::npos);
  CHECK(flaw_of({{"names", {1}}}).starts_with("names: "));
}

}  // namespace
}  // namespace understudy::store
