# Two stages: the first builds a virtual environment from hash-locked lists, the build back-end's too; the second holds
# only what runs. To pin the base: --build-arg BASE=debian:bookworm-slim@sha256:… (docs/image.md).
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
# Debian's security updates are wanted: no version is pinned.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY requirements-run.lock requirements-build.lock ./
RUN python3 -m venv /opt/mailsla \
 && /opt/mailsla/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements-run.lock \
 && python3 -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md ./
COPY mailsla mailsla
RUN /opt/build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /dist . \
 && /opt/mailsla/bin/pip install --no-cache-dir --no-deps /dist/*.whl

FROM ${BASE}
LABEL org.opencontainers.image.title="mailsla" \
      org.opencontainers.image.description="Délais de réponse aux courriels d'une préfecture" \
      org.opencontainers.image.licenses="MIT"
# Pango lays the PDF out, in the letters of Liberation.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates fonts-liberation2 libharfbuzz-subset0 \
      libpango-1.0-0 libpangoft2-1.0-0 python3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --no-log-init --no-create-home --home-dir /var/lib/mailsla \
      --shell /usr/sbin/nologin mailsla \
 && mkdir -p /var/lib/mailsla /etc/mailsla \
 && chown 10001:10001 /var/lib/mailsla
COPY --from=build /opt/mailsla /opt/mailsla
ENV PATH=/opt/mailsla/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=1 \
    MAILSLA_CONFIG=/etc/mailsla/mailsla.toml
# A number, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /var/lib/mailsla
VOLUME ["/var/lib/mailsla"]
# Unhealthy when no account was collected with success for an hour, or the store does not open.
HEALTHCHECK --interval=5m --timeout=30s --start-period=15m CMD ["mailsla", "check", "--quick"]
ENTRYPOINT ["mailsla"]
CMD ["run"]
