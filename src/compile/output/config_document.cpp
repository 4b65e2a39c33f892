#include "compile/output/config_document.hpp"

#include "store/secrets_document.hpp"

namespace understudy::compile {

Document document_of_config(const store::Config& config) {
  Document services = Document::array();
  for (const store::Service& service : config.services)
    services.push_back({{"name", service.name},
                        {"protocol", service.protocol},
                        {"listen", store::to_string(service.listen)},
                        {"environment", service.environment},
                        {"settings", service.settings}});
  Document document = {{"services", services}, {"environment", config.environment}};
  if (config.scopes != Scoping::named) document["scopes"] = std::string(name_of(config.scopes));
  store::add_secrets(document, config.secrets);
  return document;
}

store::Config config_of_document(const Document& document) {
  store::Config config;
  config.environment = document.value("environment", config.environment);
  config.scopes = scoping_of(document.value("scopes", "")).value_or(Scoping::named);
  config.secrets = store::secrets_of_config(document);
  for (const Document& entry : document.value("services", Document::array())) {
    store::Service service;
    service.name = entry.value("name", "");
    service.protocol = entry.value("protocol", "");
    service.listen = store::parse_endpoint(entry.value("listen", "")).value_or(store::Endpoint{});
    service.environment = entry.value("environment", service.environment);
    service.settings = entry.value("settings", Document::object());
    config.services.push_back(std::move(service));
  }
  return config;
}

}  // namespace understudy::compile
