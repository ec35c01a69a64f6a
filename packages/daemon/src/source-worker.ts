import { scheme } from '@ignite/api/scheme';
import { answerAsWorker } from '@ignite/toolkit/gitops/worker-reader';

void answerAsWorker(scheme);
