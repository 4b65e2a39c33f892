// Customers in PostgreSQL, through knex.
import { conflict, notFound } from '../errors.js';

const columns = ['id', 'email', 'name', 'address', 'tags', 'newsletter', 'created_at'];
const uniqueViolation = '23505';

export function createCustomers(database, clock) {
  return {
    async create({ email, name, address = null, tags = [], newsletter = false }) {
      try {
        const [customer] = await database('customers')
          .insert({ email, name, address, tags, newsletter, created_at: clock.now().toISOString() })
          .returning(columns);
        return customer;
      } catch (error) {
        if (error.code !== uniqueViolation) throw error;
        throw conflict('email_taken', error.detail);
      }
    },

    async find(id) {
      const customer = await database('customers').where({ id }).first(columns);
      if (!customer) throw notFound(`customer ${id}`);
      return customer;
    },

    async findByEmail(email) {
      return database('customers').where({ email }).first(columns);
    },

    async update(id, changes) {
      const [customer] = await database('customers').where({ id }).update(changes).returning(columns);
      if (!customer) throw notFound(`customer ${id}`);
      return customer;
    },

    async tagged(tag) {
      return database('customers').whereRaw('? = ANY (tags)', [tag]).orderBy('id').select('id', 'name');
    },
  };
}
