// A client that speaks TLS over a Peer, octet by octet under the test's control.
#pragma once

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <memory>
#include <string>

#include "peer.hpp"

namespace understudy::test {

class SecureClient {
 public:
  struct Options {
    std::filesystem::path authority = {};  ///< who is believed; empty: anybody
    std::string name = "localhost";        ///< asked for by SNI and checked
    std::string alpn = {};                 ///< in wire form
    int version = 0;                       ///< TLS1_2_VERSION, …; 0: any
  };

  SecureClient(Peer peer, const Options& options)
      : peer_(std::move(peer)),
        context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
        connection_(nullptr, SSL_free) {
    if (!options.authority.empty()) {
      SSL_CTX_load_verify_locations(context_.get(), options.authority.c_str(), nullptr);
      SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    }
    if (options.version != 0) {
      SSL_CTX_set_min_proto_version(context_.get(), options.version);
      SSL_CTX_set_max_proto_version(context_.get(), options.version);
    }
    connection_.reset(SSL_new(context_.get()));
    SSL_set_tlsext_host_name(connection_.get(), options.name.c_str());
    SSL_set1_host(connection_.get(), options.name.c_str());
    if (!options.alpn.empty())
      SSL_set_alpn_protos(connection_.get(),
                          reinterpret_cast<const unsigned char*>(options.alpn.data()),
                          static_cast<unsigned>(options.alpn.size()));
    SSL_set_bio(connection_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(connection_.get());
    SSL_do_handshake(connection_.get());
  }

  /// What it wants sent: at first its ClientHello.
  [[nodiscard]] std::string take_output() {
    BIO* const out = SSL_get_wbio(connection_.get());
    std::string octets(BIO_ctrl_pending(out), '\0');
    if (!octets.empty()) BIO_read(out, octets.data(), static_cast<int>(octets.size()));
    return octets;
  }
  [[nodiscard]] Peer& peer() noexcept { return peer_; }

  /// False where one of the two refuses.
  [[nodiscard]] bool handshake() {
    while (SSL_is_init_finished(connection_.get()) == 0) {
      if (!peer_.send(take_output()) || !receive_some()) return false;
      const int result = SSL_do_handshake(connection_.get());
      const int error = SSL_get_error(connection_.get(), result);
      if (result != 1 && error != SSL_ERROR_WANT_READ) return false;
    }
    return peer_.send(take_output());
  }

  bool send(std::string_view text) {
    if (SSL_write(connection_.get(), text.data(), static_cast<int>(text.size())) <= 0) return false;
    return peer_.send(take_output());
  }
  /// Exactly `count` octets, fewer where the stream ends.
  [[nodiscard]] std::string receive(std::size_t count) {
    std::string text(count, '\0');
    std::size_t have = 0;
    while (have < count) {
      const int got =
          SSL_read(connection_.get(), text.data() + have, static_cast<int>(count - have));
      if (got > 0)
        have += static_cast<std::size_t>(got);
      else if (SSL_get_error(connection_.get(), got) != SSL_ERROR_WANT_READ || !receive_some())
        break;
    }
    text.resize(have);
    return text;
  }
  /// The server has said that it will send no more.
  [[nodiscard]] bool was_closed() {
    (void)receive(1);
    return (SSL_get_shutdown(connection_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  /// What the certificate that was shown is for.
  [[nodiscard]] bool certificate_is_for(const std::string& name) const {
    X509* const shown = SSL_get0_peer_certificate(connection_.get());
    return shown != nullptr && X509_check_host(shown, name.data(), name.size(), 0, nullptr) == 1;
  }
  [[nodiscard]] std::string alpn() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(connection_.get(), &name, &size);
    return std::string(reinterpret_cast<const char*>(name), size);
  }

 private:
  bool receive_some() {
    const std::string got = peer_.receive_some();
    return !got.empty() &&
           BIO_write(SSL_get_rbio(connection_.get()), got.data(), static_cast<int>(got.size())) > 0;
  }

  Peer peer_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> connection_;
};

}  // namespace understudy::test
