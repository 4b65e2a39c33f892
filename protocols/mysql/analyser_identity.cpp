// Which requests are one: without secrets, with the settings that matter.
#include "protocols/mysql/analyser.hpp"

#include <algorithm>

#include "protocols/mysql/analyser_documents.hpp"
#include "protocols/mysql/answer_secrets.hpp"
#include "protocols/mysql/document_keys.hpp"
#include "protocols/mysql/local_infile.hpp"
#include "protocols/mysql/statements.hpp"

namespace understudy::mysql {
namespace {

// Of those that were recorded what counts: once the host of an account was taken for a variable.
Document variables_of(const Document& request, std::string_view text, sql::Mode mode) {
  if (!request.contains("variables") || !request["variables"].is_object()) return {};
  Document variables = request["variables"];
  const std::vector<std::string> names = user_variables_in(text, mode);
  std::vector<std::string> others;
  for (const auto& [name, source] : variables.items())
    if (name.starts_with('@') && std::ranges::find(names, name.substr(1)) == names.end())
      others.push_back(name);
  for (const std::string& name : others) variables.erase(name);
  return variables;
}

}  // namespace

/// As a server asks it; nothing where that is as it stands.
std::optional<Document> MysqlAnalyser::without_secrets(const Document& request,
                                                       sql::Mode mode) const {
  if (!request.is_object()) return std::nullopt;
  std::optional<Document> cleaned;
  const auto form = masked_secrets_ ? sql::SecretForm::masked : sql::SecretForm::placeholder;
  for (const char* key : {"sql", "prepare"}) {
    const std::string text = text_of(request, key);
    if (text.empty()) continue;
    const sql::StatementSecrets found = sql::secrets_in(text, mode, secrets_, form);
    if (!found.cleaned && found.parameters.empty()) continue;
    Document changed = cleaned.value_or(request);
    const bool bound = hide_parameters_of(found.parameters, mode, changed);
    if (found.cleaned) changed[key] = document_of(*found.cleaned);
    if (found.cleaned || bound) cleaned = std::move(changed);
  }
  if (request.contains("after"))
    if (auto before = without_secrets(request["after"], mode)) {
      if (!cleaned) cleaned = request;
      (*cleaned)["after"] = *std::move(before);
    }
  if (!request.contains("variables") || !request["variables"].is_object()) return cleaned;
  for (const auto& [name, source] : request["variables"].items()) {
    const auto found = sql::secrets_in(octets_of(source), mode, secrets_, form);
    if (!found.cleaned) continue;
    if (!cleaned) cleaned = request;
    (*cleaned)["variables"][name] = document_of(*found.cleaned);
  }
  return cleaned;
}

bool MysqlAnalyser::hide_parameters_of(const std::vector<sql::SecretParameter>& secret,
                                       sql::Mode mode, Document& request) const {
  if (secret.empty() || !request.contains("params")) return false;
  const auto form = masked_secrets_ ? sql::SecretForm::masked : sql::SecretForm::placeholder;
  std::vector<Problem> reported_later;
  std::vector<Parameter> parameters = parameters_from_document(request, reported_later);
  if (!reported_later.empty()) return false;
  hide_parameters(secret, mode, secrets_, form, parameters);
  Document changed = request;
  changed.erase("params");
  changed.erase("types");
  write_parameters(parameters, changed);
  if (changed == request) return false;
  request = std::move(changed);
  return true;
}

Identity MysqlAnalyser::identify(const Document& request, std::vector<Problem>& problems) {
  const auto cleaned = without_secrets(request, Surroundings().mode);
  return identify(cleaned ? *cleaned : request, surroundings_of(request), problems);
}

Identity MysqlAnalyser::identify(const Document& request, const Surroundings& around,
                                 std::vector<Problem>& problems) {
  Identity identity;
  if (!request.is_object()) {
    problems.push_back({"/request", "expected a map with `sql`", "sql: SELECT …"});
    return identity;
  }
  report_unknown_keys(request,
                      {"sql", "params", "types", "database", "variables", "session", "prepare",
                       "fields", "wildcard", "command", "octets", "settings", "user", "collation",
                       "after", "implicit", "by", "infile"},
                      "/request", problems);
  if (request.contains("implicit")) {
    identity.canonical = "(implicit) " + text_of(request, "implicit");
    if (implicit_control(text_of(request, "implicit")) == Control::none)
      problems.push_back({"/request/implicit", "expected begin, commit, rollback or reset", ""});
  } else if (request.contains("fields")) {
    append_marks(Ask::fields, around.database, main_database(), identity.canonical);
    identity.canonical += text_of(request, "fields") + '\0' + text_of(request, "wildcard");
  } else if (request.contains("command")) {
    append_command(text_of(request, "command"), text_of(request, "octets"), identity.canonical);
  } else if (request.contains("prepare")) {
    append_identity(request, Ask::prepare, around, identity, problems);
  } else if (request.contains("after")) {
    const Identity before = identify(request["after"], around, problems);
    statement_.assign(text_of(request, "sql"), around.mode);
    append_follow(statement_, before.canonical, identity.canonical);
    identity.qualifier = before.qualifier;
  } else {
    append_identity(request, Ask::run, around, identity, problems);
  }
  return identity;
}

void MysqlAnalyser::append_identity(const Document& request, Ask ask, const Surroundings& around,
                                    Identity& identity, std::vector<Problem>& problems) {
  const char* const key = ask == Ask::prepare ? "prepare" : "sql";
  const std::string text = text_of(request, key);
  if (!request.contains(key) || !(request[key].is_string() || request[key].is_binary()))
    problems.push_back({"/request", "expected a statement in `sql`", "sql: SELECT …"});
  statement_.assign(text, around.mode);
  std::vector<Parameter> parameters;
  if (ask == Ask::run) parameters = parameters_from_document(request, problems);
  const bool unbound = request.contains("params") && parameters.empty();  // see query_request
  if (ask == Ask::run && parameters.size() != statement_.parameter_count() && !unbound)
    problems.push_back({"/request/params",
                        "the statement has " + std::to_string(statement_.parameter_count()) +
                            " parameters, not " + std::to_string(parameters.size()),
                        ""});
  std::vector<sql::Value> values;
  values_of(parameters, values);
  append_marks(ask, around.database, main_database(), identity.canonical);
  if (ask == Ask::run) {
    const std::string mark = unusual_settings(request, around, values);
    append_settings(mark, identity.canonical);
    if (pass_ == Pass::analysing)
      marks_[shape_key(statement_, around.database, main_database())].insert(mark);
  }
  if (request.contains("infile"))
    append_sent(infile_from_document(request["infile"], problems), identity.canonical);
  append_sources(variables_of(request, text, around.mode), identity.canonical);
  append_statement(statement_, text, values, identity.canonical, identity.qualifier);
}

}  // namespace understudy::mysql
