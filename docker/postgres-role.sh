#!/bin/sh
# Runs once, when the database is made: the nodes' role, which owns their database and is no superuser. The superuser loses the password that the
# image asks for: it signs in inside the container alone (docker compose exec postgres psql -U postgres).
set -eu
psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres -v password="$(cat /run/secrets/postgres)" <<'SQL'
CREATE ROLE distributed LOGIN PASSWORD :'password';
CREATE DATABASE distributed OWNER distributed;
REVOKE ALL ON DATABASE distributed FROM PUBLIC;
ALTER ROLE postgres PASSWORD NULL;
SQL
