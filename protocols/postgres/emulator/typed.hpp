// Expressions as SQLite's, with the types that the server gives them: what all families of
// expressions share.
#pragma once

#include "protocols/postgres/emulator/translator.hpp"
#include "protocols/sql/emulator/typed.hpp"

namespace understudy::postgres::emulation {

using sql::emulator::boolean_type;
using sql::emulator::is_key;
using sql::emulator::is_moment;
using sql::emulator::joined;
using sql::emulator::limits_of;
using sql::emulator::require_comparable;
using sql::emulator::require_one_length;
using sql::emulator::suffix_of;
using sql::emulator::typed;
using sql::emulator::wider;

}  // namespace understudy::postgres::emulation
