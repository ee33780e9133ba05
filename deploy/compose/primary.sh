#!/usr/bin/env bash
# Run by the image of PostgreSQL when the primary's data folder is new: a database for tandem, and a role for the standby.
set -euo pipefail

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres \
  --set=password="$TANDEM_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE tandem LOGIN PASSWORD :'password';
CREATE ROLE standby LOGIN REPLICATION PASSWORD :'password';
CREATE DATABASE tandem OWNER tandem ENCODING 'UTF8' TEMPLATE template0;
-- In force from the next start on: this one could not wait for a standby, because there is none yet.
ALTER SYSTEM SET synchronous_standby_names = 'standby';
ALTER SYSTEM SET wal_keep_size = '1GB';
SQL
echo "host replication standby all scram-sha-256" >>"$PGDATA/pg_hba.conf"
