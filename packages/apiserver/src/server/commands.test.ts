import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { basename } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ObjectError, badRequest } from '@ignite/toolkit/client/object-error';
import type { CommandConnector, CommandStreams, RunCommand } from '../resource/connector.ts';
import { kubectls, runInTerminal, runKubectl, startKubectl } from './kubectl.sample.ts';
import { servePod } from './pods.sample.ts';

const large = randomBytes(20 * 2 ** 20);

/** The programs of a machine that is made of this test. */
const programs: Readonly<Record<string, RunCommand>> = {
  cat: async ({ stdin, stdout }) => {
    await pipeline(stdin!, stdout!);
    return 0;
  },
  both: async ({ stdout, stderr }) => {
    stdout!.write('out\n');
    stderr!.write('err\n');
    return 3;
  },
  large: async ({ stdout }) => {
    await pipeline(Readable.from([large], { objectMode: false }), stdout!);
    return 0;
  },
  /** It reads a little of its input, and writes a lot after it. */
  head: async ({ stdin, stdout }) => {
    const [first] = (await once(stdin!, 'data')) as [Buffer];
    stdin!.pause();
    stdout!.write(first.subarray(0, 4));
    return 0;
  },
  size: async ({ stdout, terminal }) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    terminal.follow(({ rows, columns }) => resolve(`${rows}x${columns}`));
    stdout!.write(await promise);
    return 0;
  },
  broken: async () => {
    throw new ObjectError('SERVER_UNREACHABLE', 'the machine does not answer');
  },
};

function machineOf(more: Readonly<Record<string, RunCommand>> = {}): CommandConnector {
  const all = { ...programs, ...more };
  return {
    kind: 'command',
    open: async (_target, { command: [name = 'cat'] }) => {
      const program = all[name];
      if (!program) throw badRequest(`there is no program ${name}`);
      return program;
    },
  };
}

const exec = (...words: readonly string[]) => ['exec', '-i', 'web', '--', ...words];

for (const kubectl of kubectls)
  describe(`${basename(kubectl)} exec`, { timeout: 120_000 }, () => {
    test('output and errors come apart, with the exit code', async () => {
      await using server = await servePod({ exec: machineOf() });
      const { stdout, stderr, code } = await runKubectl(kubectl, server.url, exec('both'));
      assert.equal(stdout.toString(), 'out\n');
      assert.match(stderr, /^err\ncommand terminated with exit code 3\n$/);
      assert.equal(code, 3);
    });

    test('20 MB go in and come out byte for byte', async () => {
      await using server = await servePod({ exec: machineOf() });
      const { stdout, stderr, code } = await runKubectl(kubectl, server.url, exec('cat'), large);
      assert.deepEqual([stderr, code, stdout.length], ['', 0, large.length]);
      assert.ok(stdout.equals(large));
    });

    test('without an input, all output comes', async () => {
      await using server = await servePod({ exec: machineOf() });
      const { stdout, code } = await runKubectl(kubectl, server.url, ['exec', 'web', '--', 'large']);
      assert.equal(code, 0);
      assert.ok(stdout.equals(large));
    });

    test('a program that does not read all of its input ends all the same', async () => {
      await using server = await servePod({ exec: machineOf() });
      const { stdout, code } = await runKubectl(kubectl, server.url, exec('head'), large);
      assert.equal(code, 0);
      assert.ok(stdout.equals(large.subarray(0, 4)));
    });

    test('what fails before and after the connection is told', async () => {
      await using server = await servePod({ exec: machineOf() });
      const missing = await runKubectl(kubectl, server.url, exec('missing'));
      assert.match(missing.stderr, /there is no program missing/);
      const broken = await runKubectl(kubectl, server.url, exec('broken'));
      assert.match(broken.stderr, /the machine does not answer/);
      assert.deepEqual([missing.code, broken.code], [1, 1]);
    });

    test('a terminal has a size, and joins output and errors', async () => {
      await using server = await servePod({ exec: machineOf() });
      const args = ['exec', '-it', 'web', '--', 'size'];
      const { stdout } = await runInTerminal(kubectl, server.url, args);
      assert.match(stdout.toString(), /33x77/);
    });

    test('a client that is killed ends its program', async () => {
      const { promise: begun, resolve: begin } = Promise.withResolvers<CommandStreams>();
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      const wait: RunCommand = async (streams, signal) => {
        begin(streams);
        await once(signal, 'abort');
        end();
        return 0;
      };
      await using server = await servePod({ exec: machineOf({ wait }) });
      const child = startKubectl(kubectl, server.url, exec('wait'));
      await begun;
      child.kill('SIGKILL');
      await ended;
    });

    test('a client that reads slowly makes the program wait', async () => {
      let written = 0;
      const flood: RunCommand = async ({ stdout }, signal) => {
        while (!signal.aborted) {
          written += 2 ** 16;
          if (!stdout!.write(Buffer.alloc(2 ** 16))) await once(stdout!, 'drain', { signal });
        }
        return 0;
      };
      await using server = await servePod({ exec: machineOf({ flood }) });
      const child = startKubectl(kubectl, server.url, exec('flood'));
      await once(child.stdout, 'readable');
      let before = -1;
      while (written !== before) {
        before = written;
        await delay(500);
      }
      assert.ok(written < 32 * 2 ** 20, `${written} bytes were written`);
      child.kill('SIGKILL');
    });
  });

test('kubectl is on the search path', { skip: kubectls.length === 0 && 'there is no kubectl' }, async () => {
  await using server = await servePod({ attach: machineOf() });
  const { stdout } = await runKubectl(kubectls[0]!, server.url, ['attach', '-i', '-q', 'web'], 'hello\n');
  assert.equal(await text(Readable.from(stdout)), 'hello\n');
});
