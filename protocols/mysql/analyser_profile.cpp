// What the serving role is told of the service as a whole.
#include "protocols/mysql/analyser.hpp"

#include <algorithm>

#include "protocols/mysql/analyser_documents.hpp"
#include "protocols/mysql/document_keys.hpp"

namespace understudy::mysql {

Document MysqlAnalyser::profile() const {
  Document profile = Document::object();
  if (server_.is_object()) {
    for (const char* key :
         {"version", "capabilities", "mariadb_capabilities", "collation", "plugin"})
      if (server_.contains(key)) profile[key] = server_[key];
  }
  profile["text_collation"] = collation_;
  profile["database"] = main_database();
  Document databases = Document::array();
  for (const auto& [name, count] : databases_)
    if (!name.empty()) databases.push_back(name);
  profile["databases"] = std::move(databases);
  if (!settable_.empty()) profile["settable"] = settable_;
  if (const auto usual = usual_settings(); !usual.empty()) profile["settings"] = usual;
  if (masked_secrets_) profile[masked_secrets_key] = true;
  if (const auto unknown = unknown_formats(); !unknown.empty())
    profile[unknown_formats_key] = unknown;
  if (std::ranges::any_of(marks_, [](const auto& entry) { return vary(entry.second); }))
    profile[settings_vary_key] = true;
  if (!distrusted_.empty()) profile["distrusted"] = distrusted_;
  if (!timestamps_.empty()) profile["timestamps"] = timestamps_;
  for (const std::string& pattern : ending_) profile["ending"].push_back(document_of(pattern));
  if (!variables_.empty()) profile["variables"] = variables_;
  return profile;
}

void MysqlAnalyser::restore(const Document& profile) {
  if (!profile.is_object()) return;
  server_ = profile;
  collation_ = profile.value("text_collation", collation_);
  masked_secrets_ = profile.contains(masked_secrets_key);
  ++databases_[text_of(profile, "database")];
}

std::vector<std::pair<std::string, std::string>> MysqlAnalyser::shapes() const {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [key, marks] : marks_)
    if (vary(marks)) found.emplace_back(std::string(settings_key) + key, join_marks(marks));
  for (const auto& [key, shape] : shapes_) {
    std::string name;
    append_marks(Ask::run, key.first, main_database(), name);
    name += key.second;
    Results results;
    results.infile = shape.infile;
    if (shape.error)
      results.list.emplace_back(*shape.error);
    else if (shape.columns.empty())
      results.list.emplace_back(OkPacket{});
    else
      results.list.emplace_back(ResultSet{.columns = shape.columns});
    add_extended(results);
    found.emplace_back(std::move(name), image_of(results));
  }
  return found;
}

}  // namespace understudy::mysql
