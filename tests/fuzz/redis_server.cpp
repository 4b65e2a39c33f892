// A live connection of arbitrary octets: it never crashes, and answers alike whatever pieces they
// come in.
#include <cstdlib>
#include <optional>
#include <string>

#include "protocols/redis/redis.hpp"

using namespace understudy;

namespace {

class NoTable final : public ServiceTable {
 public:
  [[nodiscard]] const Document& profile() const noexcept override { return profile_; }
  [[nodiscard]] std::optional<Bytes> shape(std::string_view) const noexcept override {
    return std::nullopt;
  }

 private:
  Document profile_ = Document::object();
};

std::string answered(Bytes octets, std::size_t piece) {
  const NoTable table;
  const Document settings = Document::object();
  const auto machine =
      redis::protocol().new_server(table, {1, {}, &settings, {1 << 16, 1 << 10, 32, 1 << 12}});
  std::string sent;
  for (bool open = true; open && !octets.empty();) {
    const Bytes chunk = octets.first(std::min(piece, octets.size()));
    octets = octets.subspan(chunk.size());
    machine->feed(chunk);
    for (;;) {
      const ServerEvent event = machine->next();
      if (const auto* request = std::get_if<Request>(&event)) {
        static_cast<void>(redis::protocol().describe(request->canonical));
        request->synthesisable ? machine->reply(Answer{Grade::synthesised, {}, false})
                               : machine->reply(Miss{"no answer", "none\r\nnear", "record"});
      }
      if (std::holds_alternative<ScopeCall>(event)) machine->reply(Answer{Grade::synthesised, {}});
      open = !std::holds_alternative<Close>(event);
      if (!open || std::holds_alternative<NeedBytes>(event)) break;
    }
    machine->output().for_each_slice([&](Bytes slice) { sent += as_text(slice); });
    machine->output().clear();
  }
  return sent;
}

// A browser is dropped with whatever was not sent yet, so what it is sent depends on the pieces.
bool may_be_http(std::string_view octets) {
  for (std::size_t i = 0; i + 4 <= octets.size(); ++i) {
    const auto at = [&](std::size_t offset) { return octets[i + offset] | 0x20; };
    if ((at(0) == 'p' && at(1) == 'o' && at(2) == 's' && at(3) == 't') ||
        (at(0) == 'h' && at(1) == 'o' && at(2) == 's' && at(3) == 't'))
      return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes octets(data, std::min<std::size_t>(size, 4096));
  const std::string whole = answered(octets, 4096);
  const std::string pieces = answered(octets, 1);
  if (whole != pieces && !may_be_http(as_text(octets))) std::abort();
  return 0;
}
