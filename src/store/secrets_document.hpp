// Secrets as they travel in the configuration of a table.
#pragma once

#include "understudy/document.hpp"
#include "understudy/secrets.hpp"

namespace understudy::store {

/// As `secrets:` in understudy.yaml has them; null where they say nothing.
[[nodiscard]] Document document_of(const SecretRules& rules);
/// Adds `key`, and `secrets` as in understudy.yaml, where there is such.
void add_secrets(Document& config, const Secrets& secrets);
/// What add_secrets() added.
[[nodiscard]] Secrets secrets_of_config(const Document& config);

}  // namespace understudy::store
