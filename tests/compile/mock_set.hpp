// Mock sets of the toy protocol in folders of their own.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "store/session_file.hpp"
#include "support/toy_protocol.hpp"

namespace toy {

namespace fs = std::filesystem;

/// A mock set in a folder of its own, removed at the end.
class MockSet {
 public:
  MockSet()
      : folder_(fs::temp_directory_path() / ("understudy-pipeline-" + std::to_string(::getpid()) +
                                             "-" + std::to_string(++count_))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "rules");
    write("understudy.yaml",
          "understudy: 1\nservices:\n  svc:\n    protocol: toy\n    listen: 127.0.0.1:0\n");
  }
  ~MockSet() { fs::remove_all(folder_); }
  MockSet(const MockSet&) = delete;
  MockSet& operator=(const MockSet&) = delete;

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  void record(const std::vector<std::pair<std::string, std::string>>& said,
              const std::string& recording = "r1") const {
    store::SessionWriter writer(folder_ / "sessions",
                                {"svc", "toy", recording, 1, "2026-01-01T00:00:00Z", {}});
    std::uint64_t tick = 0;
    for (const auto& [line, answer] : said) {
      std::string problem;
      const Exchange exchange{{{"line", line}}, answer, {tick + 1, {}}, {tick + 2, {}}};
      REQUIRE(writer.append(exchange, problem));
      tick += 2;
    }
  }
  [[nodiscard]] const fs::path& folder() const { return folder_; }

 private:
  static inline int count_ = 0;
  fs::path folder_;
};

}  // namespace toy
