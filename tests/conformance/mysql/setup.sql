DROP TABLE IF EXISTS order_lines, products, kinds, counters, large;
CREATE OR REPLACE USER second@'%' IDENTIFIED BY 'other';
GRANT ALL ON understudy.* TO second@'%';
DROP PROCEDURE IF EXISTS report;
CREATE TABLE products (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku VARCHAR(20) NOT NULL UNIQUE,
  name VARCHAR(60) NOT NULL,
  price DECIMAL(10,2) NOT NULL DEFAULT 0,
  stock INT NOT NULL DEFAULT 0,
  added DATE NULL
) CHARACTER SET utf8mb4;
CREATE TABLE order_lines (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id INT UNSIGNED NOT NULL,
  quantity INT NOT NULL,
  CONSTRAINT line_product FOREIGN KEY (product_id) REFERENCES products (id)
);
CREATE TABLE counters (name VARCHAR(20) NOT NULL PRIMARY KEY, value INT NOT NULL);
CREATE TABLE large (id INT NOT NULL PRIMARY KEY, words LONGTEXT NOT NULL) CHARACTER SET utf8mb4;
CREATE TABLE kinds (
  id INT NOT NULL PRIMARY KEY,
  tiny TINYINT, flag TINYINT(1), small SMALLINT UNSIGNED, medium MEDIUMINT, padded INT(6) ZEROFILL,
  big BIGINT, huge BIGINT UNSIGNED, ratio FLOAT, exact_ratio DOUBLE, fixed DOUBLE(10,3), price DECIMAL(12,4),
  day DATE, moment DATETIME, precise DATETIME(6), stamp TIMESTAMP(3) NULL, clock TIME, precise_clock TIME(2),
  born YEAR, short_text VARCHAR(40), padded_text CHAR(5), long_text TEXT, octets VARBINARY(16), blob_octets BLOB,
  bits BIT(10), size ENUM('small','large'), tags SET('a','b','c'), document JSON
) CHARACTER SET utf8mb4;
INSERT INTO products (sku, name, price, stock, added) VALUES
  ('A-1', 'Anvil', 99.90, 5, '2024-02-29'), ('B-2', 'Brüche & Söhne', 0.50, 0, NULL), ('C-3', '鏡', 12.00, 250, '2023-12-31');
INSERT INTO counters VALUES ('visits', 10);
INSERT INTO kinds VALUES
  (1, -128, 1, 65535, -8388608, 42, -9223372036854775808, 18446744073709551615, 3.14159, 0.1, 1234.5, 12345678.1234,
   '2024-02-29', '2024-02-29 13:14:15', '2024-02-29 13:14:15.000012', '2024-02-29 13:14:15.678', '-100:59:59', '12:34:56.70',
   1999, 'naïve 鏡 😀', 'ab', 'line one\nline two\ttab \\ \'quoted\'', x'00FF10', x'DEADBEEF', b'1010101010', 'large', 'a,c',
   '{"a": [1, 2.5, null], "b": "ü"}'),
  (2, 0, 0, 0, 0, 0, 0, 0, 0, -0.0, 0, 0, '0000-00-00', '0000-00-00 00:00:00', '1000-01-01 00:00:00', NULL, '00:00:00', '00:00:00',
   0, '', '', '', '', '', b'0', 'small', '', '[]'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 127, 1, 1, 8388607, 999999, 9223372036854775807, 1, 1e20, 1.7976931348623157e308, 0.001, -0.0001, '9999-12-31',
   '9999-12-31 23:59:59', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07.999', '838:59:59', '838:59:59.99', 2155,
   'trailing space ', 'x', 'y', ' ', ' ', b'1111111111', 'large', 'a,b,c', 'null');
DELIMITER //
CREATE PROCEDURE report(IN lowest INT)
BEGIN
  SELECT sku, stock FROM products WHERE stock >= lowest ORDER BY id;
  SELECT COUNT(*) AS all_products FROM products;
END//
DELIMITER ;
