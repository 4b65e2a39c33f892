#include "protocols/mysql/mysql.hpp"

#include <fmt/format.h>

#include "protocols/mysql/analyser.hpp"
#include "protocols/mysql/catalogue_reader.hpp"
#include "protocols/mysql/emulator/emulator.hpp"
#include "protocols/mysql/identity.hpp"
#include "protocols/mysql/observer.hpp"
#include "protocols/mysql/server.hpp"
#include "protocols/sql/batch.hpp"
#include "protocols/sql/values.hpp"

namespace understudy::mysql {

namespace {

constexpr std::uint16_t port = 3306;

/// What an insert of so many rows is answered with that took no number of AUTO_INCREMENT. Of one
/// row servers say no more than that it is there.
Document inserted(std::size_t rows) {
  Document answer = {{"affected", rows}};
  if (rows > 1) answer["info"] = fmt::format("Records: {}  Duplicates: 0  Warnings: 0", rows);
  return answer;
}

class MysqlProtocol final : public Protocol {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "mysql"; }
  [[nodiscard]] std::uint16_t default_port() const noexcept override { return port; }
  [[nodiscard]] Recognition recognise(Bytes) const noexcept override { return Recognition::no; }
  [[nodiscard]] std::unique_ptr<Observer> new_observer(const Limits& limits) const override {
    return std::make_unique<MysqlObserver>(limits);
  }
  [[nodiscard]] std::unique_ptr<ServerMachine> new_server(
      const ServiceTable& table, const ServerContext& context) const override {
    return std::make_unique<MysqlServer>(table, context);
  }
  [[nodiscard]] std::unique_ptr<Analyser> new_analyser() const override {
    return std::make_unique<MysqlAnalyser>();
  }
  [[nodiscard]] std::unique_ptr<Emulator> new_emulator(const Document& knowledge) const override {
    return new_mysql_emulator(knowledge);
  }
  [[nodiscard]] const CatalogueReader* catalogue_reader() const noexcept override {
    return &mysql::catalogue_reader();
  }
  [[nodiscard]] Document request_from_text(std::string_view line) const override {
    return {{"sql", document_of(line)}};
  }
  [[nodiscard]] Document describe(std::string_view canonical) const override {
    return describe_canonical(canonical);
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
    return sql::rows_of(canonical, qualifier, statement_begin(canonical));
  }
  [[nodiscard]] Document answer_of_rows(const Document& answer, std::size_t recorded,
                                        std::size_t rows) const override {
    return answer == inserted(recorded) ? inserted(rows) : Document();
  }
  [[nodiscard]] std::string summarise(const Document& request) const override {
    return summarise_request(request);
  }
};

}  // namespace

const Protocol& protocol() noexcept {
  static const MysqlProtocol instance;
  return instance;
}

}  // namespace understudy::mysql
