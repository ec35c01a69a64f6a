/** Pure. Returns what a command printed without what differs between any two servers, and between any two runs. */
export function normalised(text: string, names: Readonly<Record<string, string>>): string {
  const plain = Object.entries(names).reduce((left, [name, value]) => left.replaceAll(value, name), text);
  return rules
    .reduce((left, [pattern, replacement]) => left.replaceAll(pattern, replacement), plain)
    .replaceAll(/(?:^\* .*\n?)+/gm, inOrder)
    .trimEnd();
}

/** Kubernetes lists what is wrong with the fields of an object in any order. */
const inOrder = (list: string): string => list.trimEnd().split('\n').sort().join('\n');

const rules: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID'],
  [/(\\?"?resourceVersion\\?"?: ?)\\?"\d+\\?"/gi, '$1RV'],
  [/(Resource Version: +)\d+/g, '$1RV'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME'],
  [/^([EIW])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /gm, '$1 '],
  // What a reflector notes of the moments at which watches end.
  [/^[EIW] reflector\.go.*\n?/gm, ''],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'TOKEN'],
  [/\bseed-[a-z0-9]{5}\b/g, 'seed-SUFFIX'],
  [/(?<= )(\d+[smh])+(?= |$)/gm, 'AGE'],
  [/ {2,}/g, '  '],
  [/[ \t]+$/gm, ''],
];
