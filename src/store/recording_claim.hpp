// The name of a recording under way, which no other recorder of the same mock set may have.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace understudy::store {

/// `r7`: one more than the highest that is there or claimed. A locked file, `sessions/.r7.claim`,
/// says so to other recorders; that of one which was killed is no longer locked, and taken over.
class RecordingClaim {
 public:
  explicit RecordingClaim(const std::filesystem::path& mock_set);
  ~RecordingClaim();
  RecordingClaim(const RecordingClaim&) = delete;
  RecordingClaim& operator=(const RecordingClaim&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Why the name could not be claimed, so that it is only the next one; empty where it was.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  enum class Outcome : std::uint8_t { ours, taken, failed };
  [[nodiscard]] Outcome claim(const std::filesystem::path& mock_set, const std::string& name);
  void give_up() noexcept;

  std::string name_;
  std::string problem_;
  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace understudy::store
