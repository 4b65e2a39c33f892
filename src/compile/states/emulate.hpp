// Pass: the protocol's emulator follows the recordings, so that it knows what it can compute.
#pragma once

#include "compile/model/steps.hpp"
#include "understudy/document.hpp"

namespace understudy::compile {

/// What the emulator of the service gathered (see Emulator::knowledge()); null where its protocol
/// has none. Transactions take effect as a whole where they were committed.
[[nodiscard]] Document follow_recordings(const LoadedService& service);

}  // namespace understudy::compile
