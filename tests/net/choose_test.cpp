#include <doctest/doctest.h>

#include "net/choose.hpp"
#include "net/conversation.hpp"

using namespace understudy;

namespace {

/// A protocol of which only the first octets matter.
class Starting final : public Protocol {
 public:
  explicit Starting(std::string_view opening) : opening_(opening) {}
  std::string_view name() const noexcept override { return "starting"; }
  std::uint16_t default_port() const noexcept override { return 1; }
  Recognition recognise(Bytes first) const noexcept override {
    if (opening_.empty()) return Recognition::no;
    if (as_text(first).starts_with(opening_)) return Recognition::yes;
    return opening_.starts_with(as_text(first)) ? Recognition::need_more : Recognition::no;
  }
  std::unique_ptr<Observer> new_observer(const Limits&) const override { return nullptr; }
  std::unique_ptr<ServerMachine> new_server(const ServiceTable&,
                                            const ServerContext&) const override {
    return nullptr;
  }
  std::unique_ptr<Analyser> new_analyser() const override { return nullptr; }
  Document request_from_text(std::string_view) const override { return {}; }
  Document describe(std::string_view) const override { return {}; }
  std::string summarise(const Document&) const override { return {}; }

 private:
  std::string_view opening_;
};

}  // namespace

TEST_CASE("the first protocol that knows the opening is chosen") {
  const Starting get("GET "), star("*"), server_first("");
  const std::vector<const Protocol*> all = {&server_first, &get, &star};
  CHECK(net::choose(all, as_bytes("GET /")) == 1);
  CHECK(net::choose(all, as_bytes("*1\r\n")) == 2);
  CHECK(net::choose(all, as_bytes("GE")) == net::Port::undecided);
  CHECK(net::choose(all, as_bytes("PUT")) == net::Port::nobody);
}

TEST_CASE("only a protocol whose client speaks first can share a port") {
  CHECK(net::can_share(Starting("GET ")));
  CHECK_FALSE(net::can_share(Starting("")));
}

TEST_CASE("unknown octets are shown printable and cut") {
  CHECK(net::printable(as_bytes(std::string_view("a\0\\z", 4))) == "a\\x00\\x5cz");
  CHECK(net::printable(as_bytes(std::string(100, 'a'))) == std::string(40, 'a') + "…");
}
