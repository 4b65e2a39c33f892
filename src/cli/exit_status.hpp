// The exit statuses of every command.
#pragma once

namespace understudy::cli {

inline constexpr int all_certain = 0;
inline constexpr int failed = 1;        ///< the command or a check failed
inline constexpr int uncertain = 2;     ///< misses, or guesses under the chosen strictness
inline constexpr int by_signal = 128;   ///< plus its number: before anything was served
inline constexpr int usage_error = 64;  ///< the command line makes no sense
inline constexpr int bad_input = 65;    ///< a file, an address or an upstream that can't be used

}  // namespace understudy::cli
