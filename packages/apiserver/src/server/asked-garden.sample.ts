import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { ApiOptions } from './api-handler.ts';
import { serveGarden } from './api-server.sample.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A garden with the namespace `home`, which is asked as a stranger's program would. */
export async function openGarden(changed: Partial<ApiOptions> = {}) {
  const server = await serveGarden(new MemoryStore(), changed);
  const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
  const metadata = { name: 'home' };
  await server.direct.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${server.url}${path}`, init);
    const text = await response.text();
    return {
      code: response.status,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text) as Fields;
      },
    };
  };
  return { ...server, ask };
}

export const home = '/apis/garden.example/v1/namespaces/home/pots';
export const sent = (method: string, body: unknown, type = 'application/json'): RequestInit => ({
  method,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'content-type': type },
});
export const accepting = (accept: string): RequestInit => ({ headers: { accept } });
export const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
