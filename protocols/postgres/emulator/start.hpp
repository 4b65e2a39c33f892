// What a scope begins with: the tables of a catalogue, with the rows that a snapshot has of them.
#pragma once

#include <memory>
#include <vector>

#include "protocols/sql/emulator/start.hpp"
#include "understudy/document.hpp"
#include "understudy/emulator.hpp"

namespace understudy::postgres::emulation {

using sql::emulator::Start;

/// Null where nothing of it can be told for sure. `states` gets all tables of the catalogue.
[[nodiscard]] std::shared_ptr<const Start> start_of(const Held& held,
                                                    std::vector<HeldState>& states);

/// `document` outlives what is made of it: emulators that are made of the same one share it.
/// `image`: the octets of its contents' image. Null where they are none that this program made.
[[nodiscard]] std::shared_ptr<const Start> start_of_document(const Document& document, Bytes image);

}  // namespace understudy::postgres::emulation
