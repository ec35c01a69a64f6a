import { isIP, isIPv4, isIPv6 } from 'node:net';

/**
 * The formats of texts that Kubernetes checks, by their names without dashes. All others are for readers
 * only.
 */
const formats: Readonly<Record<string, (text: string) => boolean>> = {
  bsonobjectid: (text) => /^[0-9a-f]{24}$/i.test(text),
  uri: isRequestUri,
  email: (text) => /^([^<>]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/.test(text),
  hostname: isHostname,
  ipv4: isIPv4,
  ipv6: isIPv6,
  cidr: isCidr,
  mac: (text) => /^([0-9a-f]{2}([:-][0-9a-f]{2}){5,7}|[0-9a-f]{4}(\.[0-9a-f]{4}){2,3})$/i.test(text),
  uuid: (text) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text),
  uuid3: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  uuid4: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text),
  uuid5: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(text),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: (text) => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
  hexcolor: (text) => /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text),
  rgbcolor: isRgbColor,
  byte: (text) => /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.test(text),
  password: () => true,
  date: isDate,
  datetime: isDateTime,
  duration: (text) =>
    /^[-+]?(\d+(\.\d*)?|\.\d+)\s*(ns|us|µs|ms|s|m|h|d|w)/.test(text) || text === '0' || isLongDuration(text),
  k8sshortname: (text) => text.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text),
  k8slongname: (text) =>
    text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text),
};

const checkOf = (format: string): ((text: string) => boolean) | undefined => {
  const name = format.replaceAll('-', '');
  return Object.hasOwn(formats, name) ? formats[name] : undefined;
};

/** Tells whether Kubernetes checks a format. */
export const isCheckedFormat = (format: string): boolean => checkOf(format) !== undefined;

/** Tells whether a text has a format, or the format is not checked. */
export const hasFormat = (text: string, format: string): boolean => checkOf(format)?.(text) ?? true;

function isRequestUri(text: string): boolean {
  if (/[\s\u0000-\u001f]/.test(text)) return false;
  return text.startsWith('/') || (/^[a-z][a-z0-9+.-]*:/i.test(text) && URL.canParse(text));
}

const letter = String.raw`[a-zA-Z0-9\p{S}\p{L}]`;
const word = String.raw`${letter}(?:[-a-zA-Z0-9\p{S}\p{L}]{0,61}${letter})?`;
const hostname = new RegExp(
  String.raw`^(?:${letter}(?:-?${letter}{0,62})?|(?:${word}\.)+[a-zA-Z\p{L}]{2,63})$`,
  'u',
);

function isHostname(text: string): boolean {
  return hostname.test(text) && text.length <= 255 && text.split('.').every((part) => part.length <= 63);
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...more] = text.split('/');
  const most = isIP(address) === 4 ? 32 : 128;
  return more.length === 0 && isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

function isIsbn10(text: string): boolean {
  const digits = text.replaceAll(/[- ]/g, '');
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  const sum = Array.from(digits).reduce(
    (all, digit, at) => all + (10 - at) * (digit === 'X' ? 10 : Number(digit)),
    0,
  );
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replaceAll(/[- ]/g, '');
  if (!/^97[89]\d{10}$/.test(digits)) return false;
  return (
    Array.from(digits).reduce((all, digit, at) => all + (at % 2 === 0 ? 1 : 3) * Number(digit), 0) % 10 === 0
  );
}

/** A credit card has the check digit of Luhn. */
function isCreditCard(text: string): boolean {
  const digits = Array.from(text.replaceAll(/\D/g, '')).map(Number).toReversed();
  if (digits.length < 13 || digits.length > 16) return false;
  const doubled = digits.map((digit, at) => (at % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0)));
  return doubled.reduce((all, digit) => all + digit, 0) % 10 === 0;
}

function isRgbColor(text: string): boolean {
  const parts = /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/.exec(text)?.slice(1);
  return parts?.every((part) => Number(part) <= 255) ?? false;
}

function isDate(text: string): boolean {
  const isWritten = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const time = Date.parse(`${text}T00:00:00Z`);
  return isWritten && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function isDateTime(text: string): boolean {
  const [date = '', time = ''] = text.split(/[tT]/);
  const written = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(z|[-+]\d{2}:?\d{2})$/i;
  return isDate(date) && written.test(time);
}

/** The longest duration that is looked into: the search takes quadratic time. */
const longestDuration = 128;

/** A duration may have its units written out. */
const isLongDuration = (text: string): boolean =>
  text.length <= longestDuration && /\d\s*(nano|micro|milli|sec|min|hr|hour|day|wk|week)/i.test(text);
