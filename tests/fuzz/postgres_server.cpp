// A live connection of arbitrary octets: it never crashes, and answers alike whatever pieces they
// come in.
#include <cstdlib>
#include <optional>
#include <string>

#include "protocols/postgres/postgres.hpp"

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
      postgres::protocol().new_server(table, {1, {}, &settings, {1 << 16, 1 << 10, 32, 1 << 12}});
  machine->start();
  std::string sent;
  for (bool open = true; open && !octets.empty();) {
    const Bytes chunk = octets.first(std::min(piece, octets.size()));
    octets = octets.subspan(chunk.size());
    machine->feed(chunk);
    for (;;) {
      const ServerEvent event = machine->next();
      if (const auto* request = std::get_if<Request>(&event)) {
        static_cast<void>(
            postgres::protocol().summarise(postgres::protocol().describe(request->canonical)));
        if (request->synthesisable)
          machine->reply(Answer{Grade::synthesised, {}, false});
        else
          machine->reply(Miss{"no answer", "nearest", "record"});
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes octets(data, std::min<std::size_t>(size, 4096));
  if (answered(octets, 4096) != answered(octets, 1)) std::abort();
  return 0;
}
