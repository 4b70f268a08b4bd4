#!/usr/bin/env bash
# Run once, by PostgreSQL's image, on an empty data folder: a role and a database of its own for each of the three.
# Airflow and MLflow cannot share a database: both keep their schema's version in a table named alembic_version.
set -euo pipefail

create() { # role, database, password
  psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -v role="$1" -v database="$2" -v password="$3" \
    --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
CREATE DATABASE :"database" OWNER :"role" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
}

create mmgen catalogue "${CATALOGUE_DB_PASSWORD:?set it in docker/.env}"
create airflow airflow "${AIRFLOW_DB_PASSWORD:?set it in docker/.env}"
create mlflow mlflow "${MLFLOW_DB_PASSWORD:?set it in docker/.env}"
