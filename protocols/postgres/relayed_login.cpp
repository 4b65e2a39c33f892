#include "protocols/postgres/relayed_login.hpp"

#include <openssl/rand.h>

#include <array>

#include "protocols/postgres/auth.hpp"

namespace understudy::postgres {
namespace {

constexpr std::size_t nonce_octets = 18;

void send_sasl_initial(std::string_view first, std::vector<std::uint8_t>& out) {
  FrameWriter writer(out, 'p');
  writer.c_string(scram_mechanism);
  writer.be(static_cast<std::uint32_t>(first.size()));
  writer.bytes(as_bytes(first));
  writer.finish();
}

void send_sasl_response(std::string_view text, std::vector<std::uint8_t>& out) {
  FrameWriter writer(out, 'p');
  writer.bytes(as_bytes(text));
  writer.finish();
}

}  // namespace

void RelayedLogin::from_server(const Frame& frame, Bytes message, Relay& relay) {
  ByteReader reader(frame.body);
  const std::uint32_t code = frame.type == 'R' ? reader.be<std::uint32_t>() : auth_unknown;
  over_ = code == auth_ok || frame.type == 'E';
  if (code == auth_sasl) return offer_without_binding(reader.rest(), relay);
  const bool is_ours = scram_ && (code == auth_sasl_continue || code == auth_sasl_final);
  if (!is_ours) return relay.to_client.copy(message);
  if (code == auth_sasl_final) return;
  const auto final = scram_->final(as_text(reader.rest()));
  // What makes no sense the server finds wrong, and says so.
  send_sasl_response(final.value_or(""), relay.to_server.buffer());
}

void RelayedLogin::offer_without_binding(Bytes mechanisms, Relay& relay) {
  ByteReader reader(mechanisms);
  std::string others;
  bool binding = false, plain = false;
  for (std::string_view name = as_text(reader.until(0)); !reader.failed() && !name.empty();
       name = as_text(reader.until(0))) {
    binding = binding || name == scram_plus_mechanism;
    plain = plain || name == scram_mechanism;
    if (name != scram_plus_mechanism) others.append(name).push_back('\0');
  }
  if (binding && plain && client_has_tls_) {
    asked_for_password_ = true;
    return encode_authentication(auth_cleartext, {}, relay.to_client.buffer());
  }
  others.push_back('\0');
  encode_authentication(auth_sasl, as_bytes(others), relay.to_client.buffer());
}

void RelayedLogin::from_client(const Frame& frame, Bytes message, Relay& relay) {
  if (frame.type != 'p' || !asked_for_password_ || scram_) return relay.to_server.copy(message);
  ByteReader reader(frame.body);
  answer_server(reader.until(0), relay);
}

void RelayedLogin::answer_server(Bytes password, Relay& relay) {
  std::array<std::uint8_t, nonce_octets> nonce{};
  RAND_bytes(nonce.data(), static_cast<int>(nonce.size()));
  scram_.emplace(std::string(as_text(password)), nonce);
  send_sasl_initial(scram_->first(), relay.to_server.buffer());
}

}  // namespace understudy::postgres
