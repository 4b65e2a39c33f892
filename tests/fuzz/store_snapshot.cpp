// The files of a snapshot's rows, cut at lines `=== NAME`: a flaw is told, and what is read is
// written so that it reads back the same.
#include <cstdint>
#include <cstdlib>

#include "store/snapshot_file.hpp"
#include "store/support.hpp"

using namespace understudy;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const store::TemporaryFolder folder;
  std::string_view text = as_text(Bytes(data, size));
  const std::size_t cut = text.find("\n===\n");
  folder.write("snapshot/db/contents.yaml", text.substr(0, cut));
  if (cut != std::string_view::npos)
    folder.write("snapshot/db/rows/public.a.sql", text.substr(cut + 5));
  Diagnostics problems;
  const auto rows = store::read_snapshot_rows(folder.path(), "db", problems);
  if (!rows) return 0;
  std::string problem;
  const store::TemporaryFolder other;
  if (!store::write_snapshot_rows(other.path(), "db", rows->rows, "r1", problem)) return 0;
  Diagnostics none;
  require(store::read_snapshot_rows(other.path(), "db", none).has_value());
  return 0;
}
