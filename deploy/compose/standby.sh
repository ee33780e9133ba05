#!/usr/bin/env bash
# What the standby's container runs: a copy of the primary at $PRIMARY_HOST when its data folder is new, and then a
# PostgreSQL that follows it.
set -euo pipefail

if [[ ! -s $PGDATA/PG_VERSION ]]; then
  PGPASSWORD=$TANDEM_DATABASE_PASSWORD pg_basebackup --pgdata="$PGDATA" --write-recovery-conf --wal-method=stream \
    --checkpoint=fast --dbname="host=$PRIMARY_HOST user=standby application_name=standby"
  chmod 700 "$PGDATA"
fi
exec postgres
