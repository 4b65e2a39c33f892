// Packets to commands and responses; what these become is in observer_exchanges.cpp.
#include "protocols/mysql/observer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/mysql/bulk.hpp"
#include "protocols/mysql/charset.hpp"

namespace understudy::mysql {

namespace {

// What can't be decoded between the two is not offered to the client.
constexpr std::uint32_t hidden = capability::ssl | capability::compress | capability::zstd_compress;
constexpr std::uint8_t capability_of_41 = capability::protocol_41 >> 8;  // in the second octet

}  // namespace

MysqlObserver::MysqlObserver(const Limits& limits)
    : limits_(limits),
      client_(limits.message_octets),
      server_(limits.message_octets),
      profile_(Document::object()),
      session_(&profile_) {}

MysqlObserver::~MysqlObserver() = default;

void MysqlObserver::feed(Direction from, Bytes chunk, Moment at, Relay& relay) {
  if (from == Direction::from_client && queue_.in_sync() && phase_ == Phase::response) {
    feed_response(chunk, at, relay);
  } else if (from == Direction::from_client) {
    if (!queue_.in_sync() || !relays_login()) relay.to_server.copy(chunk);
    if (queue_.in_sync()) feed_client(chunk, at, relay);
  } else if (queue_.in_sync()) {
    feed_server(chunk, at, relay);
  } else {
    relay.to_client.copy(chunk);
  }
}

/// Behind the client's login, up to its end, packets are changed on their way.
bool MysqlObserver::relays_login() const noexcept {
  return phase_ == Phase::authentication && relayed_.is_needed();
}

// The client's answer to the greeting is held back until it is whole, to be changed.
void MysqlObserver::feed_response(Bytes chunk, Moment at, Relay& relay) {
  if (client_.idle()) client_began_ = at;
  client_.feed(chunk);
  if (!held_.empty()) return;  // the server is about to have TLS
  Packet packet;
  const FrameStatus status = client_.next(packet);
  if (status == FrameStatus::need_bytes) return;
  if (status != FrameStatus::packet) {
    relay.to_server.copy(client_.pending());
    return lose("the client's packets are malformed");
  }
  const auto response = decode_handshake_response(packet.payload, greeting_.offered);
  const bool begins_tls = response && response->tls;
  if (begins_tls && tls_.offered_to_client && !relayed_.has_client_tls()) {
    relay.client_tls = true;
    relay.octets_of_tls = client_.pending().size();
    client_.drop_pending();
    return relayed_.client_has_tls();
  }
  held_.assign(packet.payload.begin(), packet.payload.end());
  held_sequence_ = packet.first;
  if (!tls_.wanted_of_server) return answer_greeting(relay);
  relayed_.ask_for_tls(packet, relay);
  relay.server_tls = true;
}

void MysqlObserver::begin_tls(Direction with, std::string_view problem, Relay& relay) {
  if (with == Direction::from_client) return;
  if (problem.empty()) return answer_greeting(relay);
  std::string why = "TLS with the recorded server failed: " + std::string(problem);
  RelayedLogin::refuse(static_cast<std::uint8_t>(held_sequence_ + 1), why, relay);
  lose(std::move(why));
}

/// With the login that was held back.
void MysqlObserver::answer_greeting(Relay& relay) {
  const std::vector<std::uint8_t> login = std::exchange(held_, {});
  relayed_.send_response(login, held_sequence_, relay);
  client_packet({login, held_sequence_, held_sequence_}, client_began_);
  if (!relays_login()) relay.to_server.copy(client_.pending());
  if (queue_.in_sync()) feed_client({}, client_began_, relay);
}

void MysqlObserver::feed_client(Bytes chunk, Moment at, Relay& relay) {
  if (client_.idle()) client_began_ = at;
  client_.feed(chunk);
  Packet packet;
  FrameStatus status = FrameStatus::packet;
  while (queue_.in_sync() && (status = client_.next(packet)) == FrameStatus::packet) {
    if (relays_login()) tell(relayed_.from_client(packet, relay));
    client_packet(packet, client_began_);
    client_began_ = at;
  }
  if (queue_.in_sync() && status != FrameStatus::need_bytes)
    lose("the client's packets are malformed");
}

void MysqlObserver::feed_server(Bytes chunk, Moment at, Relay& relay) {
  server_.feed(chunk);
  const bool by_packet = phase_ == Phase::greeting || relays_login();
  if (!by_packet) relay.to_client.copy(chunk);
  Packet packet;
  FrameStatus status = FrameStatus::packet;
  while (queue_.in_sync() && (status = server_.next(packet)) == FrameStatus::packet) {
    if (phase_ == Phase::greeting) {
      take_greeting(packet.payload, relay);
      continue;
    }
    const bool was_login = relays_login();
    if (was_login) tell(relayed_.from_server(packet, relay));
    server_packet(packet.payload, at);
    if (!was_login || (relays_login() && queue_.in_sync())) continue;
    relay.to_client.copy(server_.pending());
    relay.to_server.copy(client_.pending());
  }
  if (!queue_.in_sync() || status == FrameStatus::need_bytes) return;
  if (phase_ == Phase::greeting || relays_login()) relay.to_client.copy(server_.pending());
  lose("the server's packets are malformed");
}

void MysqlObserver::relay_greeting(Bytes packet, Relay& relay) {
  std::vector<std::uint8_t>& target = relay.to_client.buffer();
  const std::size_t start = begin_packet(target);
  relay.to_client.copy(packet);
  std::uint8_t sequence = 0;
  end_packet(target, start, sequence);
  // Whatever the server sent along with its first packet.
  relay.to_client.copy(server_.pending());
}

void MysqlObserver::take_greeting(Bytes packet, Relay& relay) {
  phase_ = Phase::response;
  const auto greeting = decode_greeting(packet);
  if (!greeting) {
    relay_greeting(packet, relay);
    return lose(is_error(packet) ? "the server refused the connection"
                                 : "the server's greeting is not that of protocol 10");
  }
  greeting_ = *greeting;
  profile_["version"] = greeting_.version;
  const bool offers_tls = greeting_.offered.has(capability::ssl);
  if (tls_.wanted_of_server && !offers_tls) {
    std::string why = "the recorded server offers no TLS, which the upstream's URL asks for";
    RelayedLogin::refuse(0, why, relay);
    return lose(std::move(why));
  }
  relayed_.set_nonce(greeting_.nonce);
  std::vector<std::uint8_t> changed(packet.begin(), packet.end());
  ByteWriter writer(changed);
  const CapabilityOffsets offsets = capability_offsets(packet);
  const std::uint32_t offered = greeting_.offered.capabilities & ~hidden;
  const std::uint32_t tls = tls_.offered_to_client ? capability::ssl : 0;
  writer.patch_le(offsets.low, offered | tls, 2);
  if (offsets.high + 2 <= changed.size()) writer.patch_le(offsets.high, offered >> 16, 2);
  if (offers_tls && !tls_.offered_to_client)
    queue_.warn(
        "TLS is not offered to the client while recording, though the server offers it; "
        "`understudy ca` makes what is needed");
  greeting_.offered.capabilities = offered;
  relay_greeting(changed, relay);
}

void MysqlObserver::client_packet(const Packet& packet, Moment began) {
  switch (phase_) {
    case Phase::greeting:
      return lose("the client spoke before the server's greeting");
    case Phase::response:
      return take_handshake_response(packet.payload);
    case Phase::authentication:
      return;
    case Phase::commands:
      break;
  }
  if (file_wanted_) {
    file_.add(packet.payload);
    if (packet.payload.empty()) file_wanted_ = false;
    return;
  }
  const bool authenticates = !pending_.empty() && pending_.front().command == Command::change_user;
  if (authenticates && packet.first != 0) return;
  take_command(packet, began);
}

void MysqlObserver::take_handshake_response(Bytes packet) {
  const auto response = decode_handshake_response(packet, greeting_.offered);
  if (!response) return lose("the client's handshake response is malformed");
  if (response->tls) {
    return queue_.stop(Sync::opaque, "the client began TLS, which was not offered");
  }
  if (!response->wanted.has(capability::protocol_41))
    return lose("the client speaks the protocol of MySQL 4.0, which is not recorded");
  login_ = *response;
  login_.answer.clear();
  negotiated_ = login_.wanted;
  multi_statements_ = negotiated_.has(capability::multi_statements);
  phase_ = Phase::authentication;
  response_.begin(Reply::handshake, {negotiated_}, limits_);
}

void MysqlObserver::server_packet(Bytes packet, Moment at) {
  if (phase_ == Phase::response)
    return lose("the server spoke before the client's handshake response");
  if (phase_ == Phase::authentication) {
    const auto progress = response_.feed(packet);
    if (progress == Response::Progress::malformed)
      return lose("the authentication was not understood");
    if (progress == Response::Progress::complete && !response_.failed()) authenticated();
    return;
  }
  if (pending_.empty()) {
    if (!is_error(packet)) lose("the server sent a packet that no command asked for");
    return;
  }
  switch (response_.feed(packet)) {
    case Response::Progress::more:
      return;
    case Response::Progress::malformed:
      return lose("an answer of the server was not understood");
    case Response::Progress::wants_file:
      file_wanted_ = true;
      return;
    case Response::Progress::complete:
      break;
  }
  complete_front(at);
  pending_.pop_front();
  front_begun_ = false;
  begin_front(at);
}

void MysqlObserver::authenticated() {
  phase_ = Phase::commands;
  session_.open(login_.user, login_.database, login_.collation,
                negotiated_.has(capability::ignore_space));
  Document facts = {{"user", login_.user}};
  if (!login_.database.empty()) facts["database"] = login_.database;
  facts["collation"] = login_.collation;
  if (negotiated_.has(capability::found_rows)) facts["found_rows"] = true;
  if (negotiated_.has(capability::ignore_space)) facts["ignore_space"] = true;
  if ((negotiated_.mariadb & mariadb_capability::extended_metadata) != 0)
    facts["extended_metadata"] = true;
  facts["server"] = {{"version", greeting_.version},
                     {"capabilities", greeting_.offered.capabilities},
                     {"mariadb_capabilities", greeting_.offered.mariadb},
                     {"collation", greeting_.collation},
                     {"status", greeting_.status},
                     {"plugin", greeting_.plugin}};
  queue_.open(std::move(facts));
}

void MysqlObserver::take_command(const Packet& packet, Moment began) {
  if (packet.first != 0 || packet.payload.empty())
    return lose("the client's packets are out of order");
  const auto command = static_cast<Command>(packet.payload[0]);
  pending_.push_back({.command = command,
                      .body = std::string(as_text(packet.payload.subspan(1))),
                      .began = began});
  if (pending_.size() == 1) begin_front(began);
}

// Sets up what the first pending command is answered with; passes those that are not answered.
void MysqlObserver::begin_front(Moment) {
  while (!pending_.empty() && !front_begun_ && queue_.in_sync()) {
    Pending& pending = pending_.front();
    const Reply reply = reply_to(pending.command);
    if (reply == Reply::none) {
      settle_without_reply(pending);
      pending_.pop_front();
      continue;
    }
    front_begun_ = true;
    if (pending.command == Command::stmt_execute || pending.command == Command::stmt_bulk_execute) {
      if (!begin_execution(pending)) return;
    } else if (pending.command == Command::stmt_fetch) {
      pending.statement = resolved(statement_id(as_bytes(pending.body)));
      const auto cursor = cursors_.find(pending.statement);
      const bool open = cursor != cursors_.end() && !cursor->second.results.list.empty();
      const auto* set =
          open ? std::get_if<ResultSet>(&cursor->second.results.list.front()) : nullptr;
      response_.begin(Reply::rows, response_context(Encoding::binary), limits_,
                      set == nullptr ? nullptr : &set->columns);
    } else {
      response_.begin(reply, response_context(Encoding::text), limits_);
    }
  }
}

bool MysqlObserver::begin_execution(Pending& pending) {
  const Bytes body = as_bytes(pending.body);
  pending.statement = resolved(statement_id(body));
  Prepared* statement = find_statement(pending.statement);
  response_.begin(Reply::results, response_context(Encoding::binary), limits_,
                  statement == nullptr ? nullptr : &statement->columns);
  if (statement == nullptr) return true;  // answered by an error
  const bool bulk = pending.command == Command::stmt_bulk_execute;
  if (bulk ? !take_batch(*statement, pending) : !take_parameters(*statement, pending)) {
    lose("the parameters of a prepared statement were not understood");
    return false;
  }
  statement->binding.long_data.clear();
  for (Parameter& parameter : pending.parameters)
    if (parameter.value_class == sql::ValueClass::string) parameter.text = to_text(parameter.text);
  const sql::StatementSecrets& secrets = bulk ? pending.batch_secrets : statement->secrets;
  hide_parameters(secrets.parameters, session_.mode(), secrets_, sql::SecretForm::placeholder,
                  pending.parameters);
  pending.request = request_for(bulk ? pending.batch : statement->sql);
  write_parameters(pending.parameters, pending.request);
  return true;
}

bool MysqlObserver::take_parameters(Prepared& statement, Pending& pending) {
  Execution execution;
  if (!decode_execution(as_bytes(pending.body), statement.parameters, negotiated_,
                        statement.binding, execution))
    return false;
  pending.parameters = std::move(execution.parameters);
  return true;
}

bool MysqlObserver::take_batch(Prepared& statement, Pending& pending) {
  Bulk bulk;
  if (!decode_bulk(as_bytes(pending.body), statement.parameters, statement.binding, bulk))
    return false;
  auto batch = statement_of(bulk, statement.sql, session_.mode());
  if (!batch) return false;
  pending.batch = std::move(batch->sql);
  pending.batch_secrets = sql::secrets_in(pending.batch, session_.mode(), secrets_);
  pending.parameters = std::move(batch->parameters);
  return true;
}

void MysqlObserver::settle_without_reply(Pending& pending) {
  if (pending.command == Command::quit) return tell_untold();
  const std::uint32_t id = statement_id(as_bytes(pending.body));
  Prepared* statement = find_statement(id);
  if (statement == nullptr) return;
  if (pending.command == Command::stmt_send_long_data) {
    if (!append_long_data(as_bytes(pending.body), statement->parameters, limits_.message_octets,
                          statement->binding))
      lose("long data for no parameter of its statement");
    return;
  }
  if (!statement->told) emit_prepare(*statement);
  const std::uint32_t closed = resolved(id);
  if (closed == last_prepared_) last_prepared_ = 0;
  cursors_.erase(closed);
  statements_.erase(closed);
}

MysqlObserver::Prepared* MysqlObserver::find_statement(std::uint32_t id) {
  const auto found = statements_.find(resolved(id));
  return found == statements_.end() ? nullptr : &found->second;
}

ResponseContext MysqlObserver::response_context(Encoding encoding) const {
  return {negotiated_, session_.result_collation(), encoding};
}

ColumnContext MysqlObserver::column_context() const {
  return {session_.database(), session_.is_mariadb()};
}

std::string MysqlObserver::to_text(std::string_view octets) {
  const Charset* charset = charset_of(session_.client_collation());
  if (charset == nullptr || is_utf8(*charset)) return std::string(octets);
  auto text = to_utf8(*charset, octets);
  if (!text) queue_.warn(fmt::format("text in character set {} was kept as octets", charset->name));
  return text ? *std::move(text) : std::string(octets);
}

void MysqlObserver::feed_eof(Direction, Moment) {
  if (queue_.in_sync() && phase_ == Phase::commands) tell_untold();
}

}  // namespace understudy::mysql
