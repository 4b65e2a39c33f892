// Services that a recorder has met, put into the understudy.yaml that is there.
#pragma once

#include <filesystem>
#include <string>

#include "store/config.hpp"

namespace understudy::store {

/// Leaves what a person wrote in the file as it is. False, with the reason in `problem`, where its
/// `services` are written in a way that has no room for another one, or the file can't be written.
[[nodiscard]] bool add_service(const std::filesystem::path& mock_set, const Service& service,
                               std::string& problem);

}  // namespace understudy::store
