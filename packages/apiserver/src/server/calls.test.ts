import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import type { ProgressEvent } from '@ignite/api/client/progress';
import type { ExecSession, WindowSize } from '@ignite/api/client/vm-streams';
import type { OpenCall } from '@ignite/api/remote/open-call';
import type { Vm } from '@ignite/api/v1/vm';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { serveCalls } from './calls.sample.ts';

const vm = (name: string, namespace = 'default'): Vm =>
  ({ kind: 'VM', metadata: { name, namespace, uid: `uid-of-${namespace}-${name}` } }) as unknown as Vm;
const forever = new AbortController().signal;
const op = { signal: forever, report: () => {} };

describe('calls from another host', () => {
  test('what is asked arrives, and the answer, with the progress before it', async () => {
    const asked: unknown[] = [];
    await using calls = await serveCalls({
      vms: {
        start: async (query, request, { report }) => {
          asked.push([query, request]);
          report({ kind: 'step', message: 'Starting' });
          report({ kind: 'warning', message: 'it is hot' });
          return vm('web');
        },
      },
    });
    const told: ProgressEvent[] = [];
    const report = (event: ProgressEvent): unknown => told.push(event);
    const started = await calls.far.vms.start('web', { keepFailed: true }, { signal: forever, report });
    assert.deepEqual(started, vm('web'));
    assert.deepEqual(asked, [['web', { keepFailed: true }]]);
    assert.deepEqual(told, [
      { kind: 'step', message: 'Starting' },
      { kind: 'warning', message: 'it is hot' },
    ]);
  });

  test('a namespace arrives with what is imported to it and what is measured in it', async () => {
    const asked: unknown[] = [];
    await using calls = await serveCalls({
      archives: {
        import: async (archive, request) => {
          asked.push(await text(archive), request);
          return vm('web', 'prod');
        },
      },
      usage: {
        sample: async (request) => {
          asked.push(request);
          return [];
        },
      },
    });
    const request = { namespace: 'prod', name: 'web', allow: ['port=80'] };
    await calls.far.archives.import(Readable.from(['archive']), request, op);
    const measured = { vms: [], namespace: 'prod', all: true };
    await calls.far.usage.sample(measured, forever);
    assert.deepEqual(asked, ['archive', request, measured]);
  });

  test('an error keeps its code, its hint and all that is wrong', async () => {
    const failure = new CodedError('VM_INVALID', 'no image', { hint: 'name one', further: ['no CPU'] });
    await using calls = await serveCalls({
      vms: {
        find: async () => {
          throw failure;
        },
      },
    });
    await assert.rejects(calls.far.vms.find('web', forever), (got: CodedError) => {
      assert.deepEqual(
        [got.code, got.message, got.hint, got.further],
        ['VM_INVALID', 'no image', 'name one', ['no CPU']],
      );
      return hasCode(got, 'VM_INVALID');
    });
  });

  test('values are told as they come, and the other side ends when nobody wants more', async () => {
    const ended = Promise.withResolvers<void>();
    await using calls = await serveCalls({
      events: {
        async *watch(_revision, signal) {
          try {
            for (let at = 0; ; at += 1) {
              yield { spec: { message: `event ${at}` } } as never;
              if (at === 2) await once(signal, 'abort');
              signal.throwIfAborted();
            }
          } finally {
            ended.resolve();
          }
        },
      },
    });
    const seen: unknown[] = [];
    for await (const event of calls.far.events.watch('0', forever)) {
      seen.push(event.spec.message);
      if (seen.length === 3) break;
    }
    assert.deepEqual(seen, ['event 0', 'event 1', 'event 2']);
    await ended.promise;
  });

  test('a call that is cut off ends as ^C ends it, and the line serves further calls', async () => {
    const aborted = Promise.withResolvers<void>();
    await using calls = await serveCalls({
      vms: {
        wait: async (_query, signal) => {
          await once(signal, 'abort');
          aborted.resolve();
          throw signal.reason;
        },
        list: async () => [vm('web')],
      },
    });
    const cut = new AbortController();
    const waiting = calls.far.vms.wait('web', cut.signal);
    await Promise.all([
      assert.rejects(waiting, { name: 'AbortError' }),
      Promise.resolve().then(() => cut.abort()),
    ]);
    assert.equal((await calls.far.vms.list(forever)).length, 1);
  });

  test('a call that waits for a client that reads nothing is cut off, and so is one whose client goes away', async () => {
    let begun = 0;
    let ended = 0;
    const told = new EventEmitter();
    await using calls = await serveCalls({
      vms: {
        async *logs() {
          begun += 1;
          try {
            for (;;) yield { stream: 'stdout', bytes: Buffer.alloc(2 ** 20) };
          } finally {
            ended += 1;
            told.emit('ended');
          }
        },
        list: async () => [vm('web')],
      },
    });
    const open = async (signal: AbortSignal): Promise<OpenCall> => {
      const call = await calls.lines.open('vms.logs', ['web', { follow: true }], { ...op, signal });
      call.result.catch(() => {});
      return call;
    };
    const cut = new AbortController();
    const first = await open(cut.signal);
    await once(first.output, 'readable');
    cut.abort();
    await assert.rejects(first.result, { name: 'AbortError' });
    assert.deepEqual([begun, ended], [1, 1]);
    const second = await open(forever);
    await once(second.output, 'readable');
    const over = once(told, 'ended');
    calls.lines[Symbol.dispose]();
    await over;
    assert.deepEqual([begun, ended], [2, 2]);
  });

  test('a client that says that it has taken what was not sent is cut off', async () => {
    await using calls = await serveCalls({
      vms: {
        async *logs(_query, _request, signal) {
          yield { stream: 'stdout', bytes: Buffer.from('one\n') };
          await once(signal, 'abort');
        },
      },
    });
    const line = await calls.dial();
    const closed = once(line.closed, 'abort');
    line.receive((message) => {
      if (typeof message !== 'string')
        line.send(JSON.stringify({ type: 'taken', channel: message[0], bytes: 2 ** 20 }));
    });
    line.send(JSON.stringify({ type: 'call', name: 'vms.logs', args: ['web', { follow: true }] }));
    await closed;
  });

  test('a client that goes away ends its call', async () => {
    const begun = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    await using calls = await serveCalls({
      vms: {
        wait: async (_query, signal) => {
          begun.resolve();
          await once(signal, 'abort');
          aborted.resolve();
          throw signal.reason;
        },
      },
    });
    const waiting = calls.far.vms.wait('web', forever);
    waiting.catch(() => {});
    await begun.promise;
    await calls.far[Symbol.asyncDispose]();
    await aborted.promise;
    await assert.rejects(waiting);
  });

  test('megabytes of input and output arrive whole, with the exit status after them', async () => {
    await using calls = await serveCalls({
      vms: {
        exec: async (): Promise<ExecSession> => {
          const [stdin, stderr] = [new PassThrough(), new PassThrough()];
          const stdout = stdin.pipe(new PassThrough());
          stderr.end('that was it');
          const exitStatus = once(stdout, 'end').then(() => 7);
          return { kind: 'piped', stdin, stdout, stderr, resize: () => {}, exitStatus };
        },
      },
    });
    const session = await calls.far.vms.exec(
      'web',
      { line: 'cat', streams: { kind: 'piped' }, timeoutMs: 1 },
      op,
    );
    assert.ok(session.kind === 'piped');
    const sent = Buffer.alloc(8 * 2 ** 20, 'ignite');
    Readable.from([sent]).pipe(session.stdin);
    const [came, said, status] = await Promise.all([
      buffer(session.stdout),
      text(session.stderr),
      session.exitStatus,
    ]);
    assert.equal(Buffer.compare(came, sent), 0);
    assert.deepEqual([said, status], ['that was it', 7]);
  });

  test('the size of a terminal arrives, and one that no terminal has is refused', async () => {
    const asked: unknown[] = [];
    await using calls = await serveCalls({
      vms: {
        exec: async (_query, { streams }): Promise<ExecSession> => {
          asked.push(streams);
          const [stdin, stdout, stderr] = [
            new PassThrough(),
            new PassThrough().end(),
            new PassThrough().end(),
          ];
          const resized = Promise.withResolvers<number>();
          const resize = ({ rows, columns }: WindowSize): void => {
            asked.push({ rows, columns });
            resized.resolve(0);
          };
          return { kind: 'piped', stdin, stdout, stderr, resize, exitStatus: resized.promise };
        },
      },
    });
    const login = (rows: number) =>
      calls.far.vms.exec(
        'web',
        { streams: { kind: 'own', terminal: { rows, columns: 80 } }, timeoutMs: 1 },
        op,
      );
    const session = await login(24);
    assert.ok(session.kind === 'piped');
    session.stdout.resume();
    session.stderr.resume();
    session.resize({ rows: 30, columns: 90 });
    assert.equal(await session.exitStatus, 0);
    assert.deepEqual(asked, [
      { kind: 'piped', terminal: { rows: 24, columns: 80 } },
      { rows: 30, columns: 90 },
    ]);
    await assert.rejects(login(70_000));
  });

  test('a log is read to its end', async () => {
    await using calls = await serveCalls({
      vms: {
        async *logs() {
          yield { stream: 'stdout', bytes: Buffer.from('one\n') };
          yield { stream: 'stderr', bytes: Buffer.from('two\n') };
        },
      },
    });
    const parts: string[] = [];
    for await (const { stream, bytes } of calls.far.vms.logs('web', { follow: false }, forever))
      parts.push(`${stream}: ${Buffer.from(bytes).toString()}`);
    assert.deepEqual(parts.toSorted(), ['stderr: two\n', 'stdout: one\n']);
  });
});

describe('who may call what', () => {
  test('nobody calls without credentials that are known', async () => {
    await using calls = await serveCalls({ vms: { list: async () => [] } }, undefined, 'wrong');
    await assert.rejects(calls.far.vms.list(forever), { code: 'UNAUTHORIZED' });
  });

  test('what could use the files of the host needs every right', async () => {
    await using calls = await serveCalls(
      { vms: { create: async () => vm('web') } },
      ({ verb }) => verb !== '*',
    );
    await assert.rejects(calls.far.vms.create({ spec: {} }, op), { code: 'FORBIDDEN' });
  });

  test('what ignores the checks before a start needs every right', async () => {
    const begin = async () => vm('web');
    await using calls = await serveCalls(
      { vms: { start: begin, restart: begin } },
      ({ verb }) => verb !== '*',
    );
    const { vms } = calls.far;
    for (const ignorePreflightChecks of [['Port'], ['all']]) {
      await assert.rejects(vms.start('web', { ignorePreflightChecks }, op), { code: 'FORBIDDEN' });
      await assert.rejects(vms.restart('web', { force: false, ignorePreflightChecks }, op), {
        code: 'FORBIDDEN',
      });
    }
    await vms.start('web', { ignorePreflightChecks: [] }, op);
    await vms.restart('web', { force: false }, op);
  });

  test('who may see the events of the API sees them', async () => {
    await using calls = await serveCalls(
      { events: { list: async () => [] as never } },
      (request) => request.isResource && request.group === '' && request.resource === 'events',
    );
    await calls.far.events.list(forever);
    await assert.rejects(calls.far.vms.list(forever), { code: 'FORBIDDEN' });
  });

  test('who may act in one namespace names a VM of it, and acts on no other', async () => {
    const all = [vm('web', 'prod'), vm('web-2', 'test')];
    const stopped: string[] = [];
    await using calls = await serveCalls(
      {
        vms: {
          find: async (query) =>
            all.find(({ metadata: { namespace, name } }) => `${namespace}/${name}`.startsWith(query))!,
          stop: async (query) => {
            stopped.push(query);
            return all[0]!;
          },
        },
      },
      (request) => request.isResource && request.namespace === 'prod' && request.verb === 'update',
    );
    await calls.far.vms.stop('prod/web', { force: false }, op);
    for (const query of ['test/web-2', 'prod/we', 'web', 'uid-of-test-web-2'])
      await assert.rejects(calls.far.vms.stop(query, { force: false }, op), { code: 'FORBIDDEN' }, query);
    assert.deepEqual(stopped, ['uid-of-prod-web']);
  });

  test('a file of the caller is not looked for on the server', async () => {
    await using calls = await serveCalls({ vms: { create: async () => vm('web') } });
    const request = { spec: {}, registryConfigDir: '/root/.docker' };
    await assert.rejects(calls.far.vms.create(request, op), { code: 'NOT_REMOTE' });
    const exec = { streams: { kind: 'piped' }, timeoutMs: 1, identity: '/root/.ssh/id' } as const;
    await assert.rejects(calls.far.vms.exec('web', exec, op), { code: 'NOT_REMOTE' });
  });
});
