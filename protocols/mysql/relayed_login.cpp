#include "protocols/mysql/relayed_login.hpp"

#include <algorithm>

#include "protocols/mysql/rsa.hpp"
#include "understudy/byte_writer.hpp"

namespace understudy::mysql {

namespace {

constexpr std::uint8_t more_data = 0x01, auth_switch = 0xFE, full_authentication = 0x04,
                       key_request = 0x02;
constexpr std::uint8_t tls_flag = capability::ssl >> 8;            // in the second octet
constexpr std::uint8_t flag_of_41 = capability::protocol_41 >> 8;  // as well
constexpr std::uint16_t ssl_connection_error = 2026;

}  // namespace

void RelayedLogin::send(std::vector<std::uint8_t>& target, Bytes payload, std::uint8_t sequence) {
  const std::size_t start = begin_packet(target);
  target.insert(target.end(), payload.begin(), payload.end());
  end_packet(target, start, sequence);
}

void RelayedLogin::to_client(Bytes payload, std::uint8_t sequence, Relay& relay) {
  send(relay.to_client.buffer(), payload, static_cast<std::uint8_t>(sequence - ahead_));
}

void RelayedLogin::to_server(Bytes payload, std::uint8_t sequence, Relay& relay) {
  send(relay.to_server.buffer(), payload, static_cast<std::uint8_t>(sequence + ahead_));
}

void RelayedLogin::ask_for_tls(const Packet& response, Relay& relay) {
  std::vector<std::uint8_t> request(response.payload.begin(), response.payload.end());
  request.resize(ssl_request_size);
  request[1] |= tls_flag;
  to_server(request, response.first, relay);
  server_tls_ = true;
  ++ahead_;
}

void RelayedLogin::send_response(Bytes payload, std::uint8_t sequence, Relay& relay) {
  std::vector<std::uint8_t> response(payload.begin(), payload.end());
  const bool begins_tls = payload.size() == ssl_request_size;  // which nobody has offered
  const bool has_flag = !begins_tls && response.size() > 2 && (response[1] & flag_of_41) != 0;
  if (has_flag && server_tls_) response[1] |= tls_flag;
  // Some clients keep it in a login that is plain: a server that offers TLS would wait for it.
  if (has_flag && !server_tls_) response[1] &= static_cast<std::uint8_t>(~tls_flag);
  to_server(response, sequence, relay);
}

std::string RelayedLogin::from_server(const Packet& packet, Relay& relay) {
  const Bytes payload = packet.payload;
  if (full_ == Full::key_awaited) return encrypt(payload, packet.last, relay);
  to_client(payload, packet.first, relay);
  if (payload.size() > nonce_size && payload[0] == auth_switch) {
    const Bytes nonce = payload.last(nonce_size + 1).first(nonce_size);
    std::ranges::copy(nonce, nonce_.begin());
  }
  if (payload.size() == 2 && payload[0] == more_data && payload[1] == full_authentication)
    return wants_full();
  return {};
}

std::string RelayedLogin::wants_full() {
  if (client_tls_ == server_tls_)
    full_ = Full::as_it_comes;
  else
    full_ = client_tls_ ? Full::to_be_encrypted : Full::to_be_decrypted;
  if (full_ != Full::to_be_decrypted) return {};
  return "the server wants the whole password of a client that has no TLS; where the client ends "
         "the login now, let it ask for the public key (allowPublicKeyRetrieval=true, "
         "--get-server-public-key) or connect with TLS";
}

std::string RelayedLogin::from_client(const Packet& packet, Relay& relay) {
  const Bytes payload = packet.payload;
  const bool asks_for_key = payload.size() == 1 && payload[0] == key_request;
  if (full_ == Full::to_be_encrypted && !payload.empty()) {
    password_ = as_text(payload);
    full_ = Full::key_awaited;
    to_server(Bytes(&key_request, 1), packet.first, relay);
  } else if (full_ == Full::to_be_decrypted && asks_for_key) {
    std::string answer(1, static_cast<char>(more_data));
    answer += RsaKey::own().public_key();
    send(relay.to_client.buffer(), as_bytes(answer), static_cast<std::uint8_t>(packet.last + 1));
  } else if (full_ == Full::to_be_decrypted && !payload.empty()) {
    return decrypt(payload, packet.first, relay);
  } else {
    to_server(payload, packet.first, relay);
  }
  return {};
}

/// `answer` is what the server said to the question for its key.
std::string RelayedLogin::encrypt(Bytes answer, std::uint8_t sequence, Relay& relay) {
  full_ = Full::as_it_comes;
  const std::string password = std::exchange(password_, {});
  const auto encrypted =
      !answer.empty() && answer[0] == more_data
          ? encrypt_password(password, nonce_, std::string(as_text(answer.subspan(1))))
          : std::nullopt;
  if (!encrypted) {
    to_client(answer, sequence, relay);
    return "the server gave no public key for the password that the client sent within TLS";
  }
  ahead_ = static_cast<std::int8_t>(ahead_ + 2);
  send(relay.to_server.buffer(), as_bytes(*encrypted), static_cast<std::uint8_t>(sequence + 1));
  return {};
}

/// The question for the key and its answer were between the client and us alone.
std::string RelayedLogin::decrypt(Bytes encrypted, std::uint8_t sequence, Relay& relay) {
  full_ = Full::as_it_comes;
  const auto password = RsaKey::own().decrypt_password(as_text(encrypted), nonce_);
  ahead_ = static_cast<std::int8_t>(ahead_ - 2);
  to_server(password ? as_bytes(*password) : encrypted, sequence, relay);
  if (password) return {};
  return "a password is encrypted for a public key that the client has from elsewhere: let it ask "
         "for the key, or connect with TLS";
}

void RelayedLogin::refuse(std::uint8_t sequence, const std::string& why, Relay& relay) {
  std::vector<std::uint8_t>& target = relay.to_client.buffer();
  const std::size_t start = begin_packet(target);
  ByteWriter writer(target);
  writer.byte(0xFF);
  writer.le(ssl_connection_error, 2);
  writer.text("#HY000");
  writer.text(why);
  end_packet(target, start, sequence);
}

}  // namespace understudy::mysql
