// The connection phase of the serving role.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/mysql/auth.hpp"
#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/server.hpp"
#include "understudy/scope.hpp"

namespace understudy::mysql {

namespace {

// What a server offers is recorded, but only this much of it is spoken here.
constexpr std::uint32_t not_spoken =
    capability::ssl | capability::compress | capability::zstd_compress |
    capability::optional_resultset_metadata | capability::multi_factor;

constexpr std::uint32_t default_capabilities = 0x81FFF7FE;
constexpr std::string_view default_version = "5.5.5-10.11.6-MariaDB";
constexpr std::uint8_t fast_authentication[] = {0x01, 0x03};

template <class Number>
Number number_or(const Document& document, const char* key, Number otherwise) {
  const auto found = document.find(key);
  if (found == document.end() || !found->is_number_integer()) return otherwise;
  return static_cast<Number>(found->get<std::uint64_t>());
}

std::string text_or(const Document& document, const char* key, std::string_view otherwise) {
  const auto found = document.find(key);
  return found != document.end() && found->is_string() ? found->get<std::string>()
                                                       : std::string(otherwise);
}

// Octets of a nonce are neither NUL, which ends it for clients, nor above 127.
std::uint8_t nonce_octet(std::uint8_t random) noexcept {
  return static_cast<std::uint8_t>(0x21 + random % 0x5E);
}

}  // namespace

void MysqlServer::start() {
  greet();
}

void MysqlServer::greet() {
  greeting_.version = text_or(profile_, "version", default_version);
  greeting_.connection_id = static_cast<std::uint32_t>(context_.connection_id);
  for (std::size_t i = 0; i < nonce_size; ++i)
    greeting_.nonce[i] = nonce_octet(context_.entropy[i]);
  const auto recorded = number_or(profile_, "capabilities", default_capabilities);
  greeting_.offered.capabilities = (recorded & ~not_spoken) | capability::protocol_41 |
                                   capability::secure_connection | capability::plugin_auth |
                                   capability::connect_attrs |
                                   (context_.tls == TlsOffer::none ? 0 : capability::ssl);
  greeting_.offered.mariadb =
      number_or<std::uint32_t>(profile_, "mariadb_capabilities", 0) &
      (mariadb_capability::extended_metadata | mariadb_capability::bulk_operations);
  greeting_.collation = number_or<std::uint8_t>(profile_, "collation", 8);
  greeting_.status = status::autocommit;
  greeting_.plugin = text_or(profile_, "plugin", native_password);
  if (greeting_.plugin != caching_sha2_password) greeting_.plugin = native_password;

  std::vector<std::uint8_t>& target = output_.buffer();
  const std::size_t start = begin_packet(target);
  ByteWriter writer(target);
  encode_greeting(greeting_, writer);
  sequence_ = 0;
  end_packet(target, start, sequence_);
}

std::optional<ServerEvent> MysqlServer::take_handshake_response(const Packet& packet) {
  sequence_ = static_cast<std::uint8_t>(packet.last + 1);
  const auto response = decode_handshake_response(packet.payload, greeting_.offered);
  if (response && response->tls && context_.tls != TlsOffer::none && !has_tls_)
    return StartTls{reader_.pending().size()};
  if (response && context_.tls == TlsOffer::required && !has_tls_) {
    fail(3159, "HY000",
         "Connections using insecure transport are prohibited while "
         "--require_secure_transport=ON. Connect with TLS (--ssl-mode=REQUIRED)");
    phase_ = Phase::closed;
    return Noted{"a client without TLS was refused"};
  }
  if (!response || response->tls || !response->wanted.has(capability::protocol_41)) {
    fail(1043, "08S01", "Bad handshake");
    phase_ = Phase::closed;
    return Noted{response && response->tls
                     ? "a client began TLS, which is not offered here; `understudy ca` makes what "
                       "is needed"
                     : "a client's handshake response is not that of protocol 4.1"};
  }
  login_ = *response;
  negotiated_ = login_.wanted;
  multi_statements_ = negotiated_.has(capability::multi_statements);
  authenticate(login_);
  return Synthesised{"authentication"};
}

// Clients that name no plugin answer as mysql_native_password does. One that answers wrongly by
// another than the greeting's plugin may not have had what that one needs: it is asked again, as
// servers do.
void MysqlServer::authenticate(const HandshakeResponse& response) {
  const std::string_view plugin =
      response.plugin.empty() ? native_password : std::string_view(response.plugin);
  if (plugin != native_password && plugin != caching_sha2_password) return switch_plugin();
  if (is_admitted(plugin, response.answer)) return admit(plugin);
  if (plugin != greeting_.plugin && negotiated_.has(capability::plugin_auth))
    return switch_plugin();
  deny();
}

void MysqlServer::switch_plugin() {
  std::vector<std::uint8_t>& target = output_.buffer();
  const std::size_t start = begin_packet(target);
  ByteWriter writer(target);
  encode_auth_switch(greeting_.plugin, greeting_.nonce, writer);
  end_packet(target, start, sequence_);
  phase_ = Phase::switched;
}

bool MysqlServer::is_admitted(std::string_view plugin, std::string_view answer) const {
  const Document& settings = *context_.settings;
  const auto auth = settings.is_object() ? settings.find("auth") : settings.end();
  if (!settings.is_object() || auth == settings.end() || !auth->is_object()) return true;
  const std::string user = text_or(*auth, "user", login_.user);
  return user == login_.user &&
         verify_answer(plugin, text_or(*auth, "password", ""), greeting_.nonce, answer);
}

void MysqlServer::admit(std::string_view plugin) {
  phase_ = Phase::commands;
  if (plugin == caching_sha2_password && !login_.answer.empty()) {
    std::vector<std::uint8_t>& target = output_.buffer();
    const std::size_t start = begin_packet(target);
    output_.copy(fast_authentication);
    end_packet(target, start, sequence_);
  }
  enter_login_scope();
}

void MysqlServer::welcome() {
  login_.database = std::string(split_scope(login_.database).bare);
  const bool ignore_space = !changing_user_ && negotiated_.has(capability::ignore_space);
  session_.open(login_.user, login_.database, login_.collation, ignore_space);
  forget_session();
  login_.answer.clear();
  tracked_.clear();
  if (!login_.database.empty()) track_schema();
  send_ok({});
  changing_user_ = false;
}

void MysqlServer::deny() {
  fail(1045, "28000",
       fmt::format("Access denied for user '{}'@'localhost' (using password: {})", login_.user,
                   login_.answer.empty() ? "NO" : "YES"));
  phase_ = Phase::closed;
}

// COM_CHANGE_USER: like a new connection that keeps its capabilities.
std::optional<ServerEvent> MysqlServer::take_change_user(Bytes body) {
  const auto response = decode_change_user(body, negotiated_);
  if (!response) {
    fail(1047, "08S01", "Unknown command");
    return synthesised("malformed command");
  }
  const std::uint16_t collation = response->collation == 0 ? login_.collation : response->collation;
  login_ = *response;
  login_.collation = collation;
  changing_user_ = true;
  forget_statements();
  asked_ = Asked::reset;
  return std::nullopt;
}

}  // namespace understudy::mysql
