# syntax=docker/dockerfile:1
# The server, without compilers, without root, and with only what the lock names.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/receptionist
WORKDIR /source
# The packages change seldom: as a layer of their own they are neither fetched nor sent again.
COPY requirements.lock ./
RUN /opt/receptionist/bin/pip install --no-deps --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY db ./db
COPY handlers ./handlers
COPY providers ./providers
COPY receptionist ./receptionist
COPY twiml ./twiml
RUN /opt/receptionist/bin/pip install --no-deps --no-build-isolation . \
    && /opt/receptionist/bin/pip uninstall --yes pip setuptools
# Descriptions of six hundred Google services, of which one is used.
RUN find /opt/receptionist -path '*/discovery_cache/documents/*' ! -name calendar.v3.json -delete \
    && find /opt/receptionist/lib -type d -name tests -prune -exec rm -rf {} +

FROM python:${PYTHON}-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin receptionist \
    && install --directory --owner 10001 --group 10001 /var/lib/receptionist
COPY --from=build /opt/receptionist /opt/receptionist
ENV PATH=/opt/receptionist/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    LOG_FORMAT=json \
    VAR_DIRECTORY=/var/lib/receptionist
WORKDIR /var/lib/receptionist
USER 10001:10001
VOLUME /var/lib/receptionist
EXPOSE 8000
# Only whether the process lives: one that is busy with its last calls must not be restarted.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=2)"]
# SIGTERM: calls on the line finish first.
STOPSIGNAL SIGTERM
CMD ["receptionist", "serve"]
