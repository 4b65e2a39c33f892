// The key with which a mock set's placeholders of secrets are made: `understudy.key` beside
// understudy.yaml, 64 hexadecimal digits. It belongs to the recordings and is shared with them:
// without it their placeholders can't be recognised, and with it alone nobody finds a secret.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "understudy/diagnostic.hpp"
#include "understudy/document.hpp"
#include "understudy/secrets.hpp"

namespace understudy::store {

[[nodiscard]] std::string to_hex(const Secrets::Key& key);
/// Nothing for anything but 64 hexadecimal digits.
[[nodiscard]] std::optional<Secrets::Key> key_of_hex(std::string_view text);

/// Nothing where there is none, which is no problem: mock sets that were recorded without one.
[[nodiscard]] std::optional<Secrets::Key> read_key(const std::filesystem::path& mock_set,
                                                   Diagnostics& problems);
/// The key that is there, else a new one, which is written (readable by its owner only).
[[nodiscard]] std::optional<Secrets::Key> read_or_make_key(const std::filesystem::path& mock_set,
                                                           Diagnostics& problems);

}  // namespace understudy::store
