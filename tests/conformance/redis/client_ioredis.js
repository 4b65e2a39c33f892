#!/usr/bin/env node
// What ioredis sees. Every client of this folder asks the same in the same order; see README.md.
'use strict'
const crypto = require('crypto')
const Redis = require('ioredis')

const address = { host: process.env.HOST, port: Number(process.env.PORT) }
const r = new Redis(address)

async function show (name, promise) {
  try {
    console.log(name, JSON.stringify(await promise))
  } catch (error) {
    console.log(name, error.name, error.message)
  }
}

async function main () {
  await show('ping', r.ping())
  await show('echo', r.echo('hello'))

  // strings and counters
  await show('set', r.set('cf:text', 'value'))
  await show('get', r.get('cf:text'))
  await show('get none', r.get('cf:none'))
  await show('set nx', r.set('cf:text', 'other', 'NX'))
  await show('set xx get', r.set('cf:text', 'second', 'XX', 'GET'))
  await show('append', r.append('cf:text', '!'))
  await show('strlen', r.strlen('cf:text'))
  await show('getrange', r.getrange('cf:text', 0, 3))
  await show('mset', r.mset('cf:a', 1, 'cf:b', 2))
  await show('mget', r.mget('cf:a', 'cf:none', 'cf:b'))
  await show('set empty', r.set('cf:empty', ''))
  await show('get empty', r.get('cf:empty'))
  await show('incrby', r.incrby('cf:counter', 1))
  await show('incrby', r.incrby('cf:counter', 41))
  await show('decrby', r.decrby('cf:counter', 1))
  await show('incrbyfloat', r.incrbyfloat('cf:float', 0.1))
  await show('exists', r.exists('cf:a', 'cf:b', 'cf:none'))
  await show('type', r.type('cf:a'))
  await show('del', r.del('cf:b', 'cf:none'))

  // hashes
  await show('hset', r.hset('cf:hash', { name: 'Ada', age: 36 }))
  await show('hget', r.hget('cf:hash', 'name'))
  await show('hget none', r.hget('cf:hash', 'none'))
  await show('hmget', r.hmget('cf:hash', 'name', 'none'))
  await show('hgetall', r.hgetall('cf:hash'))
  await show('hincrby', r.hincrby('cf:hash', 'age', 1))
  await show('hkeys', r.hkeys('cf:hash'))
  await show('hdel', r.hdel('cf:hash', 'age'))
  await show('hexists', r.hexists('cf:hash', 'age'))

  // lists
  await show('rpush', r.rpush('cf:list', 'a', 'b', 'c', 'd'))
  await show('lrange', r.lrange('cf:list', 0, -1))
  await show('lpop', r.lpop('cf:list'))
  await show('rpop count', r.rpop('cf:list', 2))
  await show('llen', r.llen('cf:list'))
  await show('lindex', r.lindex('cf:list', 9))
  await show('lpop count none', r.lpop('cf:none', 2))

  // sets
  await show('sadd', r.sadd('cf:set', 'member'))
  await show('sadd again', r.sadd('cf:set', 'member'))
  await show('smembers', r.smembers('cf:set'))
  await show('sismember', r.sismember('cf:set', 'member'))
  await show('srem', r.srem('cf:set', 'none'))

  // sorted sets
  await show('zadd', r.zadd('cf:zset', 1, 'one', 2.5, 'two'))
  await show('zrange withscores', r.zrange('cf:zset', 0, -1, 'WITHSCORES'))
  await show('zscore', r.zscore('cf:zset', 'two'))
  await show('zscore none', r.zscore('cf:zset', 'none'))
  await show('zincrby', r.zincrby('cf:zset', 0.25, 'one'))
  await show('zrank', r.zrank('cf:zset', 'two'))
  await show('zrange', r.zrange('cf:zset', 0, -1))

  // streams
  await show('xadd', r.xadd('cf:stream', '1-1', 'field', 'value'))
  await show('xadd', r.xadd('cf:stream', '2-1', 'field', 'other'))
  await show('xlen', r.xlen('cf:stream'))
  await show('xrange', r.xrange('cf:stream', '-', '+'))
  await show('xread', r.xread('COUNT', 2, 'STREAMS', 'cf:stream', 0))

  // expiry
  await show('set ex', r.set('cf:expiring', 'soon', 'EX', 1000))
  await show('persist', r.persist('cf:expiring'))
  await show('ttl', r.ttl('cf:expiring'))
  await show('expire none', r.expire('cf:none', 10))

  // scripts, positions, bits
  await show('eval', r.eval('return {KEYS[1], ARGV[1], 42, false, {ok="fine"}}', 1, 'cf:a', 'x'))
  await show('eval error', r.eval('return redis.error_reply("MY ERR")', 1, 'cf:a'))
  await show('geoadd', r.geoadd('cf:geo', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania'))
  await show('geodist', r.geodist('cf:geo', 'Palermo', 'Catania', 'km'))
  await show('geopos', r.geopos('cf:geo', 'Palermo', 'none'))
  await show('setbit', r.setbit('cf:bits', 7, 1))
  await show('bitcount', r.bitcount('cf:bits'))
  await show('blpop', r.blpop('cf:list', 1))

  // transactions
  await show('transaction', r.multi().set('cf:tx', 1).incrby('cf:tx', 1).lpush('cf:tx', 'no').get('cf:tx').exec())
  await show('get tx', r.get('cf:tx'))
  await show('watch', r.watch('cf:tx'))
  await show('watched transaction', r.multi().incrby('cf:tx', 1).exec())

  // errors
  await show('wrong type', r.lpush('cf:text', 'x'))
  await show('no integer', r.incrby('cf:text', 1))
  await show('bad expiry', r.set('cf:text', 'v', 'EX', 0))
  await show('unknown', r.call('NOSUCHCOMMAND', 'a', 'b'))
  await show('arity', r.call('GET'))

  // binary and large values
  await show('set binary', r.set('cf:binary', Buffer.from([0, 255, 13, 10, 1])))
  await show('get binary', r.getBuffer('cf:binary'))
  await show('set large', r.set('cf:large', 'x'.repeat(100000)))
  console.log('get large', crypto.createHash('sha1').update(await r.get('cf:large')).digest('hex'))
  await show('strlen large', r.strlen('cf:large'))

  // other databases
  const other = new Redis({ ...address, db: 1 })
  await show('set elsewhere', other.set('cf:elsewhere', 'there'))
  await show('get elsewhere', other.get('cf:elsewhere'))
  await show('get from here', r.get('cf:elsewhere'))
  await other.quit()

  // scan
  await show('scan', r.scan(0, 'MATCH', 'cf:se*', 'COUNT', 1000))
  await show('dbsize', r.dbsize())

  // a pipeline, in the order in which it was asked
  await show('pipeline', r.pipeline().set('cf:p', 1).incrby('cf:p', 1).get('cf:p').hgetall('cf:hash').exec())
  await show('flushall', r.flushall())
  await r.quit()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
