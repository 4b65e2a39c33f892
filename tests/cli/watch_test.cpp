#include "cli/watch.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

using namespace understudy;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("understudy-watch-" + std::to_string(getpid()));
  Folder() {
    fs::create_directories(path / "sessions");
    write("understudy.yaml", "a");
  }
  ~Folder() { fs::remove_all(path); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name) << text;
  }
};

}  // namespace

TEST_CASE("a mock set that stays as it is has not changed") {
  const Folder folder;
  cli::Watch watch(folder.path);
  CHECK_FALSE(watch.changed());
  CHECK_FALSE(watch.changed());
}

TEST_CASE("a change is told once, when the files are still") {
  const Folder folder;
  cli::Watch watch(folder.path);
  folder.write("sessions/r1.a.001.yaml", "x");
  CHECK_FALSE(watch.changed());
  folder.write("sessions/r1.a.001.yaml", "xy");
  CHECK_FALSE(watch.changed());
  CHECK(watch.changed());
  CHECK_FALSE(watch.changed());
}

TEST_CASE("a file that is removed and one of the rules are changes") {
  const Folder folder;
  folder.write("sessions/r1.a.001.yaml", "x");
  cli::Watch watch(folder.path);
  fs::remove(folder.path / "sessions/r1.a.001.yaml");
  CHECK_FALSE(watch.changed());
  CHECK(watch.changed());
  fs::create_directories(folder.path / "rules");
  folder.write("rules/a.yaml", "x");
  CHECK_FALSE(watch.changed());
  CHECK(watch.changed());
}

TEST_CASE("the table that compile writes beside is no change of the mock set") {
  const Folder folder;
  cli::Watch watch(folder.path);
  folder.write("understudy.table", "x");
  CHECK_FALSE(watch.changed());
  CHECK_FALSE(watch.changed());
}

TEST_CASE("a single file is watched as such") {
  const Folder folder;
  cli::Watch watch(folder.path / "understudy.yaml");
  folder.write("understudy.yaml", "longer");
  CHECK_FALSE(watch.changed());
  CHECK(watch.changed());
}
