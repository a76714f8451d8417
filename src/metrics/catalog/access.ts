/** Who was let in, and what was removed to keep images private. */
export const ACCESS_METRICS = {
  httpRefused: {
    name: "vision_http_refused_total",
    type: "counter",
    labels: ["reason"],
    help: "Requests turned away before they were read: no_credentials, wrong_credentials, wrong_scope (401, 403), busy (503, too many log-ins at once), foreign_origin (another site's page, or another name than localhost), and tls, connections without a handshake or certificate that is accepted.",
  },
  filesReadSuccessful: {
    name: "vision_access_last_reload_successful",
    type: "gauge",
    labels: [],
    help: "1 when certificates, users and tokens are those on disk, 0 when the files have faults and the ones before stay in force.",
  },
  filesRefused: {
    name: "vision_access_reload_failures_total",
    type: "counter",
    labels: [],
    help: "Changes of certificates, users or tokens on disk that were not taken up because of a fault in them.",
  },
  certificateEnd: {
    name: "vision_tls_certificate_expiry_timestamp_seconds",
    type: "gauge",
    labels: [],
    unit: "seconds",
    help: "When the certificate of the servers ends, Unix time. Absent without TLS.",
  },
  galleryRemoved: {
    name: "vision_gallery_images_removed_total",
    type: "counter",
    labels: ["model", "reason"],
    help: "Images that left the gallery (age: gallery.keep, bytes: gallery.maxBytes, request: asked for by id), without those that more wanted ones displaced.",
  },
  predictionsForgotten: {
    name: "vision_predictions_forgotten_total",
    type: "counter",
    labels: ["model"],
    help: "Requests to forget a prediction by its id for which there was something to remove.",
  },
} as const;
