# docker build -t vision-exporter:0.1.0 .
# One image for every command: `run` (tap and analyser), `tap`, `serve`, `reference build`, …
# Both bases need glibc: onnxruntime-node has no build for musl. The runtime base needs node and no shell, so a distroless one fits:
#   --build-arg RUNTIME_BASE=gcr.io/distroless/nodejs24-debian12:nonroot
# Pin them by digest for a release. `npm run image:check` builds this file and runs the image.
ARG BUILD_BASE=node:24-bookworm-slim
ARG RUNTIME_BASE=node:24-bookworm-slim

FROM ${BUILD_BASE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci && npm sbom --omit=dev --sbom-format=cyclonedx > sbom.cdx.json
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN node_modules/.bin/tsc -p tsconfig.build.json && npm prune --omit=dev
# onnxruntime-node carries the libraries of five platforms, 270 MB; this leaves the one of this image. The rest are test data and sources of packages.
RUN find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d ! -path "*/linux/$(node -p process.arch)" -exec rm -r {} + \
 && rm -r node_modules/bintrees/test node_modules/lmdb/dependencies node_modules/lmdb/src \
 && find dist node_modules -name "*.map" -delete

FROM ${RUNTIME_BASE}
ARG RUNTIME_BASE
ARG REVISION=unknown
LABEL org.opencontainers.image.title="vision-exporter" \
      org.opencontainers.image.description="Prometheus exporter sidecar that monitors a computer-vision model in production" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.base.name="${RUNTIME_BASE}" \
      org.opencontainers.image.revision="${REVISION}"
# Two malloc arenas: 146 instead of 183 MiB in use under load. The flag is set here and not in the entry point, so that the analyser that `run` starts has it
# too. --disallow-code-generation-from-strings is left out: lmdb's ordered-binary makes a function from a string and would not start.
# A fixed threshold of 256 KiB: otherwise the C library keeps freed images for itself, and after some large ones the analyser held 86 % of its limit
# for good and shed every image; with it 21 %.
# A trim threshold of 16 MiB: the tap frees its read blocks a few MiB at a time; the C library would hand them back to the system each time and fault
# them in again: 30 % of its added latency.
# ONNX Runtime 1.30 sends usage data to its maker unless told not to.
ENV NODE_ENV=production \
    NODE_OPTIONS="--disable-proto=delete" \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=262144 \
    MALLOC_TRIM_THRESHOLD_=16777216 \
    ORT_DISABLE_TELEMETRY=1 \
    PATH=/usr/local/bin:/usr/bin:/bin:/nodejs/bin \
    VISION_EXPORTER_REVISION=${REVISION}
WORKDIR /app
COPY --from=build /app/package.json /app/sbom.cdx.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist/src ./dist/src
COPY models/efficientnet-lite0.onnx models/README.md ./models/
COPY LICENSE ./
# A distroless base has none; it needs the C library alone. `run` moves the threads that look at images to the idle class with it.
COPY --from=build /usr/bin/chrt /usr/bin/chrt
# Files belong to root and are not written to. What is written goes to volumes: the directories of `tap.linkPath` and `state.directory`.
USER 65532:65532
EXPOSE 9000 9435 9436
# For engines that look at it (Kubernetes does not). A container that runs only `tap` has no such port: start it with --no-healthcheck.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "require('node:http').get('http://127.0.0.1:9435/-/healthy', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/src/main.js"]
CMD ["run", "--config", "/etc/vision-exporter/vision-exporter.yaml"]
