// What a port needs to speak TLS with its clients. No Asio: a handshake is TlsStream's.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/tls_settings.hpp"

struct ssl_ctx_st;  // SSL_CTX of OpenSSL

namespace understudy::net {

/// Certificates, client authorities and protocol versions (1.2 and 1.3). Shared by all threads.
class TlsServer {
 public:
  /// What `settings` ask for. Null without `problem` where they offer none, or say nothing and
  /// there is no authority; null with the reason in `problem` where what they name can't be used.
  /// `alpn`: what the clients may ask for; one that asks only for others is refused. `names`: what
  /// the service is called besides localhost and by SNI.
  [[nodiscard]] static std::shared_ptr<const TlsServer> make(const store::TlsSettings& settings,
                                                             const std::vector<std::string>& alpn,
                                                             const std::vector<std::string>& names,
                                                             std::string& problem);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] bool is_required() const noexcept;
  [[nodiscard]] ssl_ctx_st* context() const noexcept;

 private:
  struct Impl;
  explicit TlsServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Who is believed, and who we are, as the client of an upstream.
class TlsClient {
 public:
  /// `host`: its name or address, for SNI and the check. Null, with the reason in `problem`, where
  /// a file that `upstream` names can't be used.
  [[nodiscard]] static std::shared_ptr<const TlsClient> make(const TlsUpstream& upstream,
                                                             const std::string& host,
                                                             const std::vector<std::string>& alpn,
                                                             std::string& problem);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  [[nodiscard]] const std::string& host() const noexcept;
  [[nodiscard]] ssl_ctx_st* context() const noexcept;

 private:
  struct Impl;
  explicit TlsClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::net
