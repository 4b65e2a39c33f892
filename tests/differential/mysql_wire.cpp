#include "mysql_wire.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "loopback.hpp"
#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/conversation.hpp"
#include "protocols/mysql/frame.hpp"

namespace differential {

using namespace understudy;
using namespace understudy::mysql;

namespace {

constexpr std::uint32_t wanted = capability::protocol_41 | capability::secure_connection |
                                 capability::plugin_auth | capability::connect_with_db |
                                 capability::multi_results;
constexpr std::uint32_t largest_packet = 1U << 24U;

std::string as_packet(const std::vector<std::uint8_t>& payload, std::uint8_t sequence) {
  std::vector<std::uint8_t> octets;
  const std::size_t begin = begin_packet(octets);
  octets.insert(octets.end(), payload.begin(), payload.end());
  end_packet(octets, begin, sequence);
  return {octets.begin(), octets.end()};
}

/// Reads packets until the answer is complete.
class Answer {
 public:
  Answer() { response_.begin(Reply::results, {{wanted, 0}, utf8mb4_collation}, Limits()); }
  /// True where it was the last one.
  bool take(Bytes payload) {
    const auto progress = response_.feed(payload);
    if (progress == Response::Progress::malformed)
      throw std::runtime_error("an answer of MySQL is not understood");
    return progress == Response::Progress::complete;
  }
  [[nodiscard]] Response& response() { return response_; }

 private:
  Response response_;
};

Bytes payload_of(const std::string& packet) {
  return as_bytes(packet).subspan(frame_header);
}

}  // namespace

std::string mysql_login_octets(const std::string& user, const std::string& database) {
  std::vector<std::uint8_t> login;
  ByteWriter writer(login);
  writer.le(wanted, 4);
  writer.le(largest_packet, 4);
  writer.byte(static_cast<std::uint8_t>(utf8mb4_collation));
  for (int i = 0; i < 23; ++i) writer.byte(0);
  writer.text(user);
  writer.byte(0);
  writer.byte(0);  // an answer of no octets
  writer.text(database);
  writer.byte(0);
  writer.text("mysql_native_password");
  writer.byte(0);
  return as_packet(login, 1);
}

std::string mysql_query_octets(const std::string& sql) {
  std::vector<std::uint8_t> query = {3};
  query.insert(query.end(), sql.begin(), sql.end());
  return as_packet(query, 0);
}

Results mysql_answer_in(const std::string& octets, std::uint16_t& status) {
  Answer answer;
  for (Bytes rest = as_bytes(octets); rest.size() >= frame_header;) {
    const std::size_t size = frame_header + rest[0] + 256U * rest[1] + 65536U * rest[2];
    if (size > rest.size()) break;
    const bool last = answer.take(rest.subspan(frame_header, size - frame_header));
    rest = rest.subspan(size);
    if (last) break;
  }
  status = answer.response().final_status();
  return std::move(answer.response().results());
}

MysqlWire::MysqlWire(std::uint16_t port, const std::string& user, const std::string& database)
    : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
  connect_to_loopback(socket_, port, "MySQL");
  greeting_ = packet();
  send(mysql_login_octets(user, database));
  welcome_ = packet();
  if (payload_of(welcome_).empty() || payload_of(welcome_)[0] != ok_header)
    throw std::runtime_error("MySQL refuses " + user + ": " + welcome_.substr(frame_header));
}

MysqlWire::~MysqlWire() {
  close(socket_);
}

void MysqlWire::send(const std::string& octets) const {
  if (::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(octets.size()))
    throw std::runtime_error("MySQL does not listen");
}

std::string MysqlWire::packet() {
  for (;;) {
    if (pending_.size() >= frame_header) {
      const Bytes head = as_bytes(pending_);
      const std::size_t size = frame_header + head[0] + 256U * head[1] + 65536U * head[2];
      if (pending_.size() >= size) {
        std::string whole = pending_.substr(0, size);
        pending_.erase(0, size);
        return whole;
      }
    }
    char chunk[65536];
    const ssize_t size = recv(socket_, chunk, sizeof chunk, 0);
    if (size <= 0) throw std::runtime_error("MySQL hung up");
    pending_.append(chunk, static_cast<std::size_t>(size));
  }
}

std::string MysqlWire::converse(const std::string& octets) {
  send(octets);
  Answer answer;
  std::string all;
  for (bool last = false; !last;) {
    const std::string next = packet();
    last = answer.take(payload_of(next));
    all += next;
  }
  return all;
}

}  // namespace differential
