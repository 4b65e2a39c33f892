#include "postgres_connection.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "loopback.hpp"
#include "protocols/postgres/backend.hpp"

namespace differential {

using namespace understudy;
using namespace understudy::postgres;

namespace {

void send_all(int to, const std::string& octets) {
  if (send(to, octets.data(), octets.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(octets.size()))
    throw std::runtime_error("PostgreSQL does not listen");
}

/// Of one message of an answer.
void take(const Frame& frame, StatementAnswer& answer) {
  Cells cells;
  Fields fields;
  switch (frame.type) {
    case 'T':
      answer.returns_rows = true;
      static_cast<void>(decode_row_description(frame.body, answer.columns));
      return;
    case 'D':
      static_cast<void>(decode_data_row(frame.body, cells));
      answer.rows.emplace_back();
      for (const auto& cell : cells)
        answer.rows.back().push_back(cell ? std::optional(std::string(*cell)) : std::nullopt);
      return;
    case 'C':
      static_cast<void>(decode_command_complete(frame.body, answer.tag));
      return;
    case 'E':
    case 'N':
      static_cast<void>(decode_fields(frame.body, fields));
      if (frame.type == 'E')
        answer.error = fields;
      else
        answer.notices.push_back(fields);
      return;
    default:
      return;
  }
}

}  // namespace

std::string startup_octets(const std::string& user, const std::string& database) {
  std::vector<std::uint8_t> startup;
  ByteWriter writer(startup);
  writer.be(std::uint32_t{0});
  writer.be(std::uint32_t{3} << 16U);
  for (const std::string& word :
       {std::string("user"), user, std::string("database"), database, std::string()}) {
    writer.text(word);
    writer.byte(0);
  }
  writer.patch_be(0, static_cast<std::uint32_t>(startup.size()));
  return {startup.begin(), startup.end()};
}

std::string query_octets(const std::string& sql) {
  std::vector<std::uint8_t> query;
  FrameWriter writer(query, 'Q');
  writer.text(sql);
  writer.byte(0);
  writer.finish();
  return {query.begin(), query.end()};
}

StatementAnswer answer_in(const std::string& octets, char* status) {
  StatementAnswer answer;
  Bytes rest = as_bytes(octets);
  for (Frame frame; cut_frame(rest, Limits(), frame) == FrameStatus::complete;
       rest = rest.subspan(frame.octets)) {
    take(frame, answer);
    if (frame.type == 'Z' && status != nullptr && !frame.body.empty())
      *status = static_cast<char>(frame.body[0]);
  }
  return answer;
}

PostgresConnection::PostgresConnection(std::uint16_t port, const std::string& database,
                                       const std::string& user)
    : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
  connect_to_loopback(socket_, port, "PostgreSQL");
  greeting_ = converse(startup_octets(user, database));
  if (const auto answer = answer_in(greeting_); answer.error)
    throw std::runtime_error(std::string(field(*answer.error, 'M')));
}

PostgresConnection::~PostgresConnection() {
  close(socket_);
}

StatementAnswer PostgresConnection::ask(const std::string& sql) {
  return answer_in(converse(query_octets(sql)));
}

std::string PostgresConnection::converse(const std::string& octets) {
  send_all(socket_, octets);
  std::size_t end = 0;
  for (;;) {
    Frame frame;
    if (cut_frame(as_bytes(pending_).subspan(end), Limits(), frame) == FrameStatus::complete) {
      end += frame.octets;
      if (frame.type != 'Z') continue;
      std::string answer = pending_.substr(0, end);
      pending_.erase(0, end);
      return answer;
    }
    char chunk[65536];
    const ssize_t size = recv(socket_, chunk, sizeof chunk, 0);
    // A login that was refused ends without being ready.
    if (size <= 0 && greeting_.empty() && !pending_.empty()) return pending_;
    if (size <= 0) throw std::runtime_error("PostgreSQL hung up");
    pending_.append(chunk, static_cast<std::size_t>(size));
  }
}

}  // namespace differential
