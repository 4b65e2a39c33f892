#include "protocols/redis/emulator/call.hpp"

namespace understudy::redis::emulation {

std::span<const NamedHandler> sorted_set_range_commands() noexcept {
  return {};
}

}  // namespace understudy::redis::emulation
