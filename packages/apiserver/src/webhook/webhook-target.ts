import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import * as v from 'valibot';
import { invalidValue, requiredValue } from '../structural-schema/field-error.ts';

/** Where a program of somebody else is asked (Kubernetes: `WebhookClientConfig`). */
export const webhookTargetSchema = v.strictObject({
  url: v.exactOptional(v.string()),
  caBundle: v.exactOptional(v.string()),
  service: v.exactOptional(
    v.strictObject({
      name: v.string(),
      namespace: v.string(),
      path: v.exactOptional(v.string()),
      port: v.exactOptional(v.number()),
    }),
  ),
});

export type WebhookTarget = v.InferOutput<typeof webhookTargetSchema>;

/** Pure. Returns what is wrong with a target, given the path to it. */
export function webhookTargetProblems({ url, service }: WebhookTarget, path: string): readonly ErrorCause[] {
  if ((url === undefined) === (service === undefined))
    return [requiredValue(path, 'exactly one of url or service is required')];
  return [
    ...(url === undefined ? [] : urlProblems(url, `${path}.url`)),
    ...(service === undefined ? [] : serviceProblems(service, `${path}.service`)),
  ];
}

const form = '; desired format: https://host[:port]/path';

function urlProblems(text: string, field: string): readonly ErrorCause[] {
  if (!URL.canParse(text)) return [requiredValue(field, `url must be a valid URL${form}`)];
  const url = new URL(text);
  const user = [url.username, url.password].filter((part) => part !== '').join(':');
  const scheme = url.protocol.slice(0, -1);
  return [
    ...(scheme === 'https'
      ? []
      : [invalidValue(field, scheme, `'https' is the only allowed URL scheme${form}`)]),
    ...(user === '' ? [] : [invalidValue(field, user, 'user information is not permitted in the URL')]),
    ...(url.hash === ''
      ? []
      : [invalidValue(field, url.hash.slice(1), 'fragments are not permitted in the URL')]),
    ...(url.search === ''
      ? []
      : [invalidValue(field, url.search.slice(1), 'query parameters are not permitted in the URL')]),
  ];
}

function serviceProblems(
  { name, namespace, path, port = 443 }: NonNullable<WebhookTarget['service']>,
  field: string,
): readonly ErrorCause[] {
  const isPort = Number.isInteger(port) && port >= 1 && port <= 65_535;
  return [
    ...(name === '' ? [requiredValue(`${field}.name`)] : []),
    ...(namespace === '' ? [requiredValue(`${field}.namespace`)] : []),
    ...(isPort
      ? []
      : [invalidValue(`${field}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive')]),
    ...(path === undefined || path === '' || path.startsWith('/')
      ? []
      : [invalidValue(`${field}.path`, path, "must start with a '/'")]),
  ];
}
