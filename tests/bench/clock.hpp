// CPU time of this thread, so that other load on the machine counts little.
#pragma once

#include <time.h>

namespace understudy::bench {

inline double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// CPU nanoseconds of one `work(i)`, over `rounds` of them.
template <typename Work>
double per_round(int rounds, Work&& work) {
  const double begin = cpu_nanoseconds();
  for (int i = 0; i < rounds; ++i) work(i);
  return (cpu_nanoseconds() - begin) / rounds;
}

}  // namespace understudy::bench
