import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { isFromSender } from '@ignite/toolkit/webhook/verify-webhook';
import { startWebhookServer } from '@ignite/toolkit/webhook/webhook-server';
import { mutatedText } from '../mutate.ts';
import { target } from '../target.ts';

const secret = 'shared';
const body = '{"ref":"refs/heads/main"}';
const sign = (of: string): string => createHmac('sha256', secret).update(of).digest('hex');
const request = (header: string, length = body.length): string =>
  `POST /hooks/site HTTP/1.1\r\nHost: x\r\n${header}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`;
/** Each request lacks something, so none of them proves knowledge of the secret, however it is changed. */
const unsigned = [
  request('X-Hub-Signature-256: sha256='),
  request(`X-Hub-Signature-256: sha256=${sign('other')}`),
  request('X-Gitlab-Token: guess'),
  request(`X-Gitea-Signature: ${sign('other')}`),
  request('Transfer-Encoding: chunked'),
  'GET /hooks/site HTTP/1.1\r\nHost: x\r\n\r\n',
];
const words = [
  '\r\n',
  ': ',
  'POST ',
  '/hooks/',
  'X-Hub-Signature-256: ',
  'sha256=',
  'Content-Length: 99999\r\n',
];

export const webhooks = target<string>({
  name: 'webhooks',
  make: (random) => mutatedText(unsigned, words, random),
  check: async (raw) => {
    let triggered = 0;
    const trigger = (): boolean => (triggered += 1) > 0;
    await using server = await startWebhookServer({ address: '127.0.0.1', port: 0, secret }, trigger);
    const ask = async (said: string): Promise<string> => {
      const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
      const closed = once(socket, 'close').catch(() => undefined);
      socket.end(said);
      const answer = await text(socket).catch(() => '');
      await closed;
      return answer;
    };
    await ask(raw);
    assert.equal(triggered, 0, 'who does not know the secret had us look');
    const signed = request(`X-Hub-Signature-256: sha256=${sign(body)}`);
    assert.match(await ask(signed), /^HTTP\/1\.1 202 /, 'it goes on');
    assert.equal(triggered, 1);
    for (const name of ['x-hub-signature-256', 'x-signature-256', 'x-gitea-signature', 'x-gitlab-token'])
      assert.ok(!isFromSender({ [name]: raw }, sign(raw), secret));
  },
});
