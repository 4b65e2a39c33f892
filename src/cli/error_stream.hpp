// Standard error, for a program that must go on whether or not somebody reads it.
#pragma once

#include <string>
#include <string_view>

namespace understudy::cli {

/// Writes `text` where that can be done at once, and else keeps it for a thread that waits until
/// somebody reads. What is more than can be kept is left out, and said where the writing goes on.
/// Never blocks. Thread-safe; one call's text is never mixed with another's. What is kept when the
/// program ends has a second to be read.
void write_error(std::string_view text);

/// `text` for a terminal: control characters, which may come from the wire, are spelled out
/// (`\x1b`), as are octets that are no text. Line feeds stay.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace understudy::cli
