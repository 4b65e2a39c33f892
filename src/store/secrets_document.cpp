#include "store/secrets_document.hpp"

#include <utility>

#include "store/key_file.hpp"

namespace understudy::store {

Document document_of(const SecretRules& rules) {
  if (rules.empty()) return nullptr;
  return {{"names", rules.names},
          {"values", rules.values},
          {"keep", {{"names", rules.plain_names}, {"values", rules.plain_values}}}};
}

void add_secrets(Document& config, const Secrets& secrets) {
  if (const auto key = secrets.key()) config["key"] = to_hex(*key);
  if (Document rules = document_of(secrets.rules()); !rules.is_null())
    config["secrets"] = std::move(rules);
}

Secrets secrets_of_config(const Document& config) {
  if (!config.is_object()) return {};
  const auto key = key_of_hex(config.value("key", ""));
  const Secrets secrets = key ? Secrets(*key) : Secrets();
  const Document rules = config.value("secrets", Document::object());
  const Document keep = rules.value("keep", Document::object());
  using Texts = std::vector<std::string>;
  return secrets.with({.names = rules.value("names", Texts()),
                       .values = rules.value("values", Texts()),
                       .plain_names = keep.value("names", Texts()),
                       .plain_values = keep.value("values", Texts())});
}

}  // namespace understudy::store
