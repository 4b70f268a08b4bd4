# The MLflow server: mlflow and the PostgreSQL driver in the versions of the jobs' lock, and nothing of the jobs.
# Build it from the repository's root:  docker build -f docker/mlflow.Dockerfile -t mmgen-mlflow:0.2.0 .
FROM python:3.11.14-slim-bookworm

# The same uid as in the jobs' image: the server shows artifacts that jobs wrote to the shared volume.
RUN groupadd --gid 10001 mmgen \
    && useradd --uid 10001 --gid mmgen --no-create-home --home-dir /tmp --shell /usr/sbin/nologin mmgen \
    && install -d -o mmgen -g mmgen /srv/mmgen

WORKDIR /opt/mmgen
COPY requirements/uv.txt requirements/jobs.txt requirements/
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
# By uv: pip wants a hash of each name on its command line where a constraint has one
RUN --mount=type=cache,target=/root/.cache/uv \
    python -m venv .venv/uv \
    && .venv/uv/bin/pip install --require-hashes -r requirements/uv.txt \
    && .venv/uv/bin/uv venv --python /usr/local/bin/python .venv/mlflow \
    && .venv/uv/bin/uv pip install --python .venv/mlflow/bin/python --constraint requirements/jobs.txt mlflow 'psycopg[binary]'

ENV PATH=/opt/mmgen/.venv/mlflow/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1

USER mmgen
CMD ["mlflow", "--version"]
