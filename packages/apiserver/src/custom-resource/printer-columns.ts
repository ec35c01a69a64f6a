import { age } from '@ignite/toolkit/text/age';
import type { TableColumn } from '../resource/table-column.ts';
import type { DefinitionVersion, PrinterColumn } from './definition/definition.ts';
import { valuesAt } from '../json-path/json-path.ts';

const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'When the object was created.',
};

/** Returns the columns that a version of a kind defines beside that of the names; the age if it defines none. */
export const customColumns = ({
  additionalPrinterColumns: columns = [],
}: Pick<DefinitionVersion, 'additionalPrinterColumns'>): readonly TableColumn[] =>
  (columns.length > 0 ? columns : [ageColumn]).map(
    ({ name, type, jsonPath, description, format = '', priority = 0 }) => ({
      ...{ name, format, priority },
      type: type as TableColumn['type'],
      description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
      cell: (object, nowMs) => cellOf(valuesAt(object, jsonPath)[0], type, nowMs),
    }),
  );

/** Returns a value as a cell of a type, or null if it has another type. */
function cellOf(value: unknown, type: string, nowMs: number): unknown {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : JSON.stringify(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'date':
      return typeof value === 'string' ? dateCell(value, nowMs) : null;
    default:
      return typeof value === type ? value : null;
  }
}

const dateCell = (time: string, nowMs: number): string =>
  Number.isNaN(Date.parse(time)) ? '<invalid>' : age(time, nowMs);
