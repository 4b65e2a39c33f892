#include "table/mapped_table.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "table/cbor.hpp"
#include "table/checksum.hpp"
#include "table/format.hpp"
#include "table/service_section.hpp"

namespace understudy::table {

struct MappedTable::Impl {
  ~Impl() {
    if (mapping != nullptr) ::munmap(mapping, mapped_octets);
  }
  void* mapping = nullptr;
  std::size_t mapped_octets = 0;
  std::vector<std::uint8_t> memory;
  Bytes octets;
  Document config;
  std::vector<std::unique_ptr<ServiceSection>> services;

  /// Makes a copy that nobody can change or truncate while it is served, as anybody may do with the
  /// file. Reading it costs little beside the checksum, which looks at every byte as well.
  bool read_from(int descriptor, std::size_t size) {
    void* copy = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (copy == MAP_FAILED) return false;
    mapping = copy;
    mapped_octets = size;
    std::size_t done = 0;
    while (done < size) {
      const ssize_t count = ::read(descriptor, static_cast<char*>(copy) + done, size - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      if (count == 0) break;  // it was truncated meanwhile; the check of its size says so
      done += static_cast<std::size_t>(count);
    }
    octets = {static_cast<const std::uint8_t*>(copy), done};
    return ::mprotect(copy, size, PROT_READ) == 0;
  }

  /// Checks everything that later look-ups rely on; what is wrong, or nothing.
  std::string load();
};

namespace {

constexpr std::string_view remake = "; compile the mock set again with this version of understudy";

std::string check_header(Bytes octets, const format::FileHeader& header) {
  if (header.magic != format::magic)
    return "this is no understudy table: the magic bytes are missing";
  if (header.version != format::version)
    return fmt::format("table format version {} was found, version {} expected{}", header.version,
                       format::version, remake);
  if (header.file_octets != octets.size())
    return fmt::format("the table was cut off or grew: it says {} bytes and has {}{}",
                       header.file_octets, octets.size(), remake);
  if (checksum_of(octets) != header.checksum)
    return fmt::format("the checksum differs: the table is damaged{}", remake);
  return {};
}

}  // namespace

std::string MappedTable::Impl::load() {
  if (octets.size() < sizeof(format::FileHeader))
    return "this is no understudy table: it is shorter than a table's header";
  const auto& header = *reinterpret_cast<const format::FileHeader*>(octets.data());
  if (std::string problem = check_header(octets, header); !problem.empty()) return problem;

  const auto inside = [&](const format::Span& span, std::size_t record) {
    return span.offset % 8 == 0 && span.offset <= octets.size() &&
           span.count <= (octets.size() - span.offset) / record;
  };
  if (!inside(header.config, 1) || !inside(header.services, sizeof(format::ServiceRecord)))
    return fmt::format("the table's directory leads outside the file{}", remake);
  const Bytes encoded = octets.subspan(header.config.offset, header.config.count);
  config = document_from_cbor(encoded);
  const auto* records =
      reinterpret_cast<const format::ServiceRecord*>(octets.data() + header.services.offset);
  for (std::size_t i = 0; i < header.services.count; ++i) {
    services.push_back(std::make_unique<ServiceSection>(octets, records[i]));
    if (!services.back()->check() || !services.back()->load_documents())
      return fmt::format("section {} of the table is damaged{}", i, remake);
  }
  return config.is_discarded() ? fmt::format("the table's configuration is damaged{}", remake)
                               : std::string();
}

MappedTable::MappedTable() : impl_(std::make_unique<Impl>()) {}
MappedTable::~MappedTable() = default;

std::shared_ptr<const MappedTable> MappedTable::open(const std::filesystem::path& file,
                                                     std::string& problem) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    problem =
        fmt::format("can't be read: {}", errno != 0 ? std::strerror(errno) : "not a regular file");
    if (descriptor >= 0) ::close(descriptor);
    return nullptr;
  }
  std::shared_ptr<MappedTable> table(new MappedTable());
  const auto size = static_cast<std::size_t>(status.st_size);
  const bool read = size == 0 || table->impl_->read_from(descriptor, size);
  if (!read) problem = fmt::format("can't be read: {}", std::strerror(errno));
  ::close(descriptor);
  if (!read) return nullptr;
  problem = table->impl_->load();
  return problem.empty() ? table : nullptr;
}

std::shared_ptr<const MappedTable> MappedTable::from_memory(std::vector<std::uint8_t> octets,
                                                            std::string& problem) {
  std::shared_ptr<MappedTable> table(new MappedTable());
  table->impl_->memory = std::move(octets);
  table->impl_->octets = table->impl_->memory;
  problem = table->impl_->load();
  return problem.empty() ? table : nullptr;
}

std::vector<std::uint8_t> MappedTable::taken_apart(std::shared_ptr<const MappedTable> table) {
  return std::move(table->impl_->memory);
}

std::size_t MappedTable::service_count() const noexcept {
  return impl_->services.size();
}
const ServiceSection& MappedTable::service(std::size_t index) const noexcept {
  return *impl_->services[index];
}
const Document& MappedTable::config() const noexcept {
  return impl_->config;
}
Bytes MappedTable::octets() const noexcept {
  return impl_->octets;
}

}  // namespace understudy::table
