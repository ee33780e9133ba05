# The image of tandemd and tandemctl: the two programs and what they need to run. There is no shell in it.
#
#   docker build --tag registry.example.com/tandem:0.1.0 .
#
# deploy/dev/image-check runs these same steps where there is no container engine.
ARG DEBIAN=debian:12.11-slim

FROM ${DEBIAN} AS build
WORKDIR /src
# First what changes seldom.
COPY deploy/dev/install-packages deploy/dev/
RUN deploy/dev/install-packages run
COPY . .
ENV CCACHE_DIR=/var/cache/ccache
RUN --mount=type=cache,target=/var/cache/ccache \
    cmake --preset release && cmake --build --preset release --target tandemd tandemctl
RUN deploy/dev/image-root /image build/release/bin/tandemd build/release/bin/tandemctl

FROM scratch
LABEL org.opencontainers.image.title="tandem" \
      org.opencontainers.image.description="Routes customer contacts and back-office work" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /image /
USER 65532:65532
EXPOSE 9400 9401
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/tandemd"]
