import assert from 'node:assert/strict';

import { scenario } from '../scenario.js';
import { del, get, newcomer, patch, post, put } from '../support.js';

scenario('a customer is shown with all kinds of values', async () => {
  assert.deepEqual((await get('/customers/101')).body, {
    id: 101, email: 'ada@example.com', name: 'Ada', address: { city: 'London', street: "12 St James's Square" },
    tags: ['vip', 'early'], newsletter: true, created_at: '2025-11-03T10:15:00.000Z',
  });
  const { body } = await get('/customers/103');
  assert.equal(body.name, 'Søren “S” Ørsted');
  assert.deepEqual(body.address, { zip: null, city: 'København' });
});

scenario('a customer may have no address and no tags', async () => {
  const { body } = await get('/customers/102');
  assert.equal(body.address, null);
  assert.deepEqual(body.tags, []);
  assert.equal(body.created_at, '2025-12-09T08:00:00.250Z');
});

scenario('a customer can be missing', async () => {
  assert.equal((await get('/customers/40404')).status, 404);
  assert.equal((await get('/customers/none')).status, 404);
  assert.equal((await patch('/customers/40404', { name: 'Nobody' })).status, 404);
});

scenario('a customer signs up and can be read back', async ({ email }) => {
  const { status, body } = await post('/customers', { email, name: 'Alan', tags: ['a,b', 'c"d', "e'f"] });
  assert.equal(status, 201);
  const { id, ...rest } = body;
  assert.deepEqual(rest, {
    email, name: 'Alan', address: null, tags: ['a,b', 'c"d', "e'f"], newsletter: false,
    created_at: '2026-01-05T09:00:01.000Z',
  });
  assert.deepEqual((await get(`/customers/${id}`)).body, body);
});

scenario('a customer signs up only once with one e-mail address', async ({ email }) => {
  const details = { email, name: 'Søren', address: { city: 'Ærø' } };
  const first = await post('/customers', details);
  assert.equal(first.status, 201);
  const { status, body } = await post('/customers', { email, name: 'Another Søren' });
  assert.equal(status, 409);
  assert.equal(body.error.code, 'email_taken');
  assert.equal(body.error.message, `Key (email)=(${email}) already exists.`);
  assert.deepEqual((await get(`/customers/${first.body.id}`)).body, first.body);
  assert.equal((await post('/customers', { name: 'Nobody' })).status, 422);
});

scenario('a customer changes what is known of them', async ({ email }) => {
  const { id } = await newcomer(email, { name: 'Kay', tags: ['new'] });
  const address = { city: 'Manchester', floor: 2 };
  assert.deepEqual((await patch(`/customers/${id}`, { address, newsletter: true })).body.address, address);
  const { body } = await get(`/customers/${id}`);
  assert.deepEqual([body.address, body.newsletter, body.name], [address, true, 'Kay']);
  assert.deepEqual((await patch(`/customers/${id}`, { name: 'Kaÿ', tags: [] })).body.tags, []);
  assert.equal((await get(`/customers/${id}`)).body.name, 'Kaÿ');
  assert.equal((await patch(`/customers/${id}`, { id: 5 })).status, 422);
});

scenario('a customer joins a group and is found in it', async ({ email }) => {
  const names = async () => (await get('/groups/tasters')).body.members.map(({ name }) => name);
  const { id } = await newcomer(email, { name: 'Grace II.' });
  assert.deepEqual(await names(), ['Ada', 'Søren “S” Ørsted']);
  assert.equal((await put(`/customers/${id}/groups/tasters`)).status, 204);
  assert.deepEqual(await names(), ['Ada', 'Søren “S” Ørsted', 'Grace II.']);
  assert.equal((await put(`/customers/${id}/groups/tasters`)).status, 204);
  assert.deepEqual(await names(), ['Ada', 'Søren “S” Ørsted', 'Grace II.']);
  assert.equal((await put('/customers/40404/groups/tasters')).status, 404);
});

scenario('a customer may be in several groups', async ({ email }) => {
  const { id } = await newcomer(email);
  for (const group of ['readers', 'hosts']) await put(`/customers/${id}/groups/${group}`);
  assert.deepEqual((await get(`/customers/${id}/groups`)).body.groups, [
    { customer_id: id, group_name: 'hosts', since: '2026-01-05T09:00:04.000Z' },
    { customer_id: id, group_name: 'readers', since: '2026-01-05T09:00:03.000Z' },
  ]);
  assert.deepEqual((await get('/customers/40404/groups')).body.groups, []);
});

scenario('a customer leaves a group once', async ({ email }) => {
  const names = async () => (await get('/groups/early-birds')).body.members.map(({ name }) => name);
  const { id } = await newcomer(email);
  assert.deepEqual(await names(), []);
  await put(`/customers/${id}/groups/early-birds`);
  assert.deepEqual(await names(), ['Robin']);
  assert.equal((await del(`/customers/${id}/groups/early-birds`)).status, 204);
  assert.deepEqual(await names(), []);
  assert.equal((await del(`/customers/${id}/groups/early-birds`)).status, 404);
});

scenario('a login session opens, is read and closes', async ({ email }) => {
  const { id } = (await post('/customers', { email, name: 'Grace' })).body;
  const opened = await post('/sessions', { email });
  assert.equal(opened.status, 201);
  const { token } = opened.body;
  assert.deepEqual((await get('/sessions/current', token)).body, {
    token, customerId: id, name: 'Grace', since: '2026-01-05T09:00:02.000Z', recent: [],
  });
  assert.equal((await del('/sessions/current', token)).status, 204);
  assert.equal((await get('/sessions/current', token)).status, 401);
  assert.equal((await del('/sessions/current', token)).status, 401);
});

scenario('a login session needs a customer, and failures are counted', async ({ email }) => {
  const attempts = [];
  for (let i = 0; i < 3; i += 1) {
    const { status, body } = await post('/sessions', { email });
    assert.equal(status, 401);
    attempts.push(body.error.attempts);
  }
  assert.deepEqual(attempts, [1, 2, 3]);
  assert.equal((await post('/customers', { email, name: 'Eve' })).status, 201);
  assert.equal((await post('/sessions', { email })).status, 201);
});

scenario('a login session cannot be made up', async () => {
  assert.equal((await get('/sessions/current')).status, 401);
  assert.equal((await get('/sessions/current', 'sess_stolen')).status, 401);
});
