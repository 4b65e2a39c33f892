// LOAD DATA LOCAL INFILE through mysql2, which asks a function of the program for the file.
const { execFileSync } = require('child_process');
const path = require('path');
const { Readable } = require('stream');
const mysql = require('mysql2/promise');

const python = (text) => execFileSync('/usr/bin/python3', ['-c', `import json, loads; print(json.dumps(${text}))`],
  { cwd: __dirname });
const statements = JSON.parse(python('loads.STATEMENTS'));
const files = JSON.parse(python('loads.FILES'));

async function main() {
  const account = process.env.ACCOUNT;
  const connection = await mysql.createConnection({
    host: process.env.HOST, port: Number(process.env.PORT), user: account, password: account, database: account,
    supportBigNumbers: true,
  });
  for (const sql of statements) {
    try {
      // A stream of no pieces for an empty file: mysql2 would send one of no octets, and then the end.
      const infileStreamFactory = (name) => Readable.from([files[path.basename(name)]].filter(Boolean).map((text) => Buffer.from(text)));
      const [rows] = await connection.query({ sql, infileStreamFactory });
      console.log(JSON.stringify(rows));
    } catch (error) {
      console.log(`${error.code} ${error.errno} ${error.sqlState}: ${error.message}`);
    }
  }
  await connection.end();
}

main().catch((error) => { console.error(error); process.exit(1); });
