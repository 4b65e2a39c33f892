#include "protocols/redis/emulator/dialect.hpp"

namespace understudy::redis::emulation {

namespace {

constexpr const char* seventeen_digits = "seventeen_digits";
constexpr const char* shortest_style = "shortest";
constexpr const char* script_errors = "script_errors";

}  // namespace

std::optional<DoubleStyle> Dialect::doubles() const {
  if (seventeen_digits_ == shortest_) return std::nullopt;
  return seventeen_digits_ ? DoubleStyle::seventeen_digits : DoubleStyle::shortest;
}

void Dialect::learn(const Value& reply) {
  if (reply.kind == Kind::double_number) {
    if (const auto number = parse_double(reply.text)) {
      const std::string digits = format_double(*number, DoubleStyle::seventeen_digits);
      if (digits != format_double(*number, DoubleStyle::shortest))
        (reply.text == digits ? seventeen_digits_ : shortest_) = true;
    }
  }
  if (is_error(reply.kind) && reply.text.find(" script: ") != std::string::npos &&
      reply.text.find(", on @user_script:") != std::string::npos && reply.text.ends_with('.'))
    script_errors_ = true;
  for (const Value& item : reply.items) learn(item);
}

void Dialect::merge(const Document& document) {
  script_errors_ = script_errors_ || document.contains(script_errors);
  const auto style = document.find("doubles");
  if (style == document.end() || !style->is_string()) return;
  seventeen_digits_ = seventeen_digits_ || *style == seventeen_digits;
  shortest_ = shortest_ || *style == shortest_style;
}

void Dialect::write(Document& document) const {
  if (script_errors_) document[script_errors] = true;
  if (const auto style = doubles())
    document["doubles"] = *style == DoubleStyle::shortest ? shortest_style : seventeen_digits;
}

}  // namespace understudy::redis::emulation
