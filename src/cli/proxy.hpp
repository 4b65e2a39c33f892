// `--proxy LISTEN`: programs reach http services by their real names.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "store/config.hpp"

namespace understudy::cli {

/// False, after telling why, where `text` is no address. Empty: no proxy.
[[nodiscard]] bool parse_proxy(const std::string& text, std::optional<store::Endpoint>& proxy);

/// What a command's environment needs so that it asks the proxy at `bound`, and believes the
/// certificates of the authority that its services name, else of the usual one.
void enter_proxy(const store::Endpoint& bound, const store::Config& config,
                 const std::filesystem::path& mock_set,
                 std::map<std::string, std::string>& environment);

}  // namespace understudy::cli
