import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Client } from '@ignite/api/client/client';
import { callsProtocol } from '@ignite/api/remote/messages';
import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Admission, AdmittedWrite } from '@ignite/toolkit/client/admission';
import { WebSocket } from 'ws';
import type { AdmissionPort } from '../admission/admission-port.ts';
import type { UserWrite } from '../request/user-write.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import { defaultPolicy } from '../audit/audit-policy.ts';
import { AnsweredStatus } from '../response/answered-status.ts';
import type { ApiOptions } from './api-handler.ts';
import { serveCalls } from './calls.sample.ts';

const forever = new AbortController().signal;

const deletion: AdmittedWrite = {
  kind: vmKind,
  operation: 'DELETE',
  subresource: undefined,
  object: undefined,
  old: undefined,
  dryRun: false,
  signal: undefined,
};

/** Serves a client whose removal of a VM is a write that others have a say in. */
async function serveRemoval(
  check: (write: UserWrite) => Promise<void>,
  changed: Partial<ApiOptions> = {},
): ReturnType<typeof serveCalls> {
  const admission: AdmissionPort = {
    admissionFor: (write) => ({
      mutate: async ({ object }) => object,
      check: async () => await check(write),
    }),
  };
  const clientFor = (admitted: Admission | undefined): Client =>
    ({
      vms: {
        remove: async () => {
          await admitted!.check(deletion);
          await admitted!.check(deletion);
          return { kind: 'VM' };
        },
      },
    }) as unknown as Client;
  const may = async () => ({ isAllowed: true, reason: '' });
  return await serveCalls({}, undefined, undefined, { admission, calls: { clientFor, may }, ...changed });
}

const refusedWith = (code: number, message: string): AnsweredStatus =>
  new AnsweredStatus({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code });

test('others are asked about what a call writes, and the caller is told once what they say of it', async () => {
  const events: AuditEvent[] = [];
  await using calls = await serveRemoval(
    async ({ user, isDryRun, warn, annotate }) => {
      assert.deepEqual([user.name, isDryRun], ['jane', false]);
      annotate('vms.example/why', 'a test');
      warn('it is the last one');
    },
    { audit: { policy: defaultPolicy, write: async (event) => void events.push(event) } },
  );
  const told: unknown[] = [];
  const op = { signal: forever, report: (event: unknown) => told.push(event) };
  await calls.far.vms.remove('web', { force: true }, op);
  assert.deepEqual(told, [{ kind: 'warning', message: 'it is the last one' }]);
  assert.partialDeepStrictEqual(events[0]?.annotations, { 'vms.example/why': 'a test' });
});

test('a refusal ends the call, and is none that makes the engine read an object again', async () => {
  let refusal = refusedWith(403, 'vms "web" is forbidden');
  await using calls = await serveRemoval(async () => {
    throw refusal;
  });
  const remove = async () =>
    await calls.far.vms.remove('web', { force: true }, { signal: forever, report() {} });
  await assert.rejects(remove(), { code: 'FORBIDDEN', message: 'vms "web" is forbidden' });
  for (const code of [400, 404, 409, 422]) {
    refusal = refusedWith(code, 'not today');
    await assert.rejects(remove(), { code: 'FORBIDDEN', message: 'not today' });
  }
  refusal = refusedWith(500, 'failed calling webhook "a"');
  await assert.rejects(remove(), { code: 'SERVER_FAILED', message: 'failed calling webhook "a"' });
});

test('who acts as another user writes as that one', async () => {
  const users: unknown[] = [];
  await using calls = await serveRemoval(async ({ user }) => void users.push(user));
  const socket = new WebSocket(`${calls.server.url}/calls/v1`, [callsProtocol], {
    headers: { 'impersonate-user': 'bob', 'impersonate-group': 'team' },
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'call', name: 'vms.remove', args: ['web', { force: true }] }));
  const [answer] = (await once(socket, 'message')) as [Buffer];
  assert.deepEqual(JSON.parse(answer.toString()), { type: 'result', value: { kind: 'VM' } });
  assert.partialDeepStrictEqual(users, [{ name: 'bob', groups: ['team', 'system:authenticated'] }, {}]);
  socket.terminate();
});
