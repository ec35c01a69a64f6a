import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FlagValues } from '../../arguments/command.ts';
import { withTimings } from './with-timings.ts';

const dir = mkdtempSync(join(tmpdir(), 'with-timings-'));
after(() => rmSync(dir, { recursive: true }));
const skip = process.getuid?.() !== 0 && 'commands that act need root';

/** Returns what a terminal shows of a step, which `end` ends, and of the timings. */
async function shown(end: () => void): Promise<string> {
  let text = '';
  const err = { write: (part: string | Uint8Array): unknown => (text += part.toString()) };
  const io = { out: err, err, isTty: true, isColoured: false, env: {} };
  const flags = new FlagValues(
    new Map<string, true | string>([
      ['timings', true],
      ['data-dir', join(dir, 'data')],
      ['run-dir', join(dir, 'run')],
    ]),
  );
  const { signal } = new AbortController();
  const invocation = { flags, args: [], rest: [], namespace: undefined, io, signal };
  await withTimings(invocation, async (_client, op) => {
    op.report({ kind: 'step', message: 'Starting' });
    end();
  }).catch(() => {});
  return text;
}

test(
  'withTimings: they are below the line of the last step, which says how that has ended',
  { skip },
  async () => {
    const timings = '\nSTEP +BEGAN \\(ms\\) +TOOK \\(ms\\)\nstart ignite .*\nall .*\n$';
    assert.match(await shown(() => {}), new RegExp(`✓ Starting [0-9.]+s${timings}`));
    const failed = await shown(() => {
      throw new Error('no');
    });
    assert.match(failed, new RegExp(`✗ Starting [0-9.]+s${timings}`));
    assert.doesNotMatch(failed, /✓/);
  },
);
