// The relations of the catalogue with their columns, as far as these are computed.
#include <algorithm>

#include "protocols/postgres/emulator/catalogue.hpp"

namespace understudy::postgres::emulation {
namespace {

using Role = CatalogueColumn::Role;

constexpr ColumnType oid_type{TypeKind::oid}, name_type{TypeKind::name},
    letter{TypeKind::character}, boolean{TypeKind::boolean}, int2{TypeKind::int2},
    int4{TypeKind::int4}, other{}, numbers{.kind = TypeKind::array, .element = TypeKind::int2};
constexpr ColumnType words{TypeKind::varchar}, yes_or_no{TypeKind::varchar, 3};

constexpr CatalogueColumn of_namespace[] = {{"oid", oid_type, 1, Role::object},
                                            {"nspname", name_type, 2, Role::name},
                                            {"nspowner", other},
                                            {"nspacl", other}};
constexpr CatalogueColumn of_class[] = {{"oid", oid_type, 1, Role::object},
                                        {"relname", name_type, 2, Role::name},
                                        {"relnamespace", oid_type, 3},
                                        {"relkind", letter, 17},
                                        {"relpersistence", other},
                                        {"relispartition", boolean, 27},
                                        {"relnatts", other}};
constexpr CatalogueColumn of_attribute[] = {{"attrelid", oid_type, 1, Role::object},
                                            {"attname", name_type, 2},
                                            {"atttypid", oid_type, 3, Role::none, true},
                                            {"attnum", int2, 6},
                                            {"atttypmod", int4, 9, Role::none, true},
                                            {"attnotnull", boolean, 14},
                                            {"atthasdef", boolean, 15},
                                            {"attidentity", letter, 17},
                                            {"attgenerated", letter, 18},
                                            {"attisdropped", boolean, 19},
                                            {"attislocal", boolean, 20}};
constexpr CatalogueColumn of_tables[] = {
    {"schemaname", name_type, 1}, {"tablename", name_type, 2, Role::name},
    {"tableowner", other},        {"tablespace", other},
    {"hasindexes", other},        {"hasrules", other},
    {"hastriggers", other},       {"rowsecurity", other}};
constexpr CatalogueColumn of_views[] = {{"schemaname", name_type, 1},
                                        {"viewname", name_type, 2, Role::name},
                                        {"viewowner", other},
                                        {"definition", other}};
constexpr CatalogueColumn of_schema_tables[] = {
    {"table_catalog", name_type, 1, Role::none, true},
    {"table_schema", name_type, 2},
    {"table_name", name_type, 3, Role::name},
    {"table_type", words, 4},
    {"self_referencing_column_name", name_type, 5},
    {"reference_generation", words, 6},
    {"user_defined_type_catalog", name_type, 7},
    {"user_defined_type_schema", name_type, 8},
    {"user_defined_type_name", name_type, 9},
    {"is_insertable_into", yes_or_no, 10, Role::none, true},
    {"is_typed", yes_or_no, 11},
    {"commit_action", words, 12}};
constexpr CatalogueColumn of_schema_views[] = {{"table_catalog", name_type, 1, Role::none, true},
                                               {"table_schema", name_type, 2},
                                               {"table_name", name_type, 3, Role::name}};
constexpr CatalogueColumn of_schema_columns[] = {
    {"table_catalog", name_type, 1, Role::none, true},
    {"table_schema", name_type, 2},
    {"table_name", name_type, 3, Role::name},
    {"column_name", name_type, 4},
    {"ordinal_position", int4, 5},
    {"column_default", words, 6, Role::none, true},
    {"is_nullable", yes_or_no, 7},
    {"data_type", words, 8, Role::none, true},
    {"character_maximum_length", int4, 9, Role::none, true},
    {"character_octet_length", int4, 10, Role::none, true},
    {"numeric_precision", int4, 11, Role::none, true},
    {"numeric_precision_radix", int4, 12, Role::none, true},
    {"numeric_scale", int4, 13, Role::none, true},
    {"datetime_precision", int4, 14, Role::none, true},
    {"udt_name", name_type, 28, Role::none, true},
    {"is_identity", yes_or_no, 35},
    {"identity_generation", words, 36},
    {"is_generated", words, 42}};

constexpr CatalogueColumn of_constraint[] = {{"oid", oid_type, 1, Role::object},
                                             {"conname", name_type, 2, Role::none, true},
                                             {"connamespace", oid_type, 3},
                                             {"contype", letter, 4},
                                             {"condeferrable", boolean, 5},
                                             {"condeferred", boolean, 6},
                                             {"conrelid", oid_type, 8, Role::object},
                                             {"contypid", oid_type, 9},
                                             {"conindid", oid_type, 10, Role::object},
                                             {"confrelid", oid_type, 12, Role::object},
                                             {"confupdtype", letter, 13},
                                             {"confdeltype", letter, 14},
                                             {"conislocal", boolean, 16},
                                             {"conkey", numbers, 19, Role::none, true},
                                             {"confkey", numbers, 20}};
// The numbers are those of versions before 15, which has one column more behind the fifth.
constexpr CatalogueColumn of_index[] = {{"indexrelid", oid_type, 1, Role::object},
                                        {"indrelid", oid_type, 2, Role::object},
                                        {"indnatts", int2, 3, Role::none, true},
                                        {"indnkeyatts", int2, 4, Role::none, true},
                                        {"indisunique", boolean, 5},
                                        {"indisprimary", boolean, 6},
                                        {"indisexclusion", boolean, 7},
                                        {"indimmediate", boolean, 8},
                                        {"indisvalid", boolean, 10},
                                        {"indkey", other, 15},
                                        {"indoption", other, 18},
                                        {"indexprs", other, 19},
                                        {"indpred", other, 20}};
constexpr CatalogueColumn of_indexes[] = {{"schemaname", name_type, 1},
                                          {"tablename", name_type, 2, Role::name},
                                          {"indexname", name_type, 3},
                                          {"tablespace", name_type, 4},
                                          {"indexdef", {TypeKind::text}, 5, Role::none, true}};
constexpr CatalogueColumn of_default[] = {{"oid", oid_type, 1, Role::object},
                                          {"adrelid", oid_type, 2, Role::object},
                                          {"adnum", int2, 3},
                                          {"adbin", other, 4}};
constexpr CatalogueColumn of_table_constraints[] = {
    {"constraint_catalog", name_type, 1, Role::none, true},
    {"constraint_schema", name_type, 2},
    {"constraint_name", name_type, 3, Role::none, true},
    {"table_catalog", name_type, 4, Role::none, true},
    {"table_schema", name_type, 5},
    {"table_name", name_type, 6, Role::name},
    {"constraint_type", words, 7},
    {"is_deferrable", yes_or_no, 8},
    {"initially_deferred", yes_or_no, 9}};
constexpr CatalogueColumn of_key_columns[] = {
    {"constraint_catalog", name_type, 1, Role::none, true},
    {"constraint_schema", name_type, 2},
    {"constraint_name", name_type, 3, Role::none, true},
    {"table_catalog", name_type, 4, Role::none, true},
    {"table_schema", name_type, 5},
    {"table_name", name_type, 6, Role::name},
    {"column_name", name_type, 7},
    {"ordinal_position", int4, 8},
    {"position_in_unique_constraint", int4, 9, Role::none, true}};

// In the order of CatalogueName.
constexpr CatalogueRelation relations[] = {
    {"pg_catalog", "pg_namespace", of_namespace, 2615, true},
    {"pg_catalog", "pg_class", of_class, 1259},
    {"pg_catalog", "pg_attribute", of_attribute, 1249},
    {"pg_catalog", "pg_tables", of_tables, 0, true},
    {"pg_catalog", "pg_views", of_views, 0, true},
    {"information_schema", "tables", of_schema_tables, 0, true},
    {"information_schema", "views", of_schema_views},
    {"information_schema", "columns", of_schema_columns},
    {"pg_catalog", "pg_constraint", of_constraint, 2606},
    {"pg_catalog", "pg_index", of_index, 2610},
    {"pg_catalog", "pg_indexes", of_indexes, 0, true},
    {"pg_catalog", "pg_attrdef", of_default, 2604, true},
    {"information_schema", "table_constraints", of_table_constraints},
    {"information_schema", "key_column_usage", of_key_columns, 0, true}};

}  // namespace

std::optional<std::size_t> find_catalogue_relation(const tree::Name& name) {
  for (std::size_t i = 0; i < std::size(relations); ++i) {
    const bool by_path = name.schema.empty() && relations[i].schema == "pg_catalog";
    if (relations[i].name == name.name && (by_path || relations[i].schema == name.schema)) return i;
  }
  return std::nullopt;
}

const CatalogueRelation& catalogue_relation(std::size_t number) {
  return relations[number];
}

std::size_t column_of_catalogue(std::size_t relation, std::string_view name) {
  const auto columns = catalogue_relation(relation).columns;
  return static_cast<std::size_t>(std::ranges::find(columns, name, &CatalogueColumn::name) -
                                  columns.begin());
}

std::string_view names_of_information_schema() noexcept {
  return "'_pg_foreign_data_wrappers', '_pg_foreign_servers', '_pg_foreign_table_columns', "
         "'_pg_foreign_tables', '_pg_user_mappings', 'administrable_role_authorizations', "
         "'applicable_roles', 'attributes', 'character_sets', 'check_constraint_routine_usage', "
         "'check_constraints', 'collation_character_set_applicability', 'collations', "
         "'column_column_usage', 'column_domain_usage', 'column_options', 'column_privileges', "
         "'column_udt_usage', 'columns', 'constraint_column_usage', 'constraint_table_usage', "
         "'data_type_privileges', 'domain_constraints', 'domain_udt_usage', 'domains', "
         "'element_types', 'enabled_roles', 'foreign_data_wrapper_options', "
         "'foreign_data_wrappers', 'foreign_server_options', 'foreign_servers', "
         "'foreign_table_options', 'foreign_tables', 'information_schema_catalog_name', "
         "'key_column_usage', 'parameters', 'referential_constraints', 'role_column_grants', "
         "'role_routine_grants', 'role_table_grants', 'role_udt_grants', 'role_usage_grants', "
         "'routine_column_usage', 'routine_privileges', 'routine_routine_usage', "
         "'routine_sequence_usage', 'routine_table_usage', 'routines', 'schemata', 'sequences', "
         "'table_constraints', 'table_privileges', 'tables', 'transforms', "
         "'triggered_update_columns', 'triggers', 'udt_privileges', 'usage_privileges', "
         "'user_defined_types', 'user_mapping_options', 'user_mappings', 'view_column_usage', "
         "'view_routine_usage', 'view_table_usage', 'views'";
}

}  // namespace understudy::postgres::emulation
