import type { ImportImageRequest } from '@ignite/api/client/image-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import { parseImportRequest } from '../../tools/oci/image-objects.ts';
import type { ImportRequest } from '../../tools/oci/import-request.ts';
import { chooseRuntime } from '../../tools/sandbox/choose-runtime.ts';

/**
 * Builds the import request for what a client asks to import, with the container engine whose store may
 * contain it.
 * @throws CodedError REFERENCE_INVALID
 */
export async function importRequest(
  source: string,
  { runtime, ...request }: ImportImageRequest,
  { env }: { readonly env: NodeJS.ProcessEnv },
  op: ClientOperation,
): Promise<ImportRequest> {
  const chosen = await chooseRuntime(runtime, env, op);
  const engine = chosen === undefined || chosen === 'conmon' ? {} : { engine: chosen };
  return parseImportRequest(source, { ...request, ...engine });
}
