import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { type AuditPolicy, auditPolicySchema } from '@ignite/apiserver/audit/audit-policy';
import { parseYaml, plainValue } from '@ignite/toolkit/codec/parse-yaml';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { issueTexts } from '@ignite/toolkit/schema/issue-text';
import { auditPolicyInvalid } from './errors.ts';

/** Reads the rules of what is recorded. @throws CodedError AUDIT_POLICY_INVALID */
export async function readAuditPolicy(path: string): Promise<AuditPolicy> {
  const result = v.safeParse(auditPolicySchema, await contentOf(path));
  if (!result.success) throw auditPolicyInvalid(path, issueTexts(result.issues, '').join('; '));
  return result.output;
}

async function contentOf(path: string): Promise<unknown> {
  try {
    const [document, ...more] = parseYaml(await readFile(path, 'utf8'));
    if (!document || more.length > 0) throw new Error('it must be one document');
    const [fault] = document.errors;
    if (fault) throw fault;
    return plainValue(document);
  } catch (failure) {
    throw auditPolicyInvalid(path, errorText(failure));
  }
}
