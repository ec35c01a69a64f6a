import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Command } from '../packages/cli/src/arguments/command.ts';
import { common, readReference } from './command-reference.ts';
import { manPages } from './man-pages.ts';

const dir = mkdtempSync(join(tmpdir(), 'man-pages-'));
after(() => rmSync(dir, { recursive: true }));
const edition = { version: '1.2.3', date: '2026-11-25' };
const groups = await readReference();
const pages = manPages(groups, common, edition);
for (const [name, page] of pages) writeFileSync(join(dir, name), page);
const files = [...pages.keys()].map((name) => join(dir, name));

/** Renders a page as text. mandoc prints a bold letter twice, one over the other. */
const read = (name: string): string =>
  execFileSync('mandoc', ['-Tascii', '-O', 'width=120', join(dir, name)], { encoding: 'utf8' }).replaceAll(
    /.\u0008/g,
    '',
  );

test('manPages: mandoc and groff find nothing to complain of', () => {
  const mandoc = spawnSync('mandoc', ['-Tlint', '-Wwarning', ...files], { encoding: 'utf8' });
  assert.equal(mandoc.stdout + mandoc.stderr, '');
  const groff = spawnSync('groff', ['-man', '-ww', '-z', '-Tutf8', ...files], { encoding: 'utf8' });
  assert.equal(groff.stderr, '');
});

test('manPages: a page for each command, with all its flags and examples as they are typed', () => {
  for (const { command } of groups.flatMap(({ commands }) => commands)) {
    const text = read(`ignite-${command.name.replaceAll(' ', '-')}.1`);
    for (const example of command.examples) assert.ok(text.includes(example), `${command.name}: ${example}`);
    for (const flag of Object.keys(command.flags))
      assert.ok(text.includes(`--${flag}`), `${command.name} ${flag}`);
  }
});

test('manPages: man(1) shows them', () => {
  const env = { ...process.env, MANWIDTH: '80', LC_ALL: 'C', TERM: 'dumb' };
  const text = execFileSync('man', ['-l', join(dir, 'ignite-image-import.1')], { env, encoding: 'utf8' });
  assert.match(
    text,
    /^IGNITE-IMAGE-IMPORT\(1\)[^]*^SYNOPSIS\n +ignite image import IMAGE \[flags\]\n[^]*ignite 1\.2\.3 +2026-11-25/m,
  );
});

test('manPages: the overview names every command', () => {
  const text = read('ignite.1');
  for (const { command } of groups.flatMap(({ commands }) => commands))
    assert.ok(text.includes(`ignite-${command.name.replaceAll(' ', '-')}(1)`), command.name);
  assert.match(read('ignited.1'), /ignited gitops/);
});

test('manPages: nothing that a person wrote is taken for a command of roff', () => {
  const odd: Command = {
    name: 'odd',
    arguments: "'X'",
    arity: { least: 0, most: 0 },
    summary: '.Dots, back\\slashes and ^carets~ stay',
    examples: [".ignite 'a\\nb' `c`"],
    flags: { x: { type: 'string', value: 'A-B', help: "'tis" } },
    run: async () => 0,
  };
  const group = { title: 'Odd', commands: [{ command: odd, otherSpellings: [] }] };
  const page = manPages([group], common, edition).get('ignite-odd.1')!;
  writeFileSync(join(dir, 'odd.1'), page);
  const text = read('odd.1');
  for (const part of ['.Dots, back\\slashes and ^carets~ stay.', ".ignite 'a\\nb' `c`", '--x A-B', "'tis."])
    assert.ok(text.includes(part), part);
});
