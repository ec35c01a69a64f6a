import assert from 'node:assert/strict';
import { resourcePath } from '@ignite/toolkit/client/over-http/resource-path';
import type { ServedApi } from './served-api.ts';

const json = { 'content-type': 'application/json' };
const applied = { 'content-type': 'application/apply-patch+yaml' };

/** Asserts that what is stored can be read, and is valid: written back as it is, it is taken, and changes nothing. */
export async function assertStoredObjects({ client, resources, ask }: ServedApi): Promise<void> {
  for (const resource of resources()) {
    if (resource.view) continue;
    const { items } = await client.list(resource);
    for (const { metadata } of items) {
      const { namespace, name, resourceVersion } = metadata;
      const path = resourcePath(resource, { namespace: namespace || undefined, name });
      const read = await ask({ method: 'GET', path, headers: {} });
      assert.equal(read.code, 200, `${path} cannot be read: ${read.text}`);
      const again = await ask({ method: 'PUT', path, headers: json, body: read.text });
      assert.equal(
        again.code,
        200,
        `${path} cannot be written back: ${again.text}\nwhat is stored: ${read.text}`,
      );
      const { metadata: kept } = JSON.parse(again.text) as (typeof items)[number];
      assert.equal(
        kept.resourceVersion,
        resourceVersion,
        `${path} was changed: ${read.text} to ${again.text}`,
      );
      const object = JSON.parse(read.text) as (typeof items)[number];
      const { managedFields: _managers, finalizers, ...plain } = object.metadata;
      // As in Kubernetes, a finalizer may be stored twice, but nobody can apply it twice.
      const once = { ...plain, finalizers: [...new Set(finalizers)] };
      const body = JSON.stringify({ ...object, metadata: once });
      const apply = `${path}?fieldManager=again&force=true&dryRun=All`;
      const answer = await ask({ method: 'PATCH', path: apply, headers: applied, body });
      assert.equal(
        answer.code,
        200,
        `${path} cannot be applied: ${answer.text}\nwhat is stored: ${read.text}`,
      );
    }
  }
}
