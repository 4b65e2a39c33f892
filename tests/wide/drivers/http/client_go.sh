#!/bin/sh
exec "$GO_CLIENT"
