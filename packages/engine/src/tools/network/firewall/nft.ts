import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { netnsName } from '../link/netns.ts';

export interface NftTable {
  readonly family: 'inet' | 'netdev';
  readonly name: string;
}

/** The place of a table: this host, or the namespace of a VM. */
export type NftPlace = { readonly kind: 'host' } | { readonly kind: 'netns'; readonly uid: string };

/** Manages tables of packet filters with nft(8). */
export class Nft {
  readonly #runner: Runner;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** Applies all of the lines, or none. */
  async apply(place: NftPlace, lines: readonly string[], signal: AbortSignal): Promise<void> {
    if (lines.length === 0) return;
    await this.#runner.run({ ...command(place, ['-f', '-']), stdin: `${lines.join('\n')}\n` }, signal);
  }

  /**
   * Returns the listing of a table, without elements that packets have added, or `undefined` if there is no
   * such table.
   */
  async list(place: NftPlace, { family, name }: NftTable, signal: AbortSignal): Promise<string | undefined> {
    try {
      const args = ['--stateless', '--terse', 'list', 'table', family, name];
      return (await this.#runner.run(command(place, args), signal)).stdout;
    } catch (failure) {
      if (failure instanceof ToolFailedError && failure.stderr.includes('No such file')) return undefined;
      throw failure;
    }
  }
}

/** Pure. Returns the lines that remove a table if it exists. */
export const removalLines = ({ family, name }: NftTable): readonly string[] => [
  `table ${family} ${name} {}`,
  `delete table ${family} ${name}`,
];

const command = (place: NftPlace, args: readonly string[]) =>
  place.kind === 'host'
    ? { tool: 'nft', args }
    : { tool: 'ip', args: ['netns', 'exec', netnsName(place.uid), 'nft', ...args] };
