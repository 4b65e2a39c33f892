DROP SCHEMA IF EXISTS public CASCADE;
CREATE SCHEMA public;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');
CREATE TYPE place AS (street text, number int);
CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE task (
  id serial PRIMARY KEY,
  title text NOT NULL UNIQUE,
  done boolean NOT NULL DEFAULT false,
  weight numeric(8, 2),
  share percent,
  feel mood,
  home place,
  tags text[],
  moods mood[],
  span int4range,
  extra jsonb,
  made timestamptz NOT NULL DEFAULT '2024-05-06 07:08:09.123456+00'
);
INSERT INTO task (title, weight, share, feel, home, tags, moods, span, extra)
SELECT 'task ' || i, i * 1.25, i % 100, (ARRAY['sad', 'ok', 'glad'])[i % 3 + 1]::mood, ROW('Elm', i)::place,
       ARRAY['a', 'b' || i], ARRAY['sad', 'ok']::mood[], int4range(i, i + 10), jsonb_build_object('i', i)
FROM generate_series(1, 250) i;
