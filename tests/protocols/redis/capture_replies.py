#!/usr/bin/env python3
"""Writes captures/replies-<version>.jsonl: the replies of a real server in both RESP versions.

    tests/protocols/redis/capture_replies.py [HOST [PORT]]

Every command below is sent twice to the emptied server, over RESP2 and over RESP3.
A line holds {"command": […], "resp2": …, "resp3": …}; the characters are octets.
"""
import json
import os
import re
import shlex
import socket
import sys

COMMANDS = r"""
SET k v
GET k
GET nokey
SET k w GET
SET k x NX
SET k x NX GET
GETEX k
GETDEL nokey
APPEND k y
STRLEN k
INCRBYFLOAT f 0.1
SETBIT b 7 1
BITFIELD b GET u8 0 INCRBY u8 0 255 OVERFLOW FAIL INCRBY u8 0 255
BITPOS b 1
MGET k nokey f
TYPE k
TYPE nokey
OBJECT ENCODING k
OBJECT HELP
OBJECT FREQ k
EXPIRE k 100
TTL nokey
PERSIST k
KEYS k*
SCAN 0 COUNT 1000
DBSIZE
DUMP nokey
RPUSH l a b c
LRANGE l 0 -1
LPOS l b
LPOS l zz
LPOS l b COUNT 0
LPOS l zz COUNT 0
LINDEX l 99
LPOP l
LPOP l 1
LPOP nolist
LPOP nolist 2
RPOP nolist 2
LMOVE nolist l LEFT LEFT
RPOPLPUSH nolist l
BLMOVE nolist l LEFT LEFT 0.01
BRPOPLPUSH nolist l 0.01
BLPOP nolist 0.01
BLPOP l 0.01
BRPOP nolist 0.01
LMPOP 1 nolist LEFT
RPUSH l a b c
LMPOP 1 l LEFT COUNT 2
BLMPOP 0.01 1 nolist LEFT
BLMPOP 0.01 1 l LEFT
HSET h f v n 1
HGET h f
HGET h zz
HGETALL h
HGETALL nohash
HMGET h f zz
HKEYS h
HVALS h
HRANDFIELD nohash
HRANDFIELD h 5
HRANDFIELD h 5 WITHVALUES
HRANDFIELD nohash 5 WITHVALUES
HRANDFIELD nohash 5
HINCRBYFLOAT h n 0.5
HSCAN h 0
HSTRLEN h f
SADD s m
SADD s2 m
SMEMBERS s
SMEMBERS noset
SINTER s s2
SUNION s s2
SDIFF s s2
SINTERCARD 2 s s2
SISMEMBER s m
SMISMEMBER s m zz
SRANDMEMBER s
SRANDMEMBER noset
SRANDMEMBER s 3
SRANDMEMBER noset 3
SSCAN s 0
SPOP s
SPOP noset
SPOP s2 3
SPOP noset 3
ZADD z 1.5 m
ZADD z +inf n
ZADD z INCR 0.1 m
ZADD z NX INCR 0.1 m
ZADD z 3 i
ZADD z 1e20 big
ZADD z 0.1 frac
ZADD z -2.25 neg
ZSCORE z m
ZSCORE z i
ZSCORE z n
ZSCORE z big
ZSCORE z frac
ZSCORE z zz
ZMSCORE z m zz i
ZINCRBY z 1 m
ZRANGE z 0 -1
ZRANGE z 0 -1 WITHSCORES
ZRANGE z (1 +inf BYSCORE WITHSCORES LIMIT 0 2
ZRANGE noz 0 -1 WITHSCORES
ZREVRANGE z 0 -1 WITHSCORES
ZREVRANGE z 0 -1
ZRANGEBYSCORE z -inf +inf WITHSCORES
ZRANGEBYSCORE z -inf +inf
ZREVRANGEBYSCORE z +inf -inf withscores
ZRANGEBYLEX z - +
ZRANK z m
ZRANK z zz
ZCOUNT z -inf +inf
ZSCAN z 0
ZADD z3 3 i
ZRANDMEMBER z3
ZRANDMEMBER noz
ZRANDMEMBER z3 2
ZRANDMEMBER z3 2 WITHSCORES
ZRANDMEMBER noz 2 WITHSCORES
ZUNION 2 z3 z3
ZUNION 2 z3 z3 WITHSCORES
ZINTER 2 z3 z3 WITHSCORES
ZDIFF 2 z3 noz WITHSCORES
ZDIFF 2 z3 noz
ZUNIONSTORE zd 2 z3 z3 WEIGHTS 2 3
ZPOPMIN z
ZPOPMIN z 2
ZPOPMIN noz
ZPOPMIN noz 2
ZPOPMAX z
ZPOPMAX z 1
BZPOPMIN z 0.01
BZPOPMIN noz 0.01
BZPOPMAX noz 0.01
ZMPOP 1 z3 MIN
ZMPOP 1 noz MIN
ZADD z3 3 i 4 j
ZMPOP 1 z3 MIN COUNT 2
BZMPOP 0.01 1 noz MIN
XADD x 1-1 a b
XADD x 1-1 a b
XADD nox NOMKSTREAM 1-1 a b
XADD x 2-1 c d
XLEN x
XRANGE x - +
XREVRANGE x + -
XREAD STREAMS x 0
XREAD COUNT 1 STREAMS x x 0 1
XREAD STREAMS x $
XREAD BLOCK 10 STREAMS x $
XGROUP CREATE x g 0
XGROUP CREATE x g 0
XREADGROUP GROUP g c STREAMS x >
XREADGROUP GROUP g c STREAMS x >
XREADGROUP GROUP g c BLOCK 10 STREAMS x >
XDEL x 2-1
XREADGROUP GROUP g c STREAMS x 0
XPENDING x g
XPENDING nox g
XGROUP CREATE x g2 $
XPENDING x g2
XCLAIM x g c 100000 1-1
XAUTOCLAIM x g c 100000 0
XACK x g 1-1
XINFO STREAM x
XINFO STREAM x FULL
XINFO GROUPS x
XINFO CONSUMERS x g3
XINFO HELP
GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
GEOPOS g Palermo zz
GEODIST g Palermo Catania km
GEODIST g Palermo zz
GEOHASH g Palermo zz
GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC
GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHDIST
GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHCOORD
GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHCOORD WITHDIST WITHHASH
GEORADIUS g 15 37 200 km WITHCOORD WITHDIST ASC
GEORADIUSBYMEMBER g Palermo 200 km WITHCOORD
GEORADIUS_RO g 15 37 200 km WITHHASH WITHCOORD ASC
PFADD hll a b c
PFCOUNT hll
SORT l
RPUSH nums 3 1 2
SORT nums
SORT nums GET nokey_* GET #
SORT_RO nums DESC
LCS k f
LCS k f LEN
LCS k f IDX
LCS k f IDX WITHMATCHLEN
CONFIG GET maxmemory
CONFIG GET nosuchparameter
CONFIG GET maxmemory maxmemory-policy
CONFIG SET maxmemory 0
ACL WHOAMI
ACL CAT nosuch
ACL GETUSER default
ACL GETUSER nouser
ACL LIST
ACL USERS
ACL LOG
ACL LOG RESET
COMMAND COUNT
COMMAND INFO get nosuch
COMMAND INFO xgroup acl eval
MEMORY STATS nosuch
COMMAND DOCS get
COMMAND DOCS set config
COMMAND GETKEYS SET k v
COMMAND GETKEYSANDFLAGS SET k v
COMMAND LIST FILTERBY PATTERN xa*
MEMORY USAGE nokey
MEMORY DOCTOR
MODULE LIST
LATENCY DOCTOR
LATENCY LATEST
LATENCY HISTORY nosuch
LATENCY HISTOGRAM nosuch
LATENCY RESET
SLOWLOG GET
SLOWLOG LEN
SLOWLOG RESET
LOLWUT
LASTSAVE
CLUSTER INFO
CLUSTER NODES
PUBSUB CHANNELS
PUBSUB NUMSUB a b
PUBSUB NUMPAT
PUBSUB SHARDNUMSUB a
PUBLISH ch m
FUNCTION FLUSH
FUNCTION LIST
FUNCTION LOAD "#!lua name=mylib\nredis.register_function{function_name='f1', callback=function(k,a) return a[1] end, flags={'no-writes'}}"
FUNCTION LIST
FUNCTION LIST WITHCODE
FUNCTION STATS
FCALL f1 0 hello
FCALL nosuch 0
EVAL "return {1,2.9,false,true,'x',{ok='fine'},{1,nil,3}}" 0
EVAL "return {double=3.5}" 0
EVAL "return redis.error_reply('MY ERR')" 0
EVAL "redis.setresp(3); return {map={a=1}}" 0
EVAL "redis.setresp(3); return {double=3.5}" 0
EVAL "redis.setresp(3); return true" 0
EVAL "redis.setresp(3); return redis.call('hgetall', KEYS[1])" 1 h
EVALSHA ffffffffffffffffffffffffffffffffffffffff 0
SCRIPT EXISTS ffffffffffffffffffffffffffffffffffffffff
SCRIPT LOAD "return 1"
DEBUG PROTOCOL string
DEBUG PROTOCOL integer
DEBUG PROTOCOL double
DEBUG PROTOCOL null
DEBUG PROTOCOL array
DEBUG PROTOCOL set
DEBUG PROTOCOL map
DEBUG PROTOCOL verbatim
DEBUG PROTOCOL true
DEBUG PROTOCOL false
DEBUG PROTOCOL bignum
WAIT 0 0
ROLE
SET s2 v EX 0
INCR k
LPUSH k a
NOSUCH a b
GET
CLIENT NOPE
HELP
CLUSTER SLOTS
READONLY
SWAPDB 0 1
SWAPDB 0 1
MOVE k 1
COPY l l2
"""


class Connection:
    def __init__(self, host, port):
        self.file = socket.create_connection((host, port)).makefile("rwb")

    def ask(self, words):
        self.file.write(b"*%d\r\n" % len(words))
        for word in words:
            octets = word.encode("latin-1")
            self.file.write(b"$%d\r\n%s\r\n" % (len(octets), octets))
        self.file.flush()
        reply = self.read().decode("latin-1")
        return re.sub(r"(seen-time\r\n):\d+", r"\1:1", reply)

    def read(self):
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind in b"$=!" and rest != b"-1":
            return line + self.file.read(int(rest) + 2)
        if kind in b"*~%>|" and rest != b"-1":
            count = int(rest) * (2 if kind in b"%|" else 1) + (1 if kind == b"|" else 0)
            return line + b"".join(self.read() for _ in range(count))
        return line


def split(line):
    return [word.replace("\\n", "\n") for word in shlex.split(line)]


def run(host, port, version):
    connection = Connection(host, port)
    connection.ask(["HELLO", str(version)])
    for command in ("FLUSHALL", "CONFIG RESETSTAT", "SCRIPT FLUSH", "FUNCTION FLUSH", "ACL LOG RESET"):
        connection.ask(command.split())
    return [connection.ask(split(line)) for line in COMMANDS.strip().splitlines()]


def main():
    host = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 6379
    info = Connection(host, port).ask(["INFO", "server"])
    version = info.split("redis_version:")[1].split("\r\n")[0]
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "captures")
    with open(os.path.join(folder, "replies-%s.jsonl" % version), "w") as out:
        for line, second, third in zip(COMMANDS.strip().splitlines(), run(host, port, 2), run(host, port, 3)):
            row = {"command": split(line), "resp2": second, "resp3": third}
            out.write(json.dumps(row) + "\n")


main()
