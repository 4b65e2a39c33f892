#!/bin/sh
exec java -cp "$JDBC_CLASSPATH" Fetch
