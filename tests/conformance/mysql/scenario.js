// The common scenario with mysql2: `run('query')` writes values into the statement, `run('execute')` binds them.
const mysql = require('mysql2/promise');
const steps = require('./scenario.json');

function show(value) {
  return JSON.stringify(value, (key, item) =>
    item && item.type === 'Buffer' ? `octets ${Buffer.from(item.data).toString('hex')}` : item);
}

function showColumn(column) {
  return [column.schema, column.table, column.orgTable, column.name, column.orgName, column.characterSet, column.columnLength,
    column.columnType, column.flags, column.decimals].join(' ');
}

function showResult(rows, fields) {
  if (!Array.isArray(rows)) return console.log(show(rows));
  console.log((fields || []).map(showColumn).join('\n'));
  for (const row of rows) console.log(show(row));
}

async function see(connection, method, statement, values) {
  try {
    const [rows, fields] = await connection[method](statement, values);
    const several = Array.isArray(fields) && fields.some((item) => item === undefined || Array.isArray(item));
    if (several) rows.forEach((one, i) => showResult(one, fields[i]));
    else showResult(rows, fields);
  } catch (error) {
    console.log(`${error.code} ${error.errno} ${error.sqlState}: ${error.message}`);
  }
}

exports.run = async function run(method) {
  const account = process.env.ACCOUNT;
  const connection = await mysql.createConnection({
    host: process.env.HOST, port: Number(process.env.PORT), user: account, password: account, database: account,
    multipleStatements: true, dateStrings: true, supportBigNumbers: true, bigNumberStrings: true, jsonStrings: true,
  });
  const transaction = { begin: 'beginTransaction', commit: 'commit', rollback: 'rollback' };
  for (const [step, statement, values] of steps) {
    console.log(`-- ${step} ${statement} ${show(values)}`);
    if (transaction[step]) await connection[transaction[step]]();
    else await see(connection, step === 'results' ? 'query' : method, statement, values);
  }
  await connection.end();
};
