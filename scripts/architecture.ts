/** Which package may import which. The whole architecture is this table; the rules below only enforce it. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  toolkit: [],
  api: ['toolkit'],
  engine: ['toolkit', 'api'],
  daemon: ['toolkit', 'api', 'engine'],
  cli: ['toolkit', 'api', 'engine', 'daemon'],
};

export interface Import {
  /** Relative to the root of the repository. */
  readonly from: string;
  /** A path of the repository, or the specifier of a package. */
  readonly to: string;
  readonly typeOnly: boolean;
}

export interface Violation extends Import {
  readonly rule: string;
}

const isTest = (path: string): boolean => /\.(test|contract|sample)\.ts$/.test(path);
const packageOf = (path: string): string | undefined =>
  /^packages\/([^/]+)\//.exec(path)?.[1] ?? /^@ignite\/([^/]+)/.exec(path)?.[1];
const actsOnTheWorld =
  /^(node:)?(fs|net|http|http2|https|dns|os|timers|child_process)(\/|$)|\/process\/(local-runner|interactive)/;

/** Pure. The imports that the architecture forbids, each with the name of the rule that it breaks. */
export function findViolations(imports: readonly Import[]): readonly Violation[] {
  return imports.flatMap((edge) => rulesBroken(edge).map((rule) => ({ ...edge, rule })));
}

function rulesBroken({ from, to, typeOnly }: Import): readonly string[] {
  const [here, there] = [packageOf(from), packageOf(to)];
  const isForeign = here !== undefined && there !== undefined && here !== there;
  const spawns = /^(node:)?child_process$/.test(to) && here !== undefined;
  return [
    ...(isForeign && !mayImport[here]?.includes(there) ? ['layers'] : []),
    ...(spawns && !from.startsWith('packages/toolkit/src/process/') && !isTest(from)
      ? ['only-process-spawns']
      : []),
    ...(/\/plan-[^/]+\.ts$/.test(from) && !isTest(from) && !typeOnly && actsOnTheWorld.test(to)
      ? ['planners-are-pure']
      : []),
    ...(/(^|\/)index\.ts$/.test(from) || /(^|\/)index(\.ts)?$/.test(to) ? ['no-barrel'] : []),
    ...(!isTest(from) && here !== undefined && isTest(to) ? ['no-test-imports'] : []),
    ...(/^packages\/engine\/src\/(vmm|sandbox|network|rootfs|kernel|oci|guest|storage)\//.test(from) &&
    to.startsWith('packages/engine/src/vm/') &&
    !/\/(vm-store|list-objects)\.ts$/.test(to)
      ? ['capabilities-know-no-vm']
      : []),
  ];
}

/** Pure. A way round in which files import each other, or undefined. Type-only imports do not count. */
export function findCycle(imports: readonly Import[]): readonly string[] | undefined {
  const edges = Map.groupBy(
    imports.filter(({ typeOnly }) => !typeOnly),
    ({ from }) => from,
  );
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const { to } of edges.get(file) ?? []) {
      const cycle = visit(to, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of edges.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}
