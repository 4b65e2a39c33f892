#include "protocols/sql/facts/function_use.hpp"

#include <string>
#include <unordered_set>

#include "protocols/sql/functions.hpp"

namespace understudy::sql {
namespace {

/// What effect_of_function() does not list and yet reads no table and changes nothing: of
/// PostgreSQL's pg_proc (version 15, with the extensions that come with it) what is immutable or
/// stable and not for the server's own use, and the volatile ones that change nothing but what they
/// return; of MySQL and MariaDB what their manuals list. Geometry's begin with `st_`.
constexpr std::string_view harmless =
    "abbrev add_months aes_decrypt aes_encrypt akeys area armor array_to_tsvector asbinary "
    "astext autoinc avals benchmark bool box broadcast casefold cash_words center circle "
    "column_add column_check column_create column_delete column_exists column_get "
    "column_json column_list compress crc32c crypt daitch_mokotoff date_subtract "
    "datemultirange daterange_canonical daterange_subdiff dearmor decrypt decrypt_iv defined "
    "des_decrypt des_encrypt dexp diagonal diameter difference digest dlog1 dlog10 "
    "dmetaphone dmetaphone_alt dround dtrunc each earth earth_box earth_distance encrypt "
    "encrypt_iv enum_first enum_last enum_range enum_send exist exists_all exists_any "
    "extractvalue family fetchval format_bytes format_pico_time gc_to_sec gen_salt "
    "geometrycollection geometryfromtext geomfromtext get_bit get_byte get_current_ts_config "
    "getdatabaseencoding getpgusername gtid_subset gtid_subtract hashint4 hashint8 hashtext "
    "hashtextextended height hmac host hostmask hstore hstore_to_array hstore_to_json "
    "hstore_to_json_loose hstore_to_jsonb hstore_to_jsonb_loose hstore_to_matrix "
    "hstore_version_diag icount icu_version idx inet_client_port inet_server_port "
    "insert_username int2int4_sum int4inc int4multirange int4range_canonical "
    "int4range_subdiff int8_sum int8multirange int8range_canonical int8range_subdiff "
    "intarray_push_elem intset is_ipv4_compat is_ipv4_mapped is_normalized is_valid isclosed "
    "isdefined isexists ishorizontal isodow isopen isparallel isperp isvertical json "
    "json_array_intersect json_equals json_key_value json_normalize json_object_filter_keys "
    "json_object_to_array json_schema_valid json_schema_validation_report json_storage_free "
    "json_storage_size json_to_tsvector jsonb jsonb_path_exists_tz jsonb_path_match_tz "
    "jsonb_path_query_array_tz jsonb_path_query_first_tz jsonb_path_query_tz "
    "jsonb_to_tsvector kdf latitude lca lengthb levenshtein levenshtein_less_equal "
    "like_escape line linestring ll_to_earth longitude lseg ltree2text make_valid "
    "makeaclitem masklen mbrcontains mbrcoveredby mbrcovers mbrdisjoint mbrequal mbrequals "
    "mbrintersects mbroverlaps mbrtouches mbrwithin metaphone moddatetime money "
    "multilinestring multipoint multipolygon multirange name_const nameconcatoid "
    "natural_sort_key netmask network nlevel normal_rand notify notlike npoints "
    "numeric_div_trunc numeric_exp numeric_inc numeric_ln numeric_log numeric_sqrt "
    "nummultirange numrange_subdiff oct old_password overlaps password pclose "
    "pg_advisory_unlock_all pg_column_size pg_conf_load_time pg_current_snapshot "
    "pg_current_xact_id pg_current_xact_id_if_assigned pg_input_is_valid pg_is_in_recovery "
    "pg_postmaster_start_time pg_notify pg_sleep pg_sleep_for pg_sleep_until pg_snapshot_xip "
    "pg_snapshot_xmax pg_snapshot_xmin pg_trigger_depth pg_visible_in_snapshot "
    "pgp_armor_headers pgp_key_id pgp_pub_decrypt pgp_pub_decrypt_bytea pgp_pub_encrypt "
    "pgp_pub_encrypt_bytea pgp_sym_decrypt pgp_sym_decrypt_bytea pgp_sym_encrypt "
    "pgp_sym_encrypt_bytea point pointfromtext polygon popen populate_record "
    "postgresql_fdw_validator ps_current_thread_id ps_thread_id radius random_bytes "
    "random_normal range_agg range_intersect_agg range_lower range_upper regr_sxx regr_sxy "
    "regr_syy satisfies_hash_partition sec_to_gc set_bit set_byte set_limit set_masklen "
    "sformat show_limit similar_escape similar_to_escape skeys sleep slice slice_array slope "
    "sort sort_asc sort_desc srid statement_digest statement_digest_text "
    "strict_word_similarity strip subarray subltree subpath "
    "suppress_redundant_updates_trigger svals tconvert text2ltree text_soundex textlen "
    "timezone trim_array ts_delete ts_filter ts_lexize ts_parse ts_rewrite ts_token_type "
    "tsmultirange tsquery_phrase tsrange_subdiff tstzmultirange tstzrange_subdiff "
    "tsvector_update_trigger tsvector_update_trigger_column txid_current "
    "txid_current_if_assigned txid_current_snapshot txid_snapshot_xip txid_snapshot_xmax "
    "txid_snapshot_xmin txid_visible_in_snapshot uncompress uncompressed_length uniq "
    "updatexml uuid_generate_v1mc uuid_generate_v3 uuid_generate_v5 uuid_nil uuid_ns_dns "
    "uuid_ns_oid uuid_ns_url uuid_ns_x500 uuid_v4 uuid_v7 uuidv4 uuidv7 "
    "validate_password_strength vec_distance vec_distance_cosine vec_distance_euclidean "
    "vec_fromtext vec_totext width xml_is_well_formed xml_is_well_formed_content "
    "xml_is_well_formed_document xmlcomment xmlexists xmlparse xmlpi xmlroot xmlserialize "
    "xmltable xmlvalidate xpath xpath_exists ";

/// PostgreSQL's, which tell what is defined.
constexpr std::string_view of_catalogue =
    "acldefault aclexplode col_description format_type mxid_age obj_description "
    "oidvectortypes row_security_active set_config shobj_description ts_debug ";

/// They read what the statement does not name: tables by the text of a query, sizes, files, what
/// the last statement did.
constexpr std::string_view reading =
    "connectby crosstab crosstab2 crosstab3 crosstab4 current_query currval cursor_to_xml "
    "database_to_xml database_to_xmlschema found_rows last_insert_id lastval lo_get "
    "load_file loread master_gtid_wait master_pos_wait pg_blocking_pids pg_database_size "
    "pg_indexes_size pg_lock_status pg_ls_dir pg_notification_queue_usage "
    "pg_read_binary_file pg_read_file pg_relation_size pg_sequence_last_value pg_stat_file "
    "pg_table_size pg_tablespace_size pg_total_relation_size query_to_xml "
    "query_to_xml_and_xmlschema query_to_xmlschema row_count schema_to_xml "
    "schema_to_xml_and_xmlschema schema_to_xmlschema source_pos_wait st_estimatedextent "
    "table_to_xml table_to_xml_and_xmlschema table_to_xmlschema ts_stat ";

using WordSet = std::unordered_set<std::string_view>;

WordSet word_set(std::string_view list) {
  WordSet names;
  for (std::size_t begin = 0; begin < list.size();) {
    const std::size_t end = list.find(' ', begin);
    names.insert(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

bool tells_definitions(std::string_view name) {
  static const WordSet names = word_set(of_catalogue);
  return names.contains(name) || name.starts_with("has_") || name.starts_with("to_reg") ||
         name.starts_with("pg_");  // the server's own, of which no other list tells
}

}  // namespace

namespace {

FunctionUse use_of(FunctionEffect effect) noexcept {
  switch (effect) {
    case FunctionEffect::pure:
      return FunctionUse::pure;
    case FunctionEffect::sequence:
      return FunctionUse::sequence;
    case FunctionEffect::advisory:
      return FunctionUse::advisory_lock;
    default:
      return FunctionUse::unknown;
  }
}

}  // namespace

FunctionUse use_of_function(std::string_view name, Dialect dialect) noexcept {
  // A name that only the other server knows is that of a function of the application's own.
  if (dialect == Dialect::mysql) return use_of(effect_of_mysql_function(name));
  static const WordSet pure = word_set(harmless);
  static const WordSet reads = word_set(reading);
  if (pure.contains(name)) return FunctionUse::pure;
  if (reads.contains(name) || name.starts_with("pg_stat_get_")) return FunctionUse::reads_anything;
  const FunctionUse use = use_of(effect_of_function(name));
  if (use != FunctionUse::unknown) return use;
  if (name.starts_with("st_")) return FunctionUse::pure;
  return tells_definitions(name) ? FunctionUse::reads_catalogue : FunctionUse::unknown;
}

}  // namespace understudy::sql
