#include "protocols/postgres/emulator/names.hpp"

#include <algorithm>

namespace understudy::postgres::emulation {

using sql::contents::TableBook;

std::string key_of(const sql::tree::Name& name) {
  return name.schema.empty() || name.schema == "public" ? name.name : name.schema + "." + name.name;
}

std::string key_in(const sql::tree::Name& name, const std::vector<std::string>& path,
                   const TableBook& book) {
  if (!name.schema.empty()) return key_of(name);
  for (const std::string& schema : path) {
    std::string key = key_of({schema, name.name});
    if (book.tables.contains(key) || book.views.contains(key)) return key;
    if (schema == path.back()) return key;  // there, or nowhere
    const bool absent = schema == "public" ? book.is_absent(key) : book.is_no_table(key);
    if (!absent) throw Unsure{"whether " + key + " is there"};
  }
  throw Unsure{"a name without a schema"};
}

std::optional<std::vector<std::string>> schemas_of_path(std::string_view path) {
  std::vector<std::string> schemas;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(", "), path.size());
    std::string_view name = path.substr(0, end);
    path.remove_prefix(std::min(end + 2, path.size()));
    if (name == "\"$user\"") continue;
    const bool plain = !name.empty() && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!plain || name.starts_with("pg_")) return std::nullopt;
    schemas.emplace_back(name);
  }
  if (schemas.empty()) return std::nullopt;
  return schemas;
}

}  // namespace understudy::postgres::emulation
