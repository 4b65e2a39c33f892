-- Products and stock.
CREATE TABLE categories (
  id   INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(40) NOT NULL UNIQUE
);

CREATE TABLE products (
  id          INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku         VARCHAR(20) NOT NULL,
  name        VARCHAR(100) NOT NULL,
  description TEXT,
  price       DECIMAL(10, 2) NOT NULL,
  weight      DOUBLE,
  active      TINYINT(1) NOT NULL DEFAULT 1,
  category_id INT UNSIGNED NOT NULL,
  attributes  JSON NOT NULL,
  created_at  DATETIME NOT NULL,
  UNIQUE KEY products_sku (sku),
  FOREIGN KEY (category_id) REFERENCES categories (id)
);

CREATE TABLE stock (
  sku      VARCHAR(20) NOT NULL PRIMARY KEY,
  quantity INT NOT NULL,
  CHECK (quantity >= 0)
);

CREATE TABLE stock_movements (
  id     BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku    VARCHAR(20) NOT NULL,
  delta  INT NOT NULL,
  reason ENUM ('delivered', 'sold', 'returned') NOT NULL,
  at     DATETIME NOT NULL
);

INSERT INTO categories (name) VALUES ('crockery'), ('tea'), ('furniture');

INSERT INTO products (sku, name, description, price, weight, active, category_id, attributes, created_at) VALUES
  ('MUG-01', 'Mug', 'Holds 0.3 l.', 12.50, 0.34, 1, 1, '{"colour": "white", "dishwasher": true}', '2025-10-01 08:00:00'),
  ('TEA-02', 'Darjeeling, 250 g', NULL, 16.80, 0.25, 1, 2, '{"flush": 2, "origin": ["India", "Darjeeling"]}',
   '2025-10-01 08:00:01'),
  ('POT-03', 'Cast-iron teapot', 'Made in Morioka (盛岡).', 249.00, 2.1, 1, 1, '{"colour": "black"}', '2025-10-02 09:30:00'),
  ('TEA-04', 'Sencha, 100 g', 'From this spring''s harvest.', 14.20, 0.1, 1, 2, '{}', '2025-10-03 10:00:00'),
  ('CUP-05', 'Cup, thin', NULL, 9.90, 0.125, 1, 1, '{"colour": null}', '2025-10-04 11:00:00'),
  ('TAB-06', 'Tea table, oak', 'Two days by van.', 1190.00, 24.5, 1, 3, '{"wood": "oak", "cm": [60, 60, 35]}',
   '2025-10-05 12:00:00'),
  ('OLD-07', 'Strainer', 'No longer made.', 4.00, NULL, 0, 1, '{}', '2025-10-06 13:00:00');

INSERT INTO stock (sku, quantity) VALUES
  ('MUG-01', 40), ('TEA-02', 25), ('POT-03', 2), ('TEA-04', 0), ('CUP-05', 120), ('TAB-06', 5), ('OLD-07', 1);

INSERT INTO stock_movements (sku, delta, reason, at) VALUES
  ('MUG-01', 42, 'delivered', '2025-10-01 08:00:00'),
  ('MUG-01', -2, 'sold', '2025-11-04 09:00:00'),
  ('POT-03', 3, 'delivered', '2025-10-02 09:30:00'),
  ('POT-03', -1, 'sold', '2025-12-29 12:00:00');
