# One image for web, sweeper, worker, beat and every command: `docker run IMAGE gridgov --help`.
FROM python:3.12-slim

# Chinese letters for printed papers.
RUN apt-get update \
 && apt-get install -y --no-install-recommends fonts-wqy-microhei \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /data --create-home gridgov

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --only-binary=:all: -r requirements.txt
COPY pyproject.toml README.md ./
COPY gridgov gridgov
COPY workers workers
RUN pip install --no-cache-dir --no-build-isolation --no-deps .

ENV PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 GRIDGOV_HOME=/data GRIDGOV_HOST=0.0.0.0 GRIDGOV_PORT=8000
USER gridgov
VOLUME /data
EXPOSE 8000
CMD ["gridgov", "web"]
