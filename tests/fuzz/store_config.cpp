// An understudy.yaml of arbitrary octets: a flaw is told, and what is read is written so that it
// reads back as the same services.
#include <cstdint>
#include <cstdlib>

#include "store/config.hpp"
#include "store/support.hpp"

using namespace understudy;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

const std::vector<std::string> protocols = {"postgres", "mysql", "redis", "http"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const store::TemporaryFolder folder;
  folder.write("understudy.yaml", as_text(Bytes(data, size)));
  Diagnostics problems;
  const auto config = store::read_config(folder.path(), protocols, problems);
  require(config.has_value() != has_errors(problems));
  if (!config) return 0;
  std::string problem;
  if (!store::write_config(folder.path(), *config, problem)) return 0;
  Diagnostics none;
  const auto again = store::read_config(folder.path(), protocols, none);
  require(again && again->services.size() == config->services.size());
  for (std::size_t i = 0; i < again->services.size(); ++i)
    require(again->services[i].name == config->services[i].name &&
            again->services[i].listen == config->services[i].listen);
  return 0;
}
