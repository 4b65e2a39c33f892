#include "protocols/postgres/shape.hpp"

#include <algorithm>

#include "understudy/byte_reader.hpp"
#include "understudy/byte_writer.hpp"

namespace understudy::postgres {
namespace {

constexpr std::uint8_t shape_version = 2;

bool read_variant(ByteReader& reader, std::size_t slots, ShapeVariant& variant) {
  for (const std::uint8_t value_class : reader.take(slots))
    variant.slots.push_back(static_cast<sql::ValueClass>(value_class));
  variant.kind = static_cast<ShapeKind>(reader.be<std::uint8_t>());
  variant.description = as_text(reader.take(reader.be<std::uint32_t>()));
  return !reader.failed();
}

bool fits(const ShapeVariant& variant, const sql::Statement& statement) noexcept {
  const auto slots = statement.slots();
  for (std::size_t i = 0; i < slots.size() && i < variant.slots.size(); ++i) {
    const bool literal = slots[i].parameter == sql::Statement::Slot::literal;
    if (literal && variant.slots[i] != slots[i].value_class) return false;
    if (!literal && variant.slots[i] != sql::ValueClass::unknown) return false;
  }
  return true;
}

}  // namespace

std::string shape_key(std::string_view pattern) {
  return "shape:" + std::string(pattern);
}

std::string unparsed_key(std::string_view text) {
  return "unparsed:" + std::string(text);
}
std::string set_key(std::string_view pattern) {
  return "set:" + std::string(pattern);
}

std::string session_key(std::string_view part, std::string_view pattern) {
  return std::string("session:").append(part).append(1, '\0').append(pattern);
}

std::string sessions_key(std::string_view pattern) {
  return "sessions:" + std::string(pattern);
}

void SessionNeeds::merge(const SessionNeeds& other) {
  bits |= other.bits;
  for (const std::string& name : other.settings)
    if (std::ranges::find(settings, name) == settings.end()) settings.push_back(name);
}

std::string login_key(const std::map<std::string, std::string>& login) {
  std::string key = "login:";
  for (const auto& [name, value] : login) key.append(name).append("=").append(value) += '\0';
  return key;
}

std::string encode_shape(const Shape& shape) {
  Octets octets;
  ByteWriter writer(octets);
  writer.byte(shape_version);
  writer.byte(shape.partial ? 1 : 0);
  writer.byte(shape.whole ? 1 : 0);
  writer.byte(shape.describe_fails ? 1 : 0);
  writer.byte(shape.never_parsed ? 1 : 0);
  writer.byte(shape.clock ? 1 : 0);
  writer.be(shape.needs.bits);
  writer.be(static_cast<std::uint32_t>(shape.needs.settings.size()));
  for (const std::string& name : shape.needs.settings) writer.c_string(name);
  writer.be(static_cast<std::uint32_t>(shape.slot_types.size()));
  for (const Oid type : shape.slot_types) writer.be(type);
  writer.be(static_cast<std::uint32_t>(shape.variants.size()));
  for (const ShapeVariant& variant : shape.variants) {
    for (std::size_t i = 0; i < shape.slot_types.size(); ++i)
      writer.byte(static_cast<std::uint8_t>(i < variant.slots.size() ? variant.slots[i]
                                                                     : sql::ValueClass::unknown));
    writer.byte(static_cast<std::uint8_t>(variant.kind));
    writer.be(static_cast<std::uint32_t>(variant.description.size()));
    writer.text(variant.description);
  }
  return std::string(as_text(octets));
}

std::optional<Shape> decode_shape(Bytes octets) {
  ByteReader reader(octets);
  if (reader.be<std::uint8_t>() != shape_version) return std::nullopt;
  Shape shape;
  shape.partial = reader.be<std::uint8_t>() != 0;
  shape.whole = reader.be<std::uint8_t>() != 0;
  shape.describe_fails = reader.be<std::uint8_t>() != 0;
  shape.never_parsed = reader.be<std::uint8_t>() != 0;
  shape.clock = reader.be<std::uint8_t>() != 0;
  shape.needs.bits = reader.be<std::uint16_t>();
  for (auto names = reader.be<std::uint32_t>(); names > 0 && !reader.failed(); --names)
    shape.needs.settings.emplace_back(as_text(reader.until(0)));
  const auto slots = reader.be<std::uint32_t>();
  if (reader.failed() || slots > reader.remaining() / 4) return std::nullopt;
  for (std::uint32_t i = 0; i < slots; ++i) shape.slot_types.push_back(reader.be<std::uint32_t>());
  const auto variants = reader.be<std::uint32_t>();
  for (std::uint32_t i = 0; i < variants && !reader.failed(); ++i)
    if (!read_variant(reader, slots, shape.variants.emplace_back())) return std::nullopt;
  if (!reader.complete()) return std::nullopt;
  return shape;
}

const ShapeVariant* choose_variant(const Shape& shape, const sql::Statement& statement) noexcept {
  for (const ShapeVariant& variant : shape.variants)
    if (fits(variant, statement)) return &variant;
  return shape.variants.empty() ? nullptr : &shape.variants.front();
}

std::vector<Oid> parameter_types(const sql::Statement& statement, const std::vector<Oid>& declared,
                                 const Shape* shape) {
  // Those of a PREPARE are its own statement's.
  const bool prepares = statement.pattern().starts_with("prepare ");
  std::vector<Oid> types(
      prepares ? declared.size() : std::max(statement.parameter_count(), declared.size()),
      oid::unspecified);
  for (std::size_t i = 0; i < declared.size(); ++i)
    if (declared[i] != oid::unknown) types[i] = declared[i];
  if (shape == nullptr) return types;
  const auto slots = statement.slots();
  for (std::size_t i = 0; i < slots.size() && i < shape->slot_types.size(); ++i) {
    if (slots[i].parameter == sql::Statement::Slot::literal) continue;
    const auto parameter = static_cast<std::size_t>(slots[i].parameter);
    if (parameter < types.size() && types[parameter] == oid::unspecified)
      types[parameter] = shape->slot_types[i];
  }
  return types;
}

}  // namespace understudy::postgres
