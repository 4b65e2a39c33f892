// A compiled table, held in memory: immutable, checked once, read without parsing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/bytes.hpp"
#include "understudy/service_table.hpp"

namespace understudy::table {

class ServiceSection;

class MappedTable {
 public:
  /// Reads `file` into memory of its own and checks magic, version, sizes and checksum. Null, with
  /// the reason, the place and what to do in `problem`, where anything is amiss.
  [[nodiscard]] static std::shared_ptr<const MappedTable> open(const std::filesystem::path& file,
                                                               std::string& problem);
  /// The same over bytes in memory.
  [[nodiscard]] static std::shared_ptr<const MappedTable> from_memory(
      std::vector<std::uint8_t> octets, std::string& problem);
  /// The bytes of one that was made from memory and that nobody else holds, for who changes them.
  [[nodiscard]] static std::vector<std::uint8_t> taken_apart(
      std::shared_ptr<const MappedTable> table);
  ~MappedTable();
  MappedTable(const MappedTable&) = delete;
  MappedTable& operator=(const MappedTable&) = delete;

  [[nodiscard]] std::size_t service_count() const noexcept;
  [[nodiscard]] const ServiceSection& service(std::size_t index) const noexcept;
  /// understudy.yaml as it was compiled in, as a document.
  [[nodiscard]] const Document& config() const noexcept;
  [[nodiscard]] Bytes octets() const noexcept;

 private:
  MappedTable();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::table
