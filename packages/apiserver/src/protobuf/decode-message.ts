import { type Field, type MessageType, integer, text } from './message-type.ts';
import { type WireField, wireFields } from './wire-reader.ts';

type Decoded = Record<string, unknown>;

/** The most levels of messages in one another. */
const deepest = 32;

/**
 * Pure. Returns what a message says in the form of JSON. Unknown fields are left out, and so are empty texts,
 * which the programs of Kubernetes write for what is not there.
 * @throws RangeError if the bytes are no such message
 */
export function decodeMessage(
  bytes: Buffer,
  type: MessageType,
  depth = 0,
): Readonly<Record<string, unknown>> {
  if (depth > deepest) throw new RangeError('the message is too deep');
  const result: Decoded = {};
  for (const { number, value } of wireFields(bytes)) {
    const field = type[number];
    if (field) add(result, field, value, depth);
  }
  return result;
}

function add(result: Decoded, field: Field, value: WireField['value'], depth: number): void {
  const { name, many } = field;
  if (many === 'map') {
    addEntry((result[name] ??= {}) as Decoded, field, value, depth);
    return;
  }
  const decoded = decodedValue(field, value, depth);
  if (many === 'list') ((result[name] ??= []) as unknown[]).push(decoded);
  else if (decoded !== undefined && decoded !== '') result[name] = decoded;
}

/** An entry of a map is a message of a key and a value, of which either is left out where it is empty. */
function addEntry(map: Decoded, field: Field, value: WireField['value'], depth: number): void {
  let [key, content]: [string, unknown] = ['', ''];
  for (const part of wireFields(asBytes(value))) {
    if (part.number === 1) key = asBytes(part.value).toString();
    else content = decodedValue(field, part.value, depth);
  }
  // An assignment to `__proto__` would be none of a key.
  Object.defineProperty(map, key, { value: content, configurable: true, enumerable: true, writable: true });
}

function decodedValue({ type }: Field, value: WireField['value'], depth: number): unknown {
  switch (type) {
    case 'string':
      return asBytes(value).toString();
    case 'bytes':
      return asBytes(value).toString('base64');
    case 'json':
      return JSON.parse(asBytes(value).toString());
    case 'integer':
      return Number(BigInt.asIntN(64, asNumber(value)));
    case 'boolean':
      return asNumber(value) !== 0n;
    case 'time':
      return timeText(decodeMessage(asBytes(value), { 1: integer('seconds'), 2: integer('nanos') }));
    case 'int-or-string':
      return intOrString(
        decodeMessage(asBytes(value), { 1: integer('type'), 2: integer('int'), 3: text('text') }),
      );
    default:
      return decodeMessage(asBytes(value), type, depth + 1);
  }
}

const intOrString = ({ type, int = 0, text: words = '' }: Readonly<Record<string, unknown>>): unknown =>
  type === 1 ? words : int;

/** No seconds are no time. */
function timeText({ seconds, nanos = 0 }: Readonly<Record<string, unknown>>): string | undefined {
  if (seconds === undefined) return undefined;
  const whole = new Date(Number(seconds) * 1_000).toISOString().slice(0, -5);
  const micros = Math.floor(Number(nanos) / 1_000);
  return micros === 0 ? `${whole}Z` : `${whole}.${String(micros).padStart(6, '0')}Z`;
}

function asBytes(value: WireField['value']): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw new RangeError('a number is in the place of bytes');
}

function asNumber(value: WireField['value']): bigint {
  if (typeof value === 'bigint') return value;
  throw new RangeError('bytes are in the place of a number');
}
