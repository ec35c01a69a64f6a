/**
 * The packages that each package may import. This table and the next three are the whole architecture; the
 * rules below only enforce them.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  toolkit: [],
  api: ['toolkit'],
  engine: ['toolkit', 'api'],
  legacy: ['toolkit', 'api', 'engine'],
  apiserver: ['toolkit', 'api'],
  cluster: ['toolkit', 'api'],
  sandbox: ['toolkit', 'api'],
  daemon: ['toolkit', 'api', 'engine', 'legacy', 'apiserver', 'cluster', 'sandbox'],
  cli: ['toolkit', 'api', 'apiserver', 'cluster', 'engine', 'legacy'],
};

/**
 * The one file of a package that imports another package, whose types count too. Everything else in the package
 * speaks to the interfaces that both know.
 */
const doors: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cli: { apiserver: 'packages/cli/src/context.ts', engine: 'packages/cli/src/context.ts' },
};

/**
 * The folders of a package in layers, the lowest first. Each folder may import those of lower layers only.
 * Files beside the folders may be imported by all of them.
 */
const layersOfFolders: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'packages/toolkit/src': [
    ['async', 'certificates', 'clock', 'diff', 'errors', 'line', 'lock', 'log', 'patch', 'schema', 'text'],
    ['files', 'go-template', 'object', 'source', 'units'],
    ['process', 'scheme'],
    ['codec', 'directory', 'store', 'webhook'],
    ['client', 'core'],
    ['access', 'apply', 'controller', 'git', 'oci'],
    ['allowance', 'images'],
    ['render'],
    ['sync'],
    ['sinks'],
    ['sync-service'],
  ],
  'packages/engine/src': [['tools'], ['vm'], ['pod'], ['operations']],
  'packages/engine/src/tools': [
    ['events', 'host', 'usage'],
    ['container-engine', 'network', 'store', 'vmm'],
    ['hosts', 'sandbox'],
    ['rootfs'],
    ['oci'],
    ['kernel'],
    ['guest', 'storage', 'user-data'],
    ['doctor'],
  ],
  'packages/engine/src/operations': [
    ['changes', 'declare', 'metrics', 'space'],
    ['archive', 'pools', 'snapshots'],
    ['snapshot-artifact'],
    ['client'],
  ],
  'packages/apiserver/src': [
    ['cel', 'protobuf', 'spdy'],
    ['structural-schema'],
    ['json-path', 'request'],
    ['audit', 'authentication', 'certificates', 'resource', 'server-side-apply'],
    ['services'],
    ['webhook'],
    ['authorization', 'custom-resource', 'namespaces', 'response', 'views'],
    ['admission', 'calls', 'discovery', 'openapi', 'read', 'reviews', 'streams'],
    ['write'],
    ['patch'],
    ['server'],
  ],
  'packages/cluster/src': [
    ['contract'],
    ['kinds'],
    ['v1beta1', 'workload'],
    ['runtime'],
    ['topology'],
    [
      ...['addons', 'bootstrap', 'cluster', 'control-plane', 'etcd', 'health-check', 'hosted-control-plane'],
      ...['infrastructure', 'ipam', 'machine', 'scaling'],
    ],
    ['operations'],
    ['etcd-operations', 'provider', 'templates'],
  ],
  'packages/sandbox/src': [['kinds'], ['plan'], ['controllers']],
  'packages/legacy/src': [['v1alpha4'], ['go-view', 'v1alpha2', 'v1alpha3'], ['import']],
};

/**
 * The sibling folders that each folder of a package may import. Files beside the folders may be imported by
 * all of them.
 */
const foldersMayImport: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'packages/engine/src/vm': {
    plan: [],
    definition: [],
    disks: [],
    observe: ['plan', 'disks'],
    launch: ['disks'],
    steps: ['plan', 'disks', 'observe', 'launch'],
    lifecycle: ['plan', 'definition', 'disks', 'observe', 'steps'],
  },
  'packages/engine/src/tools/network': {
    address: [],
    link: ['address'],
    cni: ['address', 'link'],
    dhcp: ['address', 'link', 'cni'],
    firewall: ['address', 'link', 'cni', 'dhcp'],
    router: ['address', 'link', 'cni', 'dhcp', 'firewall'],
  },
  'packages/cli/src/commands': {
    objects: [],
    declare: [],
    resource: ['objects'],
    vm: ['objects', 'declare', 'resource'],
    gitops: ['declare'],
    etcd: ['cluster'],
    host: ['objects', 'vm'],
    help: ['declare'],
  },
  'packages/cli/src/render': {
    text: [],
    message: ['text'],
  },
};

/**
 * The files that only a few others may import. The engine acts on the VMs of this host alone; all VMs are
 * listed only for those who look.
 */
const importersOf: Readonly<Record<string, readonly string[]>> = {
  'packages/engine/src/tools/store/all-vms.ts': [
    'packages/engine/src/tools/store/own-vms.ts',
    'packages/engine/src/operations/client/read-client.ts',
  ],
};

/**
 * The packages that know the store of a host, and the one folder in them that may speak to it. All that reads and writes
 * objects does so through a client.
 */
const packagesOverStore: readonly string[] = ['engine', 'legacy', 'daemon'];
const storeFolder = 'packages/engine/src/tools/store/';

export interface Import {
  /** The importing file, relative to the root of the repository. */
  readonly from: string;
  /** The imported file of the repository, or the specifier of a package. */
  readonly to: string;
  /** Types are gone at run time, and what is imported dynamically is loaded when the call is reached. */
  readonly kind: 'value' | 'type' | 'dynamic';
}

export interface Violation extends Import {
  readonly rule: string;
}

const isTest = (path: string): boolean => /\.(test|contract|sample)\.ts$/.test(path);
const packageOf = (path: string): string | undefined =>
  /^packages\/([^/]+)\//.exec(path)?.[1] ?? /^@ignite\/([^/]+)/.exec(path)?.[1];
const actsOnTheWorld =
  /^(node:)?(fs|net|http|http2|https|dns|os|timers|child_process)(\/|$)|\/process\/(local-runner|interactive)/;

/** Pure. Returns the imports that the architecture forbids, each with the name of the rule that it breaks. */
export function findViolations(imports: readonly Import[]): readonly Violation[] {
  return imports.flatMap((edge) => rulesBroken(edge).map((rule) => ({ ...edge, rule })));
}

function rulesBroken({ from, to, kind }: Import): readonly string[] {
  const [here, there] = [packageOf(from), packageOf(to)];
  const isForeign = here !== undefined && there !== undefined && here !== there;
  const spawns = /^(node:)?child_process$/.test(to) && here !== undefined;
  return [
    ...(isForeign && !mayImport[here]?.includes(there) ? ['layers'] : []),
    ...(isForeign && isBesideDoor(from, doors[here]?.[there]) ? ['one-door'] : []),
    ...(spawns && !from.startsWith('packages/toolkit/src/process/') && !isTest(from)
      ? ['only-process-spawns']
      : []),
    ...(/\/plan-[^/]+\.ts$/.test(from) && !isTest(from) && kind !== 'type' && actsOnTheWorld.test(to)
      ? ['planners-are-pure']
      : []),
    ...(/(^|\/)index\.ts$/.test(from) || /(^|\/)index(\.ts)?$/.test(to) ? ['no-barrel'] : []),
    ...(!isTest(from) && here !== undefined && isTest(to) ? ['no-test-imports'] : []),
    ...(isReserved(from, to) && !isTest(from) ? ['own-vms'] : []),
    ...(isBesideClient(from, to) && !isTest(from) ? ['objects-through-clients'] : []),
    ...((isAgainstLayers(from, to) || isAgainstFolders(from, to)) && !isTest(from) ? ['folders'] : []),
  ];
}

/** Tells whether a file of this or another package imports what only others may. */
function isReserved(from: string, to: string): boolean {
  const file = to.replace(/^@ignite\/([^/]+)\/(.+)$/, 'packages/$1/src/$2.ts');
  return importersOf[file]?.includes(from) === false;
}

const isBesideClient = (from: string, to: string): boolean =>
  packagesOverStore.includes(packageOf(from) ?? '') &&
  !from.startsWith(storeFolder) &&
  /^(@ignite\/toolkit|packages\/toolkit\/src)\/(store\/|client\/over-store\/store-object-)/.test(to);

const isBesideDoor = (from: string, door: string | undefined): boolean =>
  door !== undefined && from !== door && !isTest(from);

function isAgainstLayers(from: string, to: string): boolean {
  return Object.entries(layersOfFolders).some(([place, layers]) => {
    const [here, there] = [folderIn(place, from), folderIn(place, to)];
    if (here === undefined || there === undefined || here === there) return false;
    const [above, below] = [here, there].map((folder) => layers.findIndex((layer) => layer.includes(folder)));
    return below === -1 || below! >= above!;
  });
}

function isAgainstFolders(from: string, to: string): boolean {
  return Object.entries(foldersMayImport).some(([place, mayImportOf]) => {
    const [here, there] = [folderIn(place, from), folderIn(place, to)];
    return here !== undefined && there !== undefined && here !== there && !mayImportOf[here]?.includes(there);
  });
}

/** Returns the folder of `place` that holds the file; `undefined` if it is beside the folders or elsewhere. */
const folderIn = (place: string, path: string): string | undefined =>
  path.startsWith(`${place}/`) ? /^([^/]+)\//.exec(path.slice(place.length + 1))?.[1] : undefined;

/**
 * Pure. Returns a cycle of files that import each other, or `undefined` if there is none. Types count, since
 * whoever reads one file of a cycle has to read them all; what is loaded when a call is reached does not.
 */
export function findCycle(imports: readonly Import[]): readonly string[] | undefined {
  const edges = Map.groupBy(
    imports.filter(({ kind }) => kind !== 'dynamic'),
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
