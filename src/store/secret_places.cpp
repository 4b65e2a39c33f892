#include "store/secret_places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "store/redact/shape.hpp"
#include "understudy/secret_texts.hpp"

namespace understudy::store {
namespace {

/// What hashes of passwords begin with: crypt(3), PHC strings, the hashers of frameworks.
constexpr std::array<std::string_view, 14> hash_prefixes = {
    "$2a$",    "$2b$",    "$2y$",    "$1$",        "$5$",        "$6$",        "$y$",
    "$argon2", "$scrypt", "$pbkdf2", "pbkdf2_sha", "pbkdf2:sha", "bcrypt_sha", "scrypt:"};

bool is_password_hash(std::string_view text) {
  constexpr std::size_t shortest = 20;
  return text.size() >= shortest && text.find(' ') == std::string_view::npos &&
         std::ranges::any_of(hash_prefixes,
                             [&](std::string_view prefix) { return text.starts_with(prefix); });
}

bool is_word_octet(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '.';
}

/// The name of the column behind each cell, where `map` is a result set.
std::vector<std::string> names_of_columns(const Document& map) {
  std::vector<std::string> names;
  const auto columns = map.find("columns");
  if (columns == map.end() || !columns->is_array()) return names;
  for (const Document& column : *columns) {
    const bool named = column.is_object() && column.contains("name") && column["name"].is_string();
    names.push_back(named ? column["name"].get<std::string>() : std::string());
  }
  return names;
}

class Finder {
 public:
  explicit Finder(const Secrets& secrets) : secrets_(secrets) {}

  void look(const Document& value, const std::string& path, std::string_view name) {
    if (value.is_object()) return look_into_map(value, path, name);
    if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i)
        look(value[i], fmt::format("{}[{}]", path, i), name);
      return;
    }
    if (value.is_string()) return look_at_text(value.get_ref<const std::string&>(), path, name);
    if (value.is_number() && secrets_.naming_of(name) >= Naming::scalar)
      add(path, std::string(name), false);
  }

  std::vector<SecretPlace> take() { return std::move(found_); }

 private:
  void look_into_map(const Document& map, const std::string& path, std::string_view name) {
    const auto columns = names_of_columns(map);
    for (const auto& [key, value] : map.items()) {
      const std::string below = path.empty() ? key : path + '.' + key;
      if (key == "columns" && !columns.empty()) continue;
      if (key == "rows" && !columns.empty() && value.is_array())
        look_at_rows(value, below, columns);
      else
        look(value, below,
             secrets_.naming_of(name) == Naming::all_below ? name : std::string_view(key));
    }
  }

  void look_at_rows(const Document& rows, const std::string& path,
                    const std::vector<std::string>& columns) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (!rows[row].is_array()) continue;
      for (std::size_t cell = 0; cell < std::min(rows[row].size(), columns.size()); ++cell)
        look(rows[row][cell], fmt::format("{}[{}].{}", path, row, columns[cell]), columns[cell]);
    }
  }

  void look_at_text(const std::string& text, const std::string& path, std::string_view name) {
    const bool named = secrets_.is_secret_name(name);
    bool any = false;
    for (std::size_t at = text.find(Secrets::mark); at != std::string::npos;
         at = text.find(Secrets::mark, at + 1)) {
      add(path, named ? std::string(name) : std::string("within a text"), true);
      any = true;
    }
    any |= look_for_shapes(text, path);
    // What of a URL is replaced bears the mark, and was counted.
    if (without_secrets_of_urls(text, secrets_)) {
      add(path, "password of a URL", false);
      any = true;
    }
    if (any || text.empty()) return;
    if (is_password_hash(text))
      add(path, "password hash", false);
    else if (named)
      add(path, std::string(name), false);
  }

  bool look_for_shapes(const std::string& text, const std::string& path) {
    bool any = false, in_word = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
      const std::size_t size = in_word ? 0 : redact::secret_at(text, at);
      in_word = is_word_octet(text[at]);
      if (size == 0) continue;
      const std::string_view secret = std::string_view(text).substr(at, size);
      const bool token = redact::is_json_web_token(secret);
      add(path, token ? "JSON Web Token" : "secret by its shape", Secrets::is_placeholder(secret));
      any = true;
      at += size - 1;
    }
    return any;
  }

  void add(const std::string& path, std::string kind, bool replaced) {
    found_.push_back({path, std::move(kind), replaced});
  }

  const Secrets& secrets_;
  std::vector<SecretPlace> found_;
};

}  // namespace

std::vector<SecretPlace> secret_places(const Document& document, const Secrets& secrets) {
  Finder finder(secrets);
  finder.look(document, {}, {});
  return finder.take();
}

}  // namespace understudy::store
