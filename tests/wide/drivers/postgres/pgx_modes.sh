#!/bin/sh
exec "$PGX_CLIENT"
