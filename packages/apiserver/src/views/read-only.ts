import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';

export type ObjectReader = Pick<ObjectClient, 'get' | 'list' | 'watch'>;

/** Returns a client of objects that can only be read. */
export const readOnly = (reader: ObjectReader): ObjectClient => ({
  get: async (key, options) => await reader.get(key, options),
  list: async (resource, options) => await reader.list(resource, options),
  watch: (resource, options) => reader.watch(resource, options),
  create: refused,
  update: refused,
  updateStatus: refused,
  patch: refused,
  delete: refused,
});

async function refused(): Promise<never> {
  throw new ObjectError('METHOD_NOT_ALLOWED', 'these objects are made from others, and can only be read');
}
