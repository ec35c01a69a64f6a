import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { type Import, findCycle, findViolations } from './architecture.ts';

const root = join(import.meta.dirname, '..');
const files = globSync('packages/*/src/**/*.ts', { cwd: root });
const imports = files.flatMap(importsOf);
const broken = findViolations(imports).map(({ from, to, rule }) => `${rule}: ${from} imports ${to}`);
const cycle = findCycle(imports);
if (cycle) broken.push(`no-cycle: ${cycle.join(' → ')}`);
// A check that reads nothing finds nothing, so TypeScript's parser must have seen imports in most files.
if (files.length < 50 || imports.length < files.length)
  broken.push(`only ${imports.length} imports were read in ${files.length} files`);
for (const line of broken) console.error(line);
process.exitCode = broken.length === 0 ? 0 : 1;

function importsOf(path: string): readonly Import[] {
  const source = ts.createSourceFile(
    path,
    readFileSync(join(root, path), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, kind: Import['kind']): void => {
    if (specifier && ts.isStringLiteral(specifier))
      found.push({ from: path, to: resolveSpecifier(path, specifier.text), kind });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const isType = ts.isImportDeclaration(node)
        ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : node.isTypeOnly;
      add(node.moduleSpecifier, isType ? 'type' : 'value');
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], 'dynamic');
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, 'type');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function resolveSpecifier(from: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : specifier;
}
