#!/bin/sh
# Run by the postgres image on an empty database: the role under which the boards read. What it may read is granted by the migrations.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$BOARDS_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE callcenter_boards LOGIN NOINHERIT PASSWORD :'password';
SQL
