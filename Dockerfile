FROM python:3.11-slim AS build
COPY requirements.lock /srv/requirements.lock
RUN python -m venv --without-pip /srv/venv \
 && pip --python /srv/venv/bin/python install --no-cache-dir --disable-pip-version-check \
    --require-hashes --no-deps --only-binary :all: -r /srv/requirements.lock

FROM python:3.11-slim
RUN groupadd --gid 10001 handschlag \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin handschlag \
 && install --directory --owner 10001 --group 10001 --mode 0700 /srv/data
COPY --from=build /srv/venv /srv/venv
WORKDIR /srv/handschlag
COPY alembic.ini ./
COPY migrations migrations
COPY app app
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HANDSCHLAG_HOST=0.0.0.0 \
    HANDSCHLAG_PORT=8000 \
    HANDSCHLAG_DATA_DIR=/srv/data
USER 10001:10001
VOLUME /srv/data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s CMD ["python", "-c", \
  "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['HANDSCHLAG_PORT']}/healthz\", timeout=2)"]
# Exec form: the service is process 1 and gets SIGTERM itself. The database is named by HANDSCHLAG_DATABASE_URL.
ENTRYPOINT ["python", "-m", "app"]
CMD ["serve"]
