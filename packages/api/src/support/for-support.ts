/** What stands in the place of what others must not see. */
const hidden = '(hidden)';

/**
 * The fields whose content is only its owner's, wherever they are in an object or a configuration. In `sealed` is the
 * content of a Secret as it is stored.
 */
const ownFields: readonly string[] = [
  'annotations',
  'managedFields',
  'data',
  'stringData',
  'binaryData',
  'sealed',
  'env',
  'variables',
  'cloudInit',
  'command',
  'cmdLine',
  'userData',
  'password',
  'token',
];

/**
 * Pure. Returns an object or a configuration as it may be given to people who help. Names stay and values go: of
 * Secrets, ConfigMaps and annotations, of environments, of commands, and of what is passed to guests; and credentials
 * in texts.
 */
export function forSupport(value: unknown): unknown {
  if (typeof value === 'string') return withoutCredentials(value);
  if (Array.isArray(value)) return value.map(forSupport);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      isOwn(name, field)
        ? namesAlone(field)
        : forSupport(name === 'notify' ? withoutAddresses(field) : field),
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
