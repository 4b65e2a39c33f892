#include "store/key_file.hpp"

#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <array>
#include <system_error>

#include "store/file.hpp"

namespace understudy::store {
namespace {

std::filesystem::path file_of(const std::filesystem::path& mock_set) {
  return mock_set / "understudy.key";
}

int digit_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Secrets::Key fresh_key() {
  Secrets::Key key{};
  // Up to 256 octets come whole once the kernel's pool is ready, and before that the call waits.
  while (getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size())) {
  }
  return key;
}

}  // namespace

std::string to_hex(const Secrets::Key& key) {
  std::string text;
  for (const std::uint8_t octet : key) text += fmt::format("{:02x}", octet);
  return text;
}

std::optional<Secrets::Key> key_of_hex(std::string_view text) {
  Secrets::Key key{};
  if (text.size() != 2 * key.size()) return std::nullopt;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const int high = digit_value(text[2 * i]), low = digit_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    key[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return key;
}

std::optional<Secrets::Key> read_key(const std::filesystem::path& mock_set, Diagnostics& problems) {
  const std::filesystem::path path = file_of(mock_set);
  std::error_code failure;
  if (!std::filesystem::exists(path, failure)) return std::nullopt;
  std::string problem;
  auto text = read_file(path, Links::follow, problem);
  while (text && (text->ends_with('\n') || text->ends_with('\r'))) text->pop_back();
  const auto key = text ? key_of_hex(*text) : std::nullopt;
  if (!key)
    problems.push_back({.file = path.string(),
                        .line = text ? 1 : 0,
                        .what = text ? "this is no key, expected 64 hexadecimal digits" : problem,
                        .hint = "restore the file: without it no recorded secret is recognised"});
  return key;
}

std::optional<Secrets::Key> read_or_make_key(const std::filesystem::path& mock_set,
                                             Diagnostics& problems) {
  const std::size_t before = problems.size();
  if (auto key = read_key(mock_set, problems); key || problems.size() > before) return key;
  const Secrets::Key key = fresh_key();
  const std::filesystem::path path = file_of(mock_set);
  std::string problem;
  if (!write_new_file(path, to_hex(key) + "\n", problem)) {
    // Another recorder may have been quicker.
    if (auto theirs = read_key(mock_set, problems)) return theirs;
    problems.push_back({.file = path.string(), .what = problem, .hint = "check its permissions"});
    return std::nullopt;
  }
  ::chmod(path.c_str(), S_IRUSR | S_IWUSR);
  return key;
}

}  // namespace understudy::store
