#include "compile/rows/row_names.hpp"

#include <algorithm>

namespace understudy::compile {

std::string folded_name(std::string_view name) {
  std::string letters;
  for (const char c : name)
    if (c != '_') letters += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return letters;
}

std::vector<std::string> singulars(std::string_view table) {
  const std::string name = folded_name(table.substr(table.find('.') + 1));
  std::vector<std::string> forms = {name};
  if (name.ends_with("ies")) forms.push_back(name.substr(0, name.size() - 3) + "y");
  if (name.ends_with("es")) forms.push_back(name.substr(0, name.size() - 2));
  if (name.ends_with("s")) forms.push_back(name.substr(0, name.size() - 1));
  if (name.ends_with("ves")) forms.push_back(name.substr(0, name.size() - 3) + "f");
  return forms;
}

bool is_key_name(std::string_view table, std::string_view column) {
  const std::string name = folded_name(column);
  if (name == "id" || name == "uuid" || name == "guid") return true;
  return std::ranges::any_of(singulars(table), [&](const std::string& form) {
    return name == form + "id" || name == form + "uuid";
  });
}

bool may_refer(std::string_view column, std::string_view table) {
  const std::string name = folded_name(column);
  return std::ranges::any_of(singulars(table), [&](const std::string& form) {
    return name == form || name == form + "id" || name == form + "uuid";
  });
}

}  // namespace understudy::compile
