#include "net/authority.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <system_error>

#include "store/file.hpp"

namespace understudy::net {
namespace {

namespace fs = std::filesystem;

constexpr long day = 24L * 60 * 60, authority_days = 3650;
constexpr long leaf_days = 397;  // what the strictest clients accept
constexpr std::size_t serial_octets = 16, common_name_limit = 64;

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

Bio bio_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

template <class Write>
std::string pem_of(const Write& write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || write(bio.get()) != 1) return {};
  char* octets = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &octets);
  return std::string(octets, static_cast<std::size_t>(size));
}

bool add_extension(X509* certificate, X509* issuer, int which, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str());
  const bool added = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

bool set_name(X509_NAME* name, const std::string& common_name) {
  const auto add = [name](const char* field, const std::string& text) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()), -1, 0) == 1;
  };
  return add("O", "Understudy") && add("CN", common_name.substr(0, common_name_limit));
}

/// Version 3, random serial, valid from yesterday on (clocks differ), not yet signed.
Certificate new_certificate(EVP_PKEY* key, long days) {
  Certificate certificate(X509_new());
  std::array<unsigned char, serial_octets> serial{};
  if (!certificate || RAND_bytes(serial.data(), static_cast<int>(serial.size())) != 1) return {};
  serial[0] &= 0x7F;
  BIGNUM* const number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
  const bool made =
      number != nullptr &&
      BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get())) != nullptr &&
      X509_set_version(certificate.get(), 2) == 1 &&
      X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * day) != nullptr &&
      X509_set_pubkey(certificate.get(), key) == 1;
  BN_free(number);
  return made ? std::move(certificate) : Certificate();
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text +=
        fmt::format("{}{}:{}", text.empty() ? "" : ",", is_ip_address(name) ? "IP" : "DNS", name);
  return text;
}

std::string own_name() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return fmt::format("Understudy local authority {}", host.data());
}

std::optional<std::string> text_of(const fs::path& file, std::string& problem) {
  std::string why;
  auto text = store::read_file(file, store::Links::follow, why);
  if (!text) problem = fmt::format("{}: {}", file.string(), why);
  return text;
}

PrivateKey read_key(const std::string& pem) {
  return PrivateKey(PEM_read_bio_PrivateKey(bio_of(pem).get(), nullptr, nullptr, nullptr));
}

Certificate read_certificate(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(bio_of(pem).get(), nullptr, nullptr, nullptr));
}

/// Nobody else may read it at any time.
bool write_key(const fs::path& file, const std::string& pem, std::string& problem) {
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool written = descriptor >= 0 && ::write(descriptor, pem.data(), pem.size()) ==
                                              static_cast<ssize_t>(pem.size());
  if (!written)
    problem = fmt::format("{}: {}", file.string(), std::generic_category().message(errno));
  if (descriptor >= 0) ::close(descriptor);
  return written;
}

bool write_both(const fs::path& folder, const std::string& certificate, const std::string& key,
                std::string& problem) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    problem = fmt::format("{}: {}", folder.string(), error.message());
    return false;
  }
  return write_key(Authority::key_file(folder), key, problem) &&
         store::replace_file(Authority::certificate_file(folder), certificate, problem);
}

}  // namespace

void FreeOpenssl::operator()(evp_pkey_st* key) const noexcept {
  EVP_PKEY_free(key);
}
void FreeOpenssl::operator()(x509_st* certificate) const noexcept {
  X509_free(certificate);
}

std::string openssl_problem() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_peek_last_error();
  const char* const reason = ERR_reason_error_string(code);
  if (reason == nullptr) ERR_error_string_n(code, text.data(), text.size());
  ERR_clear_error();
  return reason != nullptr ? reason : text.data();
}

bool is_ip_address(const std::string& name) {
  std::array<unsigned char, 16> ignored{};
  return inet_pton(AF_INET, name.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), ignored.data()) == 1;
}

PrivateKey make_private_key() {
  return PrivateKey(EVP_EC_gen("P-256"));
}

fs::path Authority::usual_folder() {
  const char* const config = std::getenv("XDG_CONFIG_HOME");
  if (config != nullptr && *config == '/') return fs::path(config) / "understudy";
  const char* const home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? fs::path(home) / ".config" / "understudy" : fs::path();
}

fs::path Authority::certificate_file(const fs::path& folder) {
  return folder / "ca.pem";
}
fs::path Authority::key_file(const fs::path& folder) {
  return folder / "ca.key";
}

std::shared_ptr<const Authority> Authority::load(const fs::path& folder, std::string& problem) {
  const fs::path certificate_path = certificate_file(folder), key_path = key_file(folder);
  std::error_code error;
  const bool has_certificate = fs::exists(certificate_path, error);
  if (folder.empty() || (!has_certificate && !fs::exists(key_path, error))) return nullptr;
  const auto certificate_text = text_of(certificate_path, problem);
  const auto key_text = certificate_text ? text_of(key_path, problem) : std::nullopt;
  if (!certificate_text || !key_text) return nullptr;
  Certificate certificate = read_certificate(*certificate_text);
  PrivateKey key = read_key(*key_text);
  if (!certificate || !key)
    problem = fmt::format(
        "{} is no PEM {}: {}", (certificate ? key_path : certificate_path).string(),
        certificate ? "private key without a passphrase" : "certificate", openssl_problem());
  else if (X509_check_private_key(certificate.get(), key.get()) != 1)
    problem = fmt::format("{} is not the key of {}", key_path.string(), certificate_path.string());
  else if (X509_check_ca(certificate.get()) == 0)
    problem = fmt::format("{} is not the certificate of an authority", certificate_path.string());
  if (!problem.empty()) return nullptr;
  return std::shared_ptr<const Authority>(new Authority(std::move(key), std::move(certificate)));
}

std::shared_ptr<const Authority> Authority::make(const fs::path& folder, std::string& problem) {
  const PrivateKey key = make_private_key();
  const Certificate certificate = key ? new_certificate(key.get(), authority_days) : Certificate();
  X509* const made = certificate.get();
  const bool signed_by_itself =
      made != nullptr && set_name(X509_get_subject_name(made), own_name()) &&
      X509_set_issuer_name(made, X509_get_subject_name(made)) == 1 &&
      add_extension(made, made, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
      add_extension(made, made, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      add_extension(made, made, NID_subject_key_identifier, "hash") &&
      X509_sign(made, key.get(), EVP_sha256()) != 0;
  if (!signed_by_itself) {
    problem = "OpenSSL can't make the certificate: " + openssl_problem();
    return nullptr;
  }
  const std::string certificate_text =
      pem_of([made](BIO* bio) { return PEM_write_bio_X509(bio, made); });
  const std::string key_text = pem_of([&key](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  if (!write_both(folder, certificate_text, key_text, problem)) return nullptr;
  return load(folder, problem);
}

std::shared_ptr<const Authority> Authority::take(const fs::path& folder,
                                                 const fs::path& certificate, const fs::path& key,
                                                 std::string& problem) {
  const auto certificate_text = text_of(certificate, problem);
  const auto key_text = certificate_text ? text_of(key, problem) : std::nullopt;
  if (!certificate_text || !key_text) return nullptr;
  if (!write_both(folder, *certificate_text, *key_text, problem)) return nullptr;
  auto taken = load(folder, problem);
  if (taken) return taken;
  std::error_code ignored;  // nothing stays that later runs would stumble over
  fs::remove(certificate_file(folder), ignored);
  fs::remove(key_file(folder), ignored);
  return nullptr;
}

std::string Authority::name() const {
  std::array<char, 256> text{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate_.get()), NID_commonName, text.data(),
                            static_cast<int>(text.size()));
  return text.data();
}

std::string Authority::expires() const {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate_.get()), &time) != 1) return "?";
  return fmt::format("{:04}-{:02}-{:02}", time.tm_year + 1900, time.tm_mon + 1, time.tm_mday);
}

Certificate Authority::issue(evp_pkey_st& key, const std::vector<std::string>& names) const {
  Certificate leaf = new_certificate(&key, leaf_days);
  X509* const made = leaf.get();
  X509* const issuer = certificate_.get();
  const bool issued = made != nullptr && !names.empty() &&
                      set_name(X509_get_subject_name(made), names.front()) &&
                      X509_set_issuer_name(made, X509_get_subject_name(issuer)) == 1 &&
                      add_extension(made, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
                      add_extension(made, issuer, NID_key_usage, "critical,digitalSignature") &&
                      add_extension(made, issuer, NID_ext_key_usage, "serverAuth,clientAuth") &&
                      add_extension(made, issuer, NID_subject_key_identifier, "hash") &&
                      add_extension(made, issuer, NID_authority_key_identifier, "keyid,issuer") &&
                      add_extension(made, issuer, NID_subject_alt_name, alternative_names(names)) &&
                      X509_sign(made, key_.get(), EVP_sha256()) != 0;
  return issued ? std::move(leaf) : Certificate();
}

}  // namespace understudy::net
