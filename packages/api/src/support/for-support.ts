import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/** What stands in the place of what others must not see. */
const hidden = '(hidden)';

/** The fields of a spec whose content is only its owner's, wherever they are in it. */
const ownFields: readonly string[] = [
  'env',
  'variables',
  'cloudInit',
  'command',
  'cmdLine',
  'userData',
  'password',
  'token',
];

/** The fields of Secrets and ConfigMaps that have values by their names. */
const dataFields: readonly string[] = ['data', 'stringData', 'binaryData'];
const secretFields: readonly string[] = ['apiVersion', 'kind', 'type', ...dataFields];

/**
 * Pure. Returns an object as it may be given to people who help. Names stay and values go: of Secrets, ConfigMaps
 * and annotations, of environments, of commands, and of what is passed to guests.
 */
export function forSupport(object: KubeObject): KubeObject {
  const { metadata, ...rest } = object;
  const {
    annotations,
    managedFields: _fields,
    ...kept
  } = metadata as KubeObject['metadata'] & {
    readonly managedFields?: unknown;
  };
  // A Secret as it is stored has fields besides, in which its content is encrypted.
  const known = Object.entries(rest).filter(
    ([name]) => rest.kind !== 'Secret' || secretFields.includes(name),
  );
  const fields = known.map(([name, value]) => [
    name,
    dataFields.includes(name) ? namesAlone(value) : withoutOwn(value),
  ]);
  return {
    ...(Object.fromEntries(fields) as Omit<KubeObject, 'metadata'>), // its apiVersion and kind are texts
    metadata: { ...kept, ...(annotations && { annotations: namesAlone(annotations) }) },
  } as KubeObject;
}

/** Pure. Returns a value without what is only its owner's, and without credentials in its texts. */
export function withoutOwn(value: unknown): unknown {
  if (typeof value === 'string') return withoutCredentials(value);
  if (Array.isArray(value)) return value.map(withoutOwn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      isOwn(name, field)
        ? namesAlone(field)
        : withoutOwn(name === 'notify' ? withoutAddresses(field) : field),
    ]),
  );
}

const isOwn = (name: string, field: unknown): boolean =>
  ownFields.includes(name) || (typeof field === 'string' && secretName.test(name));

/** Hides the addresses of those who are notified: whoever knows such an address may send to it. */
const withoutAddresses = (notifications: unknown): unknown =>
  Array.isArray(notifications)
    ? notifications.map((each: unknown) =>
        typeof each === 'object' && each !== null && 'url' in each ? { ...each, url: hidden } : each,
      )
    : notifications;

/** Returns the names of fields, and nothing of a value that has none. */
function namesAlone(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return hidden;
  return Object.fromEntries(Object.keys(value).map((name) => [name, hidden]));
}

/** How the names of secrets end, whatever is before it, as in `MYSQL_PASSWORD` and `clientSecret`. */
const secretWord = String.raw`(?:pass(?:word|wd|phrase)?|pwd|secret|token|(?:api|access|private|secret)[-_]?key)`;
const secretName = new RegExp(`${secretWord}$`, 'i');
const secretStart = String.raw`(${secretWord})((?:\\*["'])?\s*[=:]\s*)`;

/** In a text that is within another one, quotes have backslashes. What one begins ends with the same, or the line. */
const quoted = String.raw`(\\*["'])(?:(?!(?<!\\)\3).)*(?:\3|$)`;

/** What is a credential by its form alone: private keys, JSON Web Tokens, and what follows such words in a text. */
const credentials = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, hidden],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^/\s@]*@/gi, `$1${hidden}@`],
  [/\b(bearer|basic)\s+[\w+/=.~-]{8,}/gi, `$1 ${hidden}`],
  [new RegExp(`${secretStart}${quoted}`, 'gim'), `$1$2$3${hidden}$3`],
  [new RegExp(String.raw`${secretStart}(?!\\*["'])[^\s"',;]+`, 'gi'), `$1$2${hidden}`],
] as const;

/** Pure. Returns a text without what is a credential by its form, such as a line of a log. */
export const withoutCredentials = (text: string): string =>
  credentials.reduce((rest, [form, instead]) => rest.replaceAll(form, instead), text);
