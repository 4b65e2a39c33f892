#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>

/// With UNDERSTUDY_TEST_TIMES in the environment each test case says what it took.
int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  if (std::getenv("UNDERSTUDY_TEST_TIMES") != nullptr) context.setOption("duration", true);
  return context.run();
}
