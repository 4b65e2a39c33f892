#include "protocols/mysql/rsa.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace understudy::mysql {

namespace {

constexpr std::size_t key_bits = 2048;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

std::string masked(std::string text, const Nonce& nonce) {
  for (std::size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>(text[i] ^ nonce[i % nonce.size()]);
  return text;
}

const unsigned char* octets_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// `begin` prepares the context, `run` is called for the size, then for the octets.
template <class Begin, class Run>
std::optional<std::string> transformed(EVP_PKEY* key, std::string_view text, Begin begin, Run run) {
  const KeyContext context(EVP_PKEY_CTX_new(key, nullptr), EVP_PKEY_CTX_free);
  std::size_t size = 0;
  if (!context || begin(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) != 1 ||
      run(context.get(), nullptr, &size, octets_of(text), text.size()) != 1)
    return std::nullopt;
  std::string result(size, '\0');
  if (run(context.get(), reinterpret_cast<unsigned char*>(result.data()), &size, octets_of(text),
          text.size()) != 1)
    return std::nullopt;
  result.resize(size);
  return result;
}

}  // namespace

std::optional<std::string> encrypt_password(std::string_view password, const Nonce& nonce,
                                            const std::string& public_key) {
  const Bio bio(BIO_new_mem_buf(public_key.data(), static_cast<int>(public_key.size())), BIO_free);
  const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (!key) return std::nullopt;
  return transformed(key.get(), masked(std::string(password), nonce), EVP_PKEY_encrypt_init,
                     EVP_PKEY_encrypt);
}

const RsaKey& RsaKey::own() {
  static const RsaKey key;
  return key;
}

RsaKey::RsaKey() : key_(EVP_RSA_gen(key_bits), EVP_PKEY_free) {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  if (!key_ || PEM_write_bio_PUBKEY(bio.get(), key_.get()) != 1) return;
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  public_key_.assign(text, static_cast<std::size_t>(size));
}

std::optional<std::string> RsaKey::decrypt_password(std::string_view encrypted,
                                                    const Nonce& nonce) const {
  const auto password = transformed(key_.get(), encrypted, EVP_PKEY_decrypt_init, EVP_PKEY_decrypt);
  if (!password) return std::nullopt;
  return masked(*password, nonce);
}

}  // namespace understudy::mysql
