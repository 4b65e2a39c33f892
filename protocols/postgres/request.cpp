#include "protocols/postgres/request.hpp"

#include <fmt/format.h>

#include "protocols/postgres/answer.hpp"
#include "protocols/postgres/transcode.hpp"

namespace understudy::postgres {
namespace {

/// Reads requests that a person may have written.
class RequestReader {
 public:
  explicit RequestReader(std::vector<Problem>& problems) : problems_(problems) {}

  StatementRequest read(const Document& document) {
    StatementRequest request;
    if (document.is_string()) return request.sql = octets_of(document), request;
    if (!document.is_object())
      return report("", "a request is a map", "write `{sql: \"SELECT …\"}`"), request;
    if (document.contains("login") && document.size() == 1 && document["login"].is_object()) {
      for (const auto& [name, value] : document["login"].items())
        request.login[name] = text_of_value(value).value_or("");
      return request;
    }
    if (!document.contains("sql"))
      report("", "a request needs its statement", "write `{sql: \"SELECT …\"}`");
    for (const auto& [key, value] : document.items()) read_member(key, value, request);
    return request;
  }

 private:
  void report(const std::string& path, std::string what, std::string hint = {}) {
    problems_.push_back({"/request" + path, std::move(what), std::move(hint)});
  }

  void read_member(const std::string& key, const Document& value, StatementRequest& request) {
    if (key == "sql" && (value.is_string() || value.is_binary()))
      request.sql = octets_of(value);
    else if (key == "params")
      read_parameters(value, request);
    else if (key == "types")
      request.types = types_of_document(value, "/request/types", problems_);
    else if (key == "copy")
      sent(request).data = octets_of(value);
    else if (key == "copy_fail")
      sent(request).failure = octets_of(value);
    else if (key == "describe" && value.is_boolean())
      request.describe = value.get<bool>();
    else if (key == "partial" && value.is_boolean())
      request.partial = value.get<bool>();
    else if (key == "implicit" && value.is_boolean())
      request.implicit = value.get<bool>();
    else
      report("/" + key, fmt::format("'{}' is no part of a request, or of the wrong kind", key),
             "known are sql, params, types, copy, copy_fail, describe, partial and implicit");
  }

  static CopySent& sent(StatementRequest& request) {
    if (!request.copy) request.copy.emplace();
    return *request.copy;
  }

  void read_parameters(const Document& values, StatementRequest& request) {
    if (!values.is_array()) return report("/params", "a list of values was expected");
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i].is_structured())
        report(fmt::format("/params/{}", i), "a value can't be a list or a map",
               "write arrays and json as text in PostgreSQL's own form");
      request.parameters.push_back(text_of_value(values[i]));
    }
    note_kinds(values, request);
  }

  /// Without types, a number or a boolean of the file says what it is by itself.
  static void note_kinds(const Document& values, StatementRequest& request) {
    if (!request.types.empty()) return;
    for (const Document& value : values) {
      const Oid type = value.is_boolean()          ? oid::boolean
                       : value.is_number_integer() ? oid::int8
                       : value.is_number()         ? oid::float8
                                                   : oid::unspecified;
      request.types.push_back(type);
    }
  }

  std::vector<Problem>& problems_;
};

/// The text of a parameter as sql::Value wants it for its class; numbers may be spelled anyhow.
std::string_view canonical_value(Oid type, const std::string& text, std::string& store) {
  const sql::ValueClass value_class = value_class_of(type);
  if (value_class == sql::ValueClass::number || has_one_format(type)) return text;
  store = canonical_text(type, text);
  if (value_class == sql::ValueClass::boolean && store == "t") store = "true";
  if (value_class == sql::ValueClass::boolean && store == "f") store = "false";
  return store;
}

/// What was sent to a COPY as one more value behind those of the slots, in the encoding of
/// sql::append_identity: its length plus one in groups of seven bits, then the octets.
void append_sent(std::string_view data, std::string& canonical) {
  std::size_t length = data.size() + 1;
  for (; length >= 0x80; length >>= 7) canonical += static_cast<char>((length & 0x7F) | 0x80);
  canonical += static_cast<char>(length);
  canonical += data;
}

}  // namespace

Document document_of_request(const StatementRequest& request) {
  if (!request.login.empty()) {
    Document login = Document::object();
    for (const auto& [name, value] : request.login) login[name] = document_of(value);
    return {{"login", std::move(login)}};
  }
  Document document = {{"sql", document_of(request.sql)}};
  const auto type_at = [&](std::size_t i) {
    return i < request.types.size() ? request.types[i] : oid::unspecified;
  };
  bool typed = false;
  for (const Oid type : request.types) typed |= type != oid::unspecified;
  if (!request.parameters.empty()) {
    Document values = Document::array();
    for (std::size_t i = 0; i < request.parameters.size(); ++i)
      values.push_back(document_of_value(type_at(i), request.parameters[i]));
    document["params"] = std::move(values);
  }
  if (typed && !request.describe) document["types"] = document_of_types(request.types);
  if (request.copy) document["copy"] = document_of(request.copy->data);
  if (request.copy && request.copy->failure)
    document["copy_fail"] = document_of(*request.copy->failure);
  if (request.describe) document["describe"] = true;
  if (request.partial) document["partial"] = true;
  if (request.implicit) document["implicit"] = true;
  return document;
}

StatementRequest request_of_document(const Document& document, std::vector<Problem>& problems) {
  return RequestReader(problems).read(document);
}

void IdentityWriter::write_unparsed(const sql::Statement& statement, const std::vector<Oid>& types,
                                    std::string_view session, Identity& identity) {
  identity.canonical = describe_prefix;
  identity.qualifier.clear();
  values_.clear();
  for (const Oid type : types) values_.push_back({value_class_of(type), "0", true});
  sql::append_identity(statement, values_, identity.canonical, identity.qualifier);
  identity.canonical.resize(describe_prefix.size() + statement.pattern().size() + 1);
  if (!session.empty()) append_sent(session, identity.canonical);
  // Of each value its class, two octets of how a number was spelled, and a 0.
  for (std::size_t i = 0; i + 3 < identity.qualifier.size(); i += 4)
    identity.qualifier[i + 1] = identity.qualifier[i + 2] = '\0';
}

void IdentityWriter::write(const sql::Statement& statement, const std::vector<Oid>& types,
                           const Parameters& parameters, std::string_view prefix,
                           const std::optional<CopySent>& copy, std::string_view session,
                           Identity& identity) {
  identity.canonical = prefix;
  identity.qualifier.clear();
  values_.clear();
  if (texts_.size() < parameters.size()) texts_.resize(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Oid type = i < types.size() ? types[i] : oid::unspecified;
    if (!parameters[i]) {
      values_.push_back({sql::ValueClass::null, {}, false});
      continue;
    }
    // An integer has one spelling; of other numbers a driver's own is not the application's.
    const sql::ValueClass value_class = value_class_of(type);
    const std::string_view text = canonical_value(type, *parameters[i], texts_[i]);
    values_.push_back(
        {value_class, text, value_class == sql::ValueClass::number && !is_integer(type)});
  }
  sql::append_identity(statement, values_, identity.canonical, identity.qualifier);
  if (copy) append_sent(copy->data, identity.canonical);
  if (copy && copy->failure) append_sent(*copy->failure, identity.canonical);
  if (!session.empty()) append_sent(session, identity.canonical);
}

}  // namespace understudy::postgres
