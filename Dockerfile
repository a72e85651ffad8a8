# The image holds the runtime half of requirements.lock and the two packages, nothing else.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/papergram
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY bot bot
COPY storage storage
# The lock has two sections; the second one is for tests.
RUN sed '/^# --- tests ---$/,$d' requirements.lock > runtime.lock \
 && /opt/papergram/bin/pip install --no-cache-dir --require-hashes -r runtime.lock \
 && /opt/papergram/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
RUN useradd --system --create-home --home-dir /data papergram
COPY --from=build /opt/papergram /opt/papergram
ENV PATH=/opt/papergram/bin:$PATH PYTHONUNBUFFERED=1 PAPERGRAM_DATABASE=sqlite:////data/papergram.db
USER papergram
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=60s --timeout=20s --start-period=30s CMD ["papergram", "doctor", "--quick"]
CMD ["papergram", "run"]
