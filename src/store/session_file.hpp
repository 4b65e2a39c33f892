// Session files: one recorded connection each, `sessions/<recording>.<service>.<connection>.yaml`.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/yaml_stream.hpp"
#include "understudy/diagnostic.hpp"
#include "understudy/exchange.hpp"

namespace understudy::store {

/// Appends exchanges as they complete. Each is written whole with one write and flushed, so that a
/// killed recorder loses at most the exchange in flight. Bodies over `large_body` octets go to a
/// file beside (`<session>.<n>.bin` or `.txt`) and are named by `!file`. The file is created with
/// the first exchange, so that a connection on which nothing was said leaves none.
class SessionWriter {
 public:
  static constexpr std::size_t large_body = 64 * 1024;

  SessionWriter(std::filesystem::path sessions_folder, SessionHeader header);
  ~SessionWriter();
  SessionWriter(SessionWriter&&) noexcept;
  SessionWriter& operator=(SessionWriter&&) noexcept;

  /// Replaces the facts of the header; to be called before the first append.
  void set_facts(Document facts);
  /// False, with the reason in `problem`, where the disk refuses.
  [[nodiscard]] bool append(const Exchange& exchange, std::string& problem);
  [[nodiscard]] bool append(const Gap& gap, std::string& problem);
  [[nodiscard]] const std::filesystem::path& path() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct ReadExchange {
  Exchange exchange;
  int line = 0;                 ///< its first line in the file
  std::optional<Gap> gap = {};  ///< in place of an exchange
};

/// Reads one session file, exchange by exchange.
class SessionReader {
 public:
  /// Nothing where the file can't be read or its header is unsound; `problems` says why.
  [[nodiscard]] static std::optional<SessionReader> open(const std::filesystem::path& path,
                                                         Diagnostics& problems);
  SessionReader(SessionReader&&) noexcept;
  SessionReader& operator=(SessionReader&&) noexcept;
  ~SessionReader();

  [[nodiscard]] const SessionHeader& header() const noexcept;
  /// The next exchange; gaps are passed over. An unsound one is reported and passed over, so that
  /// all problems of a file are found; a torn tail (a document cut off by a kill) is reported as a
  /// warning.
  [[nodiscard]] std::optional<Exchange> next(Diagnostics& problems);
  /// The two halves of `next`: cutting the text, which is cheap, and parsing what was cut, which
  /// several threads may do at once while the reader lives. Nothing, with the reason in `problems`,
  /// where the exchange is unsound.
  [[nodiscard]] std::optional<YamlSlice> cut(Diagnostics& problems);
  [[nodiscard]] std::optional<ReadExchange> parse(const YamlSlice& slice,
                                                  Diagnostics& problems) const;
  /// First line of the exchange that `next` gave last.
  [[nodiscard]] int line() const noexcept;
  /// The line of a node of that exchange, for a Problem's path.
  [[nodiscard]] int line_of(std::string_view json_pointer) const;

 private:
  struct Impl;
  explicit SessionReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// All session files of a mock set in the order of recording, service and connection.
[[nodiscard]] std::vector<std::filesystem::path> session_files(
    const std::filesystem::path& mock_set, Diagnostics& problems);

/// "r1" for a mock set without recordings, else one more than the highest there.
[[nodiscard]] std::string next_recording_name(const std::filesystem::path& mock_set);

}  // namespace understudy::store
