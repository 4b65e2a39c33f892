// A small service with what HTTP clients meet: logins by bearer token and by cookie, collections, jobs that are polled,
// refusals that are retried, pages, redirects, codings, conditional requests, uploads, events and JSON-RPC.
// State is in memory; tokens, request ids and dates are new in each run.

import crypto from 'node:crypto';
import http from 'node:http';
import zlib from 'node:zlib';

const PASSWORDS = { ann: 'correct horse', bob: 'battery staple' };
const tokens = new Map();
const sessions = new Map();
const orders = new Map();
const jobs = new Map();
const files = new Map();
const asked = new Map();
const balance = { ann: 10, bob: 20 };
let nextOrder = 1;
let draft = { text: 'first', version: 1 };

const random = () => crypto.randomBytes(20).toString('hex');
const counted = (what) => asked.set(what, (asked.get(what) ?? 0) + 1).get(what);

class Exchange {
  constructor(request, response, body) {
    Object.assign(this, { request, response, body });
    this.url = new URL(request.url, `http://${request.headers.host}`);
  }

  send(status, body = '', headers = {}) {
    const octets = Buffer.from(body);
    const length = status === 204 || status === 304 ? {} : { 'Content-Length': octets.length };
    this.response.writeHead(status, { 'X-Request-Id': crypto.randomUUID(), ...headers, ...length });
    this.response.end(octets);
  }

  json(status, value, headers = {}) {
    this.send(status, JSON.stringify(value), { 'Content-Type': 'application/json', ...headers });
  }

  absolute(path) {
    return this.url.origin + path;
  }

  bearer() {
    return tokens.get((this.request.headers.authorization ?? '').replace(/^Bearer /, ''));
  }

  cookie() {
    return sessions.get(/(?:^|; )sid=([^;]+)/.exec(this.request.headers.cookie ?? '')?.[1]);
  }

  parsed() {
    return JSON.parse(this.body.toString() || 'null');
  }
}

function login(x) {
  const { user, password } = x.parsed();
  if (PASSWORDS[user] !== password) return x.json(403, { error: 'wrong password' });
  const token = random();
  tokens.set(token, user);
  return x.json(200, { access_token: token, token_type: 'Bearer', expires_in: 3600 });
}

function openSession(x) {
  const form = new URLSearchParams(x.body.toString());
  if (PASSWORDS[form.get('user')] !== form.get('password')) return x.json(403, { error: 'wrong password' });
  const sid = random();
  sessions.set(sid, form.get('user'));
  return x.json(200, { user: form.get('user') }, { 'Set-Cookie': `sid=${sid}; Path=/; HttpOnly` });
}

function closeSession(x) {
  for (const [sid, user] of sessions) if (user === x.cookie()) sessions.delete(sid);
  return x.send(204, '', { 'Set-Cookie': 'sid=; Path=/; Max-Age=0' });
}

function oneOrder(x, id) {
  const order = orders.get(id);
  if (!order) return x.json(404, { error: `no order ${id}` });
  switch (x.request.method) {
    case 'GET': return x.json(200, order);
    case 'PUT':
    case 'PATCH':
      Object.assign(order, x.parsed());
      return x.json(200, order);
    case 'DELETE':
      orders.delete(id);
      return x.send(204);
    default: return x.json(405, { error: 'no such method' }, { Allow: 'GET, PUT, PATCH, DELETE' });
  }
}

function allOrders(x, user) {
  if (x.request.method === 'GET') return x.json(200, [...orders.values()].filter((order) => order.owner === user));
  const id = String(nextOrder++);
  const order = { id, owner: user, ...x.parsed() };
  orders.set(id, order);
  return x.json(201, order, { Location: x.absolute(`/orders/${id}`) });
}

function startJob(x) {
  jobs.set('1', 2);
  return x.json(202, { job: '1' }, { Location: x.absolute('/jobs/1'), 'Retry-After': '0' });
}

function oneJob(x, id) {
  const left = jobs.get(id) ?? 0;
  jobs.set(id, left - 1);
  return left > 0 ? x.json(202, { state: 'running' }, { 'Retry-After': '0' }) : x.json(200, { state: 'done', result: 42 });
}

function flaky(x) {
  return counted('flaky') % 2 === 1 ? x.json(503, { error: 'try again' }) : x.json(200, { fine: true });
}

function limited(x) {
  const left = 2 - (counted('limited') - 1) % 3;
  const headers = { 'X-RateLimit-Remaining': String(left) };
  return left === 0 ? x.json(429, { error: 'slow down' }, { ...headers, 'Retry-After': '1' }) : x.json(200, { left }, headers);
}

function byCursor(x) {
  const all = ['ash', 'beech', 'cedar', 'elm', 'fir'];
  const from = x.url.searchParams.has('cursor') ? Number(Buffer.from(x.url.searchParams.get('cursor'), 'base64')) : 0;
  const next = from + 2 < all.length ? Buffer.from(String(from + 2)).toString('base64') : null;
  return x.json(200, { items: all.slice(from, from + 2), next });
}

function byLink(x) {
  const page = Number(x.url.searchParams.get('page') ?? 1);
  const link = page < 3 ? { Link: `<${x.absolute(`/logs?page=${page + 1}`)}>; rel="next"` } : {};
  return x.json(200, { page, lines: [`line ${page}`] }, link);
}

function packed(x) {
  const text = JSON.stringify({ words: Array.from({ length: 200 }, (_, i) => `word ${i}`) });
  const accepted = x.request.headers['accept-encoding'] ?? '';
  const headers = { 'Content-Type': 'application/json', Vary: 'Accept-Encoding' };
  if (/\bbr\b/.test(accepted)) return x.send(200, zlib.brotliCompressSync(text), { ...headers, 'Content-Encoding': 'br' });
  if (/\bgzip\b/.test(accepted)) return x.send(200, zlib.gzipSync(text), { ...headers, 'Content-Encoding': 'gzip' });
  return x.send(200, text, headers);
}

function document(x) {
  const etag = `"v${draft.version}"`;
  const headers = { ETag: etag, 'Cache-Control': 'private', 'Last-Modified': 'Wed, 25 Nov 2026 10:00:00 GMT' };
  if (x.request.method === 'PUT') {
    if (x.request.headers['if-match'] !== etag) return x.json(412, { error: 'changed meanwhile' });
    draft = { text: x.parsed().text, version: draft.version + 1 };
    return x.json(200, draft, { ETag: `"v${draft.version}"` });
  }
  if (x.request.headers['if-none-match'] === etag) return x.send(304, '', headers);
  if ((x.request.headers.accept ?? '').startsWith('application/xml'))
    return x.send(200, `<draft version="${draft.version}">${draft.text}</draft>`, { ...headers, 'Content-Type': 'application/xml' });
  return x.json(200, draft, headers);
}

function upload(x) {
  const boundary = /boundary="?([^";]+)/.exec(x.request.headers['content-type'])[1];
  const parts = x.body.toString('latin1').split(`--${boundary}`).slice(1, -1).map((part) => {
    const [head, ...content] = part.slice(2, -2).split('\r\n\r\n');
    const name = / name="?([^";\r]+)/.exec(head)[1];
    return [name, Buffer.from(content.join('\r\n\r\n'), 'latin1')];
  });
  files.set('1', Object.fromEntries(parts).file);
  return x.json(201, { id: '1', parts: parts.map(([name, octets]) => [name, octets.length]) }, { Location: '/files/1' });
}

function events(x) {
  x.response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  for (let i = 1; i <= 3; ++i) x.response.write(`id: ${i}\nevent: tick\ndata: {"n":${i}}\n\n`);
  x.response.end();
}

function answerTo(call, user) {
  const reply = { jsonrpc: '2.0', id: call.id };
  if (call.method === 'getBalance') return { ...reply, result: balance[user] };
  if (call.method === 'deposit') return { ...reply, result: (balance[user] += call.params.amount) };
  return { ...reply, error: { code: -32601, message: `no method ${call.method}` } };
}

function rpc(x, user) {
  const said = x.parsed();
  return x.json(200, Array.isArray(said) ? said.map((call) => answerTo(call, user)) : answerTo(said, user));
}

const open = {
  'POST /login': login,
  'POST /session': openSession,
  'DELETE /session': closeSession,
  'GET /flaky': flaky,
  'GET /limited': limited,
  'GET /items': byCursor,
  'GET /logs': byLink,
  'GET /packed': packed,
  'GET /draft': document,
  'PUT /draft': document,
  'GET /old': (x) => x.send(301, '', { Location: x.absolute('/older') }),
  'GET /older': (x) => x.send(302, '', { Location: x.absolute('/new') }),
  'GET /new': (x) => x.json(200, { moved: true, self: x.absolute('/new') }),
  'POST /form': (x) => x.send(303, '', { Location: x.absolute('/new') }),
  'POST /kept': (x) => x.send(307, '', { Location: x.absolute('/echo') }),
  'POST /echo': (x) => x.json(200, { got: x.parsed() }),
  'POST /files': upload,
  'GET /files/1': (x) => x.send(200, files.get('1'), { 'Content-Type': 'application/octet-stream' }),
  'GET /events': events,
};

const ofUsers = {
  'GET /me': (x, user) => x.json(200, { user }),
  'GET /orders': allOrders,
  'POST /orders': allOrders,
  'POST /jobs': startJob,
  'POST /rpc': rpc,
};

function route(x) {
  const key = `${x.request.method} ${x.url.pathname}`;
  if (open[key]) return open[key](x);
  if (key === 'GET /profile') return x.cookie() ? x.json(200, { profile: x.cookie() }) : x.json(401, { error: 'no session' });
  const user = x.bearer();
  if (!user) return x.json(401, { error: 'no token' }, { 'WWW-Authenticate': 'Bearer' });
  const [first, id] = x.url.pathname.split('/').slice(1);
  if (ofUsers[key]) return ofUsers[key](x, user);
  if (first === 'orders') return oneOrder(x, id);
  if (first === 'jobs') return oneJob(x, id);
  return x.json(404, { error: 'no such page' });
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => route(new Exchange(request, response, Buffer.concat(parts))));
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env.PORT), process.env.HOST ?? '127.0.0.1');
