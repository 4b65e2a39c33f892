#include "store/snapshot_file.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

using namespace understudy;
using namespace understudy::store;

namespace {

HeldRows rows_of(const std::string& text) {
  HeldRows rows;
  rows.facts = {{"tables", {"public.t", "public.odd name/"}}, {"not_read", {{"big", "why"}}}};
  rows.tables = {{"public.t", text}, {"public.odd name/", "other"}};
  return rows;
}

void write(const TemporaryFolder& folder, const HeldRows& rows, const std::string& recording) {
  std::string problem;
  CHECK(write_snapshot_rows(folder.path(), "db", rows, recording, problem));
}

SnapshotRows read(const TemporaryFolder& folder) {
  Diagnostics problems;
  auto found = read_snapshot_rows(folder.path(), "db", problems);
  CHECK(problems.empty());
  REQUIRE(found);
  return *found;
}

}  // namespace

TEST_CASE("rows are read as they were written") {
  const TemporaryFolder folder;
  write(folder, rows_of("1\n"), "r1");
  const SnapshotRows found = read(folder);
  CHECK(found.recordings == std::vector<std::string>{"r1"});
  CHECK(found.rows.facts == rows_of("").facts);
  REQUIRE(found.rows.tables.size() == 2);
  CHECK(found.rows.tables[0].text == "1\n");
  CHECK(found.rows.tables[1].text == "other");
  CHECK(std::filesystem::exists(folder.path() / "snapshot/db/rows/public.odd%20name%2f.sql"));
}

TEST_CASE("recordings that begin alike are named together, another beginning replaces them") {
  const TemporaryFolder folder;
  write(folder, rows_of("1\n"), "r1");
  write(folder, rows_of("1\n"), "r2");
  CHECK(read(folder).recordings == std::vector<std::string>{"r1", "r2"});
  HeldRows less = rows_of("2\n");
  less.tables.pop_back();
  less.facts["tables"] = {"public.t"};
  write(folder, less, "r3");
  CHECK(read(folder).recordings == std::vector<std::string>{"r3"});
  CHECK(!std::filesystem::exists(folder.path() / "snapshot/db/rows/public.odd%20name%2f.sql"));
  write(folder, less, "");
  CHECK(read(folder).recordings == std::vector<std::string>{"r3"});
}

TEST_CASE("without its index, or with a file missing, nothing is used") {
  const TemporaryFolder folder;
  Diagnostics problems;
  CHECK(!read_snapshot_rows(folder.path(), "db", problems));
  CHECK(problems.empty());
  write(folder, rows_of("1\n"), "r1");
  std::filesystem::remove(folder.path() / "snapshot/db/rows/public.t.sql");
  CHECK(!read_snapshot_rows(folder.path(), "db", problems));
  CHECK(all(problems).find("remove contents.yaml") != std::string::npos);
  problems.clear();
  folder.write("snapshot/db/contents.yaml", "understudy: 99\n");
  CHECK(!read_snapshot_rows(folder.path(), "db", problems));
  CHECK(all(problems).find("not the index") != std::string::npos);
}
