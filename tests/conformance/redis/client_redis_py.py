#!/usr/bin/env python3
"""What redis-py sees. Every client of this folder asks the same in the same order; see README.md."""
import hashlib
import os

import redis

HOST, PORT = os.environ["HOST"], int(os.environ["PORT"])
r = redis.Redis(host=HOST, port=PORT)


def show(name, call, *arguments, **options):
    try:
        print(name, repr(call(*arguments, **options)))
    except redis.RedisError as error:
        print(name, type(error).__name__, error)


def command(*words):
    show(" ".join(map(str, words))[:60], r.execute_command, *words)


show("ping", r.ping)
show("echo", r.echo, "hello")

# strings and counters
show("set", r.set, "cf:text", "value")
show("get", r.get, "cf:text")
show("get none", r.get, "cf:none")
show("set nx", r.set, "cf:text", "other", nx=True)
show("set xx get", r.set, "cf:text", "second", xx=True, get=True)
show("append", r.append, "cf:text", "!")
show("strlen", r.strlen, "cf:text")
show("getrange", r.getrange, "cf:text", 0, 3)
show("mset", r.mset, {"cf:a": 1, "cf:b": 2})
show("mget", r.mget, "cf:a", "cf:none", "cf:b")
show("set empty", r.set, "cf:empty", "")
show("get empty", r.get, "cf:empty")
show("incr", r.incr, "cf:counter")
show("incrby", r.incrby, "cf:counter", 41)
show("decr", r.decr, "cf:counter")
show("incrbyfloat", r.incrbyfloat, "cf:float", 0.1)
show("exists", r.exists, "cf:a", "cf:b", "cf:none")
show("type", r.type, "cf:a")
show("delete", r.delete, "cf:b", "cf:none")

# hashes
show("hset", r.hset, "cf:hash", mapping={"name": "Ada", "age": 36})
show("hget", r.hget, "cf:hash", "name")
show("hget none", r.hget, "cf:hash", "none")
show("hmget", r.hmget, "cf:hash", "name", "none")
show("hgetall", r.hgetall, "cf:hash")
show("hincrby", r.hincrby, "cf:hash", "age", 1)
show("hkeys", r.hkeys, "cf:hash")
show("hdel", r.hdel, "cf:hash", "age")
show("hexists", r.hexists, "cf:hash", "age")

# lists
show("rpush", r.rpush, "cf:list", "a", "b", "c", "d")
show("lrange", r.lrange, "cf:list", 0, -1)
show("lpop", r.lpop, "cf:list")
show("rpop count", r.rpop, "cf:list", 2)
show("llen", r.llen, "cf:list")
show("lindex", r.lindex, "cf:list", 9)
show("lpop count none", r.lpop, "cf:none", 2)

# sets
show("sadd", r.sadd, "cf:set", "member")
show("sadd again", r.sadd, "cf:set", "member")
show("smembers", r.smembers, "cf:set")
show("sismember", r.sismember, "cf:set", "member")
show("srem", r.srem, "cf:set", "none")

# sorted sets
show("zadd", r.zadd, "cf:zset", {"one": 1, "two": 2.5})
show("zrange withscores", r.zrange, "cf:zset", 0, -1, withscores=True)
show("zscore", r.zscore, "cf:zset", "two")
show("zscore none", r.zscore, "cf:zset", "none")
show("zincrby", r.zincrby, "cf:zset", 0.25, "one")
show("zrank", r.zrank, "cf:zset", "two")
show("zrange", r.zrange, "cf:zset", 0, -1)

# streams
show("xadd", r.xadd, "cf:stream", {"field": "value"}, id="1-1")
show("xadd", r.xadd, "cf:stream", {"field": "other"}, id="2-1")
show("xlen", r.xlen, "cf:stream")
show("xrange", r.xrange, "cf:stream")
show("xread", r.xread, {"cf:stream": 0}, count=2)

# expiry
show("set ex", r.set, "cf:expiring", "soon", ex=1000)
show("persist", r.persist, "cf:expiring")
show("ttl", r.ttl, "cf:expiring")
show("expire none", r.expire, "cf:none", 10)

# scripts, positions, bits
show("eval", r.eval, 'return {KEYS[1], ARGV[1], 42, false, {ok="fine"}}', 1, "cf:a", "x")
show("eval error", r.eval, 'return redis.error_reply("MY ERR")', 1, "cf:a")
show("geoadd", r.geoadd, "cf:geo", [13.361389, 38.115556, "Palermo", 15.087269, 37.502669, "Catania"])
show("geodist", r.geodist, "cf:geo", "Palermo", "Catania", "km")
show("geopos", r.geopos, "cf:geo", "Palermo", "none")
show("setbit", r.setbit, "cf:bits", 7, 1)
show("bitcount", r.bitcount, "cf:bits")
show("blpop", r.blpop, "cf:list", 1)

# transactions
pipe = r.pipeline(transaction=True)
pipe.set("cf:tx", 1).incr("cf:tx").lpush("cf:tx", "no").get("cf:tx")
show("transaction", pipe.execute, raise_on_error=False)
show("get tx", r.get, "cf:tx")
pipe.watch("cf:tx")
pipe.multi()
pipe.incr("cf:tx")
show("watched transaction", pipe.execute)

# errors
show("wrong type", r.lpush, "cf:text", "x")
show("no integer", r.incr, "cf:text")
show("bad expiry", r.set, "cf:text", "v", ex=0)
command("NOSUCHCOMMAND", "a", "b")
command("GET")

# binary and large values
show("set binary", r.set, "cf:binary", b"\x00\xff\r\n\x01")
show("get binary", r.get, "cf:binary")
show("set large", r.set, "cf:large", "x" * 100_000)
print("get large", hashlib.sha1(r.get("cf:large")).hexdigest())
show("strlen large", r.strlen, "cf:large")

# other databases
other = redis.Redis(host=HOST, port=PORT, db=1)
show("set elsewhere", other.set, "cf:elsewhere", "there")
show("get elsewhere", other.get, "cf:elsewhere")
show("get from here", r.get, "cf:elsewhere")

# scan
show("scan", r.scan, 0, match="cf:se*", count=1000)
show("dbsize", r.dbsize)

# a pipeline, in the order in which it was asked
pipe = r.pipeline(transaction=False)
pipe.set("cf:p", 1).incr("cf:p").get("cf:p").hgetall("cf:hash")
show("pipeline", pipe.execute)
show("flushall", r.flushall)
