#include "net/watched_port.hpp"

#include "net/choose.hpp"

namespace understudy::net {
namespace {

class Watched final : public Recorded {
 public:
  Watched(engine::Recording& recording, const WatchedService& watched)
      : connection_(recording, watched.service, *watched.protocol) {}
  void feed(Direction from, Bytes chunk, Relay& relay) override {
    connection_.feed(from, chunk, relay);
  }
  void feed_eof(Direction from) override { connection_.feed_eof(from); }
  bool only_watches() override { return connection_.only_watches(); }
  void watch(Direction from, Bytes chunk) override { connection_.watch(from, chunk); }

 private:
  engine::RecordedConnection connection_;
};

class WatchedPort final : public RecordedPort {
 public:
  WatchedPort(engine::Recording& recording, std::vector<WatchedService> services,
              engine::Recording::Warn warn)
      : recording_(recording), services_(std::move(services)), warn_(std::move(warn)) {
    for (const WatchedService& watched : services_) protocols_.push_back(watched.protocol);
  }
  bool shared() const noexcept override { return services_.size() > 1; }
  std::size_t choose(Bytes first) const noexcept override { return net::choose(protocols_, first); }
  void note(const std::string& text) const override { warn(0, text); }
  store::Endpoint upstream(std::size_t service) const override {
    return services_[service].service.upstream->endpoint;
  }
  std::unique_ptr<Recorded> open(std::size_t service) const override {
    return std::make_unique<Watched>(recording_, services_[service]);
  }
  void warn(std::size_t service, const std::string& text) const override {
    warn_(services_[service].service.name, text);
  }

 private:
  engine::Recording& recording_;
  std::vector<WatchedService> services_;
  std::vector<const Protocol*> protocols_;
  engine::Recording::Warn warn_;
};

}  // namespace

std::shared_ptr<const RecordedPort> watch(engine::Recording& recording,
                                          std::vector<WatchedService> services,
                                          engine::Recording::Warn warn) {
  return std::make_shared<WatchedPort>(recording, std::move(services), std::move(warn));
}

}  // namespace understudy::net
