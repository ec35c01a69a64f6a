/** One step along a path of kubectl's JSONPath. */
export type JsonPathStep =
  | { readonly type: 'field'; readonly name: string }
  /** The items of a list from one index up to another, which count from the end where they are negative. */
  | {
      readonly type: 'slice';
      readonly from: number;
      readonly to: number | undefined;
      readonly every: number;
    }
  /** All items of a list, or all values of an object. */
  | { readonly type: 'all' }
  /** The value itself and everything below it. */
  | { readonly type: 'descend' }
  /** The items at whose path there is something, or something that compares with a literal. */
  | {
      readonly type: 'filter';
      readonly path: readonly JsonPathStep[];
      readonly comparison?: string;
      readonly literal?: unknown;
    };

/** Each kind of step, with what it looks like at the beginning of a path. */
const forms: readonly (readonly [
  RegExp,
  (match: readonly string[]) => readonly JsonPathStep[] | undefined,
])[] = [
  [/^\.\.(?=[^.])/, () => [{ type: 'descend' }]],
  [/^\.?(?:\*|\[\*\])/, () => [{ type: 'all' }]],
  [/^\.?\[\?\((.*?)\)\]/s, ([, text = '']) => filter(text)],
  [/^\.?\[(?:'([^']*)'|"([^"]*)")\]/, ([, single, double]) => fields(single ?? double ?? '')],
  [/^\.?\[(-?\d+)\]/, ([, at]) => [index(Number(at))]],
  [
    /^\.?\[(-?\d*):(-?\d*)(?::(\d+))?\]/,
    ([, from = '', to = '', every = '1']) => [
      {
        type: 'slice',
        from: Number(from),
        to: to === '' ? undefined : Number(to),
        every: Math.max(1, Number(every)),
      },
    ],
  ],
  [/^\.?((?:\\.|[^.[\]\\\s'"*?()])+)/, ([, name = '']) => [field(name)]],
];

/** Returns the steps of a path such as `.spec.ports[0].name`, or `undefined` if it is malformed. */
export function parseJsonPath(text: string): readonly JsonPathStep[] | undefined {
  const steps: JsonPathStep[] = [];
  let rest = text.replace(/^\$/, '').replace(/^\.$/, '');
  while (rest !== '') {
    const next = firstStep(rest);
    if (next === undefined) return undefined;
    steps.push(...next.steps);
    rest = rest.slice(next.length);
  }
  return steps;
}

function firstStep(
  text: string,
): { readonly steps: readonly JsonPathStep[]; readonly length: number } | undefined {
  for (const [form, made] of forms) {
    const match = form.exec(text);
    if (!match) continue;
    const steps = made(match);
    return steps && { steps, length: match[0].length };
  }
  return undefined;
}

const field = (name: string): JsonPathStep => ({ type: 'field', name: name.replaceAll(/\\(.)/g, '$1') });

/** A quoted name with dots leads through several fields unless the dots are escaped. */
const fields = (names: string): readonly JsonPathStep[] => (names.match(/(?:\\.|[^.\\])+/g) ?? []).map(field);

const index = (at: number): JsonPathStep => ({
  type: 'slice',
  from: at,
  to: at === -1 ? undefined : at + 1,
  every: 1,
});

function filter(text: string): readonly JsonPathStep[] | undefined {
  const match = /^\s*@(.*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?)\s*)?$/s.exec(text);
  const [, written = '', comparison, literal = ''] = match ?? [];
  const path = match ? parseJsonPath(written) : undefined;
  if (path === undefined) return undefined;
  if (comparison === undefined) return [{ type: 'filter', path }];
  return [{ type: 'filter', path, comparison, literal: literalOf(literal) }];
}

function literalOf(text: string): unknown {
  const quoted = /^(["'])(.*)\1$/s.exec(text);
  if (quoted) return quoted[2];
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}
