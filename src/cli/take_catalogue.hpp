// What is defined in the services, asked for before they are recorded.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "cli/options.hpp"
#include "engine/record.hpp"
#include "store/config.hpp"
#include "understudy/secrets.hpp"

namespace understudy::cli {

/// `--snapshot-url` by service. Nothing, with the reason in `problem`, where one makes no sense.
[[nodiscard]] std::optional<std::map<std::string, std::string>> parse_snapshot_urls(
    const std::vector<std::string>& texts, const store::Config& config, std::string& problem);

/// Writes snapshot/SERVICE of each service that has definitions. Where they can't be read what an
/// earlier recording brought stays, and `warn` is told what is lost. `urls`: of `--snapshot-url`,
/// by service. `recording`: the one that begins; empty where none does. False where nothing could
/// be read of some service.
bool take_catalogues(const RecordOptions& options, const store::Config& config,
                     const std::map<std::string, std::string>& urls, const Secrets& secrets,
                     const std::string& recording, const engine::Recording::Warn& warn);

}  // namespace understudy::cli
