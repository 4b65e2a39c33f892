// Buying and giving back: the only code that changes several of the shop's stores together.
import { invalid } from './errors.js';
import { fromCents, toCents } from './money.js';

export function createCheckout({ catalogue, orders, carts, counters, payments }) {
  /** The cart's lines with the names and prices of the catalogue. */
  async function priced(session) {
    const lines = await carts.lines(session.token);
    const products = await catalogue.findAll(lines.map(({ sku }) => sku));
    return lines
      .filter(({ sku }) => products.has(sku))
      .map((line) => ({ ...line, name: products.get(line.sku).name, price: products.get(line.sku).price }));
  }

  const totalOf = (lines) => lines.reduce((sum, { quantity, price }) => sum + quantity * toCents(price), 0);

  async function charge(trx, customerId, orderId, cents, paymentMethod) {
    const { id, status } = await payments.charge(customerId, {
      orderId, amountCents: cents, currency: 'eur', paymentMethod,
    });
    await orders.charged(trx, orderId, status === 'succeeded' ? 'paid' : 'awaiting_payment', id);
  }

  return {
    async cart(session) {
      const lines = await priced(session);
      return { lines, total: fromCents(totalOf(lines)) };
    },

    /** Stock, order and charge: all of them, or, where one fails, none. */
    async place(session, { paymentMethod, note = null }) {
      const { customerId } = session;
      const lines = await priced(session);
      if (lines.length === 0) throw invalid('the cart is empty');
      const cents = totalOf(lines);
      const orderId = await catalogue.transaction((stock) =>
        orders.transaction(async (trx) => {
          await catalogue.take(stock, lines, 'sold');
          const id = await orders.insert(trx, {
            customerId, currency: 'EUR', total: fromCents(cents), note, lines,
          });
          await charge(trx, customerId, id, cents, paymentMethod);
          return id;
        }),
      );
      await carts.clear(session.token);
      await counters.sold(customerId, lines, cents);
      return orders.find(orderId);
    },

    /** Asks the payments API as long as the order waits for it. */
    async status(orderId) {
      const { customer_id: customerId, status, charge_id: chargeId } = await orders.status(orderId);
      if (status !== 'awaiting_payment') return status;
      const charge = await payments.find(customerId, chargeId);
      return charge.status === 'succeeded' ? (await orders.paid(orderId)).status : status;
    },

    async confirm(orderId, code) {
      const { customer_id: customerId, charge_id: chargeId } = await orders.status(orderId);
      if (!chargeId) throw invalid(`order ${orderId} was never charged`);
      return payments.confirm(customerId, chargeId, code);
    },

    async refunds(orderId) {
      const { customer_id: customerId, charge_id: chargeId } = await orders.status(orderId);
      return payments.refunds(customerId, chargeId);
    },

    async cancel(orderId, reason) {
      const order = await orders.find(orderId);
      const cancelled = await orders.cancel(orderId);
      await (order.status === 'paid'
        ? payments.refund(order.customer_id, order.charge_id, reason)
        : payments.cancel(order.customer_id, order.charge_id));
      await catalogue.transaction(async (stock) => {
        for (const { sku, quantity } of order.items) await catalogue.moveStock(stock, sku, quantity, 'returned');
      });
      return cancelled;
    },
  };
}
