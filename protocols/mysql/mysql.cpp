#include "protocols/mysql/mysql.hpp"

#include "protocols/mysql/analyser.hpp"
#include "protocols/mysql/identity.hpp"
#include "protocols/mysql/observer.hpp"
#include "protocols/mysql/server.hpp"
#include "protocols/sql/values.hpp"

namespace understudy::mysql {

namespace {

constexpr std::uint16_t port = 3306;

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
