import type { FuzzTarget } from './target.ts';
import { commandLines } from './targets/arguments.ts';
import { guest } from './targets/guest.ts';
import { disks, elfFiles, initrds } from './targets/headers.ts';
import { archives, images } from './targets/images.ts';
import { manifests } from './targets/manifests.ts';
import { overlays } from './targets/overlays.ts';
import { quantities } from './targets/quantities.ts';
import { records } from './targets/records.ts';
import { requests } from './targets/requests.ts';
import { references } from './targets/references.ts';
import { templates } from './targets/templates.ts';
import { vmms } from './targets/vmms.ts';
import { webhooks } from './targets/webhooks.ts';

export const targets: readonly FuzzTarget[] = [
  ...[archives, commandLines, disks, elfFiles, guest, images, initrds, manifests, overlays, quantities],
  ...[records, references, requests, templates, vmms, webhooks],
];
