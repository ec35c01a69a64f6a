/** The drivers without which a guest cannot boot. The other modules are on the modules disk. */
export const bootModules = [
  'virtio_mmio',
  'virtio_blk',
  'virtio_net',
  'virtio-rng',
  'virtio_input',
  'virtio_balloon',
  'virtio_console',
  'pvpanic_mmio',
  'ext4',
  'squashfs',
  'button',
  'gpio_keys',
  'evdev',
];

/**
 * Pure. Returns the paths of the wanted modules that are not built in, from the text of a `modules.dep`
 * (depmod(8)). Each module follows those that it depends on.
 */
export function moduleOrder(modulesDep: string, wanted: readonly string[]): readonly string[] {
  const dependencies = new Map<string, readonly string[]>();
  const pathOf = new Map<string, string>();
  for (const line of modulesDep.split('\n')) {
    const [path, rest] = line.split(':');
    if (!path || rest === undefined) continue;
    dependencies.set(path, rest.trim().split(' ').filter(Boolean));
    pathOf.set(moduleName(path), path);
  }
  const order = new Set<string>();
  const visit = (path: string): void => {
    for (const dependency of dependencies.get(path) ?? []) visit(dependency);
    order.add(path);
  };
  for (const name of wanted) {
    const path = pathOf.get(name.replaceAll('-', '_'));
    if (path !== undefined) visit(path);
  }
  return [...order];
}

const moduleName = (path: string): string =>
  path
    .replace(/^.*\//, '')
    .replace(/\.ko(\..*)?$/, '')
    .replaceAll('-', '_');
