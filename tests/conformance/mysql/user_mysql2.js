// COM_CHANGE_USER through mysql2: what of a session is left behind it.
const mysql = require('mysql2/promise');

async function main() {
  const account = process.env.ACCOUNT;
  const connection = await mysql.createConnection({
    host: process.env.HOST, port: Number(process.env.PORT), user: account, password: account, database: account,
  });
  const see = async (sql, values, method = 'query') => {
    try {
      const [rows] = await connection[method](sql, values);
      console.log(sql, JSON.stringify(rows));
    } catch (error) {
      console.log(sql, `${error.code} ${error.errno} ${error.sqlState}: ${error.message}`);
    }
  };
  const state = async () => {
    await see('SELECT DATABASE() AS db, @@autocommit AS auto');
    await see('SELECT @@sql_mode AS mode, @@time_zone AS zone');
    await see('SELECT @mine AS mine');
    await see('SELECT @@transaction_isolation AS level');
    await see('SELECT LAST_INSERT_ID() AS last');
    await see('SELECT name, value FROM counters WHERE name = ?', ['visits'], 'execute');
  };
  await state();
  for (const sql of ["SET @mine = 7", "SET time_zone = '+02:00'", "SET SESSION sql_mode = ''", 'SET autocommit = 0',
    'SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    "INSERT INTO products (sku, name) VALUES ('Z-9', 'zebra')",
    "UPDATE counters SET value = 99 WHERE name = 'visits'"]) await see(sql);
  await state();
  console.log('-- as another user: the transaction is undone, the session new');
  await connection.changeUser({ user: 'second', password: 'other', database: account });
  await state();
  await see('SELECT CURRENT_USER() AS who');
  await see("SELECT COUNT(*) AS n FROM products WHERE sku = 'Z-9'");
  await see("UPDATE counters SET value = 11 WHERE name = 'visits'");
  console.log('-- into another database');
  await connection.changeUser({ user: account, password: account, database: 'information_schema' });
  await see('SELECT DATABASE() AS db');
  await see('SELECT value FROM counters');
  await see(`SELECT value FROM ${account}.counters ORDER BY name`);
  await connection.end();
}

main().catch((error) => { console.error(error); process.exit(1); });
