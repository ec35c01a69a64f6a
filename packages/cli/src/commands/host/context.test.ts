import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Command, FlagValues } from '../../arguments/command.ts';
import type { Io } from '../../io.ts';
import { ContextStore } from '../../remote/context-store.ts';
import { contextList, contextShow } from './context.ts';

const dir = mkdtempSync(join(tmpdir(), 'ignite-context-test-'));
before(async () => {
  const store = new ContextStore({ XDG_CONFIG_HOME: dir });
  for (const name of ['lab', 'site']) await store.create(name, { host: `ssh://${name}` }, {});
  await store.use('lab');
});
after(() => rmSync(dir, { recursive: true }));

/** Returns what a command prints. */
async function printed(
  command: Command,
  env: NodeJS.ProcessEnv,
  flags: Readonly<Record<string, string>> = {},
): Promise<string> {
  let text = '';
  const io: Io = {
    out: { write: (part) => void (text += part.toString()) },
    err: { write: () => {} },
    isTty: false,
    isColoured: false,
    env: { XDG_CONFIG_HOME: dir, ...env },
  };
  await command.run({
    flags: new FlagValues(new Map(Object.entries(flags))),
    args: [],
    rest: [],
    namespace: undefined,
    io,
    signal: new AbortController().signal,
  });
  return text;
}

test('context show and context ls name the host that other commands are for', async () => {
  for (const [env, flags, shown] of [
    [{}, {}, 'lab'],
    [{ IGNITE_CONTEXT: 'site' }, {}, 'site'],
    [{ IGNITE_CONTEXT: 'site' }, { context: 'default' }, 'default'],
    [{ IGNITE_CONTEXT: 'site', IGNITE_HOST: 'ssh://other' }, {}, 'ssh://other'],
  ] as const) {
    assert.equal(await printed(contextShow, env, flags), `${shown}\n`);
    const marked = (await printed(contextList, env, flags)).match(/^\S+(?= \*)/gm) ?? [];
    assert.deepEqual(marked, shown.includes('://') ? [] : [shown]);
  }
});
