// A small payments service: what the HTTP conformance clients talk to.
// State is in memory and everything is deterministic but the Date header.
'use strict';

const http = require('node:http');
const zlib = require('node:zlib');

const charges = new Map();
const sessions = new Set();
let nextCharge = 1;

const LOGO = Buffer.from('89504e470d0a1a0a00ff00fe0d0a0d0a', 'hex');
const REPORT = 'id,amount\n' + Array.from({ length: 200 }, (_, i) => `ch_${i},${i * 100}\n`).join('');
const DOCUMENT = 'It was the best of times, it was the worst of times.';
// A text that no JSON library prints like this: it must come back octet by octet.
const PRICES = '{"one":1.0,"big":12345678901234567890123,"exp":1e5,"twice":1,"twice":2, "neg":-0.50}';
const GREETINGS = { de: 'Hallo', fr: 'Bonjour' };

function send(response, status, body, headers = {}) {
  const octets = Buffer.isBuffer(body) ? body : Buffer.from(body);
  response.writeHead(status, { ...headers, 'Content-Length': octets.length });
  response.end(octets);
}

function sendJson(response, status, value, headers = {}) {
  send(response, status, JSON.stringify(value), { 'Content-Type': 'application/json', ...headers });
}

function fail(response, status, code, headers = {}) {
  sendJson(response, status, { error: { code, status } }, headers);
}

function parseJson(body) {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function createCharge(request, response, body) {
  const wanted = parseJson(body);
  if (!wanted) return fail(response, 400, 'invalid_json');
  if (!Number.isInteger(wanted.amount) || wanted.amount <= 0) return fail(response, 422, 'invalid_amount');
  if (wanted.card === 'declined') return fail(response, 402, 'card_declined');
  const charge = { id: `ch_${nextCharge++}`, amount: wanted.amount, currency: wanted.currency || 'eur', status: 'open' };
  charges.set(charge.id, charge);
  sendJson(response, 201, charge, { Location: `/charges/${charge.id}` });
}

function listCharges(url, response) {
  const status = url.searchParams.get('status');
  const limit = Number(url.searchParams.get('limit') || 100);
  const found = [...charges.values()].filter((charge) => !status || charge.status === status).slice(0, limit);
  // Spelled as Python's json module does it.
  const text = JSON.stringify({ data: found, has_more: false }).replace(/":/g, '": ').replace(/,"/g, ', "');
  send(response, 200, text, { 'Content-Type': 'application/json; charset=utf-8' });
}

function oneCharge(request, response, id, action, body) {
  const charge = charges.get(id);
  if (!charge) return fail(response, 404, 'no_such_charge');
  if (action === 'capture' && request.method === 'POST') {
    charge.status = 'captured';
    return sendJson(response, 200, charge);
  }
  if (action) return fail(response, 404, 'no_such_action');
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return sendJson(response, 200, charge, { ETag: `"${charge.id}-${charge.status}-${charge.amount}"` });
    case 'PUT': {
      const wanted = parseJson(body);
      if (!wanted) return fail(response, 400, 'invalid_json');
      charge.amount = wanted.amount;
      return sendJson(response, 200, charge);
    }
    case 'DELETE':
      charges.delete(id);
      response.writeHead(204);
      return response.end();
    default:
      return fail(response, 405, 'no_such_method', { Allow: 'GET, HEAD, PUT, DELETE' });
  }
}

function report(request, response) {
  const headers = { 'Content-Type': 'text/csv', Vary: 'Accept-Encoding' };
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] || '')) return send(response, 200, REPORT, headers);
  return send(response, 200, zlib.gzipSync(REPORT), { ...headers, 'Content-Encoding': 'gzip' });
}

function stream(response) {
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  for (const part of ['one ', 'two ', 'three']) response.write(part);
  response.end();
}

function untilTheEnd(response) {
  response.useChunkedEncodingByDefault = false;
  response.shouldKeepAlive = false;
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  response.end('ends with the connection');
}

function document(request, response) {
  const headers = { 'Content-Type': 'text/plain', ETag: '"v1"', 'Accept-Ranges': 'bytes' };
  if (request.headers['if-none-match'] === '"v1"') {
    response.writeHead(304, { ETag: '"v1"' });
    return response.end();
  }
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range || '');
  if (!range) return send(response, 200, DOCUMENT, headers);
  const [first, last] = [Number(range[1]), Number(range[2])];
  headers['Content-Range'] = `bytes ${first}-${last}/${DOCUMENT.length}`;
  return send(response, 206, DOCUMENT.slice(first, last + 1), headers);
}

function login(response, body) {
  const form = new URLSearchParams(body.toString());
  if (form.get('password') !== 'correct horse') return fail(response, 401, 'wrong_password');
  sessions.add('s-1f3870be274f6c49');
  return sendJson(response, 200, { user: form.get('user') },
    { 'Set-Cookie': ['sid=s-1f3870be274f6c49; Path=/; HttpOnly', 'seen=yes'] });
}

function me(request, response) {
  const sid = /(?:^|; )sid=([^;]+)/.exec(request.headers.cookie || '');
  if (!sid || !sessions.has(sid[1])) return fail(response, 401, 'not_logged_in', { 'WWW-Authenticate': 'Cookie' });
  return sendJson(response, 200, { user: 'ann' });
}

function route(request, response, body) {
  const url = new URL(request.url, 'http://app');
  const [first, id, action] = url.pathname.split('/').slice(1);
  if (first === 'charges' && id) return oneCharge(request, response, id, action, body);
  const key = `${request.method} ${url.pathname}`;
  switch (key) {
    case 'POST /charges': return createCharge(request, response, body);
    case 'GET /charges': return listCharges(url, response);
    case 'GET /balance':
      return sendJson(response, 200, { open: [...charges.values()].reduce((sum, charge) => sum + charge.amount, 0) });
    case 'GET /report.csv': return report(request, response);
    case 'GET /stream': return stream(response);
    case 'GET /until-the-end': return untilTheEnd(response);
    case 'GET /document': return document(request, response);
    case 'GET /logo.png': return send(response, 200, LOGO, { 'Content-Type': 'image/png' });
    case 'GET /prices': return send(response, 200, PRICES, { 'Content-Type': 'application/json' });
    case 'GET /old':
      return send(response, 302, '', { Location: '/prices' });
    case 'GET /greeting': {
      const language = (request.headers['accept-language'] || '').slice(0, 2);
      return send(response, 200, GREETINGS[language] || 'Hello', { 'Content-Type': 'text/plain', Vary: 'Accept-Language' });
    }
    case 'POST /login': return login(response, body);
    case 'GET /me': return me(request, response);
    case 'GET /private':
      if (!request.headers.authorization) return fail(response, 401, 'unauthorised', { 'WWW-Authenticate': 'Bearer' });
      return sendJson(response, 200, { secret_of: 'ann' });
    case 'POST /upload': {
      const parts = body.toString('latin1').split('\r\n\r\n').length - 1;
      return sendJson(response, 200, { parts, type: request.headers['content-type'].split(';')[0] });
    }
    case 'POST /import': {
      const plain = request.headers['content-encoding'] === 'gzip' ? zlib.gunzipSync(body) : body;
      return sendJson(response, 202, { octets: plain.length });
    }
    case 'GET /boom': return fail(response, 500, 'boom', { 'Retry-After': '7' });
    case 'GET /teapot':
      response.writeHead(418, "I'm short and stout", { 'Content-Length': 0 });
      return response.end();
    default: return fail(response, 404, 'no_such_page');
  }
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => route(request, response, Buffer.concat(parts)));
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env.PORT), process.env.HOST || '127.0.0.1');
