# Two images: `dossier` (API and workers) and `objects` (the S3 gateway with folders that its user may write to).

FROM python:3.11-slim-bookworm AS build
WORKDIR /source
COPY requirements.lock pyproject.toml README.md LICENSE ./
# Fetched by the lock's hashes; then only what the product itself needs is installed, out of these files.
RUN pip download --quiet --require-hashes --dest /wheels -r requirements.lock
COPY archive archive
COPY dedup dedup
COPY search search
COPY cases cases
COPY intake intake
COPY api api
RUN python -m venv /opt/dossier \
    && /opt/dossier/bin/pip install --quiet --no-index --find-links /wheels setuptools \
    && /opt/dossier/bin/pip install --quiet --no-index --find-links /wheels --no-build-isolation '.[engines,otel]' \
    && /opt/dossier/bin/pip uninstall --quiet --yes setuptools pip

FROM python:3.11-slim-bookworm AS dossier
# Debian's mirrors keep a package's newest version alone: one that names a version stops building with the next fix.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-rus tesseract-ocr-eng fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/dossier --create-home dossier
COPY --from=build /opt/dossier /opt/dossier
ENV PATH=/opt/dossier/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DOSSIER_HOME=/var/lib/dossier \
    DOSSIER_HOST=0.0.0.0 \
    DOSSIER_LOG=json
# By number: whoever must prove that nobody runs as root need not read the image's list of users.
USER 10001
WORKDIR /var/lib/dossier
VOLUME /var/lib/dossier
EXPOSE 8765
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8765/healthz', timeout=4)"]
ENTRYPOINT ["dossier"]
CMD ["serve"]

FROM versity/versitygw:v1.7.0 AS objects
# A new volume takes its owner from the image.
RUN mkdir -p /data/objects /data/versions && chown -R 10001:10001 /data
USER 10001:10001
VOLUME /data

FROM dossier
