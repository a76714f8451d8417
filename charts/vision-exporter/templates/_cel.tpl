{{/*
A YAML value as a CEL literal. CEL's lists and maps hold one type, so every element goes through `dyn`. Numbers are whole ones here; Helm reads
them as floats.
*/}}
{{- define "vision-exporter.cel" -}}
{{- if kindIs "map" . -}}
{ {{- range $i, $key := keys . | sortAlpha }}{{ if $i }}, {{ end }}{{ toRawJson $key }}: dyn({{ include "vision-exporter.cel" (get $ $key) }}){{ end -}} }
{{- else if kindIs "slice" . -}}
[ {{- range $i, $item := . }}{{ if $i }}, {{ end }}dyn({{ include "vision-exporter.cel" $item }}){{ end -}} ]
{{- else if kindIs "float64" . -}}
{{ int64 . }}
{{- else -}}
{{ toRawJson . }}
{{- end -}}
{{- end -}}
