// postgres.js: pipelined Parse/Describe/Bind, its array types, cursors, transactions and COPY.
import process from 'node:process'

const { default: postgres } = await import(process.env.POSTGRES_JS)

const account = process.env.ACCOUNT
const options = {
  host: process.env.HOST, port: Number(process.env.PORT), user: account, password: account, database: account,
  max: 1, onnotice: () => {},
}

async function show(promise) {
  try {
    const rows = await promise
    console.log(rows.count, rows.command, JSON.stringify(rows))
  } catch (error) {
    console.log(error.name, error.code, error.message)
  }
}

const sql = postgres(options)
console.log('== types')
await show(sql`SELECT id, title, done, weight, share, feel, home, tags, moods, span, extra, made FROM task
               WHERE id < ${4} ORDER BY id`)
await show(sql`SELECT id FROM task WHERE id = ANY(${[1, 2, 3]}) ORDER BY id`)
await show(sql`SELECT id FROM task WHERE feel = ${'ok'} AND id < ${9} ORDER BY id`)
await show(sql`SELECT id FROM task WHERE extra @> ${sql.json({ i: 7 })}`)
console.log('== writes')
const task = { title: 'new', weight: '3.50', feel: 'glad' }
await show(sql`INSERT INTO task ${sql(task)} RETURNING id, title`)
await show(sql`INSERT INTO task ${sql(task)} RETURNING id, title`)
await show(sql`UPDATE task SET done = ${true} WHERE id IN ${sql([1, 2])}`)
await show(sql`SELECT id, done FROM task WHERE id < 4 ORDER BY id`)
await show(sql`DELETE FROM task WHERE title = ${'new'}`)
console.log('== errors')
await show(sql`SELECT nope FROM task`)
await show(sql`SELECT nope FROM task WHERE id = ${1}`)
await show(sql.unsafe('SELEC 1'))
await show(sql`SELECT 1 / (id - 1) AS n FROM task WHERE id = ${1}`)
await show(sql.unsafe('SELECT 1 AS a; SELECT 2 AS b'))
console.log('== described')
const described = await sql`SELECT id, title FROM task WHERE id = ${1}`.describe()
console.log(described.types, described.columns.map((column) => column.name))
console.log('== cursors')
for await (const rows of sql`SELECT id FROM task WHERE id <= ${120} ORDER BY id`.cursor(50)) console.log(rows.length, rows[0].id)
await sql`SELECT id FROM task ORDER BY id`.cursor(10, async (rows) => { console.log(rows.length); return sql.CLOSE })
console.log('== transactions')
try {
  await sql.begin(async (tx) => {
    await show(tx`UPDATE task SET weight = 0 WHERE id = 200 RETURNING weight`)
    await tx.savepoint(async (inner) => { await inner`DELETE FROM task WHERE id = 200`; throw new Error('undo') })
      .catch((error) => console.log(error.message))
    await show(tx`SELECT weight FROM task WHERE id = 200`)
    throw new Error('undo all')
  })
} catch (error) {
  console.log(error.message)
}
await show(sql`SELECT weight FROM task WHERE id = 200`)
console.log('== pipelined')
const several = await Promise.all([1, 2, 3, 4].map((id) => sql`SELECT title FROM task WHERE id = ${id}`))
console.log(JSON.stringify(several))
await sql.end()
const gone = postgres({ ...options, database: 'no_such_database' })
await show(gone`SELECT 1`)
await gone.end()
