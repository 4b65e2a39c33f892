-- Customers and orders.
CREATE TABLE customers (
  id         integer GENERATED ALWAYS AS IDENTITY (START WITH 101) PRIMARY KEY,
  email      text NOT NULL UNIQUE,
  name       text NOT NULL,
  address    jsonb,
  tags       text[] NOT NULL DEFAULT '{}',
  newsletter boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL
);

CREATE TABLE group_members (
  group_name  text NOT NULL,
  customer_id integer NOT NULL REFERENCES customers,
  since       timestamptz NOT NULL,
  PRIMARY KEY (group_name, customer_id)
);

CREATE TABLE orders (
  id          integer GENERATED ALWAYS AS IDENTITY (START WITH 1001) PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers,
  status      text NOT NULL CHECK (status IN ('new', 'awaiting_payment', 'paid', 'shipped', 'delivered', 'cancelled')),
  currency    char(3) NOT NULL,
  total       numeric(12, 2) NOT NULL,
  charge_id   text UNIQUE,
  note        text,
  placed_at   timestamptz NOT NULL
);

CREATE TABLE order_items (
  order_id   integer NOT NULL REFERENCES orders,
  line       smallint NOT NULL,
  sku        text NOT NULL,
  name       text NOT NULL,
  quantity   integer NOT NULL CHECK (quantity > 0),
  unit_price numeric(10, 2) NOT NULL,
  PRIMARY KEY (order_id, line)
);

CREATE TABLE order_events (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id integer NOT NULL REFERENCES orders,
  status   text NOT NULL,
  at       timestamptz NOT NULL
);

INSERT INTO customers (email, name, address, tags, newsletter, created_at) VALUES
  ('ada@example.com', 'Ada', '{"street": "12 St James''s Square", "city": "London"}', '{vip,early}', true,
   '2025-11-03 10:15:00+00'),
  ('grace@example.com', 'Grace', NULL, '{}', false, '2025-12-09 08:00:00.25+00'),
  ('søren@example.com', 'Søren “S” Ørsted', '{"city": "København", "zip": null}', '{vip}', false,
   '2025-12-24 18:30:00+00');

INSERT INTO group_members (group_name, customer_id, since) VALUES
  ('tasters', 101, '2025-11-10 09:00:00+00'),
  ('tasters', 103, '2025-12-24 18:31:00+00'),
  ('wholesale', 102, '2025-12-10 12:00:00+00');

INSERT INTO orders (customer_id, status, currency, total, charge_id, note, placed_at) VALUES
  (101, 'delivered', 'EUR', 41.80, 'ch_old_1', NULL, '2025-11-04 09:00:00+00'),
  (101, 'cancelled', 'EUR', 12.50, NULL, 'changed my mind', '2025-11-20 16:45:10.5+00'),
  (102, 'shipped', 'EUR', 249.00, 'ch_old_2', 'leave at the door', '2025-12-29 12:00:00+00');

INSERT INTO order_items (order_id, line, sku, name, quantity, unit_price) VALUES
  (1001, 1, 'MUG-01', 'Mug', 2, 12.50),
  (1001, 2, 'TEA-02', 'Darjeeling, 250 g', 1, 16.80),
  (1002, 1, 'MUG-01', 'Mug', 1, 12.50),
  (1003, 1, 'POT-03', 'Cast-iron teapot', 1, 249.00);

INSERT INTO order_events (order_id, status, at) VALUES
  (1001, 'new', '2025-11-04 09:00:00+00'),
  (1001, 'paid', '2025-11-04 09:00:01+00'),
  (1001, 'shipped', '2025-11-05 07:30:00+00'),
  (1001, 'delivered', '2025-11-07 14:10:00+00'),
  (1003, 'new', '2025-12-29 12:00:00+00'),
  (1003, 'paid', '2025-12-29 12:00:01+00'),
  (1003, 'shipped', '2025-12-30 06:00:00+00');
