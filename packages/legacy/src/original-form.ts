import { scheme } from './scheme.ts';
import { apiVersion } from './v1alpha4/group.ts';
import { writtenForm } from '@ignite/api/written-form';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Versioned } from '@ignite/toolkit/scheme/kind';
import { plainJson } from '@ignite/toolkit/go-template/plain-json';
import { GoObject, type GoValue } from '@ignite/toolkit/go-template/value';
import { objectView } from './go-view/object-view.ts';
import type { ViewContext } from './go-view/view-context.ts';

/** Pure. An object as the original's `inspect` printed it: of its last API version, with what is observed as its status. */
export function originalForm(object: KubeObject, context: ViewContext): object {
  const { kind } = object;
  const conversion = scheme.find(apiVersion, kind)?.conversion;
  if (!conversion) throw new RangeError(`${apiVersion} has no ${kind}`);
  const { metadata, spec } = conversion.fromHub(writtenForm(object) as Versioned);
  const status = objectView(object, context).parts.fields?.['Status'];
  return { apiVersion, kind, metadata, spec, status: inJsonNames(status) };
}

/** Go's fields by the names that the original gave them in JSON; a nil pointer is left out, as `omitempty` had it. */
function inJsonNames(value: GoValue): unknown {
  if (!(value instanceof GoObject) || value.parts.value !== undefined || value.parts.isNil === true)
    return plainJson(value);
  const fields = Object.entries(value.parts.fields ?? {}).filter(
    ([name, field]) => name === 'ID' || !(field instanceof GoObject && field.parts.isNil === true),
  );
  return Object.fromEntries(fields.map(([name, field]) => [jsonName(name), inJsonNames(field)]));
}

/** `IPAddresses` is `ipAddresses`, `IDPrefix` is `idPrefix`, `ID` is `id`, `StartTime` is `startTime`. */
const jsonName = (name: string): string =>
  name.replace(/^(?:ID|IP|OCI)(?=[A-Z]|$)|^[A-Z]/, (capitals) => capitals.toLowerCase());
