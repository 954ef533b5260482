# syntax=docker/dockerfile:1
# One image for every process of compose.yaml; the process is the argument of deploy/entrypoint.

FROM node:22-slim AS front
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY frontend frontend
COPY static static
# build.mjs collects the icons that templates and code name.
COPY templates templates
COPY apps apps
RUN node frontend/build.mjs

FROM python:3.11-slim AS packages
WORKDIR /src
COPY requirements requirements
RUN pip install --no-cache-dir --require-hashes -r requirements/bootstrap.txt \
 && python -m venv --without-pip /venv \
 && uv pip sync --no-cache --compile-bytecode --require-hashes --python /venv/bin/python requirements/runtime.txt

FROM python:3.11-slim AS runtime
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=pytake.settings.production \
    STATIC_ROOT=/app/staticfiles \
    MEDIA_ROOT=/data/media
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin pytake \
 && install -d -o pytake -g pytake /data /data/media
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py ./
COPY pytake pytake
COPY apps apps
COPY templates templates
COPY locale locale
COPY deploy deploy
COPY --from=front /src/frontend/dist frontend/dist
# The three values only satisfy the settings while files are collected; no process ever sees them.
RUN python deploy/catalogue.py \
 && SECRET_KEY=build VAULT_MASTER_KEY=build DATABASE_URL=postgres://build/build \
    python manage.py collectstatic --noinput --verbosity 0 \
 && python -m compileall -q apps pytake
USER pytake
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["deploy/entrypoint"]
CMD ["web"]
