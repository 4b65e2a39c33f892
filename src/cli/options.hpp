// What the command line says, as plain data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/journal.hpp"
#include "understudy/scope.hpp"

namespace understudy::cli {

using Path = std::filesystem::path;

/// What the services are asked for before they are recorded: what they define, what they hold too.
enum class Snapshots : std::uint8_t { none, schema, all };

struct RecordOptions {
  Path mock_set;
  std::vector<std::string> maps;  ///< [NAME=]LISTEN=URL
  Snapshots snapshot = Snapshots::all;
  std::optional<std::uint64_t> snapshot_rows;  ///< of one table; what understudy.yaml says
  std::vector<std::string> snapshot_urls;      ///< SERVICE=URL
  std::string proxy;                           ///< LISTEN; empty: none
  std::optional<Path> addresses;
  std::vector<std::string> command;
};

struct SnapshotOptions {
  Path mock_set;
  std::vector<std::string> snapshot_urls;  ///< SERVICE=URL
  std::optional<std::uint64_t> snapshot_rows;
};

struct CompileOptions {
  Path mock_set;
  std::optional<Path> output;
  bool check = false;
  bool verbose = false;
  bool json = false;
};

struct LearnOptions {
  Path mock_set;
  bool json = false;
};

struct ServeOptions {
  Path path;
  std::vector<std::string> listen;  ///< SERVICE=HOST:PORT
  std::string proxy;                ///< LISTEN; empty: none
  unsigned threads = 1;
  bool watch = false;
  engine::Strictness strictness = engine::Strictness::normal;
  std::optional<Scoping> scopes;
  std::optional<Path> addresses;
  std::optional<Path> report;
};

struct RunOptions {
  Path path;
  std::string proxy;  ///< LISTEN; empty: none
  unsigned threads = 1;
  engine::Strictness strictness = engine::Strictness::normal;
  std::optional<Scoping> scopes;
  std::optional<Path> report;
  std::vector<std::string> command;
};

struct InspectOptions {
  Path path;
  std::string service;
  std::string session;  ///< a file name, or a number as listed
  std::string grep;
  std::optional<std::size_t> exchange;
  bool secrets = false;
  bool json = false;
};

struct ExplainOptions {
  Path path;
  std::string service;
  std::string request;
  std::vector<std::string> after;  ///< requests that come before it
  bool rule = false;
  bool json = false;
};

struct CaOptions {
  std::optional<Path> folder;
  std::optional<Path> certificate, key;  ///< of an authority that exists
};

struct CompletionOptions {
  std::string shell;
};

using Command =
    std::variant<RecordOptions, SnapshotOptions, CompileOptions, LearnOptions, ServeOptions,
                 RunOptions, InspectOptions, ExplainOptions, CaOptions, CompletionOptions>;

/// A command, or the status to exit with where there is nothing to do: help was asked for and
/// printed (0), or the command line makes no sense and was told so (64).
[[nodiscard]] std::variant<Command, int> parse(int argc, char** argv);

}  // namespace understudy::cli
