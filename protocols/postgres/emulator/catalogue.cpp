#include "protocols/postgres/emulator/catalogue.hpp"

#include <algorithm>

#include "protocols/postgres/emulator/catalogue_rows.hpp"
#include "protocols/postgres/emulator/names.hpp"

namespace understudy::postgres::emulation {

std::string Catalogue::rows(std::size_t relation) const {
  using Add = void (Relations::*)(Rows&) const;
  // In the order of CatalogueName.
  static constexpr Add add[] = {&Relations::namespaces,
                                &Relations::classes,
                                &Relations::attributes,
                                &Relations::tables_of_pg,
                                &Relations::views_of_pg,
                                &Relations::tables_of_standard,
                                &Relations::views_of_standard,
                                &Relations::columns_of_standard,
                                &Relations::constraints,
                                &Relations::indexes,
                                &Relations::indexes_by_name,
                                &Relations::defaults,
                                &Relations::constraints_of_standard,
                                &Relations::key_columns_of_standard};
  Rows rows;
  (Relations(book_, oids_, printing_).*add[relation])(rows);
  return rows.json();
}

bool Catalogue::settles(std::size_t relation) const {
  return is(relation, CatalogueName::pg_namespace) || !book_.others_absent();
}

std::string Catalogue::settled(std::size_t relation) const {
  const Relations all(book_, oids_, printing_);
  std::set<std::string> names;
  if (is(relation, CatalogueName::pg_namespace)) {
    for (const auto& [name, oid] : all.schemas()) names.insert(name);
  } else if (book_.others_absent()) {
    for (const auto& [key, kind] : all.doubtful()) names.insert(placed(key).name);
  } else {
    for (const auto& [key, state] : book_.tables) names.insert(key);
    for (const auto& [key, view] : book_.views) names.insert(key);
    names.merge(all.index_names());
    names.insert(book_.noted().begin(), book_.noted().end());
  }
  std::string json;
  for (const std::string& name : names) json += (json.empty() ? "[" : ",") + json_text(name);
  return json.empty() ? "[]" : json + "]";
}

// ---- objects ----

Oid stand_in(std::string_view key) {
  Oid number = 2'166'136'261U;
  for (const char octet : key) number = (number ^ static_cast<unsigned char>(octet)) * 16'777'619U;
  return 0x4000'0000U | (number >> 4U);
}

Oid oid_of_object(std::string_view key, const TableOids& oids) {
  if (const auto found = oids.find(key); found != oids.end()) return found->second;
  if (key.starts_with("pg_catalog."))
    if (const auto system = find_catalogue_relation({"pg_catalog", std::string(key.substr(11))}))
      if (const Oid known = catalogue_relation(*system).oid; known != 0) return known;
  if (key == "schema:public") return oids_of_schemas.public_;
  if (key == "schema:pg_catalog") return oids_of_schemas.pg_catalog;
  if (key == "schema:pg_toast") return oids_of_schemas.pg_toast;
  return stand_in(key);
}

std::map<std::string, std::string> Catalogue::by_oid() const {
  std::map<std::string, std::string> all;
  const auto add = [&](const std::string& key) {
    all.emplace(std::to_string(oid_of_object(key, oids_)), key);
  };
  for (const auto& [key, state] : book_.tables) add(key);
  for (const auto& [key, view] : book_.views) add(key);
  for (const auto& [name, oid] : Relations(book_, oids_, printing_).schemas())
    add("schema:" + name);
  for (const std::string& key : Relations(book_, oids_, printing_).parts_of_tables()) add(key);
  return all;
}

std::string Catalogue::objects() const {
  std::string json;
  for (const auto& [oid, key] : by_oid()) json += (json.empty() ? "[" : ",") + oid;
  return json + "]";
}

std::string Catalogue::told(Telling telling) const {
  std::string json;
  for (const auto& [object, cell] : Relations(book_, oids_, printing_).told(telling))
    json += (json.empty() ? "{\"" : ",\"") + object + "\":" + cell.json;
  return json.empty() ? "{}" : json + "}";
}

std::optional<Oid> Catalogue::oid_of_table(std::string_view spelled) const {
  tree::Name name;
  std::string part;
  bool inside = false;
  for (const char c : spelled) {
    if (c == '"') {
      inside = !inside;
    } else if (c == '.' && !inside) {
      if (!name.schema.empty()) return std::nullopt;
      name.schema = std::exchange(part, {});
    } else {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      if (!inside && !plain) return std::nullopt;
      part += c;
    }
  }
  name.name = part;
  if (inside || part.empty()) return std::nullopt;
  if (const auto system = find_catalogue_relation(name)) {
    const Oid known = catalogue_relation(*system).oid;
    return known == 0 ? std::nullopt : std::optional(known);
  }
  std::string key;
  try {
    key = key_in(name, printing_.path, book_);
  } catch (const Unsure&) {
    return std::nullopt;
  }
  const bool there = book_.tables.contains(key) || book_.views.contains(key);
  return there ? std::optional(oid_of_object(key, oids_)) : std::nullopt;
}

}  // namespace understudy::postgres::emulation
