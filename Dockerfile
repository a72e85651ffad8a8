# The image holds the runtime section of requirements.lock and the two packages, nothing else.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock ./
# The lock has three sections: what builds the wheel, what the bot needs, and the tests' own.
RUN sed '/^# --- runtime ---$/,$d' requirements.lock > build.lock \
 && sed '1,/^# --- runtime ---$/d; /^# --- tests ---$/,$d' requirements.lock > runtime.lock \
 && pip install --no-cache-dir --no-deps --require-hashes -r build.lock \
 && python -m venv --without-pip /opt/papergram \
 && pip --python /opt/papergram/bin/python install --no-cache-dir --no-deps --require-hashes -r runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY storage storage
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir dist . \
 && pip --python /opt/papergram/bin/python install --no-cache-dir --no-deps --no-index dist/*.whl

FROM python:3.13-slim
RUN pip uninstall --yes --quiet pip \
 && useradd --system --create-home --home-dir /data papergram
COPY --from=build /opt/papergram /opt/papergram
ENV PATH=/opt/papergram/bin:$PATH PYTHONUNBUFFERED=1 PAPERGRAM_DATABASE=sqlite:////data/papergram.db
USER papergram
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=60s --timeout=20s --start-period=30s CMD ["papergram", "doctor", "--quick"]
CMD ["papergram", "run"]
