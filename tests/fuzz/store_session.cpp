// A session file of arbitrary octets: what is read of it is written so that it reads back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "store/session_file.hpp"
#include "store/support.hpp"

namespace {

using namespace understudy;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Session {
  SessionHeader header;
  std::vector<Exchange> exchanges;
};

std::optional<Session> read(const std::filesystem::path& file, Diagnostics& problems) {
  auto reader = store::SessionReader::open(file, problems);
  if (!reader) return std::nullopt;
  Session session{reader->header(), {}};
  while (auto exchange = reader->next(problems)) {
    require(reader->line_of("/request") >= reader->line());
    session.exchanges.push_back(std::move(*exchange));
  }
  return session;
}

bool equal(const Exchange& a, const Exchange& b) {
  return store::same(a.request, b.request) && store::same(a.answer, b.answer) &&
         a.began.tick == b.began.tick && a.ended.tick == b.ended.tick;
}

/// Under a name of its own: the one that was read may hold a `/`.
std::filesystem::path write(const std::filesystem::path& folder, const Session& session) {
  SessionHeader header = session.header;
  header.recording = header.service = "again";
  store::SessionWriter writer(folder, std::move(header));
  for (const Exchange& exchange : session.exchanges) {
    std::string problem;
    require(writer.append(exchange, problem));
  }
  return writer.path();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const store::TemporaryFolder folder;
  Diagnostics problems;
  const auto session = read(folder.write("read.yaml", as_text(Bytes(data, size))), problems);
  require(session || !problems.empty());
  if (!session || session->exchanges.empty()) return 0;
  Diagnostics none;
  const auto again = read(write(folder.path(), *session), none);
  require(again && none.empty() && again->exchanges.size() == session->exchanges.size());
  require(store::same(again->header.facts, session->header.facts));
  for (std::size_t i = 0; i < again->exchanges.size(); ++i)
    require(equal(again->exchanges[i], session->exchanges[i]));
  return 0;
}
