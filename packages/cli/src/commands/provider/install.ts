import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { clusterTemplate } from '@ignite/cluster/provider/cluster-template';
import {
  providerComponents,
  providerMetadata,
  releaseFolder,
} from '@ignite/cluster/provider/provider-components';
import { HttpObjectClient } from '@ignite/toolkit/client/over-http/http-object-client';
import { readKubeconfig } from '@ignite/toolkit/client/over-http/kubeconfig';
import { resourceOfComponent } from './component-resource.ts';
import type { Command } from '../../arguments/command.ts';
import { definitionOfKind } from '../../context.ts';
import { documentFlag, documentFormatOf } from '../../render/objects.ts';
import { managementFlags, managementKubeconfig } from './management-flags.ts';

/** The name under which the server notes what this command has written. */
const manager = 'ignite-provider';

export const providerInstall: Command = {
  name: 'provider install',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'Make Ignite an infrastructure provider of Cluster API in a management cluster',
  details: [
    'Installs the definitions of IgniteCluster, IgniteMachine and their templates, with the labels of the contract v1beta2, and the account as which hosts serve the cluster. What is installed already is brought up to date.',
    '"ignite provider kubeconfig" gives hosts access as that account, and "ignite daemon --management-kubeconfig" has a host make the VMs.',
    'With --directory, writes a release for clusterctl instead: the components, metadata.yaml and a template of clusters.',
  ],
  examples: [
    'ignite provider install --kubeconfig management.kubeconfig',
    'ignite provider install --dry-run -o yaml | kubectl apply -f -',
    'ignite provider install --directory ./providers',
  ],
  flags: {
    ...managementFlags,
    directory: { type: 'string', value: 'DIR', help: 'write a release for clusterctl below this directory' },
    'dry-run': { type: 'boolean', help: 'print the components, without installing them' },
    output: { ...documentFlag, help: 'print the components as json or yaml' },
  },
  run: async ({ flags, io, signal }) => {
    const components = providerComponents(await definitionOfKind());
    const { stringify } = await import('yaml');
    const yamlOf = (objects: readonly object[]): string =>
      objects
        .map((object) => stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 }))
        .join('---\n');
    const yaml = yamlOf(components);
    const format = documentFormatOf(flags);
    if (flags.isSet('dry-run')) {
      const list = { apiVersion: 'v1', kind: 'List', items: components };
      io.out.write(format === 'json' ? `${JSON.stringify(list, undefined, 2)}\n` : yaml);
      return 0;
    }
    const directory = flags.text('directory');
    if (directory !== undefined) {
      const folder = join(resolve(directory), releaseFolder());
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'infrastructure-components.yaml'), yaml);
      await writeFile(join(folder, 'metadata.yaml'), stringify(providerMetadata()));
      await writeFile(join(folder, 'cluster-template.yaml'), yamlOf(clusterTemplate()));
      io.out.write(`${folder}\n`);
      return 0;
    }
    using client = new HttpObjectClient(await readKubeconfig(...managementKubeconfig({ flags, io })));
    for (const component of components) {
      const { name = '', namespace = '' } = component.metadata;
      const key = { ...resourceOfComponent(component.kind), namespace, name };
      await client.apply(key, component, { manager, signal });
      io.out.write(`${component.kind}/${name} installed\n`);
    }
    return 0;
  },
};
