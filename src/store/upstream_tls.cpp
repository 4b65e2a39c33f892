#include "store/upstream_tls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <span>

#include "store/url.hpp"

namespace understudy::store {

namespace {

using Check = TlsUpstream::Check;

/// The value of a mode; without `check` it does not insist on TLS.
struct Mode {
  std::string_view name;
  std::optional<Check> check;
};

constexpr std::array postgres_modes = {
    Mode{"disable", std::nullopt},   Mode{"allow", std::nullopt},
    Mode{"prefer", std::nullopt},    Mode{"require", Check::nothing},
    Mode{"verify-ca", Check::chain}, Mode{"verify-full", Check::name}};
constexpr std::array mysql_modes = {Mode{"disabled", std::nullopt}, Mode{"preferred", std::nullopt},
                                    Mode{"required", Check::nothing},
                                    Mode{"verify_ca", Check::chain},
                                    Mode{"verify_identity", Check::name}};

/// How a protocol's clients spell the options.
struct Spelling {
  std::string_view protocol, mode, authorities, certificate, key;
  std::span<const Mode> modes;
};

constexpr std::array spellings = {
    Spelling{"postgres", "sslmode", "sslrootcert", "sslcert", "sslkey", postgres_modes},
    Spelling{"mysql", "ssl-mode", "ssl-ca", "ssl-cert", "ssl-key", mysql_modes},
    Spelling{"redis", "", "cacert", "cert", "key", {}},
    Spelling{"http", "", "cacert", "cert", "key", {}}};

constexpr std::string_view insecure = "insecure", negotiation = "sslnegotiation",
                           system_roots = "system";

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::string names_of(std::span<const Mode> modes) {
  std::string names;
  for (const Mode& mode : modes) names += fmt::format("{}{}", names.empty() ? "" : ", ", mode.name);
  return names;
}

class OptionReader {
 public:
  OptionReader(const Spelling& spelling, std::string_view url)
      : spelling_(spelling), options_(query_of_url(url)) {}

  [[nodiscard]] bool read(bool by_scheme, TlsUpstream& tls, std::string& problem) {
    tls.wanted = tls.at_once = by_scheme;
    tls.authorities = text(spelling_.authorities);
    tls.certificate = text(spelling_.certificate);
    tls.key = text(spelling_.key);
    if (spelling_.modes.empty()) {
      if (options_.contains(std::string(insecure))) tls.check = Check::nothing;
      return true;
    }
    return read_mode(tls, problem);
  }

 private:
  [[nodiscard]] std::string text(std::string_view name) const {
    const auto found = options_.find(std::string(name));
    return found == options_.end() ? std::string() : found->second;
  }

  [[nodiscard]] bool read_mode(TlsUpstream& tls, std::string& problem) const {
    const std::string name = lower(text(spelling_.mode));
    const auto mode = std::ranges::find(spelling_.modes, name, &Mode::name);
    if (!name.empty() && mode == spelling_.modes.end()) {
      problem = fmt::format("`{}={}` is unknown, expected one of {}", spelling_.mode, name,
                            names_of(spelling_.modes));
      return false;
    }
    if (mode != spelling_.modes.end() && mode->check) {
      tls.wanted = true;
      tls.check = *mode->check;
    } else if (name.empty() && !tls.authorities.empty()) {
      tls.wanted = true;
      tls.check = Check::chain;
    }
    // As the clients do: who names an authority wants it to be asked.
    if (tls.check == Check::nothing && !tls.authorities.empty()) tls.check = Check::chain;
    if (tls.authorities == system_roots) tls.authorities.clear();
    if (spelling_.protocol == "postgres") tls.at_once = text(negotiation) == "direct";
    return true;
  }

  const Spelling& spelling_;
  std::map<std::string, std::string> options_;
};

}  // namespace

bool read_tls_options(std::string_view protocol, bool by_scheme, std::string_view url,
                      TlsUpstream& tls, std::string& problem) {
  const auto spelling = std::ranges::find(spellings, protocol, &Spelling::protocol);
  if (spelling == spellings.end()) {
    tls.wanted = tls.at_once = by_scheme;
    return true;
  }
  return OptionReader(*spelling, url).read(by_scheme, tls, problem);
}

std::string tls_options_of(std::string_view protocol, const TlsUpstream& tls) {
  const auto spelling = std::ranges::find(spellings, protocol, &Spelling::protocol);
  if (!tls.wanted || spelling == spellings.end()) return {};
  std::string options;
  const auto add = [&](std::string_view name, std::string_view value) {
    options += fmt::format("{}{}", options.empty() ? "?" : "&", name);
    if (!value.empty()) options += fmt::format("={}", percent_encoded(value, "/"));
  };
  const auto add_file = [&](std::string_view name, const std::string& file) {
    if (!file.empty()) add(name, std::filesystem::absolute(file).string());
  };
  const auto mode = std::ranges::find(spelling->modes, std::optional(tls.check), &Mode::check);
  if (mode != spelling->modes.end()) add(spelling->mode, mode->name);
  if (spelling->modes.empty() && tls.check == Check::nothing) add(insecure, {});
  add_file(spelling->authorities, tls.authorities);
  add_file(spelling->certificate, tls.certificate);
  add_file(spelling->key, tls.key);
  if (spelling->protocol == "postgres" && tls.at_once) add(negotiation, "direct");
  return options;
}

}  // namespace understudy::store
