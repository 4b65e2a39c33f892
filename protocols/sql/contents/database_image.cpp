#include <sys/mman.h>
#include <unistd.h>

#include <memory>

#include "protocols/sql/contents/database.hpp"

namespace understudy::sql::contents {

std::shared_ptr<const DatabaseImage> DatabaseImage::of(std::string_view octets,
                                                       std::int64_t last_place) {
  const int file = memfd_create("understudy contents", MFD_CLOEXEC);
  if (file < 0) return nullptr;
  for (std::string_view rest = octets; !rest.empty();) {
    const ssize_t written = ::write(file, rest.data(), rest.size());
    if (written <= 0) return ::close(file), nullptr;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  void* const mapped =
      octets.empty() ? MAP_FAILED : mmap(nullptr, octets.size(), PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) return ::close(file), nullptr;
  return std::shared_ptr<const DatabaseImage>(
      new DatabaseImage(file, static_cast<const char*>(mapped), octets.size(), last_place));
}

DatabaseImage::~DatabaseImage() {
  munmap(const_cast<char*>(octets_), size_);
  ::close(file_);
}

/// The file's pages, copied by the system as they are written to, and untouched ones behind them.
unsigned char* DatabaseImage::memory() const noexcept {
  constexpr int access = PROT_READ | PROT_WRITE;
  void* const whole =
      mmap(nullptr, room(), access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (whole == MAP_FAILED) return nullptr;
  if (mmap(whole, size_, access, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, file_, 0) == whole)
    return static_cast<unsigned char*>(whole);
  munmap(whole, room());
  return nullptr;
}

void DatabaseImage::return_memory(unsigned char* memory) const noexcept {
  munmap(memory, room());
}

}  // namespace understudy::sql::contents
