import type { CommandDescription } from '../arguments/command.ts';
import { allNames, loadCommand } from './registry.ts';

/**
 * Returns what is said of each command, by its name. The bundle has the answer in place of this module, because loading
 * every command takes longer than all else that a help text needs.
 */
export async function commandDescriptions(): Promise<Readonly<Record<string, CommandDescription>>> {
  const described = allNames.map(async (name) => {
    const { run: _run, ...description } = await loadCommand(name);
    return [name, description] as const;
  });
  return Object.fromEntries(await Promise.all(described));
}
