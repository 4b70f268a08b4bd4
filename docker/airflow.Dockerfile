# Airflow on top of the jobs' image. In Spark's client mode the driver is a child of the task, so it runs beside the
# scheduler, and so does torchrun: this image needs both environments, each in its own folder. (Where drivers run
# elsewhere, in Spark's cluster mode or in pods of their own, Airflow's environment alone would do.)
# Build it after the jobs' image:  docker build -f docker/airflow.Dockerfile -t mmgen-airflow:0.2.0 .
ARG JOBS_IMAGE=mmgen-jobs:0.2.0
FROM ${JOBS_IMAGE}

USER root
RUN install -d -o mmgen -g mmgen /srv/airflow

COPY requirements/airflow.txt requirements/build.txt requirements/
RUN --mount=type=cache,target=/root/.cache/uv \
    .venv/uv/bin/uv venv --python /usr/local/bin/python3.11 .venv/airflow \
    && .venv/uv/bin/uv pip install --python .venv/airflow/bin/python --no-deps --require-hashes \
        --build-constraints requirements/build.txt -r requirements/airflow.txt

COPY dags dags
COPY docker/airflow-init.sh docker/

# `airflow` and `python` are Airflow's here. A job gets the jobs' environment first in its PATH (mmgen.pipeline).
ENV PATH=/opt/mmgen/.venv/airflow/bin:$PATH \
    AIRFLOW_HOME=/srv/airflow

USER mmgen
CMD ["airflow", "version"]
