import assert from 'node:assert/strict';
import { parseMoment } from '../../../packages/cli/src/arguments/moment.ts';
import { parsePortMappings } from '@ignite/api/v1/parse-port-mappings';
import { formatPortMapping } from '@ignite/api/v1/format-port-mapping';
import { formatBytes, parseBytes } from '@ignite/toolkit/units/bytes';
import { parseDuration } from '@ignite/toolkit/units/duration';
import { mutatedText } from '../mutate.ts';
import { taken, target } from '../target.ts';

const samples = [
  ...[
    '512MB',
    '1.5g',
    '4GiB',
    '2 megabytes',
    '30s',
    '1h2m3.5s',
    '100ms',
    '2026-01-01T00:00:00Z',
    '1699999999',
  ],
  ...['8080:80', '127.0.0.1:53:53/udp', '[::1]:80:80', '80', '8000-8010:80-90', '0.0.0.0:1:1/tcp'],
];
const words = ['1', '9', '.', ':', '-', '/', 'm', 's', 'GB', '/udp', '::', '[', ']'];

export const quantities = target<string>({
  name: 'quantities',
  make: (random) => mutatedText(samples, words, random),
  check: (text) => {
    const size = taken(() => parseBytes(text));
    if (size !== undefined) assert.equal(parseBytes(formatBytes(size)), size);
    const duration = taken(() => parseDuration(text));
    assert.ok(duration === undefined || (Number.isFinite(duration) && duration >= 0), String(duration));
    const moment = taken(() => parseMoment('since', text, 0));
    assert.ok(moment === undefined || !Number.isNaN(moment));
    for (const port of taken(() => parsePortMappings([text])) ?? []) {
      assert.ok(port.hostPort > 0 && port.hostPort < 65_536 && port.vmPort > 0 && port.vmPort < 65_536);
      assert.ok(formatPortMapping(port).includes('->'));
    }
  },
});
