// The common questions through pg (node-postgres): the extended protocol where there are values.
'use strict'
const { Client, types } = require('pg')
const account = process.env.ACCOUNT || 'understudy'

for (const oid of [1082, 1114, 1184, 1186]) types.setTypeParser(oid, (text) => text)

async function main () {
  const client = new Client({
    host: process.env.HOST, port: +process.env.PORT, user: account, password: account, database: account
  })
  const notices = []
  client.on('notice', (notice) => notices.push([notice.severity, notice.message, notice.detail]))
  await client.connect()

  function show (result) {
    for (const each of Array.isArray(result) ? result : [result]) {
      console.log(each.command, each.rowCount)
      if (each.fields.length > 0) console.log('  ', JSON.stringify(each.fields.map((f) => [f.name, f.dataTypeID, f.dataTypeSize, f.dataTypeModifier, f.format])))
      for (const row of each.rows) console.log('  ', JSON.stringify(row))
    }
  }
  async function ask (text, values) {
    try {
      show(await client.query(values ? { text, values } : text))
    } catch (error) {
      const { name, length, stack, message, ...fields } = error
      console.log('ERROR', message, JSON.stringify(fields))
    }
  }

  console.log('== types')
  await ask('SELECT id, name, price, active, added, local_time, day, at, span, ref, meta, doc, raw, tags, numbers, score, ratio, big, small, code, label, address FROM item ORDER BY id')
  console.log('== parameters')
  await ask('SELECT name, price FROM item WHERE id = $1', [1])
  await ask('SELECT name, price FROM item WHERE id = $1', [99])
  await ask('SELECT id FROM item WHERE price > $1 AND active = $2 ORDER BY id', ['10.00', false])
  await ask('SELECT id FROM item WHERE name = $1 OR ref = $2::uuid ORDER BY id', ['plum', '3f2504e0-4f89-11d3-9a0c-0305e82c3301'])
  await ask('SELECT name FROM item ORDER BY id LIMIT $1 OFFSET $2', [1, 1])
  console.log('== writes')
  await ask('INSERT INTO item (name, price, active, ref, raw, tags) VALUES ($1, $2, $3, $4, $5::bytea, $6::text[]) RETURNING id, name, price',
    ['fig', '0.25', true, null, '\\x6869', '{a,b}'])
  await ask('SELECT id, name, raw, tags FROM item WHERE name = $1', ['fig'])
  await ask('UPDATE item SET price = $1 WHERE name = $2', ['0.30', 'fig'])
  await ask('SELECT price FROM item WHERE name = $1', ['fig'])
  await ask('UPDATE item SET price = $1 WHERE name = $2', ['1.00', 'nothing'])
  await ask('DELETE FROM item WHERE name = $1', ['fig'])
  await ask('SELECT count(*) FROM item')
  console.log('== prepared')
  for (const owner of ['ann', 'bob', 'ann']) {
    show(await client.query({ name: 'by_owner', text: 'SELECT id, balance FROM account WHERE owner = $1', values: [owner] }))
  }
  console.log('== transactions')
  const balance = 'SELECT balance FROM account WHERE id = $1'
  const balances = 'SELECT id, balance FROM account ORDER BY id'
  const take = 'UPDATE account SET balance = balance - $1 WHERE id = $2'
  const give = 'UPDATE account SET balance = balance + $1 WHERE id = $2'
  await ask('BEGIN')
  await ask(take, [30, 1])
  await ask(balance, [1])
  await ask('ROLLBACK')
  await ask(balance, [1])
  await ask('BEGIN')
  await ask(take, [30, 1])
  await ask('SAVEPOINT one')
  await ask(give, [30, 2])
  await ask(balances)
  await ask('ROLLBACK TO SAVEPOINT one')
  await ask(balances)
  await ask('RELEASE SAVEPOINT one')
  await ask('COMMIT')
  await ask(balances)
  console.log('== errors')
  await ask('INSERT INTO item (name) VALUES ($1)', ['apple'])
  await ask('INSERT INTO item (name, price) VALUES ($1, $2)', ['bad', -1])
  await ask('INSERT INTO item (name) VALUES ($1)', [null])
  await ask('INSERT INTO entry (id, account_id, amount) VALUES ($1, $2, $3)', [1, 77, 5])
  for (const text of ['SELECT nope FROM item', 'SELECT * FROM nowhere', 'SELECT 1/0', 'SELEC 1', 'EXECUTE no_such_statement',
    'BEGIN', 'SELECT * FROM nowhere', 'SELECT 1', 'COMMIT', 'ROLLBACK']) await ask(text)
  console.log('== several')
  await ask('SELECT 1 AS one; SELECT owner FROM account ORDER BY id; UPDATE account SET balance = 70 WHERE id = 1')
  await ask('SELECT count(*) FROM entry; INSERT INTO entry VALUES (1, 1, 5); SELECT 1/0; SELECT 2')
  await ask('SELECT count(*) FROM entry')
  console.log('== empty')
  await ask('/* nothing */;')
  console.log('== cursor')
  await ask('BEGIN')
  await ask('DECLARE walk CURSOR FOR SELECT id, name FROM item ORDER BY id')
  await ask('FETCH 2 FROM walk')
  await ask('FETCH ALL FROM walk')
  await ask('CLOSE walk')
  await ask('COMMIT')
  console.log('== notices')
  await ask("DO $$ BEGIN RAISE NOTICE 'hello'; RAISE WARNING 'careful' USING DETAIL = 'more'; END $$")
  console.log(JSON.stringify(notices))
  console.log('== batch')
  const rows = [[10, 1, 100], [11, 2, 200], [12, 1, 300]]
  const done = await Promise.all(rows.map((values) => client.query({ text: 'INSERT INTO entry VALUES ($1, $2, $3)', values })))
  for (const each of done) show(each)
  await ask('SELECT id, amount FROM entry ORDER BY id')
  console.log('== settings')
  await ask('SHOW TimeZone')
  await ask("SET TimeZone TO 'Europe/Berlin'")
  await ask('SHOW TimeZone')
  await ask('RESET TimeZone')
  await ask('SHOW TimeZone')
  await ask('SHOW transaction isolation level')
  await client.end()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
