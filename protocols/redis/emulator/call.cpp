#include "protocols/redis/emulator/call.hpp"

#include <cmath>

#include "protocols/redis/effects.hpp"

namespace understudy::redis::emulation {

KeyName Call::name_of(std::string_view key) const {
  return {db_, segment_of(key)};
}

bool Call::may_have_ended(const Entry& entry) const {
  return entry.expiry.kind == Expiry::Kind::sometime ||
         (entry.expiry.kind == Expiry::Kind::at && !now_);
}

Seen Call::see(std::string_view key) {
  Entry& entry = keys_.at(name_of(key));
  if (entry.unknown()) return {};
  if (entry.expiry.kind == Expiry::Kind::at && now_ && now_->count() > entry.expiry.at)
    entry = {Absent{}, {}};
  if (entry.present() && doubt_ == Doubt::unsure && may_have_ended(entry)) return {};
  return {&entry};
}

void Call::replace(std::string_view key, Entry entry) {
  keys_.at(name_of(key)) = std::move(entry);
  touch(key);
}

void Call::touch(std::string_view key) {
  writes_.push_back(key_path(db_, key));
}

void Call::flush_database() {
  keys_.empty(db_);
  writes_.push_back({std::to_string(db_)});
}

void Call::flush_all() {
  keys_.empty();
  writes_.emplace_back();
}

namespace {

// Where all servers spell a number in the same way, whatever their style: no exponent is near.
bool is_whole(double number) {
  return std::isinf(number) || (std::fabs(number) < 0x1p52 && number == std::trunc(number));
}
bool is_plain(double number) {
  const double size = std::fabs(number);
  return size >= 0.001 && size < 1e6;
}

}  // namespace

Answer Call::number(double number) const {
  const auto spelled = [&](DoubleStyle style) {
    return Value::of(Kind::double_number, format_double(number, style));
  };
  const Value digits = spelled(DoubleStyle::seventeen_digits);
  if (doubt_ == Doubt::presumed || doubles_ == DoubleStyle::seventeen_digits || is_whole(number))
    return digits;
  if (!is_plain(number)) return std::nullopt;
  const Value shortest = spelled(DoubleStyle::shortest);
  if (digits == shortest || doubles_ == DoubleStyle::shortest) return shortest;
  return std::nullopt;
}

Value error(std::string_view text) {
  return Value::of(Kind::simple_error, text);
}
Value wrong_type() {
  return error("WRONGTYPE Operation against a key holding the wrong kind of value");
}
Value not_an_integer() {
  return error("ERR value is not an integer or out of range");
}
Value not_a_float() {
  return error("ERR value is not a valid float");
}
Value syntax_error() {
  return error("ERR syntax error");
}
Value wrong_arity(const Call& call) {
  return error("ERR wrong number of arguments for '" + lower_case(call.word(0)) + "' command");
}

}  // namespace understudy::redis::emulation
