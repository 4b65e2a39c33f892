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

    /** Once is enough: a member stays one. */
    async join(id, group) {
      await this.find(id);
      await database('group_members')
        .insert({ group_name: group, customer_id: id, since: clock.now().toISOString() })
        .onConflict(['group_name', 'customer_id'])
        .ignore();
    },

    async leave(id, group) {
      const gone = await database('group_members').where({ group_name: group, customer_id: id }).del();
      if (gone === 0) throw notFound('that member');
    },

    async groups(id) {
      return database('group_members')
        .where({ customer_id: id })
        .orderBy('group_name')
        .select('customer_id', 'group_name', 'since');
    },

    async members(group) {
      const ids = await database('group_members').where({ group_name: group }).orderBy('customer_id').pluck('customer_id');
      if (ids.length === 0) return [];
      return database('customers').whereIn('id', ids).orderBy('id').select('id', 'name');
    },
  };
}
