import * as v from 'valibot';
import type { DefaultNetwork } from './default-network.ts';

const pluginSchema = v.looseObject({
  type: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9._-]+$/)),
  bridge: v.exactOptional(
    v.pipe(v.string(), v.regex(/^[a-zA-Z0-9._-]{1,15}$/, 'must be the name of a bridge')),
  ),
});
const nameSchema = v.pipe(v.string(), v.regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/));
export const confListSchema = v.looseObject({
  cniVersion: v.optional(v.string(), '0.4.0'),
  name: nameSchema,
  plugins: v.pipe(v.array(pluginSchema), v.minLength(1)),
});
const confSchema = v.looseObject({
  cniVersion: v.optional(v.string(), '0.4.0'),
  name: nameSchema,
  ...pluginSchema.entries,
});

/** A network configuration list (CNI spec 0.4.0, "Network Configuration Lists"). */
export type ConfList = v.InferOutput<typeof confListSchema>;

/**
 * Parses a list, or a single configuration, which becomes a list of one plugin.
 * @throws ValiError, SyntaxError
 */
export function parseConfList(text: string): ConfList {
  const document: unknown = JSON.parse(text);
  if (v.is(v.looseObject({ plugins: v.unknown() }), document)) return v.parse(confListSchema, document);
  const { cniVersion, name, ...plugin } = v.parse(confSchema, document);
  return { cniVersion, name, plugins: [plugin] };
}

export function defaultConfList({ name, bridge, subnet, subnet6 }: DefaultNetwork): ConfList {
  return {
    cniVersion: '0.4.0',
    name,
    plugins: [
      {
        type: 'bridge',
        bridge,
        isGateway: true,
        isDefaultGateway: true,
        hairpinMode: true,
        ipMasq: true,
        ipam: {
          type: 'host-local',
          ...(subnet6 === undefined ? { subnet } : { ranges: [[{ subnet }], [{ subnet: subnet6 }]] }),
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
      { type: 'firewall' },
    ],
  };
}

/** Returns the host's bridge that the bridge plugin of a list attaches to, if there is one. */
export function hostBridge(list: ConfList): string | undefined {
  const plugin = list.plugins.find(({ type }) => type === 'bridge');
  if (!plugin) return undefined;
  return plugin.bridge ?? 'cni0'; // the plugin's own default
}

/**
 * Tells whether a plugin of the list has a capability (CNI's conventions, "Dynamic Plugin specific fields").
 */
export const hasCapability = (list: ConfList, capability: string): boolean =>
  list.plugins.some((plugin) => pluginHasCapability(plugin, capability));

export const pluginHasCapability = (plugin: ConfList['plugins'][number], capability: string): boolean =>
  v.is(v.looseObject({ [capability]: v.literal(true) }), plugin['capabilities']);
