#include "compile/model/readable.hpp"

#include <fmt/format.h>

namespace understudy::compile {

std::string unsteady_text(std::string_view function) {
  return fmt::format("shows {}(), which is another one whenever it is asked", function);
}

std::string readable_pattern(std::string_view pattern) {
  std::string readable(pattern);
  for (char& octet : readable)
    if (static_cast<unsigned char>(octet) < 0x20) octet = '?';
  return readable;
}

}  // namespace understudy::compile
