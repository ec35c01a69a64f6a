/** Pure. Returns the fields of an object beside metadata, spec and status, such as the `data` of a Secret. */
export function contentOf({
  apiVersion: _version,
  kind: _kind,
  metadata: _metadata,
  spec: _spec,
  status: _status,
  ...content
}: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return content;
}
