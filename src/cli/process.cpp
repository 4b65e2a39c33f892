#include "cli/process.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <array>
#include <cerrno>
#include <cstring>

namespace understudy::cli {
namespace {

constexpr std::array handled = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD};

/// What was ignored when we were started (nohup, a shell's background job) stays ignored.
sigset_t handled_set() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : handled) {
    struct sigaction action {};
    sigaction(number, nullptr, &action);
    if (number == SIGCHLD || action.sa_handler != SIG_IGN) sigaddset(&set, number);
  }
  return set;
}

/// "NAME=value" strings: ours, with `added` in place of equal names.
std::vector<std::string> merged(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!added.contains(std::string(text.substr(0, text.find('='))))) all.emplace_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> all;
  for (std::string& text : strings) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

int status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

}  // namespace

Signals::Signals() {
  sigset_t set = handled_set();
  sigaddset(&set, SIGPIPE);  // a reader of our output that has gone is no reason to stop serving
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

std::optional<Signal> Signals::next(std::optional<std::chrono::milliseconds> limit) const {
  const sigset_t set = handled_set();
  siginfo_t info{};
  int number = -1;
  if (limit) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*limit);
    const timespec time{seconds.count(), std::chrono::nanoseconds(*limit - seconds).count()};
    number = sigtimedwait(&set, &info, &time);
  } else {
    do number = sigwaitinfo(&set, &info);
    while (number < 0 && errno == EINTR);
  }
  if (number < 0) return std::nullopt;
  return Signal{number, info.si_code == SI_KERNEL};
}

bool Signals::asks_to_end(int number) noexcept {
  return number == SIGINT || number == SIGTERM;
}

std::optional<Child> Child::start(const std::vector<std::string>& command,
                                  const std::map<std::string, std::string>& environment,
                                  std::string& problem) {
  std::vector<std::string> arguments = command;
  std::vector<std::string> variables = merged(environment);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t id = 0;
  const int error = posix_spawnp(&id, command.front().c_str(), nullptr, &attributes,
                                 pointers(arguments).data(), pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  if (error == 0) return Child(id);
  problem = fmt::format("{}: can't be started: {}", command.front(), std::strerror(error));
  return std::nullopt;
}

void Child::forward(const Signal& signal) const {
  if (signal.number != SIGCHLD && !signal.from_terminal) kill(id_, signal.number);
}

void Child::terminate() const {
  kill(id_, SIGTERM);
}

std::optional<int> Child::reap() const {
  std::optional<int> own;
  int status = 0;
  for (pid_t ended = waitpid(-1, &status, WNOHANG); ended > 0;
       ended = waitpid(-1, &status, WNOHANG))
    if (ended == id_) own = status_of(status);
  return own;
}

void reap_adopted() {
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

}  // namespace understudy::cli
