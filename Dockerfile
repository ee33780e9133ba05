# The image of tandemd and tandemctl: the two programs and what they need to run. There is no shell in it.
#
#   docker build --tag registry.example.com/tandem:0.1.0 .
#
# deploy/dev/image-check runs these same steps where there is no container engine.
#
# What is built depends on the day: the tag of the base image can be moved, and apt takes the packages that Debian has. To pin
# both, give DEBIAN a digest (debian:12.11-slim@sha256:…) and SNAPSHOT a moment of snapshot.debian.org (20250901T000000Z).
ARG DEBIAN=debian:12.11-slim

FROM ${DEBIAN} AS build
ARG SNAPSHOT=
RUN [ -z "$SNAPSHOT" ] || printf '%s\n' >/etc/apt/sources.list.d/debian.sources \
    "Types: deb" "URIs: http://snapshot.debian.org/archive/debian/$SNAPSHOT" "Suites: bookworm bookworm-updates" \
    "Components: main" "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg" "Check-Valid-Until: no" "" \
    "Types: deb" "URIs: http://snapshot.debian.org/archive/debian-security/$SNAPSHOT" "Suites: bookworm-security" \
    "Components: main" "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg" "Check-Valid-Until: no"
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
