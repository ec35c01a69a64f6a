import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');

/** The docstrings of a schema's fields. The compiler knows them, but the schema at run time does not. */
export interface FieldComments {
  readonly comment: string;
  readonly fields: ReadonlyMap<string, FieldComments>;
}

const none: FieldComments = { comment: '', fields: new Map() };

/** Reads the docstrings of schemas, each given by its file and its variable. */
export function readSchemaComments(
  schemas: readonly (readonly [file: string, name: string])[],
): readonly FieldComments[] {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const program = ts.createProgram(
    schemas.map(([file]) => join(root, file)),
    options,
  );
  const checker = program.getTypeChecker();
  return schemas.map(([file, name]) => {
    const source = program.getSourceFile(join(root, file));
    const variable = source && findVariable(source, name);
    if (!variable) throw new Error(`there is no ${name} in ${file}`);
    return commentsOf(checker.getTypeAtLocation(variable.name), checker);
  });
}

function findVariable(source: ts.SourceFile, name: string): ts.VariableDeclaration | undefined {
  return source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .find((each) => each.name.getText(source) === name);
}

/** Returns the comments of the fields of objects, within schemas that wrap, list or combine others. */
function commentsOf(schema: ts.Type, checker: ts.TypeChecker): FieldComments {
  const part = (name: string): ts.Type | undefined => {
    const symbol = schema.getProperty(name);
    return symbol && checker.getTypeOfSymbol(symbol);
  };
  const inner = part('wrapped') ?? part('item');
  if (inner) return commentsOf(inner, checker);
  const entries = part('entries');
  if (!entries) {
    const options = part('options');
    return options && checker.isTupleType(options)
      ? merged(checker.getTypeArguments(options as ts.TypeReference).map((each) => commentsOf(each, checker)))
      : none;
  }
  const fields = entries.getProperties().map((symbol): [string, FieldComments] => {
    const below = commentsOf(checker.getTypeOfSymbol(symbol), checker);
    const comment = ts.displayPartsToString(symbol.getDocumentationComment(checker));
    return [symbol.name, { ...below, comment: comment.replaceAll(/\s+/g, ' ') }];
  });
  return { comment: '', fields: new Map(fields) };
}

const merged = (all: readonly FieldComments[]): FieldComments => ({
  comment: '',
  fields: new Map(all.flatMap(({ fields }) => [...fields])),
});
