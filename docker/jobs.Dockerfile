# The jobs' environment: Spark (driver, master and worker alike), training, and the mmgen command.
# Build it from the repository's root:  docker build -f docker/jobs.Dockerfile -t mmgen-jobs:0.2.0 .
FROM python:3.11.14-slim-bookworm

# Spark needs a Java 17; creatives need a font with Chinese characters. Everything else (libsndfile, OpenBLAS, codecs)
# comes inside the locked wheels, which link nothing but glibc, libstdc++ and zlib.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends openjdk-17-jre-headless fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*

# One fixed uid in all images: driver, workers and MLflow write to the same volume. It needs a name too, since
# Hadoop's login fails for a uid that has none.
RUN groupadd --gid 10001 mmgen \
    && useradd --uid 10001 --gid mmgen --no-create-home --home-dir /tmp --shell /usr/sbin/nologin mmgen \
    && install -d -o mmgen -g mmgen /srv/mmgen /var/spark

WORKDIR /opt/mmgen

# As `make env` does it: by uv, from the locks and their hashes; torch by itself. The Keras encoders have an environment
# of their own.
COPY requirements/uv.txt requirements/build.txt requirements/torch.txt requirements/jobs.txt requirements/encoders.txt \
    requirements/petastorm.txt requirements/
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
RUN --mount=type=cache,target=/root/.cache/uv --mount=type=cache,target=/root/.cache/pip \
    python -m venv .venv/uv \
    && .venv/uv/bin/pip install --require-hashes -r requirements/uv.txt \
    && .venv/uv/bin/uv venv --python /usr/local/bin/python .venv/jobs \
    && .venv/uv/bin/uv pip install --python .venv/jobs/bin/python --no-deps --require-hashes \
        --build-constraints requirements/build.txt -r requirements/jobs.txt \
    && .venv/jobs/bin/pip install -r requirements/torch.txt \
    && .venv/uv/bin/uv venv --python /usr/local/bin/python .venv/encoders \
    && .venv/uv/bin/uv pip install --python .venv/encoders/bin/python --no-deps --require-hashes \
        -r requirements/encoders.txt \
    && .venv/uv/bin/uv pip install --python .venv/encoders/bin/python --no-deps --require-hashes \
        -r requirements/petastorm.txt

COPY pyproject.toml setup.cfg setup.py README.md LICENSE NOTICE ./
COPY mmgen mmgen
COPY jobs jobs
COPY schemas schemas
COPY conf conf
COPY docker/spark docker/spark
# Editable: the image keeps the paths of the repository. Without it, `pip install --no-deps mmgen-*.whl` is enough.
RUN .venv/jobs/bin/pip install --no-deps --no-build-isolation --editable .

# PYTHONPATH is for the executors (Spark's Python workers) and for Airflow's environment, which installs no mmgen.
ENV PATH=/opt/mmgen/.venv/jobs/bin:$PATH \
    PYTHONPATH=/opt/mmgen \
    PYSPARK_PYTHON=/opt/mmgen/.venv/jobs/bin/python \
    SPARK_LOCAL_DIRS=/var/spark/local \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1

USER mmgen
CMD ["mmgen", "--help"]
