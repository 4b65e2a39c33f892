// understudy.yaml as it travels inside a table.
#pragma once

#include "store/config.hpp"
#include "understudy/document.hpp"

namespace understudy::compile {

[[nodiscard]] Document document_of_config(const store::Config& config);
/// The reverse; upstreams don't travel, they matter to `record` only.
[[nodiscard]] store::Config config_of_document(const Document& document);

}  // namespace understudy::compile
