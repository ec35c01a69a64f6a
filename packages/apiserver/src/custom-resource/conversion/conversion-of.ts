import type { Conversion } from '@ignite/toolkit/client/conversion';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { CustomResourceDefinition } from '../definition/definition.ts';
import { convertByWebhook } from './convert-by-webhook.ts';

/**
 * Returns how objects of a defined kind become objects of its other versions. `client` reads the Services behind
 * which webhooks are.
 */
export function conversionOf({ spec }: CustomResourceDefinition, client: ObjectClient): Conversion {
  const { group, versions, conversion } = spec;
  const storage = versions.find((version) => version.storage) ?? versions[0]!;
  const target = conversion?.strategy === 'Webhook' ? conversion.webhook?.clientConfig : undefined;
  return {
    storedAs: `${group}/${storage.name}`,
    convert: async (objects, apiVersion, signal) =>
      target
        ? await convertByWebhook({ target, client, objects, apiVersion, signal })
        : objects.map((object) => ({ ...object, apiVersion })),
  };
}
