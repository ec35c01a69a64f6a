import { common, readReference } from './command-reference.ts';
import { writeGeneratedPart } from './generated-part.ts';
import { markdownReference } from './markdown-reference.ts';

/** Writes the command reference into docs/cli.md. */
writeGeneratedPart(
  'docs/cli.md',
  'scripts/generate-docs.ts',
  markdownReference(await readReference(), common),
);
