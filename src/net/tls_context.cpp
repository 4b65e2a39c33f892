#include "net/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "net/authority.hpp"

namespace understudy::net {
namespace {

constexpr unsigned char session_context[] = "understudy";

struct FreeContext {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

Context new_context(const SSL_METHOD* method) {
  Context context(SSL_CTX_new(method));
  if (!context) return context;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  // With TLS 1.3 a ticket takes along the acknowledgement that a client with Nagle's delay awaits.
  SSL_CTX_set_num_tickets(context.get(), 1);
  SSL_CTX_set_session_id_context(context.get(), session_context, sizeof session_context);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  return context;
}

/// The wire form of an ALPN list: each name behind its length.
std::string alpn_wire(const std::vector<std::string>& names) {
  std::string wire;
  for (const std::string& name : names) {
    if (name.empty()) continue;
    wire += static_cast<char>(name.size());
    wire += name;
  }
  return wire;
}

bool use_own_certificate(SSL_CTX* context, const std::filesystem::path& certificate,
                         const std::filesystem::path& key, std::string& problem) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    problem = fmt::format("the certificate {} can't be used: {}", certificate.string(),
                          openssl_problem());
  else if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    problem = fmt::format("the key {} can't be used: {}", key.string(), openssl_problem());
  return problem.empty();
}

bool believe(SSL_CTX* context, const std::filesystem::path& authorities, std::string& problem) {
  if (SSL_CTX_load_verify_locations(context, authorities.c_str(), nullptr) == 1) return true;
  problem = fmt::format("the authorities in {} can't be used: {}", authorities.string(),
                        openssl_problem());
  return false;
}

/// Certificates of the authority by the name that clients ask for, made on demand. Thread-safe.
class Leaves {
 public:
  Leaves(std::shared_ptr<const Authority> authority, std::vector<std::string> names)
      : authority_(std::move(authority)), names_(std::move(names)), key_(make_private_key()) {}

  /// Shows the connection's certificate. False where there is none to show.
  bool show(SSL* connection) {
    const char* const asked = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
    const std::string name = asked != nullptr && is_name(asked) ? asked : "";
    const std::lock_guard lock(mutex_);
    Certificate& leaf = leaf_for(name);
    return leaf && SSL_use_certificate(connection, leaf.get()) == 1 &&
           SSL_use_PrivateKey(connection, key_.get()) == 1;
  }

 private:
  static constexpr std::size_t most_leaves = 1000;

  /// SNI is a client's text: nothing but a host name becomes part of a certificate.
  static bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '.' || c == '_';
    });
  }

  Certificate& leaf_for(const std::string& name) {
    if (leaves_.size() > most_leaves) leaves_.clear();
    Certificate& leaf = leaves_[name];
    if (leaf) return leaf;
    std::vector<std::string> names = names_;
    if (!name.empty() && std::ranges::find(names, name) == names.end())
      names.insert(names.begin(), name);
    if (key_) leaf = authority_->issue(*key_, names);
    return leaf;
  }

  std::shared_ptr<const Authority> authority_;
  std::vector<std::string> names_;
  PrivateKey key_;
  std::mutex mutex_;
  std::map<std::string, Certificate> leaves_;
};

int show_leaf(SSL* connection, void* leaves) {
  return static_cast<Leaves*>(leaves)->show(connection) ? 1 : 0;
}

/// The first of ours that the client names.
int choose_alpn(SSL*, const unsigned char** chosen, unsigned char* size,
                const unsigned char* theirs, unsigned their_size, void* ours) {
  const auto& wire = *static_cast<const std::string*>(ours);
  unsigned char* found = nullptr;
  const int result =
      SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(wire.data()),
                            static_cast<unsigned>(wire.size()), theirs, their_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

struct TlsServer::Impl {
  Context context = new_context(TLS_server_method());
  std::unique_ptr<Leaves> leaves;
  std::string alpn;
  bool required = false;

  bool ask_for_certificate(const store::TlsSettings& settings, std::string& problem) {
    using Wanted = store::TlsSettings::ClientCertificate;
    if (settings.client_certificate == Wanted::none) return true;
    if (!believe(context.get(), settings.client_ca, problem)) return false;
    SSL_CTX_set_client_CA_list(context.get(), SSL_load_client_CA_file(settings.client_ca.c_str()));
    SSL_CTX_set_verify(context.get(),
                       settings.client_certificate == Wanted::required
                           ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                           : SSL_VERIFY_PEER,
                       nullptr);
    return true;
  }

  void show_leaves(std::shared_ptr<const Authority> authority,
                   const std::vector<std::string>& further) {
    std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
    for (const std::string& name : further)
      if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
    SSL_CTX_add_extra_chain_cert(context.get(), X509_dup(authority->certificate()));
    leaves = std::make_unique<Leaves>(std::move(authority), std::move(names));
    SSL_CTX_set_cert_cb(context.get(), show_leaf, leaves.get());
  }
};

TlsServer::TlsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsServer::~TlsServer() = default;

std::shared_ptr<const TlsServer> TlsServer::make(const store::TlsSettings& settings,
                                                 const std::vector<std::string>& alpn,
                                                 const std::vector<std::string>& names,
                                                 std::string& problem) {
  if (settings.offer == TlsOffer::none) return nullptr;
  const bool own = !settings.certificate.empty();
  const auto folder = settings.authority.empty() ? Authority::usual_folder() : settings.authority;
  const auto authority = own ? nullptr : Authority::load(folder, problem);
  if (!own && !authority) {
    if (problem.empty() && settings.offer)
      problem = fmt::format(
          "`tls` needs a certificate: `understudy ca` makes a local authority in {}, or "
          "`tls: {{certificate: FILE, key: FILE}}` names one",
          folder.string());
    return nullptr;
  }
  auto impl = std::make_unique<Impl>();
  impl->required = settings.offer == TlsOffer::required;
  if (own) {
    if (!use_own_certificate(impl->context.get(), settings.certificate, settings.key, problem))
      return nullptr;
  } else {
    std::vector<std::string> all = settings.names;
    all.insert(all.end(), names.begin(), names.end());
    impl->show_leaves(authority, all);
  }
  if (!impl->ask_for_certificate(settings, problem)) return nullptr;
  impl->alpn = alpn_wire(alpn);
  if (!impl->alpn.empty())
    SSL_CTX_set_alpn_select_cb(impl->context.get(), choose_alpn, &impl->alpn);
  return std::shared_ptr<const TlsServer>(new TlsServer(std::move(impl)));
}

bool TlsServer::is_required() const noexcept {
  return impl_->required;
}

SSL_CTX* TlsServer::context() const noexcept {
  return impl_->context.get();
}

struct TlsClient::Impl {
  Context context = new_context(TLS_client_method());
  std::string host;

  void check_name() {
    X509_VERIFY_PARAM* const parameters = SSL_CTX_get0_param(context.get());
    if (is_ip_address(host))
      X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str());
    else
      X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size());
  }
};

TlsClient::TlsClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsClient::~TlsClient() = default;

std::shared_ptr<const TlsClient> TlsClient::make(const TlsUpstream& upstream,
                                                 const std::string& host,
                                                 const std::vector<std::string>& alpn,
                                                 std::string& problem) {
  auto impl = std::make_unique<Impl>();
  SSL_CTX* const context = impl->context.get();
  impl->host = host;
  if (upstream.check != TlsUpstream::Check::nothing) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (upstream.authorities.empty())
      SSL_CTX_set_default_verify_paths(context);
    else if (!believe(context, upstream.authorities, problem))
      return nullptr;
  }
  if (upstream.check == TlsUpstream::Check::name) impl->check_name();
  const std::string& key = upstream.key.empty() ? upstream.certificate : upstream.key;
  if (!upstream.certificate.empty() &&
      !use_own_certificate(context, upstream.certificate, key, problem))
    return nullptr;
  const std::string wire = alpn_wire(alpn);
  if (!wire.empty())
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(wire.data()),
                            static_cast<unsigned>(wire.size()));
  return std::shared_ptr<const TlsClient>(new TlsClient(std::move(impl)));
}

const std::string& TlsClient::host() const noexcept {
  return impl_->host;
}

SSL_CTX* TlsClient::context() const noexcept {
  return impl_->context.get();
}

}  // namespace understudy::net
