import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import * as v from 'valibot';
import { configBroken } from './errors.ts';

const pluginSchema = v.looseObject({ type: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9._-]+$/)) });
const confListSchema = v.looseObject({
  cniVersion: v.optional(v.string(), '0.4.0'),
  name: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/)),
  plugins: v.pipe(v.array(pluginSchema), v.minLength(1)),
});

/** CNI spec 0.4.0, "Network Configuration Lists". */
export type ConfList = v.InferOutput<typeof confListSchema>;

export interface DefaultNetwork {
  readonly name: string;
  readonly bridge: string;
  readonly subnet: string;
}

/** The names and the range of the original Ignite, so that firewall rules of its users go on to fit. */
export const defaultNetwork: DefaultNetwork = {
  name: 'ignite-cni-bridge',
  bridge: 'ignite0',
  subnet: '10.61.0.0/16',
};

/**
 * The first list in `dir`, by file name, whose file is named after Ignite; where there is none, ours is written there.
 * The lists of other runtimes are theirs.
 */
export async function loadConfList(dir: string, fallback: DefaultNetwork): Promise<ConfList> {
  await mkdir(dir, { recursive: true });
  const first = (await readdir(dir)).filter((name) => /(^|-)ignite.*\.conflist$/.test(name)).sort()[0];
  if (first === undefined) {
    const list = defaultConfList(fallback);
    await replaceFile(join(dir, '10-ignite.conflist'), `${JSON.stringify(list, null, 2)}\n`, 0o644);
    return list;
  }
  const path = join(dir, first);
  try {
    return v.parse(confListSchema, JSON.parse(await readFile(path, 'utf8')));
  } catch (failure) {
    throw configBroken(path, failure);
  }
}

export function defaultConfList(network: DefaultNetwork): ConfList {
  return {
    cniVersion: '0.4.0',
    name: network.name,
    plugins: [
      {
        type: 'bridge',
        bridge: network.bridge,
        isGateway: true,
        isDefaultGateway: true,
        hairpinMode: true,
        ipMasq: true,
        ipam: { type: 'host-local', subnet: network.subnet },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
      { type: 'firewall' },
    ],
  };
}

/** The bridge of the host that a list attaches to, if it is the bridge plugin that does. */
export function hostBridge(list: ConfList): string | undefined {
  const plugin = list.plugins.find(({ type }) => type === 'bridge');
  return plugin && typeof plugin['bridge'] === 'string' ? plugin['bridge'] : undefined;
}
