#include "net/tls_stream.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "net/authority.hpp"

namespace understudy::net {
namespace {

/// Many peers end TLS with the connection. That something was cut off the protocols see themselves.
error_code as_end(const error_code& error) {
  return error == asio::ssl::error::stream_truncated ? error_code(asio::error::eof) : error;
}

}  // namespace

struct TlsStream::Impl {
  Impl(tcp::socket& socket, SSL_CTX* context) : stream(socket, SSL_new(context)) {}

  std::shared_ptr<const void> owner;  // of what the connection uses
  asio::ssl::stream<tcp::socket&> stream;
  asio::ssl::stream_base::handshake_type role = asio::ssl::stream_base::server;
};

TlsStream::TlsStream(tcp::socket& socket, std::shared_ptr<const TlsServer> server)
    : impl_(std::make_unique<Impl>(socket, server->context())) {
  impl_->owner = std::move(server);
}

TlsStream::TlsStream(tcp::socket& socket, std::shared_ptr<const TlsClient> client)
    : impl_(std::make_unique<Impl>(socket, client->context())) {
  impl_->role = asio::ssl::stream_base::client;
  if (!is_ip_address(client->host()))
    SSL_set_tlsext_host_name(impl_->stream.native_handle(), client->host().c_str());
  impl_->owner = std::move(client);
}

TlsStream::~TlsStream() = default;

asio::awaitable<std::string> TlsStream::handshake(Bytes received) {
  const asio::const_buffer first(received.data(), received.size());
  const auto result = co_await impl_->stream.async_handshake(impl_->role, first, no_throw);
  const error_code error = std::get<0>(result);
  if (!error) co_return std::string();
  const long verified = SSL_get_verify_result(impl_->stream.native_handle());
  if (verified != X509_V_OK)
    co_return std::string("the certificate is not accepted, ") +
        X509_verify_cert_error_string(verified);
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated)
    co_return std::string("the peer closed the connection during the TLS handshake");
  co_return error.message();
}

TlsSession TlsStream::session() const {
  X509* const certificate = SSL_get_certificate(impl_->stream.native_handle());
  if (certificate == nullptr) return {};
  // The hash of its signature, but at least SHA-256.
  int digest_id = 0;
  const EVP_MD* digest = EVP_sha256();
  if (OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &digest_id, nullptr) == 1 &&
      digest_id != NID_md5 && digest_id != NID_sha1 && digest_id != NID_undef)
    digest = EVP_get_digestbynid(digest_id);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  if (digest == nullptr || X509_digest(certificate, digest, hash.data(), &size) != 1) return {};
  return {std::string(reinterpret_cast<const char*>(hash.data()), size)};
}

std::string TlsStream::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(impl_->stream.native_handle(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

Transfer TlsStream::async_read_some(asio::mutable_buffer room) {
  const auto result = co_await impl_->stream.async_read_some(room, no_throw);
  co_return std::tuple(as_end(std::get<0>(result)), std::get<1>(result));
}

Transfer TlsStream::async_write_some(std::span<const asio::const_buffer> slices) {
  co_return co_await impl_->stream.async_write_some(slices, no_throw);
}

std::size_t TlsStream::read_some(asio::mutable_buffer room, error_code& error) {
  const std::size_t count = impl_->stream.read_some(room, error);
  error = as_end(error);
  return count;
}

void TlsStream::finish() {
  error_code ignored;  // would_block: the peer's own goodbye is not waited for
  impl_->stream.shutdown(ignored);
}

}  // namespace understudy::net
