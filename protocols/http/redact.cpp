#include "protocols/http/redact.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "protocols/http/ascii.hpp"
#include "protocols/http/json_text.hpp"
#include "protocols/http/signed.hpp"
#include "understudy/document_text.hpp"
#include "understudy/secret_texts.hpp"

namespace understudy::http {
namespace {

/// JSON within strings of JSON is followed so deep; deeper it is text.
constexpr int deepest_json = 8;

std::string redacted_json_in(std::string_view text, const Secrets& secrets, JsonOf side, int depth);

/// `a=1; b=2` with the values replaced.
std::string redacted_cookies(std::string_view value, const Secrets& secrets) {
  std::string result;
  for_each_part(value, ';', [&](std::string_view pair) {
    if (!result.empty()) result += "; ";
    const std::size_t equals = std::min(pair.find('='), pair.size());
    result += pair.substr(0, equals);
    if (equals < pair.size()) result += '=' + secrets.placeholder(pair.substr(equals + 1));
  });
  return result;
}

std::string redacted_set_cookie(std::string_view value, const Secrets& secrets) {
  const std::string_view pair = value.substr(0, value.find(';'));
  return redacted_cookies(pair, secrets) + std::string(value.substr(pair.size()));
}

/// `Bearer abc` with the credentials replaced; what does not begin with a scheme is all
/// credentials.
std::string redacted_credentials(std::string_view value, const Secrets& secrets) {
  if (auto signer =
          signer_of(value, [&](std::string_view name) { return secrets.placeholder(name); }))
    return *std::move(signer);
  const std::size_t space = value.find(' ');
  const auto is_letter = [](char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || c == '-'; };
  if (space == std::string_view::npos || !std::ranges::all_of(value.substr(0, space), is_letter))
    return secrets.placeholder(value);
  return std::string(value.substr(0, space + 1)) +
         secrets.placeholder(trimmed(value.substr(space + 1)));
}

bool is_authorization(std::string_view name) noexcept {
  return iequals(name, "authorization") || iequals(name, "proxy-authorization");
}

/// Walks through a JSON text and copies it, secrets replaced.
class JsonRedaction {
 public:
  JsonRedaction(std::string_view text, const Secrets& secrets, JsonOf side, int depth)
      : text_(text), secrets_(secrets), side_(side), depth_(depth) {}

  std::string run() {
    while (at_ < text_.size()) step();
    result_.append(text_, copied_);
    return std::move(result_);
  }

 private:
  struct Level {
    bool is_object = false;
    Naming below = Naming::plain;   // what is said of all members
    bool of_secret = false;         // it is the value of a secret: {"password": {"value": …}}
    Naming member = Naming::plain;  // what the present member is
    bool value_follows = false;     // what comes next belongs to the key
  };

  void step() {
    switch (const char c = text_[at_]) {
      case '"':
        return string();
      case '{':
      case '[':
        open(c == '{');
        break;
      case '}':
      case ']':
        if (!levels_.empty()) levels_.pop_back();
        break;
      case ':':
        if (!levels_.empty()) levels_.back().value_follows = true;
        break;
      case ',':
        if (!levels_.empty()) levels_.back().value_follows = false;
        break;
      default:
        if (c == '-' || (c >= '0' && c <= '9')) return number();
    }
    ++at_;
  }

  [[nodiscard]] Naming present() const {
    return levels_.empty() ? Naming::plain : levels_.back().member;
  }

  void open(bool is_object) {
    const Naming naming = present();
    Level level;
    level.is_object = is_object;
    level.of_secret = is_object && naming != Naming::plain;
    if (!is_object || naming == Naming::all_below) level.below = naming;
    level.member = level.below;
    levels_.push_back(level);
  }

  /// What a member of a secret or of a group of them is, by its own name.
  [[nodiscard]] Naming naming_in(const Level& level, std::string_view key) const {
    constexpr std::array<std::string_view, 9> readable = {
        "user", "username", "email", "login", "name", "type", "id", "expires_at", "scope"};
    constexpr std::array<std::string_view, 8> values = {"value", "current", "new",  "old",
                                                        "plain", "raw",     "text", "hash"};
    const Naming own = secrets_.naming_of(key);
    if (level.below == Naming::all_below && std::ranges::find(readable, key) == readable.end())
      return Naming::all_below;
    if (level.of_secret && std::ranges::find(values, key) != values.end()) return Naming::scalar;
    return own;
  }

  void string() {
    const std::size_t end = end_of_json_string(text_, at_);
    if (end == std::string_view::npos) {
      at_ = text_.size();
      return;
    }
    const std::string_view token = text_.substr(at_, end - at_);
    const bool is_key = !levels_.empty() && levels_.back().is_object &&
                        !std::exchange(levels_.back().value_follows, false);
    if (is_key)
      levels_.back().member = naming_in(levels_.back(), unquoted(token));
    else
      string_value(token);
    at_ = end;
  }

  void string_value(std::string_view token) {
    if (token.size() == 2) return;
    const std::string content = unquoted(token);
    if (present() != Naming::plain) return replace(token, secrets_.placeholder(content));
    if (depth_ < deepest_json && looks_like_json(content)) {
      const std::string inner = redacted_json_in(content, secrets_, side_, depth_ + 1);
      if (inner != content) replace(token, inner);
      return;
    }
    const auto cleaned = side_ == JsonOf::request ? secrets_.without_assignments(content)
                                                  : secrets_.without_shapes(content);
    if (cleaned) replace(token, *cleaned);
  }

  void number() {
    std::size_t end = at_ + 1;
    while (end < text_.size() &&
           std::string_view("0123456789.eE+-").find(text_[end]) != std::string_view::npos)
      ++end;
    const std::string_view token = text_.substr(at_, end - at_);
    if (present() == Naming::scalar || present() == Naming::all_below)
      replace(token, secrets_.placeholder(token));
    at_ = end;
  }

  /// `token` begins at `at_`.
  void replace(std::string_view token, const std::string& content) {
    result_.append(text_, copied_, at_ - copied_);
    result_ += json_text(Document(content));
    copied_ = at_ + token.size();
  }

  [[nodiscard]] static std::string unquoted(std::string_view token) {
    if (token.find('\\') == std::string_view::npos)
      return std::string(token.substr(1, token.size() - 2));
    const Document plain = parse_json(token);
    return plain.is_string() ? plain.get<std::string>() : std::string();
  }

  std::string_view text_;
  const Secrets& secrets_;
  JsonOf side_;
  int depth_;
  std::string result_;
  std::vector<Level> levels_;
  std::size_t at_ = 0;
  std::size_t copied_ = 0;
};

std::string redacted_json_in(std::string_view text, const Secrets& secrets, JsonOf side,
                             int depth) {
  return JsonRedaction(text, secrets, side, depth).run();
}

/// The value of a field, a query or a form that no name tells to be a secret.
std::string redacted_value(std::string_view value, const Secrets& secrets) {
  return looks_like_json(value) ? redacted_json(value, secrets, JsonOf::request)
                                : redacted_text(value, secrets);
}

}  // namespace

bool is_secret_field(std::string_view name, const Secrets& secrets) {
  return is_authorization(name) || secrets.is_secret_name(name);
}

std::string redacted_field(std::string_view name, std::string_view value, const Secrets& secrets) {
  if (secrets.shows()) return std::string(value);
  if (iequals(name, "cookie")) return redacted_cookies(value, secrets);
  if (iequals(name, "set-cookie")) return redacted_set_cookie(value, secrets);
  if (iequals(name, "location") || iequals(name, "content-location") || iequals(name, "referer"))
    return redacted_url(value, secrets);
  if (is_authorization(name)) return redacted_credentials(value, secrets);
  if (is_secret_field(name, secrets)) return secrets.placeholder(value);
  if (looks_like_json(value)) return redacted_json(value, secrets, JsonOf::request);
  if (value.starts_with('/')) return redacted_url(value, secrets);
  return secrets.without_shapes(value).value_or(std::string(value));
}

Query redacted_query(Query query, const Secrets& secrets) {
  if (secrets.shows()) return query;
  for (auto& [key, value] : query) {
    if (!value) continue;
    value = is_secret_of_url(key, *value, secrets) ? secrets.placeholder(*value)
                                                   : redacted_value(*value, secrets);
  }
  return query;
}

std::string redacted_path(std::string path, const Secrets& secrets) {
  if (secrets.shows()) return path;
  constexpr std::string_view bot = "/bot";
  if (path.starts_with(bot)) {
    const std::size_t colon = path.find_first_not_of("0123456789", bot.size());
    if (colon != std::string::npos && colon > bot.size() && path[colon] == ':') {
      const std::size_t end = std::min(path.find('/', colon), path.size());
      path.replace(colon + 1, end - colon - 1,
                   secrets.placeholder(path.substr(colon + 1, end - colon - 1)));
    }
  }
  auto cleaned = secrets.without_shapes(path);
  return cleaned ? *std::move(cleaned) : path;
}

std::string redacted_url(std::string_view url, const Secrets& secrets) {
  if (secrets.shows()) return std::string(url);
  const std::size_t query = std::min(url.find_first_of("?#"), url.size());
  std::string result = redacted_path(std::string(url.substr(0, query)), secrets);
  const std::string_view rest = url.substr(query);
  result += without_secrets_of_query(rest, secrets).value_or(std::string(rest));
  auto cleaned = secrets.without_shapes(result);
  return cleaned ? *std::move(cleaned) : result;
}

std::string redacted_json(std::string_view text, const Secrets& secrets, JsonOf side) {
  return secrets.shows() ? std::string(text) : redacted_json_in(text, secrets, side, 0);
}

std::string redacted_text(std::string_view text, const Secrets& secrets) {
  return secrets.without_assignments(text).value_or(std::string(text));
}

std::string redacted_answer(std::string_view text, std::string_view media_type,
                            const Secrets& secrets) {
  if (secrets.shows()) return std::string(text);
  if (looks_like_json(text)) return redacted_json(text, secrets, JsonOf::answer);
  const bool html = media_type.find("html") != std::string_view::npos;
  const bool form = media_type == "application/x-www-form-urlencoded";
  // Other texts, scripts above all, have names and values that mean something else.
  if (!html && (form || media_type.ends_with("xml"))) return redacted_text(text, secrets);
  auto cleaned = html ? without_secrets_of_markup(text, Markup::html, secrets) : std::nullopt;
  if (auto shapes = secrets.without_shapes(cleaned ? *cleaned : text)) return *std::move(shapes);
  return cleaned ? *std::move(cleaned) : std::string(text);
}

bool looks_like_json(std::string_view text) noexcept {
  const auto begin = [&](std::size_t from) { return text.find_first_not_of(" \t\r\n", from); };
  const std::size_t first = begin(0);
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return false;
  const std::size_t second = begin(first + 1);
  if (second == std::string_view::npos) return false;
  // GraphQL begins with a brace as well, and a line of a log with a bracket.
  if (text[first] == '{') return text[second] == '"' || text[second] == '}';
  return std::string_view("{[\"-0123456789]tfn").find(text[second]) != std::string_view::npos;
}

}  // namespace understudy::http
