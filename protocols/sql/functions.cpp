#include "protocols/sql/functions.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <unordered_set>

namespace understudy::sql {
namespace {

/// Built-in functions of both servers that read no table and change nothing, and types that are
/// written like functions.
constexpr std::string_view pure_functions =
    // aggregates and windows
    "any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop "
    "covar_samp "
    "cume_dist dense_rank every first_value group_concat grouping json_agg json_arrayagg "
    "json_object_agg "
    "json_objectagg jsonb_agg jsonb_object_agg lag last_value lead max median min mode nth_value "
    "ntile "
    "percent_rank percentile_cont percentile_disc rank regr_avgx regr_avgy regr_count "
    "regr_intercept "
    "regr_r2 regr_slope row_number std stddev stddev_pop stddev_samp string_agg sum var_pop "
    "var_samp "
    "variance xmlagg "
    // strings
    "ascii bin bit_length btrim char char_length character_length chr collation concat concat_ws "
    "convert convert_from convert_to crc32 decode elt encode export_set field find_in_set format "
    "from_base64 hex initcap insert instr lcase left length like locate lower lpad ltrim make_set "
    "md5 mid "
    "octet_length ord overlay parse_ident position quote quote_ident quote_literal quote_nullable "
    "regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace "
    "regexp_split_to_array regexp_split_to_table regexp_substr repeat replace reverse right rpad "
    "rtrim "
    "sha sha1 sha2 sha224 sha256 sha384 sha512 soundex space split_part starts_with strcmp "
    "string_to_array string_to_table strpos substr substring substring_index to_ascii to_base64 "
    "to_hex "
    "translate trim ucase unhex unistr upper weight_string array_to_string normalize similarity "
    "word_similarity show_trgm unaccent "
    // numbers
    "abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling conv "
    "cos cosd "
    "cosh cot cotd degrees div exp factorial floor gcd lcm ln log log10 log2 min_scale mod pi pow "
    "power "
    "radians rand random round scale setseed sign sin sind sinh sqrt tan tand tanh to_char "
    "to_number "
    "trim_scale trunc truncate width_bucket bit_count inet_aton inet_ntoa inet6_aton inet6_ntoa "
    "is_ipv4 "
    "is_ipv6 "
    // dates
    "adddate addtime age clock_timestamp convert_tz curdate current_date current_time "
    "current_timestamp "
    "curtime date date_add date_bin date_format date_part date_sub date_trunc datediff day dayname "
    "dayofmonth dayofweek dayofyear extract from_days from_unixtime get_format hour isfinite "
    "justify_days justify_hours justify_interval last_day localtime localtimestamp make_date "
    "make_interval make_time make_timestamp make_timestamptz makedate maketime microsecond minute "
    "month "
    "monthname now period_add period_diff quarter sec_to_time second statement_timestamp "
    "str_to_date "
    "subdate subtime sysdate time time_format time_to_sec timediff timeofday timestamp "
    "timestampadd "
    "timestampdiff to_date to_days to_seconds to_timestamp transaction_timestamp unix_timestamp "
    "utc_date utc_time utc_timestamp week weekday weekofyear year yearweek "
    // json, arrays, ranges, full text
    "array_append array_cat array_dims array_fill array_length array_lower array_ndims "
    "array_position "
    "array_positions array_prepend array_remove array_replace array_to_json array_upper "
    "cardinality "
    "generate_series generate_subscripts isempty json_array json_array_append json_array_elements "
    "json_array_elements_text json_array_insert json_array_length json_build_array "
    "json_build_object "
    "json_compact json_contains json_contains_path json_depth json_detailed json_each "
    "json_each_text "
    "json_exists json_extract json_extract_path json_extract_path_text json_insert json_keys "
    "json_length "
    "json_loose json_merge json_merge_patch json_merge_preserve json_object json_object_keys "
    "json_overlaps json_populate_record json_populate_recordset json_pretty json_query json_quote "
    "json_remove json_replace json_scalar json_search json_serialize json_set json_strip_nulls "
    "json_table json_to_record json_to_recordset json_type json_typeof json_unquote json_valid "
    "json_value jsonb_array_elements jsonb_array_elements_text jsonb_array_length "
    "jsonb_build_array "
    "jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text "
    "jsonb_insert jsonb_object jsonb_object_keys jsonb_path_exists jsonb_path_match "
    "jsonb_path_query "
    "jsonb_path_query_array jsonb_path_query_first jsonb_populate_record jsonb_populate_recordset "
    "jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset "
    "jsonb_typeof lower_inc lower_inf match numnode phraseto_tsquery plainto_tsquery querytree "
    "row_to_json setweight to_json to_jsonb to_tsquery to_tsvector ts_headline ts_rank ts_rank_cd "
    "tsvector_to_array unnest upper_inc upper_inf websearch_to_tsquery range_merge int4range "
    "int8range "
    "numrange tsrange tstzrange daterange "
    // conditions and identity of the session
    "coalesce greatest if ifnull isnull least nullif num_nonnulls num_nulls nvl nvl2 bin_to_uuid "
    "coercibility charset current_catalog current_database current_query current_role "
    "current_schema "
    "current_schemas current_setting current_user database gen_random_bytes gen_random_uuid "
    "inet_client_addr inet_server_addr is_uuid pg_backend_pid pg_client_encoding pg_typeof schema "
    "session_user sys_guid system_user user uuid uuid_generate_v1 uuid_generate_v4 uuid_short "
    "uuid_to_bin version connection_id "
    // types written with a parenthesis, constructs that look like calls
    "all any array as bigint binary bit blob bpchar bytea cast character datetime dec decimal "
    "double enum "
    "exists filter float float4 float8 in int int2 int4 int8 integer interval nchar numeric "
    "nvarchar over "
    "real row set signed smallint some text timestamptz timetz tinyint unsigned using values "
    "varbinary "
    "varbit varchar varying within value xmlelement xmlforest xmlconcat treat grouping sets rollup "
    "cube "
    "partition distinct on conflict index key nothing ordinality materialized lateral copy explain "
    "analyze "
    "against escape like limit offset returning then else when where having by from join into and "
    "or not is "
    "between case union except intersect select table recursive with without only of to for do ";

/// Those of MySQL and MariaDB alone; geometry's begin with st_.
constexpr std::string_view mysql_functions =
    "add_months aes_decrypt aes_encrypt asbinary astext benchmark binlog_gtid_pos "
    "can_access_table check column_add column_check column_create column_delete column_exists "
    "column_get column_json column_list columns compress constraint crc32c default des_decrypt "
    "des_encrypt empty encrypt error extractvalue force foreign format_bytes format_pico_time "
    "found_rows fulltext geometrycollection geometryfromtext geomfromtext gtid_subset "
    "gtid_subtract icu_version ignore is_ipv4_compat is_ipv4_mapped json_array_intersect "
    "json_equals json_key_value json_normalize json_object_filter_keys json_object_to_array "
    "json_schema_valid json_storage_free json_storage_size kdf last_insert_id lengthb "
    "linestring load_file master_gtid_wait master_pos_wait mbrcontains mbrcoveredby mbrcovers "
    "mbrdisjoint mbrequal mbrequals mbrintersects mbroverlaps mbrtouches mbrwithin member "
    "multilinestring multipoint multipolygon name_const natural_sort_key nested oct "
    "old_password password path point pointfromtext polygon primary ps_current_thread_id "
    "ps_thread_id random_bytes range references row_count rownum sformat sleep sounds "
    "source_pos_wait srid statement_digest statement_digest_text uncompress "
    "uncompressed_length unique updatexml use uuid_v4 uuid_v7 validate_password_strength "
    "vec_distance vec_distance_cosine vec_distance_euclidean vec_fromtext vec_totext "
    "wsrep_last_seen_gtid wsrep_last_written_gtid wsrep_sync_wait_upto_gtid x y ";

constexpr std::string_view sequence_functions = "nextval setval ";
constexpr std::string_view advisory_functions =
    "get_lock release_lock release_all_locks is_free_lock is_used_lock pg_advisory_lock "
    "pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared "
    "pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock "
    "pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared ";

using Names = std::unordered_set<std::string_view>;

Names names_of(std::string_view list) {
  Names names;
  for (std::size_t begin = 0; begin < list.size();) {
    const std::size_t end = list.find(' ', begin);
    names.insert(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

}  // namespace

FunctionEffect effect_of_function(std::string_view name) noexcept {
  static const Names pure = names_of(pure_functions);
  static const Names sequence = names_of(sequence_functions);
  static const Names advisory = names_of(advisory_functions);
  if (pure.contains(name)) return FunctionEffect::pure;
  if (sequence.contains(name)) return FunctionEffect::sequence;
  return advisory.contains(name) ? FunctionEffect::advisory : FunctionEffect::unknown;
}

FunctionEffect effect_of_mysql_function(std::string_view name) noexcept {
  static const Names pure = names_of(mysql_functions);
  if (name == "lastval") return FunctionEffect::sequence;
  if (pure.contains(name) || name.starts_with("st_")) return FunctionEffect::pure;
  return effect_of_function(name);
}

bool catalogue_counts_rows(std::string_view database, std::string_view table) {
  static constexpr std::array<std::string_view, 26> definitions = {
      "applicable_roles",
      "character_sets",
      "check_constraints",
      "collation_character_set_applicability",
      "collations",
      "column_privileges",
      "columns",
      "enabled_roles",
      "engines",
      "events",
      "geometry_columns",
      "key_column_usage",
      "keywords",
      "parameters",
      "plugins",
      "referential_constraints",
      "routines",
      "schema_privileges",
      "schemata",
      "sql_functions",
      "st_geometry_columns",
      "table_constraints",
      "table_privileges",
      "triggers",
      "user_privileges",
      "views"};
  return database == "performance_schema" || database == "sys" ||
         (database == "information_schema" &&
          std::ranges::find(definitions, table) == definitions.end());
}

}  // namespace understudy::sql
