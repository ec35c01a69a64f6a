import { type CelFunc, CelScalar, celMethod, listType } from '@bufbuild/cel';
import { RE2JS } from '@bufbuild/re2';

const { INT, STRING } = CelScalar;

/** Kubernetes' functions of regular expressions. */
export const regexFunctions: readonly CelFunc[] = [
  celMethod('find', STRING, [STRING], STRING, function (pattern) {
    return found(this, pattern, 1)[0] ?? '';
  }),
  celMethod('findAll', STRING, [STRING], listType(STRING), function (pattern) {
    return found(this, pattern, Infinity);
  }),
  celMethod('findAll', STRING, [STRING, INT], listType(STRING), function (pattern, limit) {
    return found(this, pattern, limit < 0n ? Infinity : Number(limit));
  }),
];

/**
 * The library of Go's expressions finds no places of matches, so that the engine of the language looks for those
 * of an expression that Go takes. The time limit of rules is for it too.
 */
function found(text: string, pattern: string, most: number): readonly string[] {
  RE2JS.compile(pattern);
  const [prefix = '', flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
  const places = text.matchAll(new RegExp(pattern.slice(prefix.length), `gu${flags}`));
  return places
    .take(most)
    .map(([match]) => match)
    .toArray();
}
