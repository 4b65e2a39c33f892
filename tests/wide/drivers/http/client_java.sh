#!/bin/sh
exec java -cp "$JAVA_CLIENT" Flow
