// The shop under test, on a free port, and a small client to talk to it.
import { readConfig } from '../src/config.js';
import { createShop } from '../src/shop.js';
import { countingIds, steppingClock } from '../src/time-and-ids.js';

let base;
let running;
let clock;
let ids;

/** Gives the shop a clock and ids that are the same whenever the case `slug` is played. */
export function beginScenario(slug) {
  clock = steppingClock('2026-01-05T09:00:00Z');
  ids = countingIds(slug);
}

export async function openShop() {
  const shop = await createShop(readConfig(), {
    clock: { now: () => clock.now() },
    ids: { next: (kind) => ids.next(kind) },
  });
  const server = shop.app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${server.address().port}`;
  running = { shop, server };
}

export async function closeShop() {
  if (!running) return;
  running.server.closeAllConnections();
  await new Promise((resolve) => running.server.close(resolve));
  await running.shop.close();
}

/** `{status, body}` of one request; `token` is that of a login session. */
export async function ask(method, path, { body, token } = {}) {
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

export const get = (path, token) => ask('GET', path, { token });
export const post = (path, body = {}, token = undefined) => ask('POST', path, { body, token });
export const put = (path, body, token) => ask('PUT', path, { body, token });
export const patch = (path, body) => ask('PATCH', path, { body });
export const del = (path, token) => ask('DELETE', path, { token });

/** The token of a new login session. */
export async function login(email) {
  return (await post('/sessions', { email })).body.token;
}

/** A customer that signs up and logs in: `{id, token}`. */
export async function newcomer(email, details = {}) {
  const { id } = (await post('/customers', { email, name: 'Robin', ...details })).body;
  return { id, token: await login(email) };
}

/** Puts `{sku: quantity}` into the cart. */
export async function fill(token, quantities) {
  for (const [sku, quantity] of Object.entries(quantities)) await post(`/cart/${sku}`, { quantity }, token);
}

/** Buys `{sku: quantity}`: the answer to the order. */
export async function buy(token, quantities, { paymentMethod = 'pm_card_visa', ...details } = {}) {
  await fill(token, quantities);
  return post('/orders', { paymentMethod, ...details }, token);
}

/** Asks for the status of an order `times` times. */
export async function poll(id, times = 1) {
  const statuses = [];
  for (let i = 0; i < times; i += 1) statuses.push((await get(`/orders/${id}/status`)).body.status);
  return statuses;
}

/** What a shopper has: the stock of `sku`, the cart's lines and the number of orders. */
export async function belongings(sku, token) {
  const [stock, cart, orders] = [
    await get(`/products/${sku}/stock`),
    await get('/cart', token),
    await get('/orders?size=1', token),
  ];
  return { stock: stock.body.quantity, lines: cart.body.lines.length, orders: orders.body.total };
}
