#!/usr/bin/env python3
"""asyncpg: binary results and parameters, its type introspection, statement cache, cursors and pool."""

import asyncio
import os

import asyncpg


def options():
    account = os.environ["ACCOUNT"]
    return {"host": os.environ["HOST"], "port": int(os.environ["PORT"]), "user": account, "password": account,
            "database": account, "ssl": False}


async def show(awaitable):
    try:
        result = await awaitable
    except asyncpg.PostgresError as error:
        print(type(error).__name__, error.sqlstate, error)
        return
    if isinstance(result, list):
        for row in result:
            print("  ", tuple(row))
    else:
        print("  ", result)


async def types(connection):
    await show(connection.fetch("SELECT id, title, done, weight, share, feel, tags, span, extra, made "
                                "FROM task WHERE id < $1 ORDER BY id", 4))
    await show(connection.fetch("SELECT home, moods FROM task WHERE id < $1 ORDER BY id", 3))
    await show(connection.fetch("SELECT id, (title, done) AS pair FROM task WHERE id = $1", 5))
    await show(connection.fetch("SELECT id FROM task WHERE feel = $1 AND share = $2 ORDER BY id", "ok", 7))
    await show(connection.fetch("SELECT id FROM task WHERE span @> $1::int4 ORDER BY id", 12))
    await show(connection.fetchval("SELECT count(*) FROM task WHERE span && $1", asyncpg.Range(3, 5)))
    await show(connection.fetchval("SELECT $1::point", asyncpg.Point(1.5, -2)))
    await show(connection.fetchval("SELECT title FROM task WHERE home = $1::place", ("Elm", 9)))


async def writes(connection):
    insert = "INSERT INTO task (title, weight, feel) VALUES ($1, $2, $3) RETURNING id"
    await show(connection.fetchval(insert, "new", 3, "glad"))
    await show(connection.fetchval(insert, "new", 3, "glad"))
    await connection.executemany("UPDATE task SET done = $2 WHERE id = $1", [(1, True), (2, True), (3, False)])
    await show(connection.fetch("SELECT id, done FROM task WHERE id < 4 ORDER BY id"))
    await show(connection.execute("DELETE FROM task WHERE title = 'new'"))


async def errors(connection):
    await show(connection.fetch("SELECT nope FROM task"))
    await show(connection.fetch("SELECT nope FROM task WHERE id = $1", 1))
    await show(connection.fetch("SELEC 1"))
    await show(connection.fetch("SELECT 1 / (id - 1) FROM task WHERE id = $1", 1))
    await show(connection.prepare("SELECT id FROM missing"))
    await show(connection.fetchval("SELECT 'still here'"))


async def transactions(connection):
    async with connection.transaction():
        statement = await connection.prepare("SELECT id, title FROM task ORDER BY id")
        cursor = await statement.cursor()
        print(await cursor.fetch(3), await cursor.fetchrow())
        await show(connection.execute("UPDATE task SET weight = 0 WHERE id = 200"))
        print(await cursor.fetch(1))
        seen = 0
        async for _ in connection.cursor("SELECT id FROM task WHERE id <= 120 ORDER BY id", prefetch=50):
            seen += 1
        print("walked", seen)
    try:
        async with connection.transaction():
            await connection.execute("DELETE FROM task")
            raise RuntimeError("undo")
    except RuntimeError:
        pass
    await show(connection.fetchval("SELECT count(*) FROM task"))
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await show(connection.fetchval("SELECT weight FROM task WHERE id = 200"))


async def copies(connection):
    records = [(f"copied {i}", i) for i in range(5)]
    print(await connection.copy_records_to_table("task", records=records, columns=["title", "weight"]))
    await show(connection.fetch("SELECT title, weight FROM task WHERE title LIKE 'copied%' ORDER BY title"))


async def main():
    connection = await asyncpg.connect(**options())
    for part in (types, writes, errors, transactions, copies):
        print("==", part.__name__)
        await part(connection)
    await connection.close()
    print("== pool")
    async with asyncpg.create_pool(**options(), min_size=2, max_size=2) as pool:
        for i in range(6):
            async with pool.acquire() as pooled:
                await show(pooled.fetchval("SELECT title FROM task WHERE id = $1", i + 1))
        async with pool.acquire() as first, pool.acquire() as second:
            await show(first.fetchval("SELECT count(*) FROM task WHERE done"))
            await show(second.fetchval("SELECT max(id) FROM task WHERE id < 100"))
    try:
        await asyncpg.connect(**{**options(), "database": "no_such_database"})
    except asyncpg.PostgresError as error:
        print(type(error).__name__, error.sqlstate)


asyncio.run(main())
