// What the connections over which a catalogue is asked for have in common: a client library that is
// loaded when it is needed, and bounds on time and on what an answer brings.
#pragma once

#include <dlfcn.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace understudy::sql {

/// Runs of blanks become one space; none is left at the end.
[[nodiscard]] std::string in_one_line(std::string_view text);

/// Whether a list that a person wrote names this: `name` is one with its schema, which the list may
/// leave out.
[[nodiscard]] bool names_table(const std::vector<std::string>& list, std::string_view name);

/// A database's own client library, loaded where a recording needs it: linked, it and what it
/// brings would make every start of a mock slower.
class ClientLibrary {
 public:
  explicit ClientLibrary(const char* file) : library_(dlopen(file, RTLD_NOW | RTLD_LOCAL)) {}

  template <class Function>
  void load(Function& function, const char* name) {
    if (library_ != nullptr) function = reinterpret_cast<Function>(dlsym(library_, name));
    complete_ = complete_ && function != nullptr;
  }
  /// Whether everything that was asked for is there.
  [[nodiscard]] bool is_complete() const noexcept { return complete_; }

 private:
  void* library_;  // stays loaded
  bool complete_ = true;
};

class BoundedConnection {
 public:
  using Rows = std::vector<std::vector<std::string>>;  ///< NULL is empty

  /// Why the last thing failed, in one line.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  /// Nothing more can be asked: lost, out of time, or too much of it.
  [[nodiscard]] bool is_spent() const noexcept { return spent_; }
  /// From here on it may take that long, and bring that much more.
  void extend(std::chrono::seconds time, std::size_t octets) {
    deadline_ = Clock::now() + time;
    most_octets_ += octets;
  }

 protected:
  using Clock = std::chrono::steady_clock;

  BoundedConnection() : deadline_(Clock::now() + std::chrono::seconds(25)) {}
  /// False, as what follows from it.
  bool fail(std::string_view why, bool spent = false);
  bool spend(std::string_view why) { return fail(why, true); }
  [[nodiscard]] std::chrono::milliseconds time_left() const;
  /// False where that is too much.
  bool add_octets(std::size_t octets);

 private:
  Clock::time_point deadline_;
  std::size_t octets_ = 0, most_octets_ = 16U << 20;
  std::string problem_;
  bool spent_ = false;
};

}  // namespace understudy::sql
