{{- define "tandem.name" -}}
{{- if contains "tandem" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}{{ printf "%s-tandem" .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "tandem.selector" -}}
app.kubernetes.io/name: tandem
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tandem.labels" -}}
{{ include "tandem.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "tandem.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}
{{- end }}

{{- define "tandem.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "tandem.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop:
      - ALL
{{- end }}

{{- define "tandem.databaseVariables" -}}
- name: TANDEM_DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.secretName }}
      key: {{ .Values.database.secretKey }}
{{- if .Values.database.caSecretName }}
- name: PGSSLMODE
  value: verify-full
- name: PGSSLROOTCERT
  value: /etc/tandem/database/ca.crt
{{- end }}
{{- end }}

{{- /* The chart lets the server listen without TLS for health and metrics, so it would not refuse to serve gRPC plainly. */}}
{{- define "tandem.checkTls" -}}
{{- if and .Values.tls.enabled (not .Values.tls.secretName) }}
{{- fail "tls.secretName: expected the secret with the certificate, because tls.enabled is true" }}
{{- else if and .Values.tls.secretName (not .Values.tls.enabled) }}
{{- fail "tls.enabled: expected true, because tls.secretName names a certificate" }}
{{- end }}
{{- end }}

{{- define "tandem.tlsVariables" -}}
{{- if .Values.tls.enabled -}}
- name: TANDEM_TLS_CERT
  value: /etc/tandem/tls/tls.crt
- name: TANDEM_TLS_KEY
  value: /etc/tandem/tls/tls.key
{{- if .Values.tls.clientCertificates }}
- name: TANDEM_TLS_CLIENT_CA
  value: /etc/tandem/tls/ca.crt
{{- end }}
{{- end }}
{{- end }}

{{- define "tandem.tlsMount" -}}
{{- if .Values.tls.enabled -}}
- name: tls
  mountPath: /etc/tandem/tls
  readOnly: true
{{- end }}
{{- end }}

{{- define "tandem.tlsVolume" -}}
{{- if .Values.tls.enabled -}}
- name: tls
  secret:
    secretName: {{ .Values.tls.secretName }}
{{- end }}
{{- end }}

{{- define "tandem.databaseMount" -}}
{{- if .Values.database.caSecretName -}}
- name: database-ca
  mountPath: /etc/tandem/database
  readOnly: true
{{- end }}
{{- end }}

{{- define "tandem.databaseVolume" -}}
{{- if .Values.database.caSecretName -}}
- name: database-ca
  secret:
    secretName: {{ .Values.database.caSecretName }}
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}
{{- end }}

{{- define "tandem.databaseEgress" -}}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
- to:
    {{- toYaml .Values.networkPolicy.database.peers | nindent 4 }}
  ports:
    - port: {{ .Values.networkPolicy.database.port }}
{{- end }}
