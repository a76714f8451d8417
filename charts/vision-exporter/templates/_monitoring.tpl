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
  {{- with .Values.scrape.relabelings }}
  relabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.scrape.metricRelabelings }}
  metricRelabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
