import { kinds as clusterKinds } from '@ignite/cluster/kinds/kinds';
import { scheme as hostScheme } from '@ignite/legacy/scheme';
import { answerAsWorker } from '@ignite/toolkit/render/worker-reader';
import { Scheme } from '@ignite/toolkit/scheme/scheme';

void answerAsWorker(new Scheme([...hostScheme.kinds, ...clusterKinds]));
