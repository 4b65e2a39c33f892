#include "store/recording_claim.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>

#include "store/session_file.hpp"

namespace understudy::store {
namespace {

/// Whether the open file is still the one that has the name: another recorder may have ended and
/// removed it between our opening and our locking.
bool has_its_name(int descriptor, const std::filesystem::path& file) {
  struct stat open {
  }, named{};
  return ::fstat(descriptor, &open) == 0 && ::stat(file.c_str(), &named) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

std::uint64_t number_of(std::string_view name) {
  std::uint64_t number = 1;
  std::from_chars(name.data() + 1, name.data() + name.size(), number);
  return number;
}

}  // namespace

RecordingClaim::RecordingClaim(const std::filesystem::path& mock_set)
    : name_(next_recording_name(mock_set)) {
  std::error_code failure;
  std::filesystem::create_directories(mock_set / "sessions", failure);
  for (std::uint64_t number = number_of(name_);; ++number) {
    const std::string name = fmt::format("r{}", number);
    const Outcome outcome = claim(mock_set, name);
    if (outcome == Outcome::taken) continue;
    if (outcome == Outcome::ours) name_ = name;
    return;
  }
}

RecordingClaim::Outcome RecordingClaim::claim(const std::filesystem::path& mock_set,
                                              const std::string& name) {
  file_ = mock_set / "sessions" / fmt::format(".{}.claim", name);
  for (;;) {
    descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) {
      problem_ = fmt::format("{} can't be created: {}", file_.string(),
                             std::generic_category().message(errno));
      return Outcome::failed;
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      give_up();
      return Outcome::taken;
    }
    if (has_its_name(descriptor_, file_)) break;
    give_up();
  }
  // A recorder that has ended meanwhile may have used the name.
  if (number_of(next_recording_name(mock_set)) <= number_of(name)) return Outcome::ours;
  ::unlink(file_.c_str());
  give_up();
  return Outcome::taken;
}

void RecordingClaim::give_up() noexcept {
  ::close(descriptor_);
  descriptor_ = -1;
}

RecordingClaim::~RecordingClaim() {
  if (descriptor_ < 0) return;
  ::unlink(file_.c_str());
  give_up();
}

}  // namespace understudy::store
