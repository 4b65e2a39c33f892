// A YAML stream: what is read of it is written so that it reads back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "store/support.hpp"
#include "store/yaml.hpp"

namespace {

using namespace understudy;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(Bytes(data, size));
  Diagnostics problems;
  store::YamlReader reader(text, "stream.yaml");
  while (!reader.at_end()) {
    const std::size_t known = problems.size();
    const auto document = reader.next(problems);
    require(document ? !has_errors(
                           {problems.begin() + static_cast<std::ptrdiff_t>(known), problems.end()})
                     : problems.size() > known || reader.at_end());
    if (!document) continue;
    require(store::line_of(text, reader.line(), "/0/a") >= reader.line());
    require(store::same(store::read_one(store::written(*document)), *document));
  }
  return 0;
}
