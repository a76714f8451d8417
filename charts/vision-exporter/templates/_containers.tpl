{{/*
The two native sidecars, for `initContainers` of a pod template:

  initContainers:
    {{- include "vision-exporter.sidecars" (index .Subcharts "vision-exporter") | nindent 4 }}
  volumes:
    {{- include "vision-exporter.volumes" (index .Subcharts "vision-exporter") | nindent 4 }}

The analyser stands first, since sidecars end in reverse: it writes its state after the tap has let the last connection go. Neither has a startup
or readiness probe, so neither can delay the model or take it out of service. The tap has no probe at all: each one would be a connection to
the model.
*/}}
{{- define "vision-exporter.sidecars" -}}
{{- with include "vision-exporter.reference" . }}
{{- . }}
{{ end }}
{{- include "vision-exporter.analyser" (dict "root" . "sidecar" true) }}
- name: vision-tap
  image: {{ include "vision-exporter.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  restartPolicy: Always
  args: [tap, --config, /etc/vision-exporter/vision-exporter.yaml]
  {{- with .Values.extraEnv }}
  env:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    - name: vision-tap
      containerPort: {{ include "vision-exporter.tapPort" . }}
  resources:
    {{- toYaml .Values.tap.resources | nindent 4 }}
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  volumeMounts:
    - { name: vision-config, mountPath: /etc/vision-exporter, readOnly: true }
    - { name: vision-run, mountPath: {{ dir .Values.config.tap.linkPath }} }
{{- end -}}

{{/* The container that fetches the reference out of an image; none without one. */}}
{{- define "vision-exporter.reference" -}}
{{- with .Values.reference.initImage -}}
- name: vision-reference
  image: {{ . }}
  imagePullPolicy: {{ $.Values.image.pullPolicy }}
  command: [cp, {{ printf "/%s" (required "reference.file is missing: which file of reference.initImage?" $.Values.reference.file) }}, /reference/]
  resources:
    requests: { cpu: 10m, memory: 16Mi }
    limits: { memory: 64Mi }
  securityContext:
    {{- toYaml $.Values.securityContext | nindent 4 }}
  volumeMounts:
    - { name: vision-reference, mountPath: /reference }
{{- end -}}
{{- end -}}

{{- define "vision-exporter.analyser" -}}
{{- $root := .root -}}
{{- with .root.Values -}}
- name: vision-analyser
  image: {{ include "vision-exporter.image" $root }}
  imagePullPolicy: {{ .image.pullPolicy }}
  {{- if $.sidecar }}
  restartPolicy: Always
  {{- end }}
  args: [serve, --config, /etc/vision-exporter/vision-exporter.yaml]
  {{- with .extraEnv }}
  env:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    - name: vision-metrics
      containerPort: 9435
    - name: vision-api
      containerPort: 9436
  livenessProbe:
    {{- include "vision-exporter.probe" (dict "kind" .access.probe "path" "/-/healthy") | nindent 4 }}
    {{- /* Fails only after 10 s without an answer; restarted after three in a row: a stall of seconds ends by itself. */}}
    periodSeconds: 10
    timeoutSeconds: 10
    failureThreshold: 3
  {{- if not $.sidecar }}
  readinessProbe:
    {{- include "vision-exporter.probe" (dict "kind" .access.probe "path" "/-/ready") | nindent 4 }}
  {{- end }}
  resources:
    {{- toYaml .analyser.resources | nindent 4 }}
  securityContext:
    {{- toYaml .securityContext | nindent 4 }}
  volumeMounts:
    - { name: vision-config, mountPath: /etc/vision-exporter, readOnly: true }
    {{- if $.sidecar }}
    - { name: vision-run, mountPath: {{ dir .config.tap.linkPath }} }
    {{- end }}
    - { name: vision-state, mountPath: {{ .config.state.directory }} }
    {{- if .access.secretName }}
    - { name: vision-access, mountPath: /etc/vision-exporter-access, readOnly: true }
    {{- end }}
    {{- if .reference.file }}
    - { name: vision-reference, mountPath: /reference, readOnly: true }
    {{- end }}
    {{- if .labels.secret }}
    - { name: vision-labels, mountPath: /etc/vision-labels, readOnly: true }
    {{- end }}
{{- end -}}
{{- end -}}

{{- define "vision-exporter.probe" -}}
{{- if eq .kind "TCP" -}}
tcpSocket: { port: vision-metrics }
{{- else if eq .kind "HTTPS" -}}
httpGet: { path: {{ .path }}, port: vision-metrics, scheme: HTTPS }
{{- else -}}
httpGet: { path: {{ .path }}, port: vision-metrics }
{{- end -}}
{{- end -}}

{{- define "vision-exporter.volumes" -}}
- name: vision-config
  configMap:
    name: {{ include "vision-exporter.configMapName" . }}
{{- if eq .Values.mode "sidecar" }}
- name: vision-run
  emptyDir: { sizeLimit: 1Mi }
{{- end }}
- name: vision-state
  {{- toYaml (default (dict "emptyDir" (dict "sizeLimit" "1Gi")) .Values.state.volume) | nindent 2 }}
{{- with .Values.labels.secret }}
- name: vision-labels
  secret: { secretName: {{ . }} }
{{- end }}
{{- with .Values.access.secretName }}
- name: vision-access
  secret: { secretName: {{ . }} }
{{- end }}
{{- if .Values.reference.file }}
- name: vision-reference
  {{- if .Values.reference.initImage }}
  emptyDir: { sizeLimit: 256Mi }
  {{- else if .Values.reference.volume }}
  {{- toYaml .Values.reference.volume | nindent 2 }}
  {{- else }}
  {{- fail "reference.volume is missing: where is reference.file?" }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "vision-exporter.tapPort" -}}
{{- .Values.config.tap.listen | splitList ":" | last -}}
{{- end -}}
