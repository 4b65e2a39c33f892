#include "net/trust_store.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <vector>

#include "net/authority.hpp"
#include "store/file.hpp"

namespace understudy::net {
namespace {

struct FreeParts {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
  void operator()(STACK_OF(PKCS12_SAFEBAG) * bags) const noexcept {
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
  }
  void operator()(STACK_OF(PKCS7) * safes) const noexcept { sk_PKCS7_pop_free(safes, PKCS7_free); }
  void operator()(PKCS12* store) const noexcept { PKCS12_free(store); }
};
template <class Part>
using Owned = std::unique_ptr<Part, FreeParts>;

/// PEM of what the system believes: where a person says so, else where Debian, Red Hat and OpenSSL
/// have it. Empty where nothing is found.
std::string system_bundle() {
  const char* const said = std::getenv("SSL_CERT_FILE");
  const std::array<std::string, 4> places = {
      said != nullptr ? said : "", "/etc/ssl/certs/ca-certificates.crt",
      "/etc/pki/tls/certs/ca-bundle.crt", X509_get_default_cert_file()};
  for (const std::string& place : places) {
    std::error_code failure;
    if (place.empty() || !std::filesystem::is_regular_file(place, failure)) continue;
    std::string problem;
    if (auto text = store::read_file(place, store::Links::follow, problem)) return *text;
  }
  return {};
}

std::vector<Certificate> certificates_of(const std::string& pem) {
  std::vector<Certificate> all;
  const Owned<BIO> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (X509* const one = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr))
    all.emplace_back(one);
  ERR_clear_error();  // the end of the text is told as an error
  return all;
}

/// Java believes a certificate in such a file only where an attribute of Oracle's says that it may.
bool mark_as_trusted(PKCS12_SAFEBAG* bag, const std::string& name) {
  static const int id =
      OBJ_create("2.16.840.1.113894.746875.1.1", "trustedKeyUsage", "Java trusted key usage");
  if (PKCS12_add_friendlyname_utf8(bag, name.data(), static_cast<int>(name.size())) != 1)
    return false;
  // OpenSSL 3.0 lets nobody else add attributes than it knows; the list is there with the name.
  auto* attributes = const_cast<STACK_OF(X509_ATTRIBUTE)*>(PKCS12_SAFEBAG_get0_attrs(bag));
  ASN1_OBJECT* const any_usage = OBJ_nid2obj(NID_anyExtendedKeyUsage);
  X509_ATTRIBUTE* const attribute = X509_ATTRIBUTE_create(id, V_ASN1_OBJECT, OBJ_dup(any_usage));
  return attribute != nullptr && sk_X509_ATTRIBUTE_push(attributes, attribute) > 0;
}

std::string java_store(const std::vector<Certificate>& certificates) {
  STACK_OF(PKCS12_SAFEBAG)* made_bags = nullptr;
  int number = 0;
  for (const Certificate& certificate : certificates) {
    PKCS12_SAFEBAG* const bag = PKCS12_add_cert(&made_bags, certificate.get());
    if (bag == nullptr || !mark_as_trusted(bag, fmt::format("ca{}", ++number))) break;
  }
  const Owned<STACK_OF(PKCS12_SAFEBAG)> bags(made_bags);
  STACK_OF(PKCS7)* made_safes = nullptr;
  if (!bags || PKCS12_add_safe(&made_safes, bags.get(), -1, 0, nullptr) != 1) return {};
  const Owned<STACK_OF(PKCS7)> safes(made_safes);
  const Owned<PKCS12> store(PKCS12_add_safes(safes.get(), 0));
  if (!store ||
      PKCS12_set_mac(store.get(), trust_store_password, -1, nullptr, 0, 2048, EVP_sha256()) != 1)
    return {};
  std::string octets(static_cast<std::size_t>(i2d_PKCS12(store.get(), nullptr)), '\0');
  auto* end = reinterpret_cast<unsigned char*>(octets.data());
  i2d_PKCS12(store.get(), &end);
  return octets;
}

}  // namespace

std::filesystem::path bundle_file(const std::filesystem::path& folder) {
  return folder / "bundle.pem";
}
std::filesystem::path java_store_file(const std::filesystem::path& folder) {
  return folder / "bundle.p12";
}

bool write_trust_stores(const std::filesystem::path& folder, std::string& problem) {
  auto own = store::read_file(Authority::certificate_file(folder), store::Links::follow, problem);
  if (!own) return false;
  const std::string bundle = *own + "\n" + system_bundle();
  const std::string java = java_store(certificates_of(bundle));
  if (java.empty()) problem = openssl_problem();
  return !java.empty() && store::replace_file(bundle_file(folder), bundle, problem) &&
         store::replace_file(java_store_file(folder), java, problem);
}

}  // namespace understudy::net
