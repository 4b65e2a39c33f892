import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { del, get, login, patch, post } from '../support.js';

describe('customers', () => {
  it('are shown with all their kinds of values', async () => {
    assert.deepEqual((await get('/customers/1')).body, {
      id: 1, email: 'ada@example.com', name: 'Ada', address: { city: 'London', street: "12 St James's Square" },
      tags: ['vip', 'early'], newsletter: true, created_at: '2025-11-03T10:15:00.000Z',
    });
    const { body } = await get('/customers/3');
    assert.equal(body.name, 'Søren “S” Ørsted');
    assert.deepEqual(body.address, { zip: null, city: 'København' });
  });

  it('may have no address and no tags', async () => {
    const { body } = await get('/customers/2');
    assert.equal(body.address, null);
    assert.deepEqual(body.tags, []);
    assert.equal(body.created_at, '2025-12-09T08:00:00.250Z');
  });

  it('can be missing', async () => {
    assert.equal((await get('/customers/404')).status, 404);
    assert.equal((await get('/customers/none')).status, 404);
  });

  it('sign up and can be read back', async () => {
    const { status, body } = await post('/customers', { email: 'alan@example.com', name: 'Alan', tags: ['a,b', 'c"d'] });
    assert.equal(status, 201);
    assert.equal(body.id, 4);
    assert.deepEqual(body.tags, ['a,b', 'c"d']);
    assert.deepEqual((await get('/customers/4')).body, body);
  });

  it('sign up only once with one e-mail address', async () => {
    const { status, body } = await post('/customers', { email: 'ada@example.com', name: 'Another Ada' });
    assert.equal(status, 409);
    assert.equal(body.error.code, 'email_taken');
    assert.equal(body.error.message, 'Key (email)=(ada@example.com) already exists.');
    assert.equal((await post('/customers', { name: 'Nobody' })).status, 422);
  });

  it('change what is known of them', async () => {
    const address = { city: 'Manchester', floor: 2 };
    assert.deepEqual((await patch('/customers/4', { address, newsletter: true })).body.address, address);
    const { body } = await get('/customers/4');
    assert.deepEqual([body.address, body.newsletter, body.name], [address, true, 'Alan']);
    assert.equal((await patch('/customers/404', { name: 'Nobody' })).status, 404);
    assert.equal((await patch('/customers/4', { id: 5 })).status, 422);
  });

  it('are found by tag, before and after they are tagged', async () => {
    const names = async () => (await get('/customers?tag=vip')).body.customers.map(({ name }) => name);
    assert.deepEqual(await names(), ['Ada', 'Søren “S” Ørsted']);
    await patch('/customers/2', { tags: ['vip'] });
    assert.deepEqual(await names(), ['Ada', 'Grace', 'Søren “S” Ørsted']);
  });
});

describe('login sessions', () => {
  it('open, are read and close', async () => {
    const opened = await post('/sessions', { email: 'grace@example.com' });
    assert.equal(opened.status, 201);
    const { token } = opened.body;
    assert.deepEqual((await get('/sessions/current', token)).body, {
      token, customerId: 2, name: 'Grace', since: opened.body.since, recent: [],
    });
    assert.equal((await del('/sessions/current', token)).status, 204);
    assert.equal((await get('/sessions/current', token)).status, 401);
    assert.equal((await del('/sessions/current', token)).status, 401);
  });

  it('need a customer and count the failures', async () => {
    const attempts = [];
    for (let i = 0; i < 3; i += 1) {
      const { status, body } = await post('/sessions', { email: 'eve@example.com' });
      assert.equal(status, 401);
      attempts.push(body.error.attempts);
    }
    assert.deepEqual(attempts, [1, 2, 3]);
    assert.equal((await get('/sessions/current')).status, 401);
    assert.equal((await get('/sessions/current', 'sess_stolen')).status, 401);
  });

  it('remember the products looked at last, newest first', async () => {
    const token = await login('ada@example.com');
    for (const sku of ['MUG-01', 'POT-03', 'TEA-02', 'MUG-01', 'CUP-05', 'TAB-06', 'TEA-04']) {
      assert.equal((await get(`/products/${sku}`, token)).status, 200);
    }
    const { body } = await get('/sessions/current', token);
    assert.deepEqual(body.recent, ['TEA-04', 'TAB-06', 'CUP-05', 'MUG-01', 'TEA-02']);
  });
});
