// A request in its three forms: the words of a command, the document of a
// session file, the canonical octets that a table is probed with.
//
//   document    {command: [SET, key, value], db: 1, user: ann}   `db` left out where it is 0,
//                                                                `user` where it is the default one
//   canonical   "SET" NUL db (length octets)…     numbers as LEB128, options in upper case
//
// Where it matters who asks, the highest bit of db is set and the user is the first octets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/redis/command_table.hpp"
#include "understudy/analyser.hpp"
#include "understudy/document.hpp"

namespace understudy::redis {

/// An owned command with the database that it was sent to.
struct CommandLine {
  std::vector<std::string> words;
  std::uint32_t db = 0;
  std::string user{};  ///< empty: the default one, or any

  [[nodiscard]] std::vector<std::string_view> views() const { return {words.begin(), words.end()}; }
};

/// Replaces `out` by the canonical octets. Allocates only until `out` has grown large enough.
/// `user` is empty where it does not matter who asks.
void make_canonical(const ResolvedCommand& resolved, Arguments arguments, std::uint32_t db,
                    std::string_view user, std::string& out);

/// What canonical octets say. Octets that are none give what could be read of them.
[[nodiscard]] CommandLine read_canonical(std::string_view canonical);

[[nodiscard]] Document request_document(const CommandLine& line);

/// Names in upper case. Problems are appended; the words are empty where there are some.
[[nodiscard]] CommandLine read_request(const Document& request, std::vector<Problem>& problems);

/// One line as redis-cli would take it: words that need it quoted and escaped.
[[nodiscard]] std::string quoted_line(const CommandLine& line, std::size_t longest);

}  // namespace understudy::redis
