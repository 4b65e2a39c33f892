#include "protocols/postgres/catalogue_queries.hpp"

namespace understudy::postgres {
namespace {

// clang-format off

constexpr std::string_view own_names = R"(WITH RECURSIVE
own_schema AS (
  SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
of_extension AS (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
relation AS (
  SELECT c.*, format('%I.%I', s.nspname, c.relname) AS name
  FROM pg_class c JOIN own_schema s ON s.oid = c.relnamespace
  WHERE NOT EXISTS (SELECT FROM of_extension e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)),
family AS (
  SELECT oid, ARRAY[name] AS path FROM relation r
  WHERE relkind IN ('r', 'p', 'f')
    AND NOT EXISTS (SELECT FROM pg_inherits i JOIN relation p ON p.oid = i.inhparent WHERE i.inhrelid = r.oid)
  UNION ALL
  SELECT r.oid, f.path || r.name
  FROM family f JOIN pg_inherits i ON i.inhparent = f.oid JOIN relation r ON r.oid = i.inhrelid
  WHERE r.relkind IN ('r', 'p', 'f')),
place AS (
  SELECT oid, min(path) AS path FROM family GROUP BY oid)
)";

constexpr std::string_view schemas = R"(
SELECT format('CREATE SCHEMA %I;', nspname) FROM own_schema
WHERE nspname <> 'public' ORDER BY nspname)";

constexpr std::string_view extensions = R"(
SELECT format('-- extension %s %s', extname, extversion) FROM pg_extension ORDER BY extname)";

constexpr std::string_view enums = R"(
SELECT format('CREATE TYPE %I.%I AS ENUM (%s);', s.nspname, t.typname,
              (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
               FROM pg_enum WHERE enumtypid = t.oid))
FROM pg_type t JOIN own_schema s ON s.oid = t.typnamespace
WHERE t.typtype = 'e'
  AND NOT EXISTS (SELECT FROM of_extension e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
ORDER BY s.nspname, t.typname)";

constexpr std::string_view domains = R"(
SELECT format('CREATE DOMAIN %I.%I AS %s%s%s%s;', s.nspname, t.typname, format_type(t.typbasetype, t.typtypmod),
              ' DEFAULT ' || t.typdefault, CASE WHEN t.typnotnull THEN ' NOT NULL' END,
              (SELECT string_agg(format(' CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)), '' ORDER BY conname)
               FROM pg_constraint WHERE contypid = t.oid AND contype = 'c'))
FROM pg_type t JOIN own_schema s ON s.oid = t.typnamespace
WHERE t.typtype = 'd'
  AND NOT EXISTS (SELECT FROM of_extension e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
ORDER BY s.nspname, t.typname)";

constexpr std::string_view composites = R"(
SELECT format(E'CREATE TYPE %s AS (\n%s\n);', r.name,
              (SELECT string_agg(format('    %I %s', attname, format_type(atttypid, atttypmod)), E',\n' ORDER BY attnum)
               FROM pg_attribute WHERE attrelid = r.oid AND attnum > 0 AND NOT attisdropped))
FROM relation r WHERE r.relkind = 'c' ORDER BY r.name)";

constexpr std::string_view ranges = R"(
SELECT format('CREATE TYPE %I.%I AS RANGE (SUBTYPE = %s);', s.nspname, t.typname, format_type(g.rngsubtype, NULL))
FROM pg_range g JOIN pg_type t ON t.oid = g.rngtypid JOIN own_schema s ON s.oid = t.typnamespace
WHERE NOT EXISTS (SELECT FROM of_extension e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
ORDER BY s.nspname, t.typname)";

// Those of identity columns are made with their tables.
constexpr std::string_view sequences = R"(
SELECT format('CREATE SEQUENCE %s AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s;', r.name,
              format_type(q.seqtypid, NULL), q.seqincrement, q.seqmin, q.seqmax, q.seqstart, q.seqcache,
              CASE WHEN q.seqcycle THEN ' CYCLE' END)
FROM relation r JOIN pg_sequence q ON q.seqrelid = r.oid
WHERE NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'i')
ORDER BY r.name)";

// A partition has the columns of its table: of them only other defaults are named.
constexpr std::string_view tables = R"(,
parents AS (
  SELECT i.inhrelid, string_agg(p.name, ', ' ORDER BY i.inhseqno) AS names
  FROM pg_inherits i JOIN relation p ON p.oid = i.inhparent GROUP BY i.inhrelid),
line AS (
  SELECT a.attrelid AS oid, 1 AS part, a.attnum AS number,
         CASE WHEN r.relispartition THEN format('    %I WITH OPTIONS DEFAULT %s', a.attname, d.expression)
         ELSE format('    %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                     CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0
                       THEN (SELECT format(' COLLATE %I.%I', n.nspname, l.collname)
                             FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
                             WHERE l.oid = a.attcollation) END,
                     CASE WHEN a.attgenerated = 's' THEN format(' GENERATED ALWAYS AS (%s) STORED', d.expression)
                          WHEN a.attidentity = 'a' THEN ' GENERATED ALWAYS AS IDENTITY'
                          WHEN a.attidentity = 'd' THEN ' GENERATED BY DEFAULT AS IDENTITY'
                          ELSE ' DEFAULT ' || d.expression END,
                     CASE WHEN a.attnotnull THEN ' NOT NULL' END) END AS text
  FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN LATERAL (SELECT pg_get_expr(adbin, adrelid) AS expression FROM pg_attrdef
                     WHERE adrelid = a.attrelid AND adnum = a.attnum) d ON true
  WHERE r.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped
    AND CASE WHEN r.relispartition
          THEN a.attgenerated = '' AND d.expression IS NOT NULL AND d.expression IS DISTINCT FROM (
            SELECT pg_get_expr(o.adbin, o.adrelid)
            FROM pg_inherits i JOIN pg_attribute b ON b.attrelid = i.inhparent AND b.attname = a.attname
            JOIN pg_attrdef o ON o.adrelid = b.attrelid AND o.adnum = b.attnum WHERE i.inhrelid = r.oid)
          ELSE a.attislocal END
  UNION ALL
  SELECT conrelid, 2, row_number() OVER (PARTITION BY conrelid ORDER BY position(contype::text IN 'puxc'), conname),
         format('    CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
  FROM pg_constraint WHERE contype IN ('p', 'u', 'c', 'x') AND conislocal AND coninhcount = 0),
body AS (
  SELECT oid, string_agg(text, E',\n' ORDER BY part, number) AS lines FROM line GROUP BY oid)
SELECT format('CREATE %sTABLE %s%s%s%s%s%s;',
              CASE WHEN r.relkind = 'f' THEN 'FOREIGN ' WHEN r.relpersistence = 'u' THEN 'UNLOGGED ' END, r.name,
              CASE WHEN r.relispartition THEN ' PARTITION OF ' || parents.names END,
              CASE WHEN body.lines IS NOT NULL THEN format(E' (\n%s\n)', body.lines)
                   WHEN NOT r.relispartition THEN ' ()' END,
              CASE WHEN r.relispartition THEN ' ' || pg_get_expr(r.relpartbound, r.oid)
                   ELSE ' INHERITS (' || parents.names || ')' END,
              CASE WHEN r.relkind = 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(r.oid) END,
              CASE WHEN r.relkind = 'f'
                THEN (SELECT format(' SERVER %I', v.srvname)
                      FROM pg_foreign_table f JOIN pg_foreign_server v ON v.oid = f.ftserver WHERE f.ftrelid = r.oid) END)
FROM relation r LEFT JOIN place p ON p.oid = r.oid LEFT JOIN parents ON parents.inhrelid = r.oid
LEFT JOIN body ON body.oid = r.oid
WHERE r.relkind IN ('r', 'p', 'f')
ORDER BY coalesce(p.path, ARRAY[r.name]))";

constexpr std::string_view foreign_keys = R"(
SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s;', r.name, k.conname, pg_get_constraintdef(k.oid))
FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid
WHERE k.contype = 'f' AND k.conislocal AND k.conparentid = 0
ORDER BY r.name, k.conname)";

constexpr std::string_view indexes = R"(
SELECT pg_get_indexdef(x.indexrelid) || ';'
FROM relation r JOIN pg_index x ON x.indrelid = r.oid JOIN pg_class c ON c.oid = x.indexrelid
WHERE NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY r.name, c.relname)";

// Of aggregates no statement tells.
constexpr std::string_view routines = R"(
SELECT CASE WHEN p.prokind = 'a'
         THEN format('-- aggregate %I.%I(%s)', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
         ELSE rtrim(pg_get_functiondef(p.oid), E'\n') || ';' END
FROM pg_proc p JOIN own_schema s ON s.oid = p.pronamespace
WHERE NOT EXISTS (SELECT FROM of_extension e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
ORDER BY s.nspname, p.proname, pg_get_function_identity_arguments(p.oid))";

constexpr std::string_view views = R"(
SELECT format(E'CREATE %sVIEW %s%s AS\n%s%s;', CASE WHEN relkind = 'm' THEN 'MATERIALIZED ' END, name,
              CASE WHEN relkind = 'v' THEN ' WITH (' || array_to_string(reloptions, ', ') || ')' END,
              rtrim(pg_get_viewdef(oid, true), E';\n'),
              CASE WHEN relkind = 'm' AND NOT relispopulated THEN E'\n  WITH NO DATA' END)
FROM relation WHERE relkind IN ('v', 'm') ORDER BY name)";

constexpr std::string_view triggers = R"(
SELECT pg_get_triggerdef(t.oid) || ';' ||
       CASE WHEN t.tgenabled = 'D' THEN format(E'\nALTER TABLE %s DISABLE TRIGGER %I;', r.name, t.tgname) ELSE '' END
FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid
WHERE NOT t.tgisinternal AND coalesce(to_jsonb(t) ->> 'tgparentid', '0') = '0'
ORDER BY r.name, t.tgname)";

constexpr std::string_view event_triggers = R"(
SELECT format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %I.%I();', t.evtname, t.evtevent,
              (SELECT format(' WHEN TAG IN (%s)', string_agg(quote_literal(tag), ', '))
               FROM unnest(t.evttags) AS tag HAVING count(*) > 0), n.nspname, p.proname)
FROM pg_event_trigger t JOIN pg_proc p ON p.oid = t.evtfoid JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE NOT EXISTS (SELECT FROM of_extension e WHERE e.classid = 'pg_event_trigger'::regclass AND e.objid = t.oid)
ORDER BY t.evtname)";

// That of a view itself is its query.
constexpr std::string_view rules = R"(
SELECT pg_get_ruledef(w.oid)
FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid
WHERE w.rulename <> '_RETURN' ORDER BY r.name, w.rulename)";

constexpr std::string_view row_security = R"(
SELECT format('ALTER TABLE %s %s ROW LEVEL SECURITY;', r.name, word)
FROM relation r, LATERAL (VALUES ('ENABLE', r.relrowsecurity), ('FORCE', r.relforcerowsecurity)) AS v(word, is_so)
WHERE is_so ORDER BY r.name, word)";

constexpr std::string_view policies = R"(
SELECT format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s;', p.polname, r.name,
              CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
              CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                            WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
              coalesce((SELECT string_agg(quote_ident(rolname), ', ' ORDER BY rolname)
                        FROM pg_roles WHERE oid = ANY (p.polroles)), 'public'),
              E'\n  USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
              E'\n  WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
FROM relation r JOIN pg_policy p ON p.polrelid = r.oid ORDER BY r.name, p.polname)";

// Of partitions and tables that inherit, each has rows of its own, which the table above shows too.
constexpr std::string_view row_tables = R"(
SELECT r.name, s.nspname || '.' || r.relname,
       (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = r.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''),
       coalesce((SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.number)
                 FROM pg_index x, unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, number), pg_attribute a
                 WHERE x.indrelid = r.oid AND x.indisprimary AND a.attrelid = r.oid AND a.attnum = k.attnum), 'ctid'),
       (SELECT string_agg(attnum::text, ' ' ORDER BY attnum) ||
               CASE WHEN max(c.relnatts) > max(attnum) THEN ' ' || max(c.relnatts) ELSE '' END
        FROM pg_attribute, pg_class c
        WHERE c.oid = r.oid AND attrelid = r.oid AND attnum > 0 AND NOT attisdropped HAVING max(c.relnatts) > count(*))
FROM relation r JOIN own_schema s ON s.oid = r.relnamespace
WHERE (r.relkind = 'r' OR (r.relkind = 'm' AND r.relispopulated)) AND r.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM pg_inherits i WHERE r.oid IN (i.inhrelid, i.inhparent))
ORDER BY 2)";

constexpr std::string_view sequence_names = R"(
SELECT r.name, s.nspname || '.' || r.relname,
       (SELECT o.nspname || '.' || t.relname || '.' || a.attname
        FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace o ON o.oid = t.relnamespace
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype IN ('a', 'i')
          AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0),
       q.seqincrement = 1 AND q.seqmin = 1 AND q.seqcache = 1 AND NOT q.seqcycle AND q.seqstart = 1
FROM relation r JOIN own_schema s ON s.oid = r.relnamespace JOIN pg_sequence q ON q.seqrelid = r.oid
ORDER BY 2)";

constexpr std::string_view facts_query = R"(
SELECT current_setting('server_version'), current_setting('server_encoding'),
       CASE coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') WHEN 'c' THEN d.datcollate ELSE 'of another library' END,
       d.datctype,
       current_setting('TimeZone'), current_setting('DateStyle'), current_setting('IntervalStyle'),
       current_setting('search_path'), current_setting('standard_conforming_strings'),
       CASE WHEN EXISTS (SELECT FROM pg_db_role_setting o, unnest(o.setconfig) u
                         WHERE u LIKE 'default_transaction_isolation=%')
            THEN 'of a role or database' ELSE current_setting('default_transaction_isolation') END,
       current_setting('lc_messages'),
       (SELECT count(*) FROM pg_settings WHERE name LIKE '%.%' AND source <> 'default'),
       (SELECT count(*) FROM pg_description WHERE classoid = 'pg_class'::regclass AND objoid >= 16384)
FROM pg_database d WHERE d.datname = current_database())";

// clang-format on

constexpr std::array<std::string_view, 13> fact_names = {"server",
                                                         "encoding",
                                                         "collation",
                                                         "character classes",
                                                         "TimeZone",
                                                         "DateStyle",
                                                         "IntervalStyle",
                                                         "search_path",
                                                         "standard_conforming_strings",
                                                         "default_transaction_isolation",
                                                         "lc_messages",
                                                         "custom settings",
                                                         "comments"};

constexpr std::array<CatalogueSection, 17> sections = {{{"schemas", schemas},
                                                        {"extensions", extensions},
                                                        {"enumerations", enums},
                                                        {"domains", domains},
                                                        {"composite types", composites},
                                                        {"ranges", ranges},
                                                        {"sequences", sequences},
                                                        {"tables", tables},
                                                        {"foreign keys", foreign_keys},
                                                        {"functions and procedures", routines},
                                                        {"views", views},
                                                        {"indexes", indexes},
                                                        {"triggers", triggers},
                                                        {"event triggers", event_triggers},
                                                        {"rules", rules},
                                                        {"row security", row_security},
                                                        {"policies", policies}}};

}  // namespace

std::string_view catalogue_names() noexcept {
  return own_names;
}

std::span<const CatalogueSection> catalogue_sections() noexcept {
  return sections;
}

std::string_view row_tables_query() noexcept {
  return row_tables;
}

std::string_view sequences_query() noexcept {
  return sequence_names;
}

std::string_view server_facts_query() noexcept {
  return facts_query;
}

std::span<const std::string_view> server_facts() noexcept {
  return fact_names;
}

}  // namespace understudy::postgres
