# The proxy of docker-compose.yml, then in three stages the hub: the clients (Node), the wheel (Python), and an image that
# carries neither compiler nor Node.
FROM caddy:2 AS proxy
# A copy has no file capabilities: it starts with every capability dropped, and above port 1024 it needs none.
RUN cp /usr/bin/caddy /usr/local/bin/caddy \
 && mkdir -p /var/lib/caddy \
 && chown 10001:10001 /var/lib/caddy
ENV XDG_DATA_HOME=/var/lib/caddy XDG_CONFIG_HOME=/var/lib/caddy
USER 10001:10001

FROM node:20-bookworm-slim AS clients
WORKDIR /src/client_js
COPY client_js/package.json client_js/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY client_js/ ./
COPY cobrowse/core/whitelist.json /src/cobrowse/core/whitelist.json
RUN mkdir -p /src/cobrowse/web/static && npm run build

FROM python:3.11-slim-bookworm AS wheel
WORKDIR /src
COPY constraints.txt pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir --constraint constraints.txt build
COPY cobrowse/ cobrowse/
COPY --from=clients /src/cobrowse/web/static/ cobrowse/web/static/
RUN python -m build --wheel --outdir /dist

FROM python:3.11-slim-bookworm
COPY constraints.txt /tmp/constraints.txt
COPY --from=wheel /dist/*.whl /tmp/
RUN pip install --no-cache-dir --constraint /tmp/constraints.txt /tmp/*.whl \
 && rm -rf /tmp/*.whl /tmp/constraints.txt \
 && useradd --system --uid 10001 --create-home --home-dir /var/lib/cobrowse cobrowse
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /var/lib/cobrowse
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["cobrowse"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
