// What compiling is at, for whoever waits for it.
#pragma once

#include <functional>
#include <string>

namespace understudy::compile {

/// Called with such as "read 12,288 exchanges", by one thread, more often than a person can read.
using Progress = std::function<void(const std::string& doing)>;

}  // namespace understudy::compile
