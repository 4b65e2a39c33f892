// Bound parameters: the values of the binary protocol as matching sees them and
// as session files spell them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mysql/types.hpp"
#include "protocols/sql/statement.hpp"
#include "understudy/analyser.hpp"
#include "understudy/byte_reader.hpp"
#include "understudy/document.hpp"

namespace understudy::mysql {

/// The type of one bound parameter.
struct ParameterType {
  FieldType type = FieldType::null;
  bool is_unsigned = false;
};

/// One bound parameter: its value for matching, and what session files say of it.
struct Parameter {
  sql::ValueClass value_class = sql::ValueClass::null;
  std::string text;  ///< canonical, see sql::Value
  bool any_spelling = false;
  FieldType type = FieldType::null;
};

/// One value of the wire as the literal that a client would have written in the statement instead.
/// Errors stick to `reader`.
void read_parameter(ByteReader& reader, ParameterType type, Parameter& parameter);
/// A string-like value whose octets are known.
void set_string(Parameter& parameter, FieldType type, std::string_view octets);

/// Parameters as `params` and, where they do not follow from these, `types` of a request document.
void write_parameters(const std::vector<Parameter>& parameters, Document& request);
[[nodiscard]] std::vector<Parameter> parameters_from_document(const Document& request,
                                                              std::vector<Problem>& problems);
/// Borrowed from `parameters`.
void values_of(const std::vector<Parameter>& parameters, std::vector<sql::Value>& values);

}  // namespace understudy::mysql
