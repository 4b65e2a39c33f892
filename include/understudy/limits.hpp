// Caps that hold before anything is allocated for what a peer announces.
#pragma once

#include <cstddef>

namespace understudy {

struct Limits {
  std::size_t message_octets = std::size_t{1} << 30;  ///< one framed message or body
  std::size_t elements = std::size_t{1} << 20;  ///< items of one aggregate, columns, parameters
  std::size_t depth = 128;                      ///< nesting of aggregates
  std::size_t head_octets = 256 * 1024;         ///< an HTTP head, an inline command
  std::size_t decoded_octets = std::size_t{64} << 20;  ///< what a compressed body may become
};

}  // namespace understudy
