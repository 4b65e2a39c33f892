#include "protocols/postgres/postgres.hpp"

#include <fmt/format.h>

#include "protocols/postgres/analyser.hpp"
#include "protocols/postgres/catalogue_reader.hpp"
#include "protocols/postgres/emulator/emulator.hpp"
#include "protocols/postgres/observer.hpp"
#include "protocols/postgres/server.hpp"
#include "protocols/postgres/startup.hpp"
#include "protocols/sql/batch.hpp"
#include "protocols/sql/catalogue_connection.hpp"
#include "protocols/sql/statement.hpp"
#include "protocols/sql/values.hpp"

namespace understudy::postgres {
namespace {

constexpr std::size_t length_and_code = 8;

class PostgresProtocol final : public Protocol {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "postgres"; }
  [[nodiscard]] std::uint16_t default_port() const noexcept override { return 5432; }
  [[nodiscard]] std::string_view alpn() const noexcept override { return "postgresql"; }

  /// A length that fits a startup packet, then version 3.x or one of the request codes.
  [[nodiscard]] Recognition recognise(Bytes first) const noexcept override {
    if (first[0] != 0) return Recognition::no;
    if (first.size() >= 2 && first[1] != 0) return Recognition::no;
    if (first.size() < length_and_code) return Recognition::need_more;
    ByteReader reader(first);
    const auto length = reader.be<std::uint32_t>();
    const auto code = reader.be<std::uint32_t>();
    const bool request =
        code == ssl_request_code || code == gssenc_request_code || code == cancel_request_code;
    const bool sound =
        length >= length_and_code && length <= 10'000 && (request || code >> 16 == 3);
    return sound ? Recognition::yes : Recognition::no;
  }

  [[nodiscard]] std::unique_ptr<Observer> new_observer(const Limits& limits) const override {
    return make_observer(limits);
  }
  [[nodiscard]] std::unique_ptr<ServerMachine> new_server(
      const ServiceTable& table, const ServerContext& context) const override {
    return make_server(table, context);
  }
  [[nodiscard]] std::unique_ptr<Analyser> new_analyser() const override { return make_analyser(); }
  [[nodiscard]] std::unique_ptr<Emulator> new_emulator(const Document& knowledge) const override {
    return new_postgres_emulator(knowledge);
  }

  [[nodiscard]] const CatalogueReader* catalogue_reader() const noexcept override {
    return &postgres::catalogue_reader();
  }

  [[nodiscard]] Document request_from_text(std::string_view line) const override {
    return {{"sql", document_of(line)}};
  }
  [[nodiscard]] Document describe(std::string_view canonical) const override {
    return sql::describe(canonical);
  }
  [[nodiscard]] std::string map_values(std::string_view canonical,
                                       const ValueMap& map) const override {
    return sql::map_values(canonical, map);
  }
  [[nodiscard]] std::vector<std::string> ordered_by(std::string_view canonical) const override {
    return sql::ordered_by(pattern_of(canonical));
  }
  [[nodiscard]] std::vector<Identity> rows_of(std::string_view canonical,
                                              std::string_view qualifier) const override {
    return sql::rows_of(canonical, qualifier);
  }
  [[nodiscard]] Document answer_of_rows(const Document& answer, std::size_t recorded,
                                        std::size_t rows) const override {
    const auto of = [](std::size_t count) {
      return Document{{"tag", fmt::format("INSERT 0 {}", count)}};
    };
    return answer == of(recorded) ? of(rows) : Document();
  }
  [[nodiscard]] std::string summarise(const Document& request) const override {
    if (request.is_object() && request.contains("login") && request["login"].is_object())
      return "login " + request["login"].dump();
    if (!request.is_object() || !request.contains("sql")) return {};
    return sql::in_one_line(octets_of(request["sql"]));
  }
};

}  // namespace

const Protocol& protocol() noexcept {
  static const PostgresProtocol instance;
  return instance;
}

}  // namespace understudy::postgres
