#include "store/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace understudy::store {

namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_;
};

bool is_decimal_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view take_number(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && is_decimal_digit(text[length])) ++length;
  std::string_view digits = text.substr(0, length);
  text.remove_prefix(length);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

}  // namespace

std::optional<std::string> read_file(const std::filesystem::path& path, Links links,
                                     std::string& problem) {
  const int no_follow = links == Links::refuse ? O_NOFOLLOW : 0;
  // O_NONBLOCK: a FIFO must not block the open; it is refused below.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | no_follow));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    problem = "can't be read: " + reason(errno);
    return std::nullopt;
  }
  if (!S_ISREG(status.st_mode)) {
    problem = "can't be read: it is no regular file";
    return std::nullopt;
  }
  std::string octets(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t size = 0;
  while (size < octets.size()) {
    const ssize_t count = ::read(file.get(), octets.data() + size, octets.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      problem = "can't be read: " + reason(errno);
      return std::nullopt;
    }
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  octets.resize(size);
  return octets;
}

bool append_whole(int descriptor, std::string_view octets, std::string& problem) {
  std::size_t written = 0;
  while (written < octets.size()) {
    const ssize_t count = ::write(descriptor, octets.data() + written, octets.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count > 0) {
      written += static_cast<std::size_t>(count);
      continue;
    }
    problem = "can't be written: " + reason(count < 0 ? errno : ENOSPC);
    struct stat status {};
    if (written > 0 && ::fstat(descriptor, &status) == 0 &&
        ::ftruncate(descriptor, status.st_size - static_cast<off_t>(written)) != 0)
      problem += fmt::format(", and is cut off at its end ({})", reason(errno));
    return false;
  }
  return true;
}

bool write_new_file(const std::filesystem::path& path, std::string_view octets,
                    std::string& problem) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0) {
    problem = fmt::format("{} can't be created: {}", path.string(), reason(errno));
    return false;
  }
  if (append_whole(file.get(), octets, problem)) return true;
  problem = path.string() + " " + problem;
  ::unlink(path.c_str());
  return false;
}

bool replace_file(const std::filesystem::path& path, std::string_view octets,
                  std::string& problem) {
  std::filesystem::path beside = path;
  beside += fmt::format(".{}.new", ::getpid());
  if (!write_new_file(beside, octets, problem)) return false;
  if (::rename(beside.c_str(), path.c_str()) == 0) return true;
  problem = fmt::format("{} can't be written: {}", path.string(), reason(errno));
  ::unlink(beside.c_str());
  return false;
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder,
                                            std::string_view extension, std::string& problem) {
  std::vector<std::filesystem::path> files;
  std::error_code failure;
  std::filesystem::directory_iterator entry(folder, failure);
  if (failure == std::errc::no_such_file_or_directory) return files;
  for (; !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure))
    if (entry->path().extension() == extension) files.push_back(entry->path());
  if (failure) problem = "can't be listed: " + failure.message();
  return files;
}

bool natural_less(std::string_view a, std::string_view b) noexcept {
  while (!a.empty() && !b.empty()) {
    if (is_decimal_digit(a.front()) && is_decimal_digit(b.front())) {
      const std::string_view x = take_number(a);
      const std::string_view y = take_number(b);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      continue;
    }
    if (a.front() != b.front()) return a.front() < b.front();
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.size() < b.size();
}

}  // namespace understudy::store
