import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInstructions } from './image-instruction.ts';

test('parseInstructions: as in a Dockerfile, in both forms', () => {
  assert.deepEqual(
    parseInstructions([
      'CMD ["nginx", "-g"]',
      'entrypoint run it',
      'ENV A=1 B="two words"',
      'ENV C three',
      'EXPOSE 80 53/udp',
      'USER nobody',
    ]),
    {
      cmd: ['nginx', '-g'],
      entrypoint: ['/bin/sh', '-c', 'run it'],
      env: ['A=1', 'B=two words', 'C=three'],
      exposedPorts: ['80/tcp', '53/udp'],
      user: 'nobody',
    },
  );
  assert.deepEqual(parseInstructions(['LABEL a.b=c', 'WORKDIR /srv', 'STOPSIGNAL SIGINT']), {
    labels: ['a.b=c'],
    workingDir: '/srv',
    stopSignal: 'SIGINT',
  });
});

for (const bad of ['', 'RUN rm', 'CMD', 'CMD [1]', 'CMD [', 'ENV x', 'COPY a b'])
  test(`parseInstructions: ${JSON.stringify(bad)} is refused`, () => {
    assert.throws(() => parseInstructions([bad]), { code: 'USAGE_INVALID' });
  });
