# The executable alone, on Debian 12:
#   docker build -t understudy .
#   docker run --rm -v "$PWD/mocks/shop:/mock:ro" -p 5432:5432 understudy serve /mock --listen orders=0.0.0.0:5432
FROM debian:12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      g++ cmake ninja-build pkg-config make git ca-certificates \
      libboost1.81-dev libfmt-dev nlohmann-json3-dev libyaml-cpp-dev libre2-dev \
      libxxhash-dev libcli11-dev libpg-query-dev libpq-dev libmariadb-dev libsqlite3-dev liblua5.1-0-dev zlib1g-dev libbrotli-dev libzstd-dev libssl-dev libnghttp2-dev libhowardhinnant-date-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release \
      -DUNDERSTUDY_BUILD_TESTS=OFF -DUNDERSTUDY_BUILD_EXAMPLES=OFF -DUNDERSTUDY_UNITY=ON \
    && ninja -C /build understudy \
    && strip -o /understudy "$(find /build -type f -name understudy -perm -u+x)"

FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
      libfmt9 libyaml-cpp0.7 libre2-9 libxxhash0 libpg-query1504.0 libpq5 libmariadb3 libsqlite3-0 liblua5.1-0 zlib1g libbrotli1 libzstd1 libssl3 libnghttp2-14 libhowardhinnant-date3 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group understudy
COPY --from=build /understudy /usr/local/bin/understudy
USER understudy
ENTRYPOINT ["understudy"]
CMD ["--help"]
