// What a scope begins with: the tables of a catalogue, with the rows that a snapshot has of them.
#pragma once

#include <memory>
#include <vector>

#include "protocols/postgres/emulator/defining.hpp"
#include "protocols/sql/catalog/catalog.hpp"
#include "protocols/sql/contents/contents.hpp"
#include "understudy/document.hpp"
#include "understudy/emulator.hpp"

namespace understudy::postgres::emulation {

/// Immutable, shared by all scopes.
struct Start {
  sql::contents::Contents::Beginning contents;
  sql::Catalog catalog{sql::Dialect::postgres};
  Depended depended;
  std::string collation;      ///< of the database; empty where it is not known
  bool knows_errors = false;  ///< see violations.hpp
  bool knows_custom = false;  ///< see Printing
  Document document;          ///< what it was made of, for start_of_document()
};

/// Null where nothing of it can be told for sure. `states` gets all tables of the catalogue.
[[nodiscard]] std::shared_ptr<const Start> start_of(const Held& held,
                                                    std::vector<HeldState>& states);

/// `document` outlives what is made of it: emulators that are made of the same one share it.
/// `image`: the octets of its contents' image. Null where they are none that this program made.
[[nodiscard]] std::shared_ptr<const Start> start_of_document(const Document& document, Bytes image);

}  // namespace understudy::postgres::emulation
