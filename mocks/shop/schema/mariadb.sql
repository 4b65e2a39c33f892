-- Products and stock.
CREATE TABLE categories (
  slug  VARCHAR(20) NOT NULL PRIMARY KEY,
  title VARCHAR(40) NOT NULL
);

CREATE TABLE products (
  id          INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku         VARCHAR(20) NOT NULL,
  name        VARCHAR(100) NOT NULL,
  description TEXT,
  price       DECIMAL(10, 2) NOT NULL,
  weight      DOUBLE,
  active      TINYINT(1) NOT NULL DEFAULT 1,
  category    VARCHAR(20) NOT NULL,
  attributes  JSON NOT NULL,
  created_at  DATETIME NOT NULL,
  UNIQUE KEY products_sku (sku),
  FOREIGN KEY (category) REFERENCES categories (slug)
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

INSERT INTO categories (slug, title) VALUES
  ('books', 'Books'), ('crockery', 'Crockery'), ('furniture', 'Furniture'), ('garden', 'For the garden'), ('parts', 'Spare parts'),
  ('tea', 'Tea · 茶');

-- Teas are only read, and so is what is seen by everyone. Of crockery, furniture and spare parts each product serves one test.
INSERT INTO products (sku, name, description, price, weight, active, category, attributes, created_at) VALUES
  ('MUG-01', 'Mug', 'Holds 0.3 l.', 12.50, 0.34, 1, 'crockery', '{"colour": "white", "dishwasher": true}', '2025-10-01 08:00:00'),
  ('TEA-02', 'Darjeeling, 250 g', NULL, 16.80, 0.25, 1, 'tea', '{"flush": 2, "origin": ["India", "Darjeeling"]}',
   '2025-10-01 08:00:01'),
  ('POT-03', 'Cast-iron teapot', 'Made in Morioka (盛岡).', 249.00, 2.1, 1, 'crockery', '{"colour": "black"}', '2025-10-02 09:30:00'),
  ('TEA-04', 'Sencha, 100 g', 'From this spring''s harvest.', 14.20, 0.1, 1, 'tea', '{}', '2025-10-03 10:00:00'),
  ('CUP-05', 'Cup, thin', NULL, 9.90, 0.125, 1, 'crockery', '{"colour": null}', '2025-10-04 11:00:00'),
  ('TAB-06', 'Tea table, oak', 'Two days by van.', 1190.00, 24.5, 1, 'furniture', '{"wood": "oak", "cm": [60, 60, 35]}',
   '2025-10-05 12:00:00'),
  ('OLD-07', 'Strainer', 'No longer made.', 4.00, NULL, 0, 'parts', '{}', '2025-10-06 13:00:00'),
  ('TEA-08', 'Matcha, 30 g', '抹茶', 24.00, 0.03, 1, 'tea', '{"organic": true}', '2025-10-06 13:00:00'),
  ('TEA-09', 'Earl Grey “No. 7”', 'It''s 100 % bergamot.', 8.60, 0.04, 1, 'tea', '{"bags": 20}', '2025-10-06 13:00:00'),
  ('TEA-10', 'Genmaicha, 100 g', NULL, 8.60, 0.1, 1, 'tea', '{}', '2025-10-06 13:00:00'),
  ('TEA-11', 'Yunnan, last year''s', 'Sold out.', 7.00, 0.1, 0, 'tea', '{}', '2025-10-06 13:00:00'),
  ('BOK-12', 'The Book of Tea', 'Kakuzō Okakura, 1906.', 12.00, 0.2, 1, 'books', '{"pages": 160}', '2025-10-07 08:00:00'),
  ('CUP-13', 'Cup, thick', NULL, 8.90, 0.2, 1, 'crockery', '{}', '2025-10-07 08:00:00'),
  ('CUP-14', 'Cup, blue', NULL, 15.50, 0.15, 1, 'crockery', '{"colour": "blue"}', '2025-10-07 08:00:00'),
  ('CUP-15', 'Cup, green', NULL, 10.40, 0.15, 1, 'crockery', '{"colour": "green"}', '2025-10-07 08:00:00'),
  ('MUG-16', 'Mug with lid', NULL, 12.50, 0.4, 1, 'crockery', '{}', '2025-10-07 08:00:00'),
  ('MUG-17', 'Mug, speckled', NULL, 12.50, 0.34, 1, 'crockery', '{}', '2025-10-07 08:00:00'),
  ('MUG-18', 'Mug, “Ω”', NULL, 12.50, 0.34, 1, 'crockery', '{}', '2025-10-07 08:00:00'),
  ('MUG-19', 'Mug for travels', NULL, 19.00, 0.3, 1, 'crockery', '{}', '2025-10-07 08:00:00'),
  ('BWL-20', 'Bowl, raku', NULL, 64.00, 0.45, 1, 'crockery', '{}', '2025-10-08 08:00:00'),
  ('BWL-21', 'Bowl, celadon', NULL, 58.00, 0.45, 1, 'crockery', '{}', '2025-10-08 08:00:00'),
  ('BWL-22', 'Bowl, seconds', NULL, 20.80, 0.45, 1, 'crockery', '{}', '2025-10-08 08:00:00'),
  ('POT-23', 'Glass teapot', NULL, 39.00, 0.6, 1, 'crockery', '{}', '2025-10-08 08:00:00'),
  ('POT-24', 'Side-handled teapot', '急須', 72.00, 0.4, 1, 'crockery', '{}', '2025-10-08 08:00:00'),
  ('POT-25', 'Brown teapot', NULL, 28.50, 0.9, 1, 'crockery', '{}', '2025-10-08 08:00:00'),
  ('TIN-26', 'Tin, 100 g', NULL, 6.00, 0.08, 1, 'crockery', '{}', '2025-10-08 08:00:00'),
  ('TIN-27', 'Tin, 250 g', NULL, 8.00, 0.12, 1, 'crockery', '{}', '2025-10-08 08:00:00'),
  ('TRY-28', 'Tray, lacquered', NULL, 85.00, 0.7, 1, 'crockery', '{}', '2025-10-08 08:00:00'),
  ('TRY-29', 'Tray, bamboo', NULL, 22.00, 0.5, 1, 'crockery', '{}', '2025-10-08 08:00:00'),
  ('TAB-30', 'Tea table, walnut', NULL, 1490.00, 26, 1, 'furniture', '{"wood": "walnut"}', '2025-10-09 08:00:00'),
  ('TAB-31', 'Tea table, ash', NULL, 1190.00, 22, 1, 'furniture', '{"wood": "ash"}', '2025-10-09 08:00:00'),
  ('CAB-32', 'Cabinet', NULL, 2380.00, 61, 1, 'furniture', '{}', '2025-10-09 08:00:00'),
  ('SHF-33', 'Shelf for forty tins', NULL, 1000.00, 12, 1, 'furniture', '{}', '2025-10-09 08:00:00'),
  ('LID-34', 'Lid', NULL, 3.00, 0.1, 1, 'parts', '{}', '2025-10-09 08:00:00'),
  ('LID-35', 'Lid, oval', NULL, 3.50, 0.1, 1, 'parts', '{}', '2025-10-09 08:00:00');

INSERT INTO stock (sku, quantity) SELECT sku, 40 FROM products;
UPDATE stock SET quantity = 0 WHERE sku = 'TEA-04';
UPDATE stock SET quantity = 2 WHERE sku IN ('POT-03', 'POT-24', 'BWL-20');
UPDATE stock SET quantity = 5 WHERE sku IN ('TAB-06', 'TAB-30', 'TAB-31', 'CAB-32', 'SHF-33');

INSERT INTO stock_movements (sku, delta, reason, at) VALUES
  ('MUG-01', 42, 'delivered', '2025-10-01 08:00:00'),
  ('MUG-01', -2, 'sold', '2025-11-04 09:00:00'),
  ('POT-03', 3, 'delivered', '2025-10-02 09:30:00'),
  ('POT-03', -1, 'sold', '2025-12-29 12:00:00');
