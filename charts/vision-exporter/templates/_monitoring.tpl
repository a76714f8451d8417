{{/* What PodMonitor and ServiceMonitor have in common: the limits of the scrape, and its one endpoint. */}}
{{- define "vision-exporter.scrapeLimits" -}}
{{- range $i, $limit := list "sampleLimit" "labelLimit" "labelNameLengthLimit" "labelValueLengthLimit" }}
{{- if $i }}{{ "\n" }}{{ end }}
{{- $limit }}: {{ int (get $.Values.scrape $limit) }}
{{- end }}
{{- end -}}

{{- define "vision-exporter.scrapeEndpoint" -}}
- port: vision-metrics
  interval: {{ .Values.scrape.interval }}
  scrapeTimeout: {{ .Values.scrape.scrapeTimeout }}
  {{- if ne .Values.scrape.scheme "http" }}
  scheme: {{ .Values.scrape.scheme }}
  {{- end }}
  {{- with .Values.scrape.tlsConfig }}
  tlsConfig:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.scrape.basicAuth }}
  basicAuth:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.scrape.relabelings }}
  relabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.scrape.metricRelabelings }}
  metricRelabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
