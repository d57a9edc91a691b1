#!/usr/bin/env bash
# Writes go.mod anew for another Kubernetes: `./write-go-mod.sh v1.34.4 && go mod tidy`. The published go.mod of
# k8s.io/kubernetes replaces its staging modules with folders; each is replaced with the same module's release instead.
set -euo pipefail
release=$1
published=$(go mod download -json "k8s.io/kubernetes@$release" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
{
  echo "module meshdoctor.dev/lab/control-plane"
  grep -E '^(go|godebug) ' "$published"
  echo "require k8s.io/kubernetes $release"
  echo "replace ("
  sed -n 's#^\t*\(k8s.io/[^ ]*\) => ./staging/src/.*#\t\1 => \1 v0.'"${release#v1.}"'#p' "$published"
  echo ")"
} >go.mod
