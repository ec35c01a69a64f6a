import { common, readReference } from './command-reference.ts';
import { writeGeneratedPart } from './generated-part.ts';
import { ignitedSettingsTable } from './ignited-settings-table.ts';
import { markdownReference } from './markdown-reference.ts';

/** Writes the command reference into docs/cli.md, and the settings of ignited into docs/ignited.md. */
writeGeneratedPart(
  'docs/cli.md',
  'scripts/generate-docs.ts',
  markdownReference(await readReference(), common),
);
writeGeneratedPart('docs/ignited.md', 'scripts/generate-docs.ts', ignitedSettingsTable());
