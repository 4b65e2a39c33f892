// The flow of the HTTP clients, for those in JavaScript; see flow.py.
//
// A client has `send({ method, url, headers, json, form, file })`, which follows redirects and gives
// `{ status, headers: name => value, octets }`; `retry(url)`, `lines(url)` and `together(urls)`.

import crypto from 'node:crypto';

const { HOST, PORT, SEED, WHO, PASSWORD, ACCEPT, OMIT } = process.env;
export const BASE = `http://${HOST}:${PORT}`;

const md5 = (octets) => crypto.createHash('md5').update(octets).digest('hex');

/** Like a uuid; another one with each SEED. */
export function newId(number) {
  const digits = md5(`${SEED}:${number}`);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20)}`;
}

const plain = (octets) => Buffer.from(octets).toString();
const parsed = (answer) => JSON.parse(plain(answer.octets));
const field = (answer, name) => answer.headers(name) ?? 'None';
const call = (id, method, params = {}) => ({ jsonrpc: '2.0', id, method, params });
const print = (...words) => console.log(words.join(' '));

/** GETs again what may be better the next time. */
export async function retried(get) {
  let answer;
  for (let i = 0; i < 3; ++i) {
    answer = await get();
    if (![429, 503].includes(answer.status)) break;
    await new Promise((done) => setTimeout(done, 1000 * Number(answer.headers('retry-after') ?? 0)));
  }
  return answer;
}

class Flow {
  sent = 0;
  cookies = {};

  constructor(client) {
    this.client = client;
  }

  async send(method, path, { headers = {}, anonymous = false, ...body } = {}) {
    const number = (++this.sent).toString(16).padStart(16, '0');
    headers = { 'X-Request-Id': newId(`request ${this.sent}`), ...headers };
    headers.traceparent = `00-${newId('trace').replaceAll('-', '')}-${number}-01`;
    if (this.token && !anonymous) headers.Authorization = `Bearer ${this.token}`;
    const cookies = Object.entries(this.cookies).map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookies) headers.Cookie = cookies;
    const answer = await this.client.send({ method, url: path.startsWith('http') ? path : BASE + path, headers, ...body });
    const cookie = /^([^=]+)=([^;]*)/.exec(answer.headers('set-cookie') ?? '');
    if (cookie) this.cookies = cookie[2] ? { [cookie[1]]: cookie[2] } : {};
    return answer;
  }

  show(name, answer, ...fields) {
    const shown = fields.map((one) => `${one}=${field(answer, one)}`);
    print(name, answer.status, plain(answer.octets).replaceAll(BASE, 'BASE'), ...shown);
    return answer;
  }

  async login() {
    const answer = await this.send('POST', '/login', { json: { user: WHO, password: PASSWORD } });
    this.token = parsed(answer).access_token;
    print('login', answer.status, parsed(answer).expires_in);
  }

  async me() {
    this.show('me', await this.send('GET', '/me'), 'Content-Type');
  }

  async anonymous() {
    this.show('anonymous', await this.send('GET', '/me', { anonymous: true }), 'WWW-Authenticate');
  }

  async session() {
    this.show('session', await this.send('POST', '/session', { form: { user: WHO, password: PASSWORD } }));
  }

  async profile() {
    this.show('profile', await this.send('GET', '/profile', { anonymous: true }));
  }

  async list() {
    this.show('list', await this.send('GET', '/orders'));
  }

  async create() {
    for (const [number, item] of ['tea', 'milk'].entries()) {
      const json = { item, count: 2, reference: newId(`order ${number}`) };
      const answer = await this.send('POST', '/orders', { headers: { 'Idempotency-Key': newId(`key ${number}`) }, json });
      const location = field(answer, 'Location');
      print('create', answer.status, plain(answer.octets), location.replaceAll(BASE, 'BASE'));
      if (number === 0) this.order = location;
      this.show('fetch', await this.send('GET', location));
    }
  }

  async change() {
    this.show('replace', await this.send('PUT', this.order, { json: { item: 'tea', count: 3 } }));
    this.show('fetch', await this.send('GET', this.order));
    this.show('amend', await this.send('PATCH', this.order, { json: { note: 'très chaud' } }));
    this.show('fetch', await this.send('GET', this.order));
  }

  async remove() {
    this.show('remove', await this.send('DELETE', this.order));
    this.show('fetch', await this.send('GET', this.order));
  }

  async job() {
    const started = this.show('job', await this.send('POST', '/jobs', { json: { kind: 'report' } }));
    for (let i = 0; i < 5; ++i) {
      const answer = this.show('poll', await this.send('GET', field(started, 'Location')), 'Retry-After');
      if (answer.status === 200) break;
    }
  }

  async flaky() {
    this.show('flaky', await this.client.retry(`${BASE}/flaky`));
  }

  async limited() {
    for (let i = 0; i < 3; ++i) this.show('limited', await this.client.retry(`${BASE}/limited`), 'X-RateLimit-Remaining');
  }

  async pages() {
    for (let query = ''; query !== null;) {
      const answer = this.show('items', await this.send('GET', `/items?limit=2${query}`));
      const { next } = parsed(answer);
      query = next && `&cursor=${encodeURIComponent(next)}`;
    }
    for (let url = '/logs?page=1'; url;) {
      const answer = this.show('logs', await this.send('GET', url));
      url = /<([^>]*)>; rel="next"/.exec(field(answer, 'Link'))?.[1];
    }
  }

  async redirects() {
    this.show('old', await this.send('GET', '/old'));
    this.show('form', await this.send('POST', '/form', { form: { a: '1' } }));
    this.show('kept', await this.send('POST', '/kept', { json: { a: [1, null, 2.5] } }));
  }

  async packed() {
    const { status, octets } = await this.send('GET', '/packed');
    print('packed', status, octets.length, md5(octets));
  }

  async draft() {
    const etag = field(this.show('draft', await this.send('GET', '/draft'), 'ETag'), 'ETag');
    const unless = { headers: { 'If-None-Match': etag } };
    this.show('draft', await this.send('GET', '/draft', unless), 'ETag');
    this.show('save', await this.send('PUT', '/draft', { headers: { 'If-Match': etag }, json: { text: 'second' } }), 'ETag');
    this.show('save', await this.send('PUT', '/draft', { headers: { 'If-Match': etag }, json: { text: 'third' } }));
    this.show('draft', await this.send('GET', '/draft', unless), 'ETag', 'Last-Modified');
  }

  async accept() {
    this.show('accept', await this.send('GET', '/draft', { headers: { Accept: ACCEPT } }), 'Content-Type');
  }

  async upload() {
    const file = { field: 'file', name: 'a.bin', octets: Uint8Array.from({ length: 256 }, (_, i) => i) };
    this.show('upload', await this.send('POST', '/files', { file, form: { kind: 'raw' } }));
    const { status, octets } = await this.send('GET', '/files/1');
    print('download', status, Buffer.from(octets).toString('hex'));
  }

  async events() {
    for await (const line of this.client.lines(`${BASE}/events`)) print('event', line);
  }

  async rpc() {
    for (const json of [call(1, 'getBalance'), call(2, 'deposit', { amount: 5 }), call(3, 'getBalance'), call(4, 'nothing'),
      call(newId('call'), 'deposit', { amount: 1 }), [call(6, 'getBalance'), call(7, 'nothing')]])
      this.show('rpc', await this.send('POST', '/rpc', { json }));
  }

  async ask() {
    this.show('ask', await this.send('POST', '/rpc', { json: call(newId('question'), 'getBalance') }));
  }

  async together() {
    const urls = ['/new', '/items?limit=2', '/logs?page=2', '/draft'].map((path) => BASE + path);
    for (const answer of await this.client.together(urls)) this.show('together', answer);
  }

  async logout() {
    this.show('logout', await this.send('DELETE', '/session', { anonymous: true }));
    this.show('profile', await this.send('GET', '/profile', { anonymous: true }));
  }
}

/** The lines of a stream of octets, without the piece behind the last one. */
export async function* linesOf(stream) {
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + plain(chunk)).split('\n');
    rest = lines.pop();
    yield* lines;
  }
}

export async function run(client) {
  const flow = new Flow(client);
  for (const step of ['login', 'me', 'anonymous', 'session', 'profile', 'list', 'create', 'list', 'change', 'list', 'remove',
    'list', 'job', 'flaky', 'limited', 'pages', 'redirects', 'packed', 'draft', 'accept', 'upload', 'events', 'rpc', 'ask', 'me',
    'together', 'logout'])
    if (!OMIT.split(',').includes(step)) await flow[step]();
}
