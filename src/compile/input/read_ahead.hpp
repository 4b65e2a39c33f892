// Session files parsed by all cores and handed over by one thread, in order: parsing YAML is most
// of what reading a recording costs.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "store/session_file.hpp"
#include "understudy/diagnostic.hpp"

namespace understudy::compile {

struct SessionVisitor {
  /// Of each file that can be read, before its exchanges; false passes over them. Called ahead of
  /// the exchanges of earlier files. `file` is a number in `files`.
  std::function<bool(std::size_t file, const SessionHeader& header, Diagnostics& problems)> header;
  std::function<void(std::size_t file, store::ReadExchange&& read)> exchange;
};

/// Visits the sessions file by file. Problems are appended in the order of the files. At most a few
/// hundred exchanges per core are held at a time.
void read_sessions(const std::vector<std::filesystem::path>& files, const SessionVisitor& visitor,
                   Diagnostics& problems);

}  // namespace understudy::compile
