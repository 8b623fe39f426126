# Shelfradar with Airflow: one image for every service of docker-compose.yml but the stores.
# Reproducible from the hash-pinned requirements; nothing is downloaded when it runs.
FROM python:3.11.14-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
WORKDIR /src
COPY requirements-uv.txt requirements.txt ./
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements-uv.txt \
 && /opt/venv/bin/uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python --require-hashes -r requirements.txt
COPY pyproject.toml README.md ./
COPY extractors extractors
COPY warehouse warehouse
COPY transforms transforms
COPY alerts alerts
COPY boards boards
COPY shelfradar shelfradar
COPY demo demo
RUN /opt/venv/bin/uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python --no-deps --no-build-isolation .

FROM python:3.11.14-slim-bookworm AS shelfradar
RUN groupadd --gid 10001 shelfradar \
 && useradd --uid 10001 --gid 10001 --home-dir /var/lib/shelfradar --shell /usr/sbin/nologin shelfradar \
 && install -d -o shelfradar -g shelfradar /var/lib/shelfradar /var/lib/airflow /var/lib/airflow/logs /var/lib/caught-mail
COPY --from=build /opt/venv /opt/venv
WORKDIR /opt/shelfradar
COPY dags dags
COPY deploy deploy
COPY config config
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    AIRFLOW_HOME=/var/lib/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/shelfradar/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/shelfradar/dags/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    SHELFRADAR_HOME=/var/lib/shelfradar \
    SHELFRADAR_CONFIG=/opt/shelfradar/config
USER 10001:10001
CMD ["shelfradar", "--help"]

# Catches mail into a Maildir instead of sending it; for trying things out.
FROM build AS mailcatcher-build
COPY deploy/mailcatcher-requirements.txt ./
RUN /opt/venv/bin/uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python --require-hashes -r mailcatcher-requirements.txt

FROM shelfradar AS mailcatcher
COPY --from=mailcatcher-build /opt/venv /opt/venv
