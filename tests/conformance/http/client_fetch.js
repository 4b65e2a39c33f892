// The common HTTP scenario with fetch; prints what it sees, dates and cookie values left out.
'use strict';

const zlib = require('node:zlib');

const BASE = `http://${process.env.HOST}:${process.env.PORT}`;
const SHOWN = ['allow', 'content-length', 'content-range', 'content-type', 'etag', 'location', 'retry-after', 'vary',
  'www-authenticate'];
const JSON_TYPE = { 'Content-Type': 'application/json' };
let cookies = '';

async function show(method, path, answer) {
  console.log(`${method} ${path} -> ${answer.status} ${answer.statusText} redirected=${answer.redirected}`);
  for (const name of SHOWN) {
    // How a body is framed is the server's choice; to HEAD its length is all that is said of it.
    if (name === 'content-length' && method !== 'HEAD') continue;
    if (answer.headers.has(name)) console.log(`  ${name}: ${answer.headers.get(name)}`);
  }
  if (answer.headers.has('date')) console.log('  date: there');
  for (const line of answer.headers.getSetCookie()) console.log(`  cookie: ${line.replace(/=[^;]*/, '=…')}`);
  const octets = Buffer.from(await answer.arrayBuffer());
  const kind = answer.headers.get('content-type') || '';
  if (kind.startsWith('image/')) console.log(`  octets: ${octets.toString('hex')}`);
  else if (octets.length) console.log(`  text: ${JSON.stringify(octets.toString())}`);
  if (octets.length && kind.startsWith('application/json')) console.log('  json:', JSON.parse(octets.toString()));
}

async function ask(method, path, options = {}) {
  const headers = { ...options.headers, ...(cookies ? { Cookie: cookies } : {}) };
  const answer = await fetch(BASE + path, { redirect: 'manual', ...options, method, headers });
  const set = answer.headers.getSetCookie().map((line) => line.split(';')[0]);
  if (set.length) cookies = set.join('; ');
  await show(method, path, answer);
}

const json = (value) => ({ body: JSON.stringify(value), headers: JSON_TYPE });

async function charges() {
  await ask('GET', '/charges');
  await ask('GET', '/balance');
  await ask('POST', '/charges', json({ currency: 'eur', amount: 500 }));
  await ask('GET', '/balance');
  await ask('POST', '/charges', json({ amount: 700, currency: 'usd' }));
  await ask('POST', '/charges', json({ card: 'declined', amount: 900 }));
  await ask('POST', '/charges', json({ amount: -1 }));
  await ask('POST', '/charges', { body: '{broken', headers: JSON_TYPE });
  await ask('GET', '/charges/ch_1');
  await ask('HEAD', '/charges/ch_1');
  await ask('GET', '/charges?limit=1&status=open');
  await ask('POST', '/charges/ch_1/capture');
  await ask('GET', '/charges/ch_1');
  await ask('GET', '/charges?status=open&limit=1');
  await ask('PUT', '/charges/ch_2', json({ amount: 750 }));
  await ask('GET', '/charges/ch_2');
  await ask('GET', '/balance');
  await ask('DELETE', '/charges/ch_2');
  await ask('GET', '/charges/ch_2');
  await ask('DELETE', '/charges/ch_2');
  await ask('PATCH', '/charges/ch_1', json({}));
  await ask('GET', '/charges');
}

async function bodies() {
  await ask('GET', '/report.csv');
  await ask('GET', '/stream');
  await ask('GET', '/until-the-end');
  await ask('GET', '/logo.png');
  await ask('GET', '/prices');
  await ask('GET', '/old');
  await ask('GET', '/old', { redirect: 'follow' });
  const form = new FormData();
  form.append('note', new Blob(['some text'], { type: 'text/plain' }), 'a.txt');
  await ask('POST', '/upload', { body: form });
  await ask('POST', '/import', {
    body: zlib.gzipSync('id,amount\n1,2\n'),
    headers: { 'Content-Encoding': 'gzip', 'Content-Type': 'text/csv' },
  });
}

async function fields() {
  await ask('GET', '/document');
  await ask('GET', '/document', { headers: { Range: 'bytes=7-10' } });
  await ask('GET', '/document', { headers: { 'If-None-Match': '"v1"' } });
  await ask('GET', '/greeting', { headers: { 'Accept-Language': 'de' } });
  await ask('GET', '/greeting', { headers: { 'Accept-Language': 'fr' } });
  await ask('GET', '/private');
  await ask('GET', '/private', { headers: { Authorization: 'Bearer very-secret-token' } });
}

async function sessions() {
  await ask('GET', '/me');
  await ask('POST', '/login', { body: new URLSearchParams({ user: 'ann', password: 'wrong' }) });
  await ask('GET', '/me');
  await ask('POST', '/login', { body: new URLSearchParams({ password: 'correct horse', user: 'ann' }) });
  await ask('GET', '/me');
}

async function errors() {
  await ask('GET', '/boom');
  await ask('GET', '/teapot');
  await ask('GET', '/nowhere/at%20all?q=a%20b%26c');
}

(async () => {
  for (const part of [charges, bodies, fields, sessions, errors]) await part();
})();
