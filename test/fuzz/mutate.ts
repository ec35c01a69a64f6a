import type { Random } from './random.ts';

/** Words that have broken other parsers. */
const hostileWords = [
  ...['', ' ', '\0', '\n', '\r\n', '\t', '\u001b[2J', '\u0085', '\u202e', '\ufeff', '\ud800', 'é', '😀'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'null', 'true', 'NaN', '~'],
  ...['-1', '0', '1e309', '9007199254740993', '0x7fffffff', '99999999999999999999', '.5', '1_000'],
  ...['../../etc/passwd', '/', '//', '.', '..', '%00', '%n%s', '$(id)', '`id`', '${x}', '$${', '{{', '}}'],
  ...[
    '&a',
    '*a',
    '<<: *a',
    '!!js/function',
    '---',
    '...',
    '- ',
    ': ',
    '#',
    '"',
    "'",
    '\\',
    ',',
    '[',
    ']',
    '{',
    '}',
  ],
];
const hostileValues: readonly unknown[] = [
  ...[null, true, false, '', [], {}, [[]], -1, 0, 0.5, 1e308, 2 ** 53, -(2 ** 31), '1', 'x'.repeat(5_000)],
  ...hostileWords,
];
const hostileBytes = [0, 1, 0x7f, 0x80, 0xff];
const longest = 65_536;

/**
 * Returns a sample with changes of the sort that a person's mistakes or an attacker's attempts make. `words`
 * are those of its language.
 */
export function mutatedText(samples: readonly string[], words: readonly string[], random: Random): string {
  let text = random.pick(samples);
  for (let times = random.below(4); times >= 0; times -= 1) text = mutatedOnce(text, samples, words, random);
  return text.slice(0, longest);
}

function mutatedOnce(
  text: string,
  samples: readonly string[],
  words: readonly string[],
  random: Random,
): string {
  const [from, other] = [random.below(text.length + 1), random.below(text.length + 1)];
  const [start, end] = [Math.min(from, other), Math.max(from, other)];
  const span = text.slice(start, Math.min(end, start + 200));
  switch (random.below(7)) {
    case 0:
      return text.slice(0, start) + text.slice(start + span.length);
    case 1:
      return text.slice(0, start) + span + text.slice(start);
    case 2:
      return text.slice(0, start);
    case 3:
      return text.slice(0, start) + random.pick(hostileWords) + text.slice(start);
    case 4:
      return text.slice(0, start) + String.fromCharCode(random.below(0x300)) + text.slice(start + 1);
    case 5:
      return text.slice(0, start) + random.pick(samples).slice(random.below(50));
    default: {
      // A piece is repeated a few times, and now and then often enough to keep a backtracking parser busy for
      // ever.
      const piece = random.pick([...words, ...hostileWords, span.slice(0, 8)]);
      const times = random.once(50) ? longest : 1 + random.below(40);
      return (
        text.slice(0, start) +
        piece.repeat(Math.min(times, longest / Math.max(1, piece.length))) +
        text.slice(start)
      );
    }
  }
}

/** Returns a JSON value with some of it changed. */
export function mutatedValue(value: unknown, random: Random): unknown {
  if (random.once(12)) return random.pick(hostileValues);
  if (Array.isArray(value)) return mutatedList(value, random);
  if (typeof value !== 'object' || value === null) return mutatedLeaf(value, random);
  const entries = Object.entries(value);
  if (entries.length === 0 || random.once(6))
    return fromEntries([...entries, [random.pick(hostileWords), random.pick(hostileValues)]]);
  const at = random.below(entries.length);
  const [name, child] = entries[at]!;
  if (random.once(8)) return fromEntries(entries.toSpliced(at, 1));
  if (random.once(10)) return fromEntries(entries.toSpliced(at, 1, [random.pick(hostileWords), child]));
  return fromEntries(entries.toSpliced(at, 1, [name, mutatedValue(child, random)]));
}

function mutatedList(list: readonly unknown[], random: Random): readonly unknown[] {
  const at = random.below(list.length + 1);
  if (at === list.length) return [...list, random.pick(hostileValues)];
  if (random.once(6)) return Array.from({ length: 1 + random.below(300) }, () => list[at]);
  return list.toSpliced(at, 1, mutatedValue(list[at], random));
}

function mutatedLeaf(value: unknown, random: Random): unknown {
  if (typeof value === 'string' && !random.once(3)) return mutatedOnce(value, [value], [], random);
  if (typeof value === 'number' && !random.once(3)) return value * random.pick([-1, 0, 0.1, 1_000, 2 ** 40]);
  return random.pick(hostileValues);
}

/** Builds an object like JSON.parse, for which `__proto__` is a name like any other. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): Readonly<Record<string, unknown>> {
  const record: Record<string, unknown> = {};
  for (const [name, value] of entries)
    Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
  return record;
}

/** Returns bytes with some of them changed, or cut off. */
export function mutatedBytes(sample: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(random.once(8) ? sample.subarray(0, random.below(sample.length)) : sample);
  for (let times = random.below(6); times >= 0 && bytes.length > 0; times -= 1) {
    const at = random.below(bytes.length);
    if (random.once(2)) bytes[at] = random.below(256);
    else bytes.fill(random.pick(hostileBytes), at, Math.min(bytes.length, at + random.pick([1, 2, 4, 8])));
  }
  return bytes;
}
