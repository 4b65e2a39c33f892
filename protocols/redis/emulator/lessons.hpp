// What a reply tells of keys that nothing was known of.
#pragma once

#include <string_view>
#include <vector>

#include "protocols/redis/emulator/request.hpp"

namespace understudy::redis::emulation {

/// A key and what it holds; its end is unknown unless told.
struct Lesson {
  std::string_view key;  ///< borrowed from the request
  Entry entry;
};

/// Before the command, which got this (lifted) reply.
[[nodiscard]] std::vector<Lesson> lessons_before(const Request& request, const Value& reply);
/// After it, whatever was there before.
[[nodiscard]] std::vector<Lesson> lessons_after(const Request& request, const Value& reply);

/// Of the end of a key that is there: TTL and PTTL tell that.
[[nodiscard]] std::optional<Expiry> lesson_of_expiry(const Request& request, const Value& reply);

/// When a key ends behind a command that changed that, whatever its value; nothing where it did
/// not.
[[nodiscard]] std::optional<Expiry> lesson_of_end(const Request& request, const Value& reply,
                                                  Emulator::Moment now);

/// All keys of the database, where the reply tells them; else nothing.
[[nodiscard]] std::optional<std::vector<std::string>> lesson_of_database(const Request& request,
                                                                         const Value& reply);

}  // namespace understudy::redis::emulation
