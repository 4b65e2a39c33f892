#include "protocols/mysql/parameters.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "protocols/mysql/lenenc.hpp"
#include "protocols/mysql/rows.hpp"
#include "protocols/sql/number.hpp"
#include "understudy/document_text.hpp"

namespace understudy::mysql {

namespace {

using sql::ValueClass;

// Types that a parameter's spelling in a document does not tell.
struct TypeWord {
  std::string_view name;
  FieldType type;
};
constexpr std::array type_words = {
    TypeWord{"decimal", FieldType::newdecimal}, TypeWord{"blob", FieldType::blob},
    TypeWord{"float", FieldType::float_},       TypeWord{"double", FieldType::double_},
    TypeWord{"int", FieldType::longlong},       TypeWord{"varchar", FieldType::var_string},
    TypeWord{"null", FieldType::null},
};

bool is_binary(FieldType type) noexcept {
  return type == FieldType::blob || type == FieldType::tiny_blob ||
         type == FieldType::medium_blob || type == FieldType::long_blob ||
         type == FieldType::geometry || type == FieldType::bit;
}

// Temporal values as the literals that text drivers write: microseconds only where there are any.
constexpr unsigned decimals_as_needed = 7;

std::string_view word_of(const Parameter& parameter) noexcept {
  switch (parameter.value_class) {
    case ValueClass::null:
      return "null";
    case ValueClass::binary:
      return "blob";
    case ValueClass::string:
      return "varchar";
    default:
      break;
  }
  if (parameter.any_spelling) return parameter.type == FieldType::float_ ? "float" : "double";
  return parameter.type == FieldType::newdecimal ? "decimal" : "int";
}

// What a document node stands for where no type is named.
std::string_view implied_word(const Document& node) noexcept {
  if (node.is_null()) return "null";
  if (node.is_binary()) return "blob";
  if (node.is_number_float()) return "double";
  if (node.is_number_integer() || node.is_boolean()) return "int";
  return "varchar";
}

Document parameter_document(const Parameter& parameter) {
  switch (parameter.value_class) {
    case ValueClass::null:
      return nullptr;
    case ValueClass::string:
    case ValueClass::binary:
      return document_of(parameter.text);
    default:
      break;
  }
  if (parameter.any_spelling) return double_of(parameter.text);
  if (parameter.type == FieldType::newdecimal) return parameter.text;
  return cell_document({.type = FieldType::longlong}, parameter.text);
}

void set_number(Parameter& parameter, std::string_view word, const Document& node) {
  parameter.value_class = ValueClass::number;
  parameter.text.clear();
  if (word == "double" || word == "float") {
    parameter.any_spelling = true;
    parameter.type = word == "float" ? FieldType::float_ : FieldType::double_;
    const double value = node.is_number() ? node.get<double>() : double_of(octets_of(node));
    if (word == "float")
      sql::append_float(static_cast<float>(value), parameter.text);
    else
      sql::append_float(value, parameter.text);
    return;
  }
  parameter.type = word == "decimal" ? FieldType::newdecimal : FieldType::longlong;
  parameter.text = cell_text(node);
}

}  // namespace

void set_string(Parameter& parameter, FieldType type, std::string_view octets) {
  parameter.type = type;
  parameter.value_class = is_binary(type) ? ValueClass::binary : ValueClass::string;
  parameter.text = octets;
}

void read_parameter(ByteReader& reader, ParameterType type, Parameter& parameter) {
  parameter.type = type.type;
  if (type.type == FieldType::null) return;
  if (is_integer(type.type)) {
    parameter.value_class = ValueClass::number;
    // A YEAR is written like a SMALLINT here.
    const FieldType plain = type.type == FieldType::year ? FieldType::short_ : type.type;
    parameter.text =
        read_integer(reader, plain, type.is_unsigned ? Sign::unsigned_ : Sign::signed_);
  } else if (type.type == FieldType::float_) {
    parameter.value_class = ValueClass::number;
    parameter.any_spelling = true;
    sql::append_float(std::bit_cast<float>(static_cast<std::uint32_t>(reader.le(4))),
                      parameter.text);
  } else if (type.type == FieldType::double_) {
    parameter.value_class = ValueClass::number;
    parameter.any_spelling = true;
    sql::append_float(std::bit_cast<double>(reader.le(8)), parameter.text);
  } else if (type.type == FieldType::newdecimal || type.type == FieldType::decimal) {
    parameter.value_class = ValueClass::number;
    parameter.type = FieldType::newdecimal;
    parameter.text = as_text(read_lenenc_bytes(reader));
  } else if (is_temporal(type.type)) {
    parameter.value_class = ValueClass::string;
    parameter.text = read_temporal(reader, type.type, decimals_as_needed);
  } else {
    set_string(parameter, type.type, as_text(read_lenenc_bytes(reader)));
  }
}

void write_parameters(const std::vector<Parameter>& parameters, Document& request) {
  if (parameters.empty()) return;
  Document values = Document::array();
  Document types = Document::array();
  bool implied = true;
  for (const Parameter& parameter : parameters) {
    values.push_back(parameter_document(parameter));
    types.push_back(word_of(parameter));
    implied = implied && types.back() == implied_word(values.back());
  }
  request["params"] = std::move(values);
  if (!implied) request["types"] = std::move(types);
}

std::vector<Parameter> parameters_from_document(const Document& request,
                                                std::vector<Problem>& problems) {
  std::vector<Parameter> parameters;
  const auto values = request.find("params");
  if (values == request.end()) return parameters;
  if (!values->is_array()) {
    problems.push_back({"/request/params", "expected a list of values", ""});
    return parameters;
  }
  const auto types = request.find("types");
  for (std::size_t i = 0; i < values->size(); ++i) {
    const Document& node = (*values)[i];
    std::string word(implied_word(node));
    if (types != request.end() && types->is_array() && i < types->size() && (*types)[i].is_string())
      word = (*types)[i].get<std::string>();
    Parameter& parameter = parameters.emplace_back();
    if (node.is_structured() ||
        std::ranges::find(type_words, word, &TypeWord::name) == type_words.end()) {
      problems.push_back({"/request/params/" + std::to_string(i),
                          "expected a scalar of a known type, not " + json_text(node),
                          "int, double, float, decimal, varchar, blob, null"});
    } else if (word == "varchar" || word == "blob") {
      set_string(parameter, word == "blob" ? FieldType::blob : FieldType::var_string,
                 cell_text(node));
    } else if (!node.is_null()) {
      set_number(parameter, word, node);
    }
  }
  return parameters;
}

void values_of(const std::vector<Parameter>& parameters, std::vector<sql::Value>& values) {
  values.clear();
  for (const Parameter& parameter : parameters)
    values.push_back({parameter.value_class, parameter.text, parameter.any_spelling});
}

}  // namespace understudy::mysql
