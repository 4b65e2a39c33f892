// Orders in PostgreSQL, through knex.
import { conflict, notFound } from '../errors.js';

const nextStatus = { paid: 'shipped', shipped: 'delivered' };
const columns = ['id', 'customer_id', 'status', 'currency', 'total', 'charge_id', 'note', 'placed_at'];

export function createOrders(database, clock) {
  const now = () => clock.now().toISOString();

  async function record(trx, orderId, status, at) {
    await trx('order_events').insert({ order_id: orderId, status, at });
  }

  /** Moves one order from `from` to `to`; says why where it is elsewhere. */
  async function move(id, from, to, changes = {}) {
    return database.transaction(async (trx) => {
      const at = now();
      const moved = await trx('orders')
        .where({ id })
        .whereIn('status', from)
        .update({ status: to, ...changes })
        .returning(columns);
      if (moved.length === 0) {
        const order = await trx('orders').where({ id }).first('status');
        if (!order) throw notFound(`order ${id}`);
        throw conflict('wrong_status', `order ${id} is ${order.status}`);
      }
      await record(trx, id, to, at);
      return moved[0];
    });
  }

  return {
    transaction: (work) => database.transaction(work),

    async insert(trx, { customerId, currency, total, note, lines }) {
      const at = now();
      const [{ id }] = await trx('orders')
        .insert({ customer_id: customerId, status: 'new', currency, total, charge_id: null, note, placed_at: at })
        .returning('id');
      await trx('order_items').insert(
        lines.map(({ sku, name, quantity, price }, index) => ({
          order_id: id, line: index + 1, sku, name, quantity, unit_price: price,
        })),
      );
      await record(trx, id, 'new', at);
      return id;
    },

    async charged(trx, id, status, chargeId) {
      const at = now();
      await trx('orders').where({ id }).update({ status, charge_id: chargeId });
      await record(trx, id, status, at);
    },

    async find(id) {
      const order = await database('orders').where({ id }).first(columns);
      if (!order) throw notFound(`order ${id}`);
      const items = await database('order_items')
        .where({ order_id: id })
        .orderBy('line')
        .select('sku', 'name', 'quantity', 'unit_price');
      return { ...order, items };
    },

    async status(id) {
      const order = await database('orders').where({ id }).first('customer_id', 'status', 'charge_id');
      if (!order) throw notFound(`order ${id}`);
      return order;
    },

    async history(id) {
      return database('order_events').where({ order_id: id }).orderBy('id').select('status', 'at');
    },

    async page(customerId, { page, size }) {
      const mine = database('orders').where({ customer_id: customerId });
      const [{ count }] = await mine.clone().count('* as count');
      const orders = await mine
        .clone()
        .orderBy('id', 'desc')
        .limit(size)
        .offset((page - 1) * size)
        .select(columns);
      return { total: Number(count), orders };
    },

    paid: (id) => move(id, ['awaiting_payment'], 'paid'),
    cancel: (id) => move(id, ['paid', 'awaiting_payment'], 'cancelled'),

    async advance(id) {
      const { status } = await this.status(id);
      const to = nextStatus[status];
      if (!to) throw conflict('wrong_status', `order ${id} is ${status}`);
      return move(id, [status], to);
    },

    /** One customer's orders, added up by status. */
    async sales(customerId) {
      const { rows } = await database.raw(
        `SELECT o.status, count(*)::int AS orders, sum(o.total) AS revenue,
                avg(o.total)::float8 AS average, max(o.placed_at) AS latest
           FROM orders o
          WHERE o.customer_id = ?
          GROUP BY o.status
          ORDER BY o.status`,
        [customerId],
      );
      return rows;
    },
  };
}
