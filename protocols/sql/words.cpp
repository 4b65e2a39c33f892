#include "protocols/sql/words.hpp"

#include <array>

namespace understudy::sql {
namespace {

// pg_get_keywords() of PostgreSQL 15.
constexpr std::string_view postgres_keywords =
    "abort absolute access action add admin after aggregate all also alter always analyse "
    "analyze and any array as asc asensitive assertion assignment asymmetric at atomic attach "
    "attribute authorization backward before begin between bigint binary bit boolean both "
    "breadth by cache call called cascade cascaded case cast catalog chain char character "
    "characteristics check checkpoint class close cluster coalesce collate collation column "
    "columns comment comments commit committed compression concurrently configuration conflict "
    "connection constraint constraints content continue conversion copy cost create cross csv "
    "cube current current_catalog current_date current_role current_schema current_time "
    "current_timestamp current_user cursor cycle data database day deallocate dec decimal "
    "declare default defaults deferrable deferred definer delete delimiter delimiters depends "
    "depth desc detach dictionary disable discard distinct do document domain double drop each "
    "else enable encoding encrypted end enum escape event except exclude excluding exclusive "
    "execute exists explain expression extension external extract false family fetch filter "
    "finalize first float following for force foreign forward freeze from full function "
    "functions generated global grant granted greatest group grouping groups handler having "
    "header hold hour identity if ilike immediate immutable implicit import in include "
    "including increment index indexes inherit inherits initially inline inner inout input "
    "insensitive insert instead int integer intersect interval into invoker is isnull isolation "
    "join key label language large last lateral leading leakproof least left level like limit "
    "listen load local localtime localtimestamp location lock locked logged mapping match "
    "matched materialized maxvalue merge method minute minvalue mode month move name names "
    "national natural nchar new next nfc nfd nfkc nfkd no none normalize normalized not nothing "
    "notify notnull nowait null nullif nulls numeric object of off offset oids old on only "
    "operator option options or order ordinality others out outer over overlaps overlay "
    "overriding owned owner parallel parameter parser partial partition passing password "
    "placing plans policy position preceding precision prepare prepared preserve primary prior "
    "privileges procedural procedure procedures program publication quote range read real "
    "reassign recheck recursive ref references referencing refresh reindex relative release "
    "rename repeatable replace replica reset restart restrict return returning returns revoke "
    "right role rollback rollup routine routines row rows rule savepoint schema schemas scroll "
    "search second security select sequence sequences serializable server session session_user "
    "set setof sets share show similar simple skip smallint snapshot some sql stable standalone "
    "start statement statistics stdin stdout storage stored strict strip subscription substring "
    "support symmetric sysid system table tables tablesample tablespace temp template temporary "
    "text then ties time timestamp to trailing transaction transform treat trigger trim true "
    "truncate trusted type types uescape unbounded uncommitted unencrypted union unique unknown "
    "unlisten unlogged until update user using vacuum valid validate validator value values "
    "varchar variadic varying verbose version view views volatile when where whitespace window "
    "with within without work wrapper write xml xmlattributes xmlconcat xmlelement xmlexists "
    "xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable year yes zone ";

// Keywords that name columns: quoting them changes nothing in a query.
constexpr std::string_view postgres_columns =
    "action attribute class comment content data document domain index key label language level "
    "location method mode name names object options owner parameter password policy role rule "
    "schema sequence server snapshot statistics storage system template text trigger type types "
    "value version views ";

// Refused as a column name by MariaDB 10.11.
constexpr std::string_view mysql_reserved_words =
    "accessible add all alter analyze and as asc asensitive before between bigint binary blob "
    "both by call cascade case change char character check collate column condition constraint "
    "continue convert create cross current_date current_role current_time current_timestamp "
    "current_user cursor databases day_hour day_microsecond day_minute day_second dec decimal "
    "declare default delayed delete delete_domain_id desc describe deterministic distinct "
    "distinctrow div do_domain_ids double drop dual each else elseif enclosed escaped except "
    "exists exit explain false fetch float float4 float8 for force foreign from fulltext grant "
    "group having high_priority hour_microsecond hour_minute hour_second if ignore "
    "ignore_domain_ids in index infile inner inout insensitive insert int int1 int2 int3 int4 "
    "int8 integer intersect interval into is iterate join key keys kill leading leave left like "
    "limit linear lines load localtime localtimestamp lock long longblob longtext loop "
    "low_priority master_demote_to_replica master_demote_to_slave master_ssl_verify_server_cert "
    "match maxvalue mediumblob mediumint mediumtext middleint minute_microsecond minute_second "
    "mod modifies natural no_write_to_binlog not null numeric offset on optimize optionally or "
    "order out outer outfile over page_checksum parse_vcol_expr partition portion precision "
    "primary procedure purge range read read_write reads real recursive ref_system_id "
    "references regexp release rename repeat replace require resignal restrict return returning "
    "revoke right rlike row_number rows schemas second_microsecond select sensitive separator "
    "set show signal smallint spatial specific sql sql_big_result sql_calc_found_rows "
    "sql_small_result sqlexception sqlstate sqlwarning ssl starting stats_auto_recalc "
    "stats_persistent stats_sample_pages straight_join table terminated then tinyblob tinyint "
    "tinytext to trailing trigger true undo union unique unlock unsigned update usage use using "
    "utc_date utc_time utc_timestamp values varbinary varchar varcharacter varying when where "
    "while with write xor year_month zerofill ";

// Reserved in MySQL 8 only, or not reserved and yet of a meaning where an identifier may stand.
constexpr std::string_view mysql_meanings =
    "action any avg begin binlog byte cascaded cast count cube cume_dist date datetime day "
    "dense_rank empty end escape except extended false first first_value function generated get "
    "global grouping groups hour intersect io_after_gtids io_before_gtids json_table lag last "
    "last_value lateral lead local manual master_bind max microsecond min minute month national "
    "nchar next no nowait nth_value ntile of offset only open optimizer_costs parallel "
    "percent_rank qualify quarter quick rank returning row second serial session share skip "
    "some stored sum system tablesample time timestamp true unicode unknown value virtual week "
    "window year ";

// After these an expression starts: a sign is a sign, a string is no typed literal.
constexpr std::string_view before_values =
    "and as begin between by call case default distinct div do else elseif escape "
    "except exists fetch filter first for from group having if ilike in intersect interval is "
    "like limit mod next not offset on or order over partition regexp return returning rlike "
    "select set similar symmetric then to top union until using values when where "
    "while with xor ";

// A parenthesis behind these holds a type modifier.
constexpr std::string_view type_names =
    "bigint binary bit blob bpchar char character datetime dec decimal double fixed float int "
    "int1 int2 int3 int4 int8 integer interval mediumint national nchar number numeric nvarchar "
    "precision real smallint text time timestamp timestamptz timetz tinyint varbinary varbit "
    "varchar varcharacter varying year ";

// MySQL takes these for functions only where the parenthesis follows at once.
constexpr std::string_view space_matters_after =
    "adddate bit_and bit_or bit_xor cast count curdate curtime date_add date_sub extract "
    "group_concat max mid min now position session_user std stddev stddev_pop stddev_samp "
    "subdate substr substring sum sysdate system_user trim var_pop var_samp variance ";

constexpr std::size_t capacity = 2048;
constexpr std::size_t longest_word = 32;
constexpr WordEntry absent;

/// A few octets tell most words apart; case is the one bit that they leave out.
constexpr std::size_t hash_of(std::string_view text) {
  const auto at = [text](std::size_t i) {
    return static_cast<std::size_t>(static_cast<std::uint8_t>(text[i]) | 0x20U);
  };
  const std::size_t size = text.size();
  const std::size_t ends = at(0) * 31 + at(size - 1) * 131;
  const std::size_t mixed = ends + at(size / 2) * 961 + at(size / 3) * 7919 + size * 577;
  return mixed ^ (mixed >> 11);
}

/// Open addressing. Most look-ups are of names that are no words: the marks, one octet an entry and
/// 0 where there is none, turn nearly all of them down without a look at the entries.
struct WordTable {
  std::array<std::uint8_t, capacity> marks{};
  std::array<WordEntry, capacity> entries{};

  static constexpr std::uint8_t mark_of(std::size_t hash) {
    return static_cast<std::uint8_t>((hash >> 7) | 1U);
  }

  constexpr WordEntry& place(std::string_view text) {
    const std::size_t hash = hash_of(text);
    std::size_t at = hash % capacity;
    while (marks[at] != 0 && entries[at].text != text) at = (at + 1) % capacity;
    marks[at] = mark_of(hash);
    entries[at].text = text;
    if (entries[at].word == Word::none) entries[at].word = Word::other;
    return entries[at];
  }

  constexpr void flag(std::string_view list, WordFlag flag) {
    for (std::size_t begin = 0; begin < list.size();) {
      const std::size_t end = list.find(' ', begin);
      WordEntry& entry = place(list.substr(begin, end - begin));
      entry.flags = static_cast<std::uint8_t>(entry.flags | flag);
      begin = end + 1;
    }
  }
};

constexpr std::string_view spelling(std::string_view, std::string_view given) {
  return given;
}
constexpr std::string_view spelling(std::string_view name) {
  return name;
}

constexpr WordTable build() {
  WordTable table;
#define UNDERSTUDY_SQL_PLACE(name, ...) \
  table.place(spelling(#name __VA_OPT__(, ) __VA_ARGS__)).word = Word::name;
  UNDERSTUDY_SQL_WORDS(UNDERSTUDY_SQL_PLACE)
#undef UNDERSTUDY_SQL_PLACE
  table.flag(postgres_keywords, postgres_keyword);
  table.flag(postgres_columns, postgres_column);
  table.flag(mysql_reserved_words, mysql_reserved);
  table.flag(mysql_meanings, mysql_meaning);
  table.flag(before_values, value_follows);
  table.flag(type_names, type_name);
  table.flag(space_matters_after, space_matters);
  return table;
}

constexpr WordTable all_words = build();

}  // namespace

bool equals_folded(std::string_view text, std::string_view lower) noexcept {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (to_lower(text[i]) != lower[i]) return false;
  return true;
}

const WordEntry& find_word(std::string_view text) noexcept {
  if (text.empty() || text.size() > longest_word) return absent;
  const std::size_t hash = hash_of(text);
  const std::uint8_t mark = WordTable::mark_of(hash);
  for (std::size_t at = hash % capacity; all_words.marks[at] != 0; at = (at + 1) % capacity)
    if (all_words.marks[at] == mark && equals_folded(text, all_words.entries[at].text))
      return all_words.entries[at];
  return absent;
}

bool modifies_select(Word word) noexcept {
  switch (word) {
    case Word::all:
    case Word::distinct:
    case Word::distinctrow:
    case Word::high_priority:
    case Word::straight_join:
    case Word::sql_big_result:
    case Word::sql_buffer_result:
    case Word::sql_cache:
    case Word::sql_calc_found_rows:
    case Word::sql_no_cache:
    case Word::sql_small_result:
      return true;
    default:
      return false;
  }
}

}  // namespace understudy::sql
