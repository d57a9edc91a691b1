/** A Mesh that nobody complains of, with these annotations. */
export const annotated = (annotations: Readonly<Record<string, string>>, name = 'shop'): string =>
  `
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: ${JSON.stringify({ name, annotations })}
spec: {}
---
`;

/** The annotations of a suppression. */
export const ignoring = (rule: string, more: { readonly reason?: string; readonly until?: string } = {}) => ({
  'meshdoctor.io/ignore': rule,
  ...(more.reason === undefined ? {} : { 'meshdoctor.io/ignore-reason': more.reason }),
  ...(more.until === undefined ? {} : { 'meshdoctor.io/ignore-until': more.until }),
});
