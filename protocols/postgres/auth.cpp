#include "protocols/postgres/auth.hpp"

#include <fmt/format.h>

namespace understudy::postgres {
namespace {

std::string text_at(const Document& map, const char* key) {
  return map.is_object() && map.contains(key) && map[key].is_string() ? map[key].get<std::string>()
                                                                      : std::string();
}

}  // namespace

Authentication::Authentication(const Document& settings,
                               const std::array<std::uint8_t, 32>& entropy)
    : entropy_(entropy) {
  const Document auth =
      settings.is_object() && settings.contains("auth") ? settings["auth"] : Document();
  if (!auth.is_object()) return;
  if (auth.contains("user")) expected_user_ = text_at(auth, "user");
  password_ = text_at(auth, "password");
  const std::string method = text_at(auth, "method");
  if (method == "password" || method == "cleartext")
    method_ = Method::cleartext;
  else if (method == "md5")
    method_ = Method::md5;
  else if (method != "trust" && auth.contains("password"))
    method_ = Method::scram;
}

AuthStatus Authentication::start(std::string user, Octets& out) {
  user_ = std::move(user);
  switch (method_) {
    case Method::trust:
      return finish(true, out);
    case Method::cleartext:
      encode_authentication(auth_cleartext, {}, out);
      break;
    case Method::md5:
      encode_authentication(auth_md5, Bytes(entropy_).first(4), out);
      break;
    case Method::scram: {
      std::string mechanisms;
      if (!end_point_.empty()) mechanisms.append(scram_plus_mechanism).push_back('\0');
      mechanisms.append(scram_mechanism).append(2, '\0');
      encode_authentication(auth_sasl, as_bytes(mechanisms), out);
      scram_.emplace(password_, Bytes(entropy_), end_point_);
    }
  }
  return AuthStatus::in_progress;
}

AuthStatus Authentication::answer(Bytes body, Octets& out) {
  if (method_ == Method::scram) return answer_scram(body, out);
  ByteReader reader(body);
  const std::string_view given = as_text(reader.until(0));
  if (!reader.complete()) return AuthStatus::refused;
  const std::string expected =
      method_ == Method::md5 ? md5_response(user_, password_, Bytes(entropy_).first(4)) : password_;
  return finish(given == expected, out);
}

AuthStatus Authentication::answer_scram(Bytes body, Octets& out) {
  if (scram_began_) {
    const auto final = scram_->final(as_text(body));
    if (!final) return AuthStatus::refused;
    encode_authentication(auth_sasl_final, as_bytes(*final), out);
    return finish(true, out);
  }
  ByteReader reader(body);
  const std::string_view mechanism = as_text(reader.until(0));
  const auto length = reader.be<std::uint32_t>();
  const std::string_view message = as_text(reader.take(length));
  const bool binds = mechanism == scram_plus_mechanism && !end_point_.empty();
  if (!reader.complete() || (!binds && mechanism != scram_mechanism)) return AuthStatus::refused;
  const auto first = scram_->first(message, binds);
  if (!first) return AuthStatus::refused;
  scram_began_ = true;
  encode_authentication(auth_sasl_continue, as_bytes(*first), out);
  return AuthStatus::in_progress;
}

AuthStatus Authentication::finish(bool accepted, Octets& out) const {
  if (!accepted || (expected_user_ && *expected_user_ != user_)) return AuthStatus::refused;
  encode_authentication(auth_ok, {}, out);
  return AuthStatus::accepted;
}

Fields Authentication::refusal() const {
  const bool stranger = method_ == Method::trust;
  const std::string message =
      stranger ? fmt::format("role \"{}\" does not exist", user_)
               : fmt::format("password authentication failed for user \"{}\"", user_);
  return {{'S', "FATAL"}, {'V', "FATAL"}, {'C', stranger ? "28000" : "28P01"}, {'M', message}};
}

}  // namespace understudy::postgres
