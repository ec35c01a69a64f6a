import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** Returns the CPU of this host, as a guest under KVM sees it. */
export const hostCpu = async (): Promise<string> => cpuIn(await readFile('/proc/cpuinfo', 'utf8'));

/** Pure. Returns the model of the first CPU in the text of /proc/cpuinfo, with a digest of its features. */
export function cpuIn(cpuinfo: string): string {
  const [first = ''] = cpuinfo.split('\n\n');
  const valueOf = (names: string): string =>
    new RegExp(`^(?:${names})\\s*: (.*)$`, 'm').exec(first)?.[1] ?? '';
  const features = createHash('sha256').update(valueOf('flags|Features')).digest('hex').slice(0, 8);
  return `${valueOf('model name|CPU part')} with features ${features}`;
}
