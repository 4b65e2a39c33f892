#include "cli/help.hpp"

namespace understudy::cli {

// clang-format off
const Help program_help = {
"understudy", "records your databases and downstream APIs, then stands in for them",
"COMMAND …",
"Understudy watches the conversations between a service and its PostgreSQL, MySQL, Redis and\n"
"HTTP dependencies, learns them, and then answers real clients in their place. An answer that is\n"
"not certain is named in the log, the report and the exit status; what was never recorded is an\n"
"error in the client's own protocol. Nothing is ever forwarded to a real server but by `record`.",
"0   every answer was certain\n"
"1   the command or a check failed\n"
"2   misses, or guesses under the chosen strictness\n"
"64  the command line makes no sense\n"
"65  bad input: a damaged file, an occupied port, a missing upstream",
"understudy record mocks/shop --map orders=15432=postgres://127.0.0.1:5432\n"
"understudy run mocks/shop -- npm test"};

const Help record_help = {
"record", "record real conversations into a mock set",
"MOCKSET [--map [NAME=]LISTEN=URL …] [--snapshot all|schema|none] [--snapshot-url SERVICE=URL …]\n"
"                             [--snapshot-rows N] [--proxy LISTEN] [--addresses FILE] [-- COMMAND …]",
"Listens in place of every service, relays to the real one untouched, and appends each exchange to\n"
"MOCKSET/sessions as it completes. Authentication passes through; nothing of it is stored. What is\n"
"not understood is relayed and named. TLS is spoken to an upstream whose URL asks for it (postgres\n"
"sslmode=, mysql ssl-mode=, rediss://, https://), and to clients after `understudy ca`. Prints a line `listening SERVICE PROTOCOL HOST:PORT` for each\n"
"service on standard output, everything else on standard error.\n"
"\n"
"Without understudy.yaml the mock set is created from --map. With it, --map chooses another listen\n"
"address or upstream for a service that is named there, for this run.\n"
"\n"
"Before the traffic begins the services are asked, over connections of the recorder's own, what a\n"
"small Redis holds and what a database defines and, of PostgreSQL, which rows its tables have:\n"
"MOCKSET/snapshot/SERVICE, which compile reads. A table with more rows than --snapshot-rows keeps\n"
"its definition alone; `snapshot` of its service in understudy.yaml says more. User, password and database are those of the URL of --map or of `upstream`, else PGUSER,\n"
"PGPASSWORD, PGDATABASE, or MYSQL_USER, MYSQL_PWD, MYSQL_DATABASE; --snapshot-url gives others.\n"
"They are not stored. Where it fails a warning says so, and the recording goes on.\n"
"\n"
"With COMMAND, runs it with the recorder's addresses in its environment (as `run` does) and ends\n"
"with it. Without, SIGINT (Ctrl-C) or SIGTERM ends the recording.",
"0 or that of COMMAND  (128 + signal where a signal ended it)\n"
"1   COMMAND can't be started, or a file can't be written\n"
"64  the command line makes no sense\n"
"65  a damaged understudy.yaml, an occupied port, a service without upstream",
"understudy record mocks/shop --map orders=15432=postgres://127.0.0.1:5432 \\\n"
"                             --map cart=16379=redis://127.0.0.1:6379\n"
"understudy record mocks/shop -- npm test"};

const Help snapshot_help = {
"snapshot", "ask services what they define and hold, without recording",
"MOCKSET [--snapshot-url SERVICE=URL …] [--snapshot-rows N]",
"Writes MOCKSET/snapshot as `record` does before the traffic begins: definitions, and of PostgreSQL\n"
"the rows of tables, redacted like the traffic. Every scope of a mock begins with them.\n"
"\n"
"Asked is the upstream that understudy.yaml names, as the user of PGUSER, PGPASSWORD, PGDATABASE, or\n"
"MYSQL_USER, MYSQL_PWD, MYSQL_DATABASE; --snapshot-url gives another address or user.",
"0   taken\n"
"1   a service could not be asked; what is there of it stays\n"
"64  the command line makes no sense\n"
"65  no or a damaged understudy.yaml, a service without upstream",
"understudy snapshot mocks/shop --snapshot-url db=postgres://app:secret@127.0.0.1/shop"};

const Help compile_help = {
"compile", "check a mock set and make a table of it",
"MOCKSET [-o FILE] [--check] [--verbose | --json]",
"Reads sessions and rules, reports problems as `file:line: what (hint)` on standard error, prints\n"
"one screen, and writes the table: one immutable file that `serve` and `run` map into memory. The\n"
"same input gives the same bytes on any machine. The screen holds the services, the share of each\n"
"that is certain in replays, and what is not, the most frequent first; --verbose adds what was\n"
"inferred of each request pattern, and all warnings.\n"
"\n"
"static    no recorded write touches what the requests read\n"
"volatile  one state had several answers, or shows the clock: given in order, as guesses\n"
"not understood  the keys are the widest, any write counts\n"
"\n"
"What was inferred is told with the exchanges that it rests on. At last the recording is replayed\n"
"against the table: as it was, interleaved otherwise, on one connection and on sixteen, with reads\n"
"repeated and left out (the first 100,000 exchanges, but all as recorded). --check fails where the\n"
"answers to the unchanged recording are not all certain, or where a bar of `check` in\n"
"understudy.yaml is missed.",
"0   the table was written (with --check: could be)\n"
"1   the file can't be written\n"
"2   with --check: a bar is missed\n"
"64  the command line makes no sense\n"
"65  the mock set has errors",
"understudy compile mocks/shop\n"
"understudy compile mocks/shop -o shop.table\n"
"understudy compile mocks/shop --check --json | jq '.services[].patterns[] | select(.volatile)'"};

const Help learn_help = {
"learn", "explain which values vary from run to run, and let a person pin them",
"MOCKSET [--json]",
"Lists the places of requests in which ids, tokens and times stand, and what compile decided of\n"
"each, by which evidence:\n"
"\n"
"fresh     the client makes the value anew in each run\n"
"echo      it was seen before: the client or a server made it elsewhere\n"
"constant  it must be as recorded\n"
"\n"
"Writes the same to MOCKSET/rules/learned.yaml. There each place says `inferred`; write `constant`,\n"
"`fresh` or a kind (`uuid`, `epoch`, …: fresh where it is of that kind) instead and it is so, for\n"
"compile, serve and run alike. What was changed there is kept when learn is run again; comments are\n"
"written anew. Sessions are never changed.",
"0   written, or nothing varies\n"
"1   the file can't be written\n"
"64  the command line makes no sense\n"
"65  the mock set has errors; rules/learned.yaml holds something else than pins",
"understudy learn mocks/shop\n"
"understudy learn mocks/shop --json | jq '.services[].places[] | select(.is == \"fresh\")'"};

const Help serve_help = {
"serve", "answer real clients from a mock set or table",
"MOCKSET|FILE [--listen SERVICE=HOST:PORT …] [--threads N] [--watch] [--strict] [--allow guess]\n"
"                 [--scopes named|connection|one] [--addresses FILE] [--report FILE]",
"Listens where understudy.yaml says, on the loopback address unless it names another, and answers\n"
"what was recorded. Services that name one address share it, told apart by what the client says\n"
"first. Prints a line `listening SERVICE PROTOCOL HOST:PORT` for each service on standard output;\n"
"guesses, misses and notes on standard error as they happen, and a report at the end.\n"
"\n"
"SIGTERM and SIGINT let answers in flight finish, close all connections and end the server. SIGHUP,\n"
"and with --watch every change of the files, loads them anew: new connections get the new answers,\n"
"standing ones keep theirs; where the files have errors the old table stays.\n"
"\n"
"Clients in different scopes don't see each other's writes: a client names its scope, or, with\n"
"--scopes connection, has one of its own.",
"0   ended by SIGTERM; or by SIGINT and every answer was certain\n"
"1   a file can't be written\n"
"2   ended by SIGINT after misses, or guesses under the chosen strictness\n"
"64  the command line makes no sense\n"
"65  the mock set has errors, or a port is occupied",
"understudy serve mocks/shop\n"
"understudy serve shop.table --listen orders=0.0.0.0:5432 --threads 2\n"
"understudy serve mocks/shop --listen cart=0 --addresses addresses.json"};

const Help run_help = {
"run", "run a command against a mock set or table",
"MOCKSET|FILE [--strict] [--allow guess] [--scopes named|connection|one] [--threads N]\n"
"               [--report FILE] -- COMMAND …",
"Serves on free ports, runs COMMAND with the addresses in its environment, passes signals, input and\n"
"output through, and reports on standard error: answers by grade, misses with their nearest recorded\n"
"exchange, guesses, recorded answers that were never asked for.\n"
"\n"
"For each service UNDERSTUDY_<SERVICE>_HOST, _PORT and _URL are set, the name in upper case with\n"
"everything but letters and digits as `_`; and the names that understudy.yaml gives under\n"
"`env`, where {host}, {port}, {url} stand for the service's own, {orders.host} and so on for\n"
"another's.",
"0   COMMAND succeeded and every answer was certain\n"
"2   COMMAND succeeded, with misses, or guesses under the chosen strictness\n"
"64  the command line makes no sense\n"
"65  the mock set has errors\n"
"else that of COMMAND, which comes before 2; 128 + signal where a signal ended it; 1 where it can't\n"
"be started",
"understudy run mocks/shop -- npm test\n"
"understudy run shop.table --strict --report report.json -- pytest -q"};

const Help inspect_help = {
"inspect", "show what a mock set or table holds",
"MOCKSET|FILE [--service S] [--session N] [--grep TEXT] [--exchange N] [--secrets] [--json]",
"Without a filter lists services and sessions. --session (a number as listed, or a file name) and\n"
"--grep list exchanges, --exchange shows one in full. Of a table: --service and --grep list requests,\n"
"--exchange shows one. --secrets lists where a placeholder stands for a secret, and where what looks\n"
"like one was kept.",
"0   shown\n"
"64  the command line makes no sense\n"
"65  files have errors; what can be read is shown",
"understudy inspect mocks/shop\n"
"understudy inspect mocks/shop --grep 'INSERT INTO orders'\n"
"understudy inspect mocks/shop --session 3 --exchange 12 --json"};

const Help explain_help = {
"explain", "say what would answer a request, and why, or why nothing does",
"MOCKSET|FILE [--service S] [--after REQUEST …] [--rule | --json] REQUEST",
"REQUEST is what a person types: a statement, a command, `GET /path`; or a request as sessions spell\n"
"it, as JSON. Shows the recorded answers and the keys that they depend on, and the answer in the\n"
"state that the requests of --after lead to, with the write that made the difference where that\n"
"state was not recorded; where the request was not, the nearest ones and what differs.\n"
"\n"
"--rule prints a rule for it, with the answer of the nearest exchange, to be put under rules/.",
"0   something answers it\n"
"1   nothing does\n"
"64  the command line makes no sense\n"
"65  the mock set has errors",
"understudy explain mocks/shop --service orders 'SELECT * FROM orders WHERE id = 7'\n"
"understudy explain mocks/shop --service cart --after 'DEL cart:7' 'GET cart:7'\n"
"understudy explain mocks/shop --service cart --rule 'GET cart:7' > mocks/shop/rules/cart.yaml"};

const Help ca_help = {
"ca", "make the local authority that TLS needs, and say how programs come to trust it",
"[--dir FOLDER] [--certificate FILE --key FILE]",
"Makes an authority of your own in FOLDER, once: ca.pem, which your programs are to trust, and\n"
"ca.key, which only you can read and nobody else must have: whoever has it can pass for any server\n"
"to them. Where one is there already it is kept. --certificate and --key take one that you have.\n"
"From then on `serve`, `run` and `record` speak TLS as well as plainly on their ports; certificates\n"
"are made in memory for the names that clients ask for. Prints what each platform and driver needs\n"
"to trust it on standard output. docs/tls.md has the rest.",
"0   it is there\n"
"64  the command line makes no sense\n"
"65  it can't be written, or what is there is broken",
"understudy ca\n"
"understudy ca --dir ci/ca"};

const Help completion_help = {
"completion", "print a completion script for a shell",
"bash|zsh|fish",
"Prints a script that completes commands, options and files.",
"0   printed\n"
"64  the command line makes no sense",
"source <(understudy completion bash)\n"
"understudy completion zsh > \"${fpath[1]}/_understudy\"\n"
"understudy completion fish > ~/.config/fish/completions/understudy.fish"};
// clang-format on

}  // namespace understudy::cli
