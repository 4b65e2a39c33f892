#!/usr/bin/env bash
# What redis-cli sees. Every client of this folder asks the same in the same order; see README.md.
set -euo pipefail

cli() { redis-cli -h "$HOST" -p "$PORT" --no-raw ${REDIS_CLI_OPTIONS:-} "$@"; }
show() {
  printf '%s\n' "> $*" | cut -c1-100
  cli "$@"
}
# redis-cli reads the last argument from standard input with -x.
binary() { printf '\000\377\r\n\001'; }
big() { printf 'x%.0s' $(seq 1 1000); }

show PING
show ECHO hello

# strings and counters
show SET cf:text value
show GET cf:text
show GET cf:none
show SET cf:text other NX
show SET cf:text second XX GET
show APPEND cf:text !
show STRLEN cf:text
show GETRANGE cf:text 0 3
show MSET cf:a 1 cf:b 2
show MGET cf:a cf:none cf:b
show SET cf:empty ''
show GET cf:empty
show INCRBY cf:counter 1
show INCRBY cf:counter 41
show DECRBY cf:counter 1
show INCRBYFLOAT cf:float 0.1
show EXISTS cf:a cf:b cf:none
show TYPE cf:a
show DEL cf:b cf:none

# hashes
show HSET cf:hash name Ada age 36
show HGET cf:hash name
show HGET cf:hash none
show HMGET cf:hash name none
show HGETALL cf:hash
show HINCRBY cf:hash age 1
show HKEYS cf:hash
show HDEL cf:hash age
show HEXISTS cf:hash age

# lists
show RPUSH cf:list a b c d
show LRANGE cf:list 0 -1
show LPOP cf:list
show RPOP cf:list 2
show LLEN cf:list
show LINDEX cf:list 9
show LPOP cf:none 2

# sets
show SADD cf:set member
show SADD cf:set member
show SMEMBERS cf:set
show SISMEMBER cf:set member
show SREM cf:set none

# sorted sets
show ZADD cf:zset 1 one 2.5 two
show ZRANGE cf:zset 0 -1 WITHSCORES
show ZSCORE cf:zset two
show ZSCORE cf:zset none
show ZINCRBY cf:zset 0.25 one
show ZRANK cf:zset two
show ZRANGE cf:zset 0 -1

# streams
show XADD cf:stream 1-1 field value
show XADD cf:stream 2-1 field other
show XLEN cf:stream
show XRANGE cf:stream - +
show XREAD COUNT 2 STREAMS cf:stream 0

# expiry
show SET cf:expiring soon EX 1000
show PERSIST cf:expiring
show TTL cf:expiring
show EXPIRE cf:none 10

# scripts, positions, bits
show EVAL 'return {KEYS[1], ARGV[1], 42, false, {ok="fine"}}' 1 cf:a x
show EVAL 'return redis.error_reply("MY ERR")' 1 cf:a
show GEOADD cf:geo 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
show GEODIST cf:geo Palermo Catania km
show GEOPOS cf:geo Palermo none
show SETBIT cf:bits 7 1
show BITCOUNT cf:bits
show BLPOP cf:list 1

# transactions
cli <<'TRANSACTION'
MULTI
SET cf:tx 1
INCRBY cf:tx 1
LPUSH cf:tx no
GET cf:tx
EXEC
MULTI
SET cf:tx 9
DISCARD
GET cf:tx
WATCH cf:tx
MULTI
INCRBY cf:tx 1
EXEC
TRANSACTION

# errors
show LPUSH cf:text x
show INCRBY cf:text 1
show SET cf:text v EX 0
show NOSUCHCOMMAND a b
show GET

# binary and large values
binary | cli -x SET cf:binary
show GET cf:binary
for _ in $(seq 1 100); do big; done | cli -x SET cf:large
cli GET cf:large | cksum
show STRLEN cf:large

# other databases
cli -n 1 SET cf:elsewhere there
cli -n 1 GET cf:elsewhere
show GET cf:elsewhere

# scan
show SCAN 0 MATCH cf:se* COUNT 1000
show DBSIZE

# a pipeline, in the order in which it was asked
printf 'SET cf:p 1\nINCRBY cf:p 1\nGET cf:p\nHGETALL cf:hash\n' | cli
show FLUSHALL
