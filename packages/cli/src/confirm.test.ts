import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const program = `
  import { confirm } from ${JSON.stringify(join(import.meta.dirname, 'confirm.ts'))};
  const abort = new AbortController();
  process.on('SIGINT', () => abort.abort());
  const io = { isTty: true, err: { write: () => {} } };
  const answer = await confirm('Sure?', io, abort.signal).catch((failure) => failure.name + abort.signal.aborted);
  console.log('<' + answer + '>');
`;

/** What `confirm` makes of keys that are pressed at a terminal once it has asked. */
async function answerTo(keys: string): Promise<string | undefined> {
  const command = `'${process.execPath}' --input-type=module-typescript -e "$PROGRAM"`;
  const child = spawn('script', ['--quiet', '--command', command, '/dev/null'], {
    env: { ...process.env, PROGRAM: program },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  for await (const part of child.stdout) {
    const isAsked = shown.includes('[y/N]');
    shown += String(part);
    if (!isAsked && shown.includes('[y/N]')) child.stdin.write(keys);
  }
  return /<(.*)>/.exec(shown)?.[1];
}

const answers = [
  ['yes is yes', 'y\n', 'true'],
  ['anything else is no', 'maybe\n', 'false'],
  ['the end of input is no', '\u0004', 'false'],
  ['an interrupt is one, and no fault', '\u0003', 'AbortErrortrue'],
] as const;

for (const [promise, keys, wanted] of answers)
  test(`confirm: ${promise}`, async () => assert.equal(await answerTo(keys), wanted));
