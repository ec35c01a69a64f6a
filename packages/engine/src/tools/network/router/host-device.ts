import type { Runner } from '@ignite/toolkit/process/runner';
import * as v from 'valibot';
import { netnsName } from '../link/netns.ts';

const peerSchema = v.tuple([v.object({ link_index: v.number() })]);
const linksSchema = v.array(v.object({ ifindex: v.number(), ifname: v.string() }));

/** Returns the device of this host that is the other end of a veth pair of a namespace. */
export async function hostDevice(
  uid: string,
  name: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<string> {
  const list = async (args: readonly string[]): Promise<unknown> =>
    JSON.parse((await runner.run({ tool: 'ip', args: ['-json', ...args] }, signal)).stdout);
  const [peer] = v.parse(peerSchema, await list(['-netns', netnsName(uid), 'link', 'show', 'dev', name]));
  const links = v.parse(linksSchema, await list(['link', 'show', 'type', 'veth']));
  const found = links.find(({ ifindex }) => ifindex === peer.link_index);
  if (!found) throw new Error(`the other end of ${name} in ${netnsName(uid)} is gone`);
  return found.ifname;
}
