# One image for every process of the house; docker-compose.yml says which one a container runs.
FROM python:3.11-slim-bookworm

# pg_dump and pg_restore for `callcenter db backup` and `db restore`.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY callcenter ./callcenter
COPY dashboards ./dashboards
COPY questionnaires ./questionnaires
COPY scripts ./scripts

ENV PYTHONPATH=/app PYTHONUNBUFFERED=1 DATA_DIR=/data
RUN useradd --system --home-dir /data --create-home callcenter
USER callcenter
VOLUME /data
ENTRYPOINT ["python", "-m", "callcenter"]
CMD ["--help"]
