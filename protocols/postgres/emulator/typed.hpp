// Expressions as SQLite's, with the types that the server gives them: what all families of
// expressions share.
#pragma once

#include <utility>

#include "protocols/postgres/emulator/translator.hpp"
#include "protocols/sql/emulator/typed.hpp"

namespace understudy::postgres::emulation {

using sql::emulator::boolean_type;
using sql::emulator::forget_origin;
using sql::emulator::is_comparison;
using sql::emulator::is_key;
using sql::emulator::is_moment;
using sql::emulator::is_order;
using sql::emulator::joined;
using sql::emulator::limits_of;
using sql::emulator::require_comparable;
using sql::emulator::require_one_length;
using sql::emulator::spelled;
using sql::emulator::suffix_of;
using sql::emulator::typed;
using sql::emulator::wider;

/// Another value, until it goes out of scope.
template <class T>
class Restored {
 public:
  Restored(T& place, T value) : place_(place), before_(std::exchange(place, std::move(value))) {}
  Restored(const Restored&) = delete;
  Restored& operator=(const Restored&) = delete;
  ~Restored() { place_ = std::move(before_); }

 private:
  T& place_;
  T before_;
};

/// Whether a query of one value shows the time, or what is of chance, as it is.
[[nodiscard]] bool shows_moment(const tree::Statement& shows);

}  // namespace understudy::postgres::emulation
