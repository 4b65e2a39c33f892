// Packets of 16 MB and more through mysql2, values bound to prepared statements.
const crypto = require('crypto');
const mysql = require('mysql2/promise');

const whole = (1 << 24) - 1;

async function main() {
  const account = process.env.ACCOUNT;
  const connection = await mysql.createConnection({
    host: process.env.HOST, port: Number(process.env.PORT), user: account, password: account, database: account,
  });
  const hashed = (cell) => (typeof cell === 'string' ? crypto.createHash('sha256').update(cell).digest('hex') : cell);
  const see = async (method, statement, values) => {
    const [rows] = await connection[method](statement, values);
    console.log(JSON.stringify(Array.isArray(rows) ? rows.map((row) => Object.values(row).map(hashed)) : rows));
  };
  console.log('-- from the server');
  for (const length of [whole - 5, whole - 4, whole - 3, whole + 3000000]) {
    await see('query', `SELECT REPEAT('x', ${length}) AS large, 7 AS seven`);
  }
  console.log('-- to the server');
  for (const [number, length] of [whole - 40, whole + 3000000].entries()) {
    await see('execute', 'INSERT INTO large (id, words) VALUES (?, ?)', [number, 'y'.repeat(length)]);
  }
  await see('execute', 'SELECT id, words FROM large ORDER BY id');
  await see('execute', 'SELECT id, LENGTH(words) AS octets FROM large WHERE words = ?', ['y'.repeat(whole + 3000000)]);
  await see('query', 'SELECT 1 AS still_here');
  await connection.end();
}

main().catch((error) => { console.error(error); process.exit(1); });
