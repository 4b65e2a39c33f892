// What programs believe besides an authority of ours: files for those that take a bundle in place
// of the system's, or a key store of Java.
#pragma once

#include <filesystem>
#include <string>

namespace understudy::net {

/// What opens it, which protects nothing: there is no secret in it.
inline constexpr const char* trust_store_password = "changeit";

/// Writes `bundle.pem` and `bundle.p12` into the folder of an authority: its certificate and those
/// that the system believes. False, with the reason in `problem`, where that can't be.
[[nodiscard]] bool write_trust_stores(const std::filesystem::path& folder, std::string& problem);

[[nodiscard]] std::filesystem::path bundle_file(const std::filesystem::path& folder);
[[nodiscard]] std::filesystem::path java_store_file(const std::filesystem::path& folder);

}  // namespace understudy::net
