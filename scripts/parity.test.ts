import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parityFaults, testTitles } from './parity.ts';

const source = `
describe('a group', () => {
  test('it isn\\'t lost', () => {});
  test("it's kept", () => {});
  test(\`\${name} runs: \${how}\`, () => {});
  test(
    'on a line of its own',
    () => {});
});`;

const faults = (proof: string): readonly string[] =>
  parityFaults(
    `# Title\n\n| row | what we do | test |\n|---|---|---|\n| 1.2 | the same | ${proof} |\n`,
    (file) => (file === 'a.test.ts' ? testTitles(source) : undefined),
  );

test('parityFaults: tests of any spelling are found, several too, and a difference needs none', () => {
  const titles = ["it isn't lost", "it's kept", 'conmon runs: well', 'on a line of its own', 'a group'];
  for (const title of titles) assert.deepEqual(faults(`a.test.ts › ${title}`), []);
  assert.deepEqual(faults(titles.map((title) => `a.test.ts › ${title}`).join('; ')), []);
  assert.deepEqual(faults('differs: it makes no sense here'), []);
});

test('parityFaults: a test that is not there is told of', () => {
  assert.deepEqual(faults('a.test.ts › it is lost'), ['1.2: no such test: a.test.ts › it is lost']);
  assert.deepEqual(faults('b.test.ts › it'), ['1.2: no test file: b.test.ts › it']);
  assert.deepEqual(faults("a.test.ts › it's kept; a.test.ts › gone").length, 1);
  for (const proof of ['a.test.ts', 'no test of its own', '', 'differs:', 'x | y'])
    assert.equal(faults(proof).length, 1, proof);
});
