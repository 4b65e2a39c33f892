// pgx: its statement cache, binary formats, batches, pool and COPY.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

var ctx = context.Background()

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func say(err error) {
	var failed *pgconn.PgError
	if errors.As(err, &failed) {
		fmt.Println("  error", failed.Code, failed.Message)
	} else if err != nil {
		fmt.Println("  error", err)
	}
}

func show(connection querier, sql string, args ...any) {
	rows, err := connection.Query(ctx, sql, args...)
	if err != nil {
		say(err)
		return
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		say(err)
		fmt.Println("  ", values)
	}
	say(rows.Err())
	fmt.Println("  ", rows.CommandTag())
}

func types(c *pgx.Conn) {
	show(c, "SELECT id, title, done, weight::text, share, tags, extra, made::text FROM task WHERE id < $1 ORDER BY id", 4)
	show(c, "SELECT id FROM task WHERE title = $1 OR id = ANY($2) ORDER BY id", "task 9", []int32{1, 2})
	show(c, "SELECT id FROM task WHERE feel::text = $1 AND id < 9 ORDER BY id", "ok")
	show(c, "SELECT feel, span FROM task WHERE id = $1", 2)
	mood, err := c.LoadType(ctx, "mood")
	say(err)
	c.TypeMap().RegisterType(mood)
	place, err := c.LoadType(ctx, "place")
	say(err)
	c.TypeMap().RegisterType(place)
	show(c, "SELECT feel, home FROM task WHERE id = $1", 3)
	show(c, "SELECT id FROM task WHERE feel = $1 AND id < 9 ORDER BY id", "ok")
}

func writes(c *pgx.Conn) {
	insert := "INSERT INTO task (title, weight, feel) VALUES ($1, $2, $3) RETURNING id"
	show(c, insert, "new", 3, "glad")
	show(c, insert, "new", 3, "glad")
	batch := &pgx.Batch{}
	batch.Queue("UPDATE task SET done = $2 WHERE id = $1", 1, true)
	batch.Queue("UPDATE task SET done = $2 WHERE id = $1", 2, true)
	batch.Queue("SELECT count(*) FROM task WHERE done")
	results := c.SendBatch(ctx, batch)
	for i := 0; i < 2; i++ {
		tag, err := results.Exec()
		say(err)
		fmt.Println("  ", tag)
	}
	var count int
	say(results.QueryRow().Scan(&count))
	say(results.Close())
	fmt.Println("  done", count)
	show(c, "DELETE FROM task WHERE title = $1", "new")
	copied, err := c.CopyFrom(ctx, pgx.Identifier{"task"}, []string{"title", "share"},
		pgx.CopyFromRows([][]any{{"copied 1", 1}, {"copied 2", 2}}))
	say(err)
	fmt.Println("  copied", copied)
}

func failures(c *pgx.Conn) {
	show(c, "SELECT nope FROM task")
	show(c, "SELECT nope FROM task WHERE id = $1", 1)
	show(c, "SELEC 1")
	show(c, "SELECT 1 / (id - 1) FROM task WHERE id = $1", 1)
	_, err := c.Prepare(ctx, "missing", "SELECT id FROM missing")
	say(err)
	show(c, "SELECT 'still here'")
}

func transactions(c *pgx.Conn) {
	tx, err := c.Begin(ctx)
	say(err)
	show(tx, "UPDATE task SET weight = 0 WHERE id = 200")
	inner, err := tx.Begin(ctx)
	say(err)
	show(inner, "DELETE FROM task WHERE id = 200")
	say(inner.Rollback(ctx))
	show(tx, "SELECT weight::text FROM task WHERE id = 200")
	say(tx.Rollback(ctx))
	show(c, "SELECT weight::text FROM task WHERE id = 200")
}

func main() {
	account := os.Getenv("ACCOUNT")
	address := fmt.Sprintf("postgres://%s:%s@%s:%s/", account, account, os.Getenv("HOST"), os.Getenv("PORT"))
	settings := "?sslmode=disable"
	for _, mode := range []string{"", "&default_query_exec_mode=exec", "&default_query_exec_mode=simple_protocol",
		"&default_query_exec_mode=describe_exec"} {
		fmt.Println("==", mode)
		c, err := pgx.Connect(ctx, address+account+settings+mode)
		say(err)
		if mode == "" {
			types(c)
			writes(c)
			transactions(c)
		}
		failures(c)
		show(c, "SELECT title, done FROM task WHERE id = $1", 7)
		say(c.Close(ctx))
	}
	fmt.Println("== pool")
	pool, err := pgxpool.New(ctx, address+account+settings+"&pool_max_conns=2")
	say(err)
	for id := 1; id < 5; id++ {
		show(pool, "SELECT title FROM task WHERE id = $1", id)
	}
	pool.Close()
	_, err = pgx.Connect(ctx, address+"no_such_database"+settings)
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		fmt.Println("refused", refused.Code)
	}
}
