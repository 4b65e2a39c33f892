// Products and stock in MariaDB, through mysql2: prepared statements where a statement is asked
// often, plain queries where its shape varies.
import { conflict, notFound, outOfStock } from '../errors.js';

const productColumns = `p.id, p.sku, p.name, p.description, p.price, p.weight, p.active, p.category, p.attributes,
  p.created_at, c.title AS category_title`;
const fromProducts = 'FROM products p JOIN categories c ON c.slug = p.category';

const asProduct = ({ active, attributes, ...row }) => ({
  ...row,
  active: active === 1,
  attributes: typeof attributes === 'string' ? JSON.parse(attributes) : attributes,
});

export function createCatalogue(pool, clock) {
  return {
    async categories() {
      const [rows] = await pool.query('SELECT slug, title FROM categories ORDER BY slug');
      return rows;
    },

    async category(slug) {
      const [rows] = await pool.execute('SELECT slug, title FROM categories WHERE slug = ?', [slug]);
      if (rows.length === 0) throw notFound(`category ${slug}`);
      return rows[0];
    },

    /** The products of one category that are sold now. */
    async page({ page, size, category, search }) {
      await this.category(category);
      const conditions = ['p.category = ?', 'p.active = 1'];
      const values = [category];
      if (search) conditions.push('p.name LIKE ?') && values.push(`%${search}%`);
      const where = `WHERE ${conditions.join(' AND ')}`;
      const [[{ total }]] = await pool.query(`SELECT COUNT(*) AS total FROM products p ${where}`, values);
      const [rows] = await pool.query(
        `SELECT ${productColumns} ${fromProducts} ${where} ORDER BY p.id LIMIT ? OFFSET ?`,
        [...values, size, (page - 1) * size],
      );
      return { total, products: rows.map(asProduct) };
    },

    async find(sku) {
      const [rows] = await pool.execute(
        `SELECT ${productColumns} ${fromProducts} WHERE p.sku = ?`,
        [sku],
      );
      if (rows.length === 0) throw notFound(`product ${sku}`);
      return asProduct(rows[0]);
    },

    /** The products of these SKUs by SKU, in one statement. */
    async findAll(skus) {
      if (skus.length === 0) return new Map();
      const [rows] = await pool.query('SELECT sku, name, price FROM products WHERE sku IN (?)', [skus]);
      return new Map(rows.map((row) => [row.sku, row]));
    },

    async create({ sku, name, description = null, price, weight = null, category, attributes = {} }) {
      await this.category(category);
      try {
        const [{ insertId }] = await pool.execute(
          `INSERT INTO products (sku, name, description, price, weight, category, attributes, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          [sku, name, description, price, weight, category, JSON.stringify(attributes), clock.now()],
        );
        await pool.execute('INSERT INTO stock (sku, quantity) VALUES (?, 0)', [sku]);
        return insertId;
      } catch (error) {
        if (error.code === 'ER_DUP_ENTRY') throw conflict('sku_taken', `${sku} is already sold here`);
        throw error;
      }
    },

    async reprice(sku, price) {
      const [{ affectedRows }] = await pool.execute('UPDATE products SET price = ? WHERE sku = ?', [price, sku]);
      if (affectedRows === 0) throw notFound(`product ${sku}`);
    },

    async withdraw(sku) {
      const [{ affectedRows }] = await pool.query('UPDATE products SET active = 0 WHERE sku = ?', [sku]);
      if (affectedRows === 0) throw notFound(`product ${sku}`);
    },

    async stock(sku) {
      const [rows] = await pool.execute('SELECT sku, quantity FROM stock WHERE sku = ?', [sku]);
      if (rows.length === 0) throw notFound(`product ${sku}`);
      return rows[0].quantity;
    },

    /** `[{sku, quantity}]` of those of these SKUs that there are. */
    async stockOf(skus) {
      if (skus.length === 0) return [];
      const [rows] = await pool.query('SELECT sku, quantity FROM stock WHERE sku IN (?) ORDER BY sku', [skus]);
      return rows;
    },

    async movements(sku) {
      const [rows] = await pool.execute(
        'SELECT sku, delta, reason, at FROM stock_movements WHERE sku = ? ORDER BY id',
        [sku],
      );
      return rows;
    },

    /** Runs `work(connection)` in a transaction that ends as `work` ends. */
    async transaction(work) {
      const connection = await pool.getConnection();
      try {
        await connection.beginTransaction();
        const result = await work(connection);
        await connection.commit();
        return result;
      } catch (error) {
        await connection.rollback();
        throw error;
      } finally {
        connection.release();
      }
    },

    /** Takes the lines from the stock inside a transaction, locking row by row in SKU order. */
    async take(connection, lines, reason) {
      for (const { sku, quantity } of lines) {
        const [[row]] = await connection.execute('SELECT sku, quantity FROM stock WHERE sku = ? FOR UPDATE', [sku]);
        if (row.quantity < quantity) throw outOfStock(sku, quantity, row.quantity);
        await this.moveStock(connection, sku, -quantity, reason);
      }
    },

    async moveStock(connection, sku, delta, reason) {
      await connection.execute('UPDATE stock SET quantity = quantity + ? WHERE sku = ?', [delta, sku]);
      await connection.query('INSERT INTO stock_movements (sku, delta, reason, at) VALUES (?, ?, ?, ?)', [
        sku, delta, reason, clock.now(),
      ]);
    },
  };
}
