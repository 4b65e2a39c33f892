#include <fmt/format.h>

#include <string_view>

#include "cli/commands.hpp"
#include "cli/exit_status.hpp"

namespace understudy::cli {
namespace {

constexpr std::string_view bash = R"sh(# bash completion of understudy
_understudy() {
  local word="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" options=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "record snapshot compile learn serve run inspect explain ca completion --help --version" -- "$word"))
    return
  fi
  local i
  for ((i = 2; i < COMP_CWORD; i++)); do
    if [ "${COMP_WORDS[i]}" = "--" ]; then
      if [ "$((i + 1))" -eq "$COMP_CWORD" ]; then COMPREPLY=($(compgen -c -- "$word")); else COMPREPLY=($(compgen -f -- "$word")); fi
      return
    fi
  done
  case "$previous" in
    --allow) COMPREPLY=($(compgen -W "guess" -- "$word")); return ;;
    --snapshot) COMPREPLY=($(compgen -W "all schema none" -- "$word")); return ;;
    --scopes) COMPREPLY=($(compgen -W "named connection one" -- "$word")); return ;;
    --map|--snapshot-url|--snapshot-rows|--listen|--proxy|--threads|--service|--session|--grep|--exchange) return ;;
  esac
  case "${COMP_WORDS[1]}" in
    record) options="--map --snapshot --snapshot-url --snapshot-rows --proxy --addresses --help --" ;;
    snapshot) options="--snapshot-url --snapshot-rows --help" ;;
    compile) options="--output --check --verbose --json --help" ;;
    learn) options="--json --help" ;;
    serve) options="--listen --proxy --threads --watch --strict --allow --scopes --addresses --report --help" ;;
    run) options="--strict --allow --scopes --proxy --threads --report --help --" ;;
    inspect) options="--service --session --grep --exchange --secrets --json --help" ;;
    explain) options="--service --after --rule --json --help" ;;
    ca) options="--dir --certificate --key --help" ;;
    completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")); return ;;
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -F _understudy understudy
)sh";

constexpr std::string_view zsh = R"sh(#compdef understudy
_understudy() {
  local -a commands
  commands=(
    'record:record real conversations into a mock set'
    'snapshot:ask services what they define and hold, without recording'
    'compile:check a mock set and make a table of it'
    'learn:explain which values vary, and pin them'
    'serve:answer real clients from a mock set or table'
    'run:run a command against a mock set or table'
    'inspect:show what a mock set or table holds'
    'explain:say what would answer a request, and why'
    'ca:make the local authority that TLS needs'
    'completion:print a completion script for a shell'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    _arguments '--help[show help]' '--version[show the version]'
    return
  fi
  local command="${words[2]}"
  shift words; (( CURRENT-- ))
  local -a strictness=('--strict[miss rather than guess]' '--allow[accept guesses]:what:(guess)')
  local -a scopes=('--scopes[who shares live state]:how:(named connection one)')
  case "$command" in
    record) _arguments '*--map[a service]:[NAME=]LISTEN=URL:' '--snapshot[what to ask services for]:what:(all schema none)' '*--snapshot-url[where to ask]:SERVICE=URL:' '--snapshot-rows[rows of one table]:number:' '--proxy[a proxy for https]:LISTEN:' '--addresses[write addresses]:file:_files' '1:mock set:_files -/' '*::command:_normal' ;;
    snapshot) _arguments '*--snapshot-url[where to ask]:SERVICE=URL:' '--snapshot-rows[rows of one table]:number:' '1:mock set:_files -/' ;;
    compile) _arguments '(-o --output)'{-o,--output}'[where to write]:file:_files' '--check[write nothing]' '--verbose[print everything]' '--json[print JSON]' '1:mock set:_files -/' ;;
    learn) _arguments '--json[print JSON]' '1:mock set:_files -/' ;;
    serve) _arguments $strictness $scopes '*--listen[where a service listens]:SERVICE=HOST\:PORT:' '--proxy[a proxy for https]:LISTEN:' '--threads[threads]:number:' '--watch[reload on change]' '--addresses[write addresses]:file:_files' '--report[write the report]:file:_files' '1:mock set or table:_files' ;;
    run) _arguments $strictness $scopes '--proxy[a proxy for https]:LISTEN:' '--threads[threads]:number:' '--report[write the report]:file:_files' '1:mock set or table:_files' '*::command:_normal' ;;
    inspect) _arguments '--service[only this service]:service:' '--session[only this session]:session:' '--grep[only with this text]:text:' '--exchange[one in full]:number:' '--secrets[where secrets were replaced or kept]' '--json[print JSON]' '1:mock set or table:_files' ;;
    explain) _arguments '--service[the service]:service:' '*--after[a request before it]:request:' '--rule[print a rule]' '--json[print JSON]' '1:mock set or table:_files' '2:request:' ;;
    ca) _arguments '--dir[where it lies]:folder:_files -/' '--certificate[an authority that you have]:file:_files' '--key[its key]:file:_files' ;;
    completion) _arguments '1:shell:(bash zsh fish)' ;;
  esac
}
_understudy "$@"
)sh";

constexpr std::string_view fish = R"sh(# fish completion of understudy
function __understudy_on; __fish_seen_subcommand_from $argv; end
complete -c understudy -n __fish_use_subcommand -f -a record -d 'record real conversations into a mock set'
complete -c understudy -n __fish_use_subcommand -f -a snapshot -d 'ask services what they define and hold, without recording'
complete -c understudy -n __fish_use_subcommand -f -a compile -d 'check a mock set and make a table of it'
complete -c understudy -n __fish_use_subcommand -f -a learn -d 'explain which values vary, and pin them'
complete -c understudy -n __fish_use_subcommand -f -a serve -d 'answer real clients from a mock set or table'
complete -c understudy -n __fish_use_subcommand -f -a run -d 'run a command against a mock set or table'
complete -c understudy -n __fish_use_subcommand -f -a inspect -d 'show what a mock set or table holds'
complete -c understudy -n __fish_use_subcommand -f -a explain -d 'say what would answer a request, and why'
complete -c understudy -n __fish_use_subcommand -f -a ca -d 'make the local authority that TLS needs'
complete -c understudy -n __fish_use_subcommand -f -a completion -d 'print a completion script for a shell'
complete -c understudy -l help -s h -d 'show help'
complete -c understudy -n __fish_use_subcommand -l version -d 'show the version'
complete -c understudy -n '__understudy_on record' -l map -x -d '[NAME=]LISTEN=URL'
complete -c understudy -n '__understudy_on record' -l snapshot -x -a 'all schema none'
complete -c understudy -n '__understudy_on record snapshot' -l snapshot-url -x -d 'SERVICE=URL'
complete -c understudy -n '__understudy_on record snapshot' -l snapshot-rows -x -d 'rows of one table'
complete -c understudy -n '__understudy_on record serve' -l addresses -r -d 'write the addresses as JSON'
complete -c understudy -n '__understudy_on compile' -s o -l output -r -d 'where to write'
complete -c understudy -n '__understudy_on compile' -l check -d 'write nothing'
complete -c understudy -n '__understudy_on compile' -l verbose -s v -d 'print everything'
complete -c understudy -n '__understudy_on compile learn inspect explain' -l json -d 'print JSON'
complete -c understudy -n '__understudy_on serve' -l listen -x -d 'SERVICE=HOST:PORT'
complete -c understudy -n '__understudy_on serve' -l watch -d 'load the files anew when they change'
complete -c understudy -n '__understudy_on serve run' -l threads -x -d 'threads that serve'
complete -c understudy -n '__understudy_on serve run' -l strict -d 'miss rather than guess'
complete -c understudy -n '__understudy_on serve run' -l allow -x -a guess -d 'accept guesses'
complete -c understudy -n '__understudy_on serve run' -l scopes -x -a 'named connection one' -d 'who shares live state'
complete -c understudy -n '__understudy_on serve run' -l report -r -d 'write the report as JSON'
complete -c understudy -n '__understudy_on explain' -l after -x -d 'a request that comes before it'
complete -c understudy -n '__understudy_on explain' -l rule -d 'print a rule'
complete -c understudy -n '__understudy_on record serve run' -l proxy -x -d 'a proxy for https'
complete -c understudy -n '__understudy_on ca' -l dir -r -d 'where it lies'
complete -c understudy -n '__understudy_on ca' -l certificate -r -d 'an authority that you have'
complete -c understudy -n '__understudy_on ca' -l key -r -d 'its key'
complete -c understudy -n '__understudy_on inspect explain' -l service -x -d 'only this service'
complete -c understudy -n '__understudy_on inspect' -l session -x -d 'only this session'
complete -c understudy -n '__understudy_on inspect' -l grep -x -d 'only exchanges with this text'
complete -c understudy -n '__understudy_on inspect' -l exchange -x -d 'one exchange in full'
complete -c understudy -n '__understudy_on inspect' -l secrets -d 'where secrets were replaced or kept'
complete -c understudy -n '__understudy_on completion' -f -a 'bash zsh fish'
)sh";

}  // namespace

int run_command(const CompletionOptions& options) {
  fmt::print("{}", options.shell == "bash" ? bash : options.shell == "zsh" ? zsh : fish);
  return all_certain;
}

}  // namespace understudy::cli
